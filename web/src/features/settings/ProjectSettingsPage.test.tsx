import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ImmutableRule } from 'bff/contract/immutable-rules';
import { placeActions } from 'bff/contract/permissions';
import type { ProjectDetail } from 'bff/contract/projects';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, type PretendedCall, Refusal, sentBodies } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { projectWith, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { ProjectSettingsPage } from './ProjectSettingsPage.tsx';

const reading = ['catalog.read', 'member.read'] as const;
const everywhere = { development: placeActions, production: placeActions };
const rule: ImmutableRule = {
  id: '0190b3a0-0000-7000-8000-000000000009',
  environment: 'production',
  repositoryPattern: '**',
  tagPattern: 'v*',
  createdBy: 'mara',
  createdAt: '2026-01-01T00:00:00.000Z',
};

interface Opened {
  project?: ProjectDetail;
  who?: 'admin' | 'guest';
  answers?: Record<string, unknown>;
}

function open({ project = projectWith(everywhere), who = 'guest', answers = {} }: Opened = {}) {
  const calls = pretendApi({
    'GET /projects/payments': project,
    'GET /projects/payments/members': { items: [], environments: ['development', 'production'] },
    'GET /projects/payments/immutable-rules': { items: [rule] },
    'GET /projects/payments/trash-window': { days: 14 },
    'GET /registry-directory': { items: [] },
    ...answers,
  });
  const known = [[sessionQuery().queryKey, sessionOf(who)]] as const;
  const drawn = renderAt('/projects/payments/settings', <ProjectSettingsPage />, known, '/projects/:project/settings');
  return { calls, ...drawn };
}
const section = (name: string) => screen.findByRole('region', { name });

beforeAll(() => loadWords('en', 'project-settings', 'project-frame'));
beforeEach(() => pretendMedia(() => false));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the settings of a project', () => {
  it('save the description with the version it was read in, and offer it only once it differs', async () => {
    const user = userEvent.setup();
    const saved = projectWith(everywhere, { description: 'Cards', version: 2 });
    const { calls } = open({ answers: { 'PATCH /projects/payments': saved } });
    const about = await section('About');
    expect(within(about).queryByRole('button', { name: 'Save' })).toBeNull();
    await user.type(within(about).getByRole('textbox', { name: 'Description' }), 'Cards ');
    await user.click(within(about).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(sentBodies(calls, 'PATCH')).toEqual([{ version: 1, description: 'Cards' }]));
    await waitFor(() => expect(within(about).queryByRole('button', { name: 'Save' })).toBeNull());
  });

  it('set how long deleted things can be restored, in whole days', async () => {
    const user = userEvent.setup();
    const { calls } = open({ answers: { 'PUT /projects/payments/trash-window': { days: 30 } } });
    const trash = await section('Trash');
    const days = await within(trash).findByRole<HTMLInputElement>('textbox', { name: 'Days in the trash' });
    await waitFor(() => expect(days.value).toBe('14'));
    await user.clear(days);
    expect(within(trash).getByText('Write a whole number of days from 1 to 365.')).toBeDefined();
    expect(within(trash).queryByRole('button', { name: 'Save' })).toBeNull();
    await user.type(days, '400{Enter}');
    expect(sentBodies(calls, 'PUT')).toEqual([]);
    await user.clear(days);
    await user.type(days, '30{Enter}');
    await waitFor(() => expect(sentBodies(calls, 'PUT')).toEqual([{ days: 30 }]));
    await waitFor(() => expect(days.value).toBe('30'));
    expect(within(trash).queryByRole('button', { name: 'Save' })).toBeNull();
  });

  it('say how long deleted things can be restored, and who may change it', async () => {
    open({ project: projectWith({ development: placeActions, production: reading }) });
    const trash = await section('Trash');
    expect(await within(trash).findByText(/restorable for 14 days.*manage the project in all/)).toBeDefined();
    expect(within(trash).queryByRole('textbox')).toBeNull();
  });

  it('show both descriptions when somebody else was faster, and the next save wins', async () => {
    const user = userEvent.setup();
    const theirs = projectWith(everywhere, { description: 'Card payments', version: 5 });
    let stored = projectWith(everywhere);
    const { calls } = open({
      answers: {
        'GET /projects/payments': () => stored,
        'PATCH /projects/payments': ({ body }: PretendedCall) => {
          if ((body as { version: number }).version === 5) return { ...theirs, description: 'Mine', version: 6 };
          stored = theirs;
          return new Refusal(412, 'version-conflict');
        },
      },
    });
    const about = await section('About');
    await user.type(within(about).getByRole('textbox'), 'Mine');
    await user.click(within(about).getByRole('button', { name: 'Save' }));
    const conflict = await within(about).findByRole('alert');
    expect(within(conflict).getByText('Card payments')).toBeDefined();
    await user.click(within(about).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'PATCH')).toEqual([
        { version: 1, description: 'Mine' },
        { version: 5, description: 'Mine' },
      ]),
    );
  });

  it('say who sees the project before that is saved', async () => {
    const user = userEvent.setup();
    const { calls } = open({
      answers: { 'PATCH /projects/payments': projectWith(everywhere, { publicEnvironments: { production: true } }) },
    });
    const visibility = await section('Who may see it');
    expect(within(visibility).getByRole('status').textContent).toContain('Only members see it.');
    const production = within(visibility).getByRole('combobox', { name: 'In production' });
    await user.selectOptions(production, 'everybody');
    expect(within(visibility).getByRole('status').textContent).toContain('In production, everybody who signs in');
    expect(sentBodies(calls, 'PATCH')).toEqual([]);
    await user.click(within(visibility).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'PATCH')).toMatchObject([{ publicEnvironments: { production: true } }]),
    );
  });

  it('archive only after naming what that touches', async () => {
    const user = userEvent.setup();
    const { calls } = open({ answers: { 'PATCH /projects/payments': projectWith(everywhere, { isArchived: true }) } });
    await user.click(within(await section('Archive')).getByRole('button', { name: 'Archive project' }));
    const dialog = await screen.findByRole('dialog', { name: 'Archive payments?' });
    expect(within(dialog).getByText('1 repository with its tags: stays readable')).toBeDefined();
    expect(sentBodies(calls, 'PATCH')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Archive project' }));
    await waitFor(() => expect(sentBodies(calls, 'PATCH')).toEqual([{ version: 1, isArchived: true }]));
  });

  it('remove an empty project after its name was typed, and only for whoever may make projects', async () => {
    const user = userEvent.setup();
    const project = projectWith(everywhere, { repositoryCount: 0 });
    open({ project });
    await section('Archive');
    expect(screen.queryByRole('region', { name: 'Remove' })).toBeNull();
    cleanup();

    const { calls, router } = open({ project, who: 'admin', answers: { 'DELETE /projects/payments': null } });
    await user.click(within(await section('Remove')).getByRole('button', { name: 'Remove project' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove payments?' });
    const button = within(dialog).getByRole('button', { name: 'Remove project' });
    expect(button.hasAttribute('disabled')).toBe(true);
    await user.type(within(dialog).getByRole('textbox'), 'payments');
    await user.click(button);
    await waitFor(() => expect(sentBodies(calls, 'DELETE')).toHaveLength(1));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects'));
  });

  it('change nothing outside of the environments that the reader manages', async () => {
    open({ project: projectWith({ development: placeActions, production: reading }) });
    const visibility = await section('Who may see it');
    expect(within(visibility).getByRole('combobox', { name: 'In development' })).toBeDefined();
    expect(within(visibility).queryByRole('combobox', { name: 'In production' })).toBeNull();
    expect(within(visibility).queryByRole('combobox', { name: 'In every environment' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Archive project' })).toBeNull();
    expect(await screen.findByText('by mara')).toBeDefined();
    expect(screen.queryByRole('button', { name: /^Remove the rule/ })).toBeNull();
  });

  it('tell who may not see them which role is needed where', async () => {
    open({ project: projectWith({ production: reading }) });
    const needed =
      'To manage members, robots and settings in production of payments you need the role project admin there; a project admin can give it to you.';
    expect(await screen.findByText(needed)).toBeDefined();
    const link = await screen.findByRole('link', { name: 'See the members of payments' });
    expect(link.getAttribute('href')).toBe('/projects/payments/members');
    expect(screen.queryByRole('region', { name: 'About' })).toBeNull();
  });
});

describe('immutable rules', () => {
  it('show what they would hold today before they are added', async () => {
    const user = userEvent.setup();
    const { calls } = open({
      answers: {
        'POST /projects/payments/immutable-rules/preview': {
          tagCount: 2,
          sample: [{ registryId: 'production', repository: 'payments/api', tag: 'v1.4' }],
        },
        'POST /projects/payments/immutable-rules': rule,
      },
    });
    await user.click(within(await section('Immutable tags')).getByRole('button', { name: 'Add rule' }));
    const form = await screen.findByRole('dialog', { name: 'Add rule' });
    const tags = within(form).getByRole('textbox', { name: 'Tags' });
    await user.type(tags, 'v?');
    expect(await within(form).findByText('2 tags of today would not be movable any more.')).toBeDefined();
    expect(within(form).getByText(/v1\.4/)).toBeDefined();
    await user.click(within(form).getByRole('button', { name: 'Add rule' }));
    const added = calls.filter(({ method, path }) => method === 'POST' && !path.endsWith('/preview'));
    expect(added.map(({ body }) => body)).toEqual([{ environment: null, repositoryPattern: '**', tagPattern: 'v?' }]);
  });

  it('are removed after a question', async () => {
    const user = userEvent.setup();
    const { calls } = open({ answers: { [`DELETE /projects/payments/immutable-rules/${rule.id}`]: null } });
    await user.click(await screen.findByRole('button', { name: 'Remove the rule for tags v* in **' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove this rule?' });
    // What it names is an item of the question's list, not a list item within it.
    expect(dialog.querySelector('li li')).toBeNull();
    expect(within(dialog).getByRole('listitem').textContent).toContain('tags v* in all repositories');
    expect(sentBodies(calls, 'DELETE')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Remove rule' }));
    await waitFor(() => expect(sentBodies(calls, 'DELETE')).toHaveLength(1));
  });
});
