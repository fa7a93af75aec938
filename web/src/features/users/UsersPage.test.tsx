import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { User } from 'bff/contract/users';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, type PretendedCall, Refusal, sentBodies } from '../../testing/api.ts';
import { sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { UsersPage } from './UsersPage.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';

const tess: User = {
  id: '0190b3a0-0000-7000-8000-000000000007',
  username: 'tess',
  displayName: 'Tess',
  email: null,
  isSystemAdmin: false,
  isDisabled: false,
  groups: [],
  projectCount: 2,
  lastSignInAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 4,
};
const PASSWORD = 'shown-only-now';

function open(answers: Record<string, unknown> = {}, search = '') {
  const calls = pretendApi({
    'GET /users': { items: [tess], total: 1, nextCursor: null },
    [`GET /users/${tess.id}`]: { ...tess, memberships: [], accessTokenCount: 3 },
    [`PATCH /users/${tess.id}`]: tess,
    ...answers,
  });
  const drawn = renderAt(`/users${search}`, <UsersPage />, [[sessionQuery().queryKey, sessionOf('admin')]]);
  return { calls, ...drawn };
}

async function choose(user: ReturnType<typeof userEvent.setup>, action: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: 'Actions for tess' }));
  await user.click(await screen.findByRole('menuitem', { name: action }));
}

// The drawer's file is fetched before a test waits for it.
beforeAll(() => Promise.all([loadWords('en', 'users'), import('./UserFormDrawer.tsx')]));
setUpPages();

describe('a new user', () => {
  it('gets a generated password, which is shown once and kept nowhere', async () => {
    const user = userEvent.setup();
    const { calls, client, router } = open({ 'POST /users': { ...tess, username: 'nora', password: PASSWORD } });
    await user.click(await screen.findByRole('button', { name: 'Add user' }));
    const form = await screen.findByRole('dialog', { name: 'Add a user' });
    await user.type(within(form).getByRole('textbox', { name: 'Username' }), 'nora');
    await user.click(within(form).getByRole('button', { name: 'Add user' }));
    const shown = await screen.findByRole('dialog', { name: 'The password of nora' });
    expect(within(shown).getByText(PASSWORD)).toBeDefined();
    expect(sentBodies(calls, 'POST')).toMatchObject([{ username: 'nora', displayName: 'nora' }]);
    await user.keyboard('{Escape}');
    expect(screen.getByText(PASSWORD)).toBeDefined();
    await user.click(within(shown).getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText(PASSWORD)).toBeNull());
    const kept = client
      .getQueryCache()
      .getAll()
      .map(({ state }) => state.data);
    expect(JSON.stringify([kept, router.state.location])).not.toContain(PASSWORD);
  });

  it('is not asked for while the form is wrong, and a taken name is said at the name', async () => {
    const user = userEvent.setup();
    const { calls } = open({ 'POST /users': new Refusal(409, 'name-taken') }, '?edit=new');
    const name = await screen.findByRole('textbox', { name: 'Username' });
    await user.type(name, 'robot.ci');
    await user.click(screen.getAllByRole('button', { name: 'Add user' }).at(-1) as HTMLElement);
    expect(await screen.findByText(/^Use letters, digits/)).toBeDefined();
    expect(sentBodies(calls, 'POST')).toEqual([]);
    await user.clear(name);
    await user.type(name, 'tess');
    await user.click(screen.getAllByRole('button', { name: 'Add user' }).at(-1) as HTMLElement);
    expect(await screen.findByText('There is already a user with this name.')).toBeDefined();
  });
});

describe('an edit', () => {
  it('that somebody else was faster with shows both values, and the next save wins', async () => {
    const user = userEvent.setup();
    const theirs: User = { ...tess, email: 'tess@example.com', version: 9 };
    let stored = tess;
    const { calls } = open(
      {
        'GET /users': () => ({ items: [stored], total: 1, nextCursor: null }),
        [`GET /users/${tess.id}`]: () => ({ ...stored, memberships: [], accessTokenCount: 0 }),
        [`PATCH /users/${tess.id}`]: ({ body }: PretendedCall) => {
          if ((body as User).version === 9) return theirs;
          stored = theirs;
          return new Refusal(412, 'version-conflict');
        },
      },
      `?edit=${tess.id}`,
    );
    const form = await screen.findByRole('dialog', { name: 'Edit tess' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), ' M.');
    await user.click(within(form).getByRole('button', { name: 'Save' }));
    expect(within(await within(form).findByRole('alert')).getByText('tess@example.com')).toBeDefined();
    await user.click(within(form).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'PATCH')).toMatchObject([
        { version: 4, displayName: 'Tess M.' },
        { version: 9, displayName: 'Tess M.' },
      ]),
    );
  });
});

describe('what is done to a user', () => {
  it('is disabling only after it was said what ends', async () => {
    const user = userEvent.setup();
    const { calls } = open();
    await choose(user, 'Disable…');
    const dialog = await screen.findByRole('dialog', { name: 'Disable tess?' });
    expect(await within(dialog).findByText('3 access tokens stop working, at docker login too')).toBeDefined();
    expect(within(dialog).getByText('The roles in 2 projects stay, without effect while disabled')).toBeDefined();
    expect(sentBodies(calls, 'PATCH')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Disable' }));
    await waitFor(() => expect(sentBodies(calls, 'PATCH')).toEqual([{ version: 4, isDisabled: true }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('is a new password, shown once', async () => {
    const user = userEvent.setup();
    open({ [`POST /users/${tess.id}/reset-password`]: { password: PASSWORD } });
    await choose(user, 'Reset password…');
    const dialog = await screen.findByRole('dialog', { name: 'Give tess a new password?' });
    expect(within(dialog).getByText('Every session ends, in every browser')).toBeDefined();
    await user.click(within(dialog).getByRole('button', { name: 'Reset password' }));
    expect(
      within(await screen.findByRole('dialog', { name: 'The password of tess' })).getByText(PASSWORD),
    ).toBeDefined();
  });

  it('is refused with the server’s sentence, and the question stays', async () => {
    const user = userEvent.setup();
    const detail = 'tess is the last system administrator.';
    open({
      'GET /users': { items: [{ ...tess, isSystemAdmin: true }], total: 1, nextCursor: null },
      [`PATCH /users/${tess.id}`]: new Refusal(409, 'last-system-admin', { detail }),
    });
    await choose(user, 'End as system administrator…');
    const dialog = await screen.findByRole('dialog', { name: 'End tess as system administrator?' });
    await user.click(within(dialog).getByRole('button', { name: 'End as system administrator' }));
    expect((await within(dialog).findByRole('alert')).textContent).toContain(detail);
  });
});
