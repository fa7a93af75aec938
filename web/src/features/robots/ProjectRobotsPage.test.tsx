import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { placeActions } from 'bff/contract/permissions';
import type { Robot } from 'bff/contract/robots';
import { beforeAll, describe, expect, it } from 'vitest';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { ProjectRobotsPage } from './ProjectRobotsPage.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';

const robot: Robot = {
  id: '5e0ea9d8-0f3c-4a44-9a3c-1d8a1c1a2b3c',
  name: 'ci',
  loginName: 'robot.payments.ci',
  project: 'payments',
  description: 'Builds',
  permissions: [{ actions: ['artifact.push'], environments: ['development'], repositories: ['api'] }],
  expiresAt: null,
  isDisabled: false,
  secrets: [{ createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, lastUsedAt: null }],
  lastUsedAt: null,
  lastUsedFrom: null,
  createdBy: 'mara',
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};
const SECRET = 'lsr_onlyNow';

function open(managed: readonly string[], answers: Record<string, unknown> = {}, search = '') {
  const calls = pretendApi({
    'GET /projects/payments': {
      name: 'payments',
      description: '',
      publicEnvironments: {},
      access: ['development', 'production'].map((environment) => ({
        environment,
        role: null,
        actions: managed.includes(environment) ? placeActions : ['catalog.read', 'member.read'],
      })),
    },
    'GET /projects/payments/robots': { items: [robot] },
    'POST /projects/payments/robots': { ...robot, secret: SECRET },
    [`POST /projects/payments/robots/${robot.id}/rotate`]: { ...robot, secret: SECRET },
    [`DELETE /projects/payments/robots/${robot.id}`]: null,
    ...answers,
  });
  const drawn = renderAt(`/projects/payments/robots${search}`, <ProjectRobotsPage />, [], '/projects/:project/robots');
  return { calls, ...drawn };
}

beforeAll(() => loadWords('en', 'robots', 'project-frame'));
setUpPages();

describe('robot accounts', () => {
  it('are made with what was chosen, and their secret is shown once', async () => {
    const user = userEvent.setup();
    const { calls } = open(['development', 'production']);
    await user.click((await screen.findAllByRole('button', { name: 'New robot account' }))[0] as HTMLElement);
    const form = await screen.findByRole('dialog', { name: 'New robot account' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'ci');
    await user.click(within(form).getByRole('checkbox', { name: 'push' }));
    await user.click(within(form).getByRole('button', { name: 'Make it and show its secret' }));
    expect(await within(form).findByText('Choose at least one environment.')).toBeDefined();
    await user.click(within(form).getByRole('checkbox', { name: 'development' }));
    await user.click(within(form).getByRole('button', { name: 'Make it and show its secret' }));
    const shown = await screen.findByRole('dialog', { name: 'The secret of robot.payments.ci' });
    expect(within(shown).getByText(SECRET)).toBeDefined();
    expect(within(shown).getByText(/^docker login .* --username robot\.payments\.ci$/)).toBeDefined();
    const made = calls.find(({ method }) => method === 'POST')?.body;
    expect(made).toMatchObject({
      name: 'ci',
      permissions: [
        {
          actions: ['catalog.read', 'artifact.pull', 'artifact.push'],
          environments: ['development'],
          repositories: ['**'],
        },
      ],
    });
    await user.click(within(shown).getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
  });

  it('get a new secret while the old one goes on for a day', async () => {
    const user = userEvent.setup();
    const { calls } = open(['development'], {}, `?rotate=${robot.id}`);
    await user.click(await screen.findByRole('button', { name: 'Make new secret' }));
    expect(await screen.findByText(SECRET)).toBeDefined();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ overlapHours: 24 });
  });

  it('are deleted after their name was typed, with what goes named before', async () => {
    const user = userEvent.setup();
    const { calls } = open(['development'], {}, `?remove=${robot.id}`);
    const dialog = await screen.findByRole('dialog', { name: 'Delete robot.payments.ci?' });
    expect(
      within(dialog)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['1 secret, never used', 'push in development, api']);
    const button = within(dialog).getByRole('button', { name: 'Delete robot account' });
    expect(button.hasAttribute('disabled')).toBe(true);
    await user.type(within(dialog).getByRole('textbox'), robot.loginName);
    await user.click(button);
    await waitFor(() => expect(calls.some(({ method }) => method === 'DELETE')).toBe(true));
  });

  it('of environments that the reader does not manage are only shown', async () => {
    open(['production'], {}, `?remove=${robot.id}`);
    expect(await screen.findByText('robot.payments.ci')).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Actions for robot.payments.ci' })).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('that somebody else changed meanwhile show both values, and the next save wins', async () => {
    const user = userEvent.setup();
    const theirs = { ...robot, description: 'Nightly builds', version: 4 };
    let list = { items: [robot] };
    const { calls } = open(
      ['development'],
      {
        'GET /projects/payments/robots': () => list,
        [`PUT /projects/payments/robots/${robot.id}`]: ({ body }: { body: unknown }) => {
          if ((body as Robot).version === 4) return theirs;
          list = { items: [theirs] };
          return new Refusal(412, 'version-conflict');
        },
      },
      `?edit=${robot.id}`,
    );
    const field = await screen.findByRole('textbox', { name: 'What it is for' });
    await user.clear(field);
    await user.type(field, 'Mine');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const conflict = await screen.findByRole('alert');
    expect(within(conflict).getByText('Nightly builds')).toBeDefined();
    expect(within(conflict).getByText('Mine')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const sent = calls.filter(({ method }) => method === 'PUT').map(({ body }) => body as Robot);
    expect(sent.map(({ version, description }) => [version, description])).toEqual([
      [3, 'Mine'],
      [4, 'Mine'],
    ]);
  });
});
