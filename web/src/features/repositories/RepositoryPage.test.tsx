import { act, configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { beforeAll, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { projectQuery } from '../../domain/project-access.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, type PretendedCall, Refusal } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { deletionPreview, trashItem } from '../../testing/trash.ts';
import { RepositoryPage } from './RepositoryPage.tsx';

const [one, other] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];
const at = '2026-01-01T00:00:00.000Z';
const column = (registryId: string): MatrixColumn => ({
  registryId,
  name: `${registryId} registry`,
  environment: registryId,
  health: 'up',
  asOf: at,
  isStale: false,
  reason: null,
});
/** @param places the digest in each registry; the row shows that of the one whose tags are listed */
const tag = (name: string, places: Readonly<Record<string, string>>, shown = 'development'): Tag => ({
  name,
  digest: places[shown] ?? one,
  mediaType: null,
  artifactType: null,
  sizeBytes: null,
  platforms: [],
  pushedAt: at,
  pushedBy: null,
  registries: Object.entries(places).map(([registryId, digest]) => ({ registryId, digest, pushedAt: at })),
});
const page = (items: readonly Tag[]) => ({ items, nextCursor: null, total: items.length });
const detail = (registryIds: readonly string[]) => ({
  name: 'payments/api',
  project: 'payments',
  tagCount: 2,
  sizeBytes: 1,
  pushedAt: null,
  registries: registryIds.map((registryId) => ({ registryId, tagCount: 2 })),
  columns: registryIds.map(column),
});

function open(search: string, answers: Record<string, unknown>) {
  pretendApi({ 'GET /repository': detail(['development', 'testing']), ...answers });
  const actions = [...people.admin.actions] as never;
  const registries = ['development', 'testing'].map((id) => ({ ...registryEntry(id), name: `${id} registry` }));
  return renderAt(
    `/projects/payments/repositories/api${search}`,
    <RepositoryPage />,
    [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items: registries }],
      [projectQuery('payments').queryKey, projectWith({ development: actions, testing: actions })],
    ],
    '/projects/:project/repositories/*',
  );
}

beforeAll(() => loadWords('en', 'trash', 'repositories', 'reasons'));
setUpPages();
// On a busy machine a page takes its time.
configure({ asyncUtilTimeout: 15_000 });

it('compares each place of a tag with the registry that is looked at', async () => {
  open('?registry=testing', { 'GET /tags': page([tag('1.0', { development: one, testing: other }, 'testing')]) });
  const row = within(await screen.findByRole('row', { name: /1\.0/ }));
  expect(row.getByRole('link', { name: 'testing registry: here' })).toBeDefined();
  expect(row.getByRole('link', { name: 'development registry: another digest' })).toBeDefined();
});

it('compares two tags in the registry that is looked at', async () => {
  const user = userEvent.setup();
  const both = { development: one, testing: other };
  open('?registry=testing', { 'GET /tags': page([tag('1.1', both, 'testing'), tag('1.0', both, 'testing')]) });
  await user.click(await screen.findByRole('checkbox', { name: 'Select 1.1' }));
  await user.click(screen.getByRole('checkbox', { name: 'Select 1.0' }));
  const href = screen.getByRole('link', { name: 'Compare' }).getAttribute('href') ?? '';
  expect(decodeURIComponent(href)).toContain('left=testing/1.1&right=testing/1.0');
});

/** The registry as it is before and after everything of it was deleted there, and what is left of the repository. */
function deletable(after: unknown) {
  let isDeleted = false;
  const both = { development: one, testing: one };
  return {
    'GET /tags': () => (isDeleted ? page([]) : page([tag('1.1', both), tag('1.0', both)])),
    'GET /repository': () => (isDeleted ? after : detail(['development', 'testing'])),
    'POST /projects/payments/trash/preview': ({ body }: PretendedCall) => {
      const { references } = (body as { selection: { references: string[] } }).selection;
      return deletionPreview({ total: references.length });
    },
    'POST /projects/payments/trash': () => {
      isDeleted = true;
      return { items: [trashItem().id, 'other'], total: 2 };
    },
    'GET /projects/payments/trash': page([trashItem(), trashItem({ id: 'other', tag: '1.1' })] as never),
  };
}

async function deleteAll(user: ReturnType<typeof userEvent.setup>) {
  await user.click(await screen.findByRole('checkbox', { name: 'Select 1.1' }));
  await user.click(screen.getByRole('checkbox', { name: 'Select 1.0' }));
  await user.click(screen.getByRole('button', { name: 'Delete…' }));
  await user.click(await screen.findByRole('button', { name: 'Delete 2' }));
  expect(await screen.findByText('2 of 2 in the trash')).toBeDefined();
}

/** As the events of a deletion do to an open page. */
const hear = ({ happen }: ReturnType<typeof open>) =>
  act(() =>
    happen({
      name: 'tag',
      payload: { registryId: 'development', repository: 'payments/api', name: '1.0', digest: null, at },
    }),
  );

it('says what became of a deletion, and which registry is looked at, when nothing is left in that one', async () => {
  const user = userEvent.setup();
  const opened = open('?registry=development', deletable(detail(['testing'])));
  await deleteAll(user);
  hear(opened);
  expect(await screen.findByText('No tag of this repository is in development registry')).toBeDefined();
  const select = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Registry', hidden: true });
  const options = () => within(select).queryAllByRole('option', { hidden: true });
  await waitFor(() =>
    expect(options().map(({ textContent }) => textContent)).toEqual([
      'All registries',
      'testing registry',
      'development registry',
    ]),
  );
  expect(select.selectedOptions[0]?.textContent).toBe('development registry');
  expect(screen.getByRole('button', { name: 'Restore 2' })).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('says what became of a deletion when the repository is not there any more', async () => {
  const user = userEvent.setup();
  const opened = open('?registry=development', deletable(new Refusal(404, 'repository-not-found')));
  await deleteAll(user);
  hear(opened);
  expect(await screen.findByText('There is no repository “payments/api”')).toBeDefined();
  expect(screen.getByRole('button', { name: 'Restore 2' })).toBeDefined();
});
