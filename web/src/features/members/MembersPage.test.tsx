import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Member, MemberChange } from 'bff/contract/members';
import { placeActions } from 'bff/contract/permissions';
import { beforeAll, describe, expect, it } from 'vitest';
import { pretendApi, type PretendedCall, Refusal } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { projectWith, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { MembersPage } from './MembersPage.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';

const member = (name: string, more: Partial<Member> = {}): Member => ({
  kind: 'user',
  id: name,
  name,
  displayName: name,
  isDisabled: false,
  userCount: null,
  defaultRole: null,
  environmentRoles: {},
  ...more,
});
const mara = member('mara', { defaultRole: 'project-admin' });
const tess = member('tess', { defaultRole: 'guest', environmentRoles: { production: 'developer' } });
const environments = ['development', 'production'];
const reading = ['catalog.read', 'member.read'];

const project = (managed: readonly string[]) => ({
  name: 'payments',
  description: '',
  isPublic: false,
  publicEnvironments: {},
  isArchived: false,
  repositoryCount: 1,
  tagCount: 1,
  sizeBytes: 1,
  pushedAt: null,
  registries: [],
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  access: environments.map((environment) => ({
    environment,
    role: null,
    actions: managed.includes(environment) ? placeActions : reading,
  })),
});

/** A stand-in for the server's decision: it answers so that a second copy of the rules in the page would show. */
function preview({ body }: PretendedCall) {
  const { changes } = body as { changes: MemberChange[] };
  const [{ kind, id, role } = { kind: 'user' as const, id: '', role: null }] = changes;
  const known = role === null || role === 'none' ? null : role;
  return {
    items: [
      {
        kind,
        id,
        name: id,
        environments: environments.map((environment) => ({
          environment,
          before: { role: 'guest', actions: ['catalog.read'] },
          after: { role: known, actions: known === 'maintainer' ? ['trash.purge'] : ['artifact.pull'] },
          viaGroup: null,
        })),
      },
    ],
  };
}

function open(managed: readonly string[] = environments, answers: Record<string, unknown> = {}) {
  const calls = pretendApi({
    'GET /projects/payments': project(managed),
    'GET /projects/payments/members': { items: [mara, tess], environments },
    'POST /projects/payments/members/preview': preview,
    'PATCH /projects/payments/members': { items: [mara, tess], environments },
    'GET /projects/payments/member-candidates': {
      items: [{ kind: 'user', id: 'nora', name: 'nora', displayName: 'Nora North' }],
    },
    ...answers,
  });
  renderAt('/projects/payments/members', <MembersPage />, [], '/projects/:project/members');
  return calls;
}
const cellOf = async (name: string, column: number) =>
  within(await screen.findByRole('row', { name: new RegExp(`^${name}`) })).getAllByRole('gridcell')[
    column
  ] as HTMLElement;
const saved = (calls: readonly PretendedCall[]) => calls.find(({ method }) => method === 'PATCH')?.body;

beforeAll(() => loadWords('en', 'members', 'project-frame'));
setUpPages();

describe('the grid of members', () => {
  it('shows a role of an environment, and faintly what all environments give', async () => {
    open();
    expect((await cellOf('tess', 2)).textContent).toBe('developer');
    expect((await cellOf('tess', 1)).textContent).toBe('guest (from all environments)');
  });

  it('changes a cell, says what that would do, and saves it', async () => {
    const user = userEvent.setup();
    const calls = open();
    await user.click(await cellOf('tess', 2));
    // What each role may do is the server's answer, odd as it is here.
    const choice = await screen.findByRole('menuitemradio', { name: /^maintainer\s*May purge$/ });
    await user.click(choice);
    expect((await cellOf('tess', 2)).textContent).toContain('maintainer');
    const effects = screen.getByRole('region', { name: 'What this would do' });
    expect(await within(effects).findAllByText('Gains: purge.')).toHaveLength(2);
    expect(within(effects).getAllByText('Loses: list.')).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(saved(calls)).toEqual({
        changes: [{ kind: 'user', id: 'tess', environment: 'production', role: 'maintainer' }],
      }),
    );
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Save' })).toBeNull());
  });

  it('sets several cells at once from the keyboard', async () => {
    const user = userEvent.setup();
    const calls = open();
    const first = await cellOf('mara', 1);
    act(() => first.focus());
    await user.keyboard('{ArrowRight}{Shift>}{ArrowDown}{/Shift}');
    expect(screen.getAllByRole('gridcell', { selected: true })).toHaveLength(2);
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('menuitemradio', { name: /^No access/ }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(saved(calls)).toEqual({
        changes: [
          { kind: 'user', id: 'tess', environment: 'production', role: 'none' },
          { kind: 'user', id: 'mara', environment: 'production', role: 'none' },
        ],
      }),
    );
  });

  it('offers nothing that would be refused', async () => {
    const user = userEvent.setup();
    open(['development']);
    const production = await cellOf('tess', 2);
    expect(production.getAttribute('aria-haspopup')).toBeNull();
    await user.click(production);
    expect(screen.queryByRole('menu')).toBeNull();
    expect((await cellOf('tess', 0)).getAttribute('aria-haspopup')).toBeNull();
    await user.click(await cellOf('tess', 1));
    expect(await screen.findByRole('menu', { name: 'Role of tess, development' })).toBeDefined();
  });

  it('has the cells below each person on a phone, each with its environment', async () => {
    pretendMedia((query) => query.includes('max-width'));
    const user = userEvent.setup();
    open();
    // The names of the columns are still read by their heads, so that the ones drawn in cells are not read twice.
    const drawn = (await cellOf('tess', 2)).querySelector('[aria-hidden="true"]');
    expect(drawn?.textContent).toBe('production');
    expect(screen.getByRole('columnheader', { name: 'production' })).toBeDefined();
    await user.click(await cellOf('tess', 2));
    expect(await screen.findByRole('menu', { name: 'Role of tess, production' })).toBeDefined();
  });

  it('says of a role that would not count which group gives more', async () => {
    const user = userEvent.setup();
    open(environments, {
      'POST /projects/payments/members/preview': (call: PretendedCall) => {
        const { items } = preview(call);
        const places = items.flatMap((item) => item.environments);
        return {
          items: items.map((item) => ({
            ...item,
            environments: places.map((place) =>
              place.after.role === 'limited-guest'
                ? { ...place, after: { role: 'guest', actions: ['artifact.pull'] }, viaGroup: 'testers' }
                : place,
            ),
          })),
        };
      },
    });
    await user.click(await cellOf('tess', 2));
    const hint = 'Changes nothing: guest through the group testers';
    expect(await screen.findByRole('menuitemradio', { name: new RegExp(`^limited guest\\s*${hint}$`) })).toBeDefined();
  });

  it('is plain to read for whoever may change nothing', async () => {
    open([]);
    await cellOf('tess', 2);
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(screen.queryByRole('region', { name: 'What this would do' })).toBeNull();
  });

  it('asks for nothing that the reader may not see', async () => {
    const limited = projectWith({ testing: ['catalog.read', 'artifact.pull'] });
    const calls = open([], { 'GET /session': sessionOf('limited'), 'GET /projects/payments': limited });
    expect(await screen.findByText('This page of payments is not for your role')).toBeDefined();
    expect(calls.map(({ path }) => path).filter((path) => path.includes('/member'))).toEqual([]);
  });

  it('adds a person, who is saved with the first role', async () => {
    const user = userEvent.setup();
    const calls = open();
    await user.type(await screen.findByRole('combobox', { name: 'Add a person or a group' }), 'nor');
    await user.click(await screen.findByRole('option', { name: /Nora North/ }));
    expect(document.activeElement).toBe(await cellOf('Nora North', 0));
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('menuitemradio', { name: /^developer/ }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(saved(calls)).toEqual({
        changes: [{ kind: 'user', id: 'nora', environment: null, role: 'developer' }],
      }),
    );
  });

  it('removes a member by emptying the cells, and says why that is refused', async () => {
    const user = userEvent.setup();
    const detail = 'payments would be left without a project admin.';
    open(environments, { 'PATCH /projects/payments/members': new Refusal(409, 'last-project-admin', { detail }) });
    await cellOf('mara', 0);
    await user.click(screen.getByRole('button', { name: 'Remove mara from the project' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect((await screen.findByRole('alert')).textContent).toContain(detail);
    await user.click(screen.getByRole('button', { name: 'Undo all' }));
    expect((await cellOf('mara', 0)).textContent).toBe('project admin');
  });
});
