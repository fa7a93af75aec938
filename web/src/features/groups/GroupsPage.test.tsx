import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Group } from 'bff/contract/groups';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, type PretendedCall, Refusal, sentBodies } from '../../testing/api.ts';
import { sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { GroupsPage } from './GroupsPage.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';

const mara = { id: '0190b3a0-0000-7000-8000-000000000011', username: 'mara', displayName: 'Mara Lindqvist' };
const tess = { id: '0190b3a0-0000-7000-8000-000000000012', username: 'tess', displayName: 'tess' };
const testers: Group = {
  id: '0190b3a0-0000-7000-8000-000000000021',
  name: 'testers',
  description: '',
  users: [tess],
  projectCount: 2,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};

function open(answers: Record<string, unknown> = {}, search = '') {
  const calls = pretendApi({
    'GET /groups': { items: [testers] },
    'GET /users': { items: [mara, tess], total: 2, nextCursor: null },
    'POST /groups': testers,
    [`PUT /groups/${testers.id}`]: testers,
    [`DELETE /groups/${testers.id}`]: null,
    ...answers,
  });
  renderAt(`/groups${search}`, <GroupsPage />, [[sessionQuery().queryKey, sessionOf('admin')]]);
  return calls;
}

// The drawer's file is fetched before a test waits for it.
beforeAll(() => Promise.all([loadWords('en', 'groups'), import('./GroupFormDrawer.tsx')]));
setUpPages();

describe('a group', () => {
  it('is made with the people who were found and chosen', async () => {
    const user = userEvent.setup();
    const calls = open();
    await user.click((await screen.findAllByRole('button', { name: 'Add group' }))[0] as HTMLElement);
    const form = await screen.findByRole('dialog', { name: 'Add a group' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'Night shift');
    await user.type(within(form).getByRole('combobox', { name: 'People' }), 'lind');
    await user.click(await screen.findByRole('option', { name: 'mara · Mara Lindqvist' }));
    expect(within(form).getByText('1 person. What the group may do, they may do at once.')).toBeDefined();
    await user.click(within(form).getByRole('button', { name: 'Add group' }));
    await waitFor(() => expect(sentBodies(calls, 'POST')).toMatchObject([{ name: 'Night shift', userIds: [mara.id] }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('with a name that is taken says so at the name', async () => {
    const user = userEvent.setup();
    open({ 'POST /groups': new Refusal(409, 'name-taken') }, '?edit=new');
    const form = await screen.findByRole('dialog', { name: 'Add a group' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'testers');
    await user.click(within(form).getByRole('button', { name: 'Add group' }));
    expect(await within(form).findByText('There is already a group with this name.')).toBeDefined();
  });

  it('that somebody else changed meanwhile shows both, and the next save wins', async () => {
    const user = userEvent.setup();
    const theirs: Group = { ...testers, description: 'North branch', version: 8 };
    let list = { items: [testers] };
    const calls = open(
      {
        'GET /groups': () => list,
        [`PUT /groups/${testers.id}`]: ({ body }: PretendedCall) => {
          if ((body as Group).version === 8) return theirs;
          list = { items: [theirs] };
          return new Refusal(412, 'version-conflict');
        },
      },
      `?edit=${testers.id}`,
    );
    const form = await screen.findByRole('dialog', { name: 'Edit testers' });
    await user.type(within(form).getByRole('textbox', { name: 'Description' }), 'Mine');
    await user.click(within(form).getByRole('button', { name: 'Save' }));
    expect(within(await within(form).findByRole('alert')).getByText('North branch')).toBeDefined();
    await user.click(within(form).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'PUT')).toMatchObject([
        { version: 3, description: 'Mine', userIds: [tess.id] },
        { version: 8, description: 'Mine', userIds: [tess.id] },
      ]),
    );
  });

  it('is removed only after it was said what its people lose', async () => {
    const user = userEvent.setup();
    const calls = open();
    await user.click(await screen.findByRole('button', { name: 'Actions for testers' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove the group testers?' });
    expect(within(dialog).getByText('Its roles in 2 projects')).toBeDefined();
    expect(within(dialog).getByText('1 person loses what they had only through it')).toBeDefined();
    expect(sentBodies(calls, 'DELETE')).toEqual([]);
    const confirm = within(dialog).queryByRole('textbox');
    if (confirm !== null) await user.type(confirm, 'testers');
    await user.click(within(dialog).getByRole('button', { name: 'Remove group' }));
    await waitFor(() => expect(sentBodies(calls, 'DELETE')).toHaveLength(1));
  });
});
