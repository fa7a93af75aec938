import { configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { TrashItem } from 'bff/contract/trash';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { trashItem } from '../../testing/trash.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { ProjectTrashPage } from './ProjectTrashPage.tsx';
import { TrashPage } from './TrashPage.tsx';

const all = [...people.admin.actions] as Parameters<typeof projectWith>[0][string];
const maintainer = all.filter((action) => action !== 'trash.purge');
const other = trashItem({ id: '0190b3a0-0000-7000-8000-00000000000b', tag: '2.0', comment: 'Leaks memory' });
const restorePath = `/projects/payments/trash/${trashItem().id}/restore`;
const restored = (calls: ReturnType<typeof pretendApi>) =>
  sentBodies(
    calls.filter(({ path }) => path.endsWith('/restore')),
    'POST',
  );
const list = (items: readonly TrashItem[]) => ({ items, nextCursor: null, total: null });

function open(items: readonly TrashItem[], actions = all, answers: Record<string, unknown> = {}, search = '') {
  const calls = pretendApi({
    'GET /projects/payments': projectWith({ development: actions }),
    'GET /projects/payments/trash': list(items),
    'GET /projects/payments/trash-window': { days: 14 },
    'GET /tag-history': { ...list([]), now: [] },
    ...answers,
  });
  renderAt(
    `/projects/payments/trash${search}`,
    <ProjectTrashPage />,
    [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('production')] }],
    ],
    '/projects/:project/trash',
  );
  return calls;
}
const menuOf = async (user: ReturnType<typeof userEvent.setup>, what: string) => {
  await user.click(await screen.findByRole('button', { name: `Actions for ${what}` }));
  return screen.findByRole('menu');
};

beforeAll(() => loadWords('en', 'trash', 'project-frame', 'reasons'));
setUpPages();
// On a busy machine a page takes its time.
configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('the trash of a project', () => {
  it('says what was deleted by whom and why, and for how long it is kept', async () => {
    const calls = open([trashItem({ aliases: ['latest'] }), other]);
    const grid = await screen.findByRole('grid', { name: 'Deleted tags and images' });
    await within(grid).findByText('1.0');
    const [, first, second] = within(grid).getAllByRole('row');
    expect(first?.textContent).toContain('api:1.0');
    expect(first?.textContent).toContain('1 other tag had this digest: latest');
    expect(first?.textContent).toContain('by ada');
    expect(second?.textContent).toContain('Leaks memory');
    expect(screen.getByText('kept for 14 days')).toBeDefined();
    // What cannot be had back any more is not in the way.
    expect(calls.find(({ path }) => path.includes('/trash?'))?.path).toContain('state=kept');
  });

  it('says of a tag that has come back, or is another image by now', async () => {
    const { digest } = trashItem();
    open([trashItem({ tagNow: digest }), { ...other, tagNow: `sha256:${'b'.repeat(64)}` }]);
    expect((await screen.findByText('tag is there again')).closest('[role=row]')?.textContent).toContain('api:1.0');
    expect(screen.getByText('tag is another image now').closest('[role=row]')?.textContent).toContain('api:2.0');
  });

  it('says which policy deleted something, also one that is gone or may not be seen', async () => {
    const id = '0190b3a0-0000-7000-8000-0000000000aa';
    const followed = (tag: string, policy: TrashItem['policy'], deletedBy: string | null = null) =>
      trashItem({ id: `${id.slice(0, -1)}${tag}`, tag, why: 'policy', deletedBy, policy });
    open([
      followed('1', { id, name: 'to branches', exists: true }),
      followed('2', { id, name: 'of old', exists: false }, 'ada'),
      followed('3', { id: null, name: null, exists: false }),
    ]);
    const link = await screen.findByRole('link', { name: 'to branches' });
    expect(link.getAttribute('href')).toContain(id);
    const [, first, second, third] = screen.getAllByRole('row');
    expect(first?.textContent).toContain('by the policy to branches');
    expect(second?.textContent).toContain('by the policy of old, which ada ran');
    expect(third?.textContent).toContain('by a policy');
    expect(screen.queryByText(/nobody known/)).toBeNull();
  });

  it('asks for what the URL says', async () => {
    const calls = open([], all, {}, '?state=any&registry=production&repository=payments%2Fapi&sort=expires&q=rc');
    expect(await screen.findByText('Nothing in the trash fits the filters')).toBeDefined();
    const asked = new URLSearchParams(calls.find(({ path }) => path.includes('/trash?'))?.path.split('?')[1]);
    expect(Object.fromEntries(asked)).toMatchObject({
      registryId: 'production',
      repository: 'payments/api',
      sort: 'expires',
      q: 'rc',
    });
    expect(asked.has('state')).toBe(false);
  });

  it('says that it is empty, and what would be here', async () => {
    open([]);
    expect(await screen.findByText('Nothing is in the trash')).toBeDefined();
  });

  it('is not for who may not restore, and says which role is needed', async () => {
    const calls = open([], [...people.developer.actions]);
    const needed = /^To delete or restore artifacts in development of payments you need the role maintainer or higher/;
    expect(await screen.findByText(needed)).toBeDefined();
    expect(calls.filter(({ path }) => path.startsWith('/projects/payments/trash?'))).toEqual([]);
  });
});

describe('restoring', () => {
  it('goes back under the same tag where that is free', async () => {
    const user = userEvent.setup();
    const calls = open([trashItem()], all, { [`POST ${restorePath}`]: trashItem({ state: 'restored' }) });
    await user.click(within(await menuOf(user, 'payments/api:1.0')).getByRole('menuitem', { name: 'Restore…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Restore payments/api:1.0?' }));
    expect((await dialog.findByRole<HTMLInputElement>('radio', { name: 'As 1.0 again' })).checked).toBe(true);
    await user.click(dialog.getByRole('button', { name: 'Restore' }));
    await waitFor(() => expect(restored(calls)).toEqual([{ target: { kind: 'same' } }]));
    await waitFor(() =>
      expect(currentToasts().map(({ message }) => message)).toEqual([
        'payments/api:1.0 is back, with the same digest.',
      ]),
    );
  });

  it('lets the person choose where the tag is something else by now', async () => {
    const caution = { code: 'setting-undone', sentence: 'The policy “mirror” replaces 1.0 again.', params: {} };
    const user = userEvent.setup();
    const now = `sha256:${'b'.repeat(64)}`;
    const calls = open([trashItem()], all, {
      'GET /tag-history': { ...list([]), now: [{ registryId: 'development', digest: now }] },
      [`POST ${restorePath}`]: trashItem({ state: 'restored' }),
      [`POST ${restorePath}/preview`]: { cautions: [caution] },
    });
    await user.click(within(await menuOf(user, 'payments/api:1.0')).getByRole('menuitem', { name: 'Restore…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Restore payments/api:1.0?' }));
    expect(await dialog.findByText(/1\.0 is something else by now/)).toBeDefined();
    const confirm = dialog.getByRole<HTMLButtonElement>('button', { name: 'Restore' });
    expect(confirm.disabled).toBe(true);
    await user.click(dialog.getByRole('radio', { name: 'Under another tag' }));
    expect(confirm.disabled).toBe(true);
    await user.type(dialog.getByRole('textbox', { name: 'Tag' }), '1.0-old');
    expect(confirm.disabled).toBe(false);
    await user.click(dialog.getByRole('radio', { name: /^As 1\.0, in place of bbbb/ }));
    expect(await dialog.findByText(caution.sentence)).toBeDefined();
    await user.click(confirm);
    await waitFor(() => expect(restored(calls)).toEqual([{ target: { kind: 'replace', replaces: now } }]));
  });

  it('of several tells which were refused, and why', async () => {
    const user = userEvent.setup();
    const detail = 'payments/api:2.0 is something else by now.';
    open([trashItem(), other], all, {
      [`POST ${restorePath}`]: trashItem({ state: 'restored' }),
      [`POST /projects/payments/trash/${other.id}/restore`]: new Refusal(409, 'trash-tag-taken', { detail }),
    });
    await user.click(await screen.findByRole('checkbox', { name: 'Select payments/api:1.0' }));
    await user.click(screen.getByRole('checkbox', { name: 'Select payments/api:2.0' }));
    await user.click(screen.getByRole('button', { name: 'Restore' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Restore 2 things?' }));
    await user.click(dialog.getByRole('button', { name: 'Restore 2' }));
    expect((await dialog.findByRole('alert')).textContent).toContain(`payments/api:2.0: ${detail}`);
    expect(currentToasts().map(({ message }) => message)).toEqual(['1 is restored.']);
  });
});

describe('removing for good', () => {
  it('is done after its name was typed', async () => {
    const user = userEvent.setup();
    const calls = open([trashItem()], all, {
      [`POST /projects/payments/trash/${trashItem().id}/purge`]: trashItem({ state: 'purged' }),
    });
    await user.click(
      within(await menuOf(user, 'payments/api:1.0')).getByRole('menuitem', { name: 'Remove for good…' }),
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove payments/api:1.0 for good?' }));
    const confirm = dialog.getByRole<HTMLButtonElement>('button', { name: 'Remove for good' });
    expect(confirm.disabled).toBe(true);
    await user.type(dialog.getByRole('textbox'), '1.0');
    await user.click(confirm);
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith('/purge'))).toBe(true));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('is not offered to who may not', async () => {
    const user = userEvent.setup();
    open([trashItem()], maintainer);
    const menu = within(await menuOf(user, 'payments/api:1.0'));
    expect(menu.getByRole('menuitem', { name: 'Restore…' })).toBeDefined();
    expect(menu.queryByRole('menuitem', { name: 'Remove for good…' })).toBeNull();
  });
});

describe('the trash of all projects', () => {
  it('says of which project each is', async () => {
    const ledger = trashItem({ id: other.id, project: 'ledger', repository: 'ledger/core' });
    pretendApi({
      'GET /trash': list([trashItem(), ledger]),
      'GET /projects/payments': projectWith({ development: all }),
      'GET /projects/ledger': projectWith({ development: maintainer }, { name: 'ledger' }),
    });
    renderAt('/trash', <TrashPage />, [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items: [{ ...registryEntry('development'), health: 'down' }] }],
    ]);
    expect(await screen.findByText('ledger/core:')).toBeDefined();
    expect(screen.getByText('payments/api:')).toBeDefined();
    expect(screen.getByText(/development cannot be reached now/)).toBeDefined();
  });
});
