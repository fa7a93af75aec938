import { configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { registryStorage, storageRepository, untaggedManifest } from '../../testing/storage.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { ProjectStoragePage } from './ProjectStoragePage.tsx';
import { RegistryStoragePage } from './RegistryStoragePage.tsx';
import { StoragePage } from './StoragePage.tsx';

const all = [...people.admin.actions] as Parameters<typeof projectWith>[0][string];
const list = (items: readonly unknown[]) => ({ items, nextCursor: null, total: items.length });
const signedIn = [
  [sessionQuery().queryKey, sessionOf('admin')],
  [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('production')] }],
] as const;

function openProject(search = '', answers: Record<string, unknown> = {}, actions = all) {
  const calls = pretendApi({
    'GET /projects/payments': projectWith({ development: actions, production: ['catalog.read'] }),
    'GET /projects/payments/storage': {
      items: [
        { project: 'payments', ...registryStorage() },
        {
          project: 'payments',
          ...registryStorage({
            registryId: 'production',
            environment: 'production',
            totalBytes: 0,
            bothBytes: 0,
            series: [],
          }),
        },
      ],
    },
    'GET /projects/payments/storage/repositories': list([storageRepository()]),
    'GET /projects/payments/untagged': list([untaggedManifest()]),
    ...answers,
  });
  renderAt(`/projects/payments/storage${search}`, <ProjectStoragePage />, [...signedIn], '/projects/:project/storage');
  return calls;
}

function openRegistry(search = '', answers: Record<string, unknown> = {}) {
  const figures = { totalBytes: 2_000_000, uniqueBytes: 1, trashBytes: 0, untaggedBytes: 0, bothBytes: 0 };
  const calls = pretendApi({
    'GET /registries/development/storage': {
      storage: registryStorage(),
      projects: [{ project: 'payments', ...figures }],
      projectCount: 1,
    },
    'GET /registries/development/storage/repositories': list([storageRepository()]),
    'GET /registries/development/untagged': list([
      untaggedManifest(),
      untaggedManifest({
        digest: `sha256:${'b'.repeat(64)}`,
        lastTag: null,
        isRipe: false,
        repository: 'payments/web',
      }),
    ]),
    ...answers,
  });
  renderAt(
    `/registries/development/storage${search}`,
    <RegistryStoragePage />,
    [...signedIn],
    '/registries/:registryId/storage',
  );
  return calls;
}

beforeAll(() => loadWords('en', 'storage', 'project-frame', 'reasons'));
setUpPages();
// On a busy machine a page takes its time.
configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('the storage of a registry', () => {
  it('says how much it is, what would come back, and how sure that is', async () => {
    openRegistry();
    expect(await screen.findByText('3.00 MB', { selector: 'dd' })).toBeDefined();
    expect(screen.getByRole('img', { name: /^Bytes over time: 1\.00 MB on .*, 3\.00 MB on/ })).toBeDefined();
    const back = screen.getByRole('region', { name: 'What would come back' });
    expect(back.textContent).toContain('400 kBif the trash were emptied');
    expect(back.textContent).toContain('900 kBif both were done');
    expect(screen.getByRole('region', { name: 'How sure this is' }).textContent).toMatch(/Measured \d+ \w+ ago/);
    expect(screen.getByRole('region', { name: 'Largest projects' }).textContent).toContain('payments2.00 MB');
  });

  it('says what it does not know', async () => {
    const storage = registryStorage({ catalogAt: null, unreadCount: 3, changedCount: 1 });
    openRegistry('', { 'GET /registries/development/storage': { storage, projects: [], projectCount: 0 } });
    const sure = await screen.findByRole('region', { name: 'How sure this is' });
    expect(sure.textContent).toContain('never read to its end');
    expect(sure.textContent).toContain('3 manifests could not be read');
    expect(sure.textContent).toContain('1 repository has changed since');
  });

  it('that was never measured says so, and is measured when somebody asks', async () => {
    const user = userEvent.setup();
    const storage = registryStorage({ measuredAt: null, totalBytes: 0, series: [] });
    const calls = openRegistry('', {
      'GET /registries/development/storage': { storage, projects: [], projectCount: 0 },
      'POST /registries/development/storage/measure': { registryIds: ['development'] },
    });
    expect(await screen.findByText(/^Not measured yet/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Measure now' }));
    await waitFor(() => expect(calls.some(({ method }) => method === 'POST')).toBe(true));
    await waitFor(() => expect(currentToasts()[0]?.message).toBe('The measuring begins in a moment.'));
  });

  it('that cannot be read is tried again', async () => {
    const detail = 'The database does not answer.';
    openRegistry('', { 'GET /registries/development/storage': new Refusal(503, 'not-ready', { detail }) });
    expect(await screen.findByRole('button', { name: /try again/i })).toBeDefined();
  });

  it('of all registries is one table', async () => {
    pretendApi({
      'GET /storage': {
        items: [registryStorage(), registryStorage({ registryId: 'production', environment: 'production' })],
      },
    });
    renderAt('/storage', <StoragePage />, [...signedIn]);
    const grid = await screen.findByRole('grid', { name: 'Registries by bytes' });
    expect(within(grid).getAllByRole('row')).toHaveLength(3);
    expect(screen.getByText('6.00 MB', { selector: 'dd' })).toBeDefined();
  });
});

describe('the storage of a project', () => {
  it('sums what the reader sees, and has a column for each registry that holds something', async () => {
    openProject('?view=repositories');
    const grid = await screen.findByRole('grid', { name: 'Repositories by bytes' });
    await within(grid).findByRole('link', { name: 'api' });
    const [, row] = within(grid).getAllByRole('row');
    expect(row?.textContent).toContain('api2.00 MB1.50 MB+500 kB');
    expect(within(grid).getByRole('columnheader', { name: 'development' })).toBeDefined();
    expect(within(grid).queryByRole('columnheader', { name: 'production' })).toBeNull();
  });

  it('is sorted by the server', async () => {
    const user = userEvent.setup();
    const calls = openProject('?view=repositories');
    await user.click(await screen.findByRole('button', { name: /^Unique/ }));
    await waitFor(() => expect(calls.some(({ path }) => path.includes('sort=-unique'))).toBe(true));
  });

  it('shows nothing untagged to who may not delete', async () => {
    const calls = openProject('?view=untagged', {}, ['catalog.read']);
    expect(await screen.findByRole('img', { name: /^Bytes over time/ })).toBeDefined();
    expect(screen.queryByRole('link', { name: /^Untagged/ })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Measure now' })).toBeNull();
    expect(calls.some(({ path }) => path.includes('/untagged'))).toBe(false);
  });
});

describe('what no tag reaches', () => {
  it('goes to the trash when somebody has confirmed it; what is young cannot be chosen', async () => {
    const user = userEvent.setup();
    const calls = openRegistry('?view=untagged', { 'POST /registries/development/untagged/trash': { total: 1 } });
    const grid = await screen.findByRole('grid', { name: 'Untagged manifests' });
    await within(grid).findByText('was nightly');
    expect(screen.getByText(/cannot be found this way/)).toBeDefined();
    for (const box of within(grid).getAllByRole('checkbox', { name: /^Select payments/ })) await user.click(box);
    await user.click(screen.getByRole('button', { name: 'Put in the trash' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Put 1 untagged manifest in the trash?' }));
    expect(dialog.getByText(/up to 300 kB come back/)).toBeDefined();
    await user.click(dialog.getByRole('button', { name: 'Put it in the trash' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'POST')).toEqual([{ repository: 'payments/api', digests: [untaggedManifest().digest] }]),
    );
    await waitFor(() => expect(currentToasts()[0]?.message).toBe('1 manifest is on its way into the trash.'));
  });

  it('goes all at once, from each registry in which the reader may delete', async () => {
    const user = userEvent.setup();
    const calls = openProject('?view=untagged', { 'POST /projects/payments/untagged/trash': { total: 0 } });
    await user.click(await screen.findByRole('button', { name: 'Put 1 of age in the trash…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Put 1 untagged manifest in the trash?' }));
    await user.click(dialog.getByRole('button', { name: 'Put it in the trash' }));
    await waitFor(() => expect(sentBodies(calls, 'POST')).toEqual([{ registryId: 'development' }]));
    await waitFor(() => expect(currentToasts()[0]?.message).toBe('None of them may go any more.'));
  });

  it('says why it was refused, and stays open', async () => {
    const user = userEvent.setup();
    const detail = 'There is no registry “development”.';
    openProject('?view=untagged', {
      'POST /projects/payments/untagged/trash': new Refusal(404, 'registry-not-found', { detail }),
    });
    await user.click(await screen.findByRole('button', { name: 'Put 1 of age in the trash…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'Put it in the trash' }));
    expect((await dialog.findByRole('alert')).textContent).not.toBe('');
  });
});
