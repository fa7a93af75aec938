import { configure, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { beforeAll, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { projectQuery } from '../../domain/project-access.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
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
