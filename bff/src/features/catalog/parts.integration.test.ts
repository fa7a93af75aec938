import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Scope } from '../../access/scope.ts';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createProjectsView } from '../projects/projects.view.ts';
import { createRepositoriesView, type RepositorySort } from '../repositories/repositories.view.ts';
import { createSearchView } from '../search/search.view.ts';
import { type CatalogStore, createCatalogStore } from './catalog.store.ts';
import { semverKey } from './semver-key.ts';
import type { ReadTagNames } from './tag-names.view.ts';
import { createTagPages } from './tag-pages.view.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const registries = ['dev', 'test', 'prod'] as const;
const projects = ['alpha', 'beta'] as const;
const repositories = ['alpha/api', 'alpha/web', 'beta/api'];
const subsets = [['dev'], ['test'], ['prod'], ['dev', 'test'], ['dev', 'prod'], ['test', 'prod']];

const scopeOf = (registryIds: readonly string[]): Scope => ({
  isEverything: false,
  projects: [],
  places: projects.flatMap((project) => registryIds.map((registryId) => ({ project, registryId }))),
});
const digestOf = (number: number) => `sha256:${number.toString(16).padStart(64, '0')}`;
const instant = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

function manifest(number: number) {
  return {
    digest: digestOf(number),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: null,
    kind: 'image' as const,
    content: Buffer.from(`manifest ${number}`),
    platforms: [],
    // One blob of its own, one that every third image has, one that all have.
    blobs: [
      { digest: digestOf(1000 + number), sizeBytes: 100 + number },
      { digest: digestOf(2000 + (number % 3)), sizeBytes: 10_000 },
      { digest: digestOf(3000), sizeBytes: 1_000_000 },
    ],
    childDigests: [],
    configDigest: null,
    config: null,
    subjectDigest: null,
    createdAt: instant(number * 7),
    isReadable: true,
  };
}

/** Every tag that is seen with these registries, by reading every row. */
async function rowsOf({ kysely }: Database, registryIds: readonly string[]) {
  const rows = await kysely
    .selectFrom('tags')
    .leftJoin('manifests', 'manifests.digest', 'tags.digest')
    .select(['registry_id', 'repository', 'project', 'name', 'tags.digest', 'pushed_at', 'created_at', 'is_shown'])
    .execute();
  return rows.filter(({ registry_id, is_shown }) => is_shown && registryIds.includes(registry_id));
}

async function expectedTags(database: Database, registryIds: readonly string[]) {
  const rows = await rowsOf(database, registryIds);
  return [...Map.groupBy(rows, ({ repository, name }) => `${repository}:${name}`).values()].map((held) => ({
    repository: held[0]?.repository ?? '',
    tag: held[0]?.name ?? '',
    project: held[0]?.project ?? '',
    sortedAt: Math.max(...held.map(({ pushed_at, created_at }) => (pushed_at ?? created_at ?? new Date(0)).getTime())),
    hasDrifted: held.length < registryIds.length || new Set(held.map(({ digest }) => digest)).size > 1,
  }));
}

/** Of each repository: its tags, and every manifest and blob once. */
async function expectedRepositories(database: Database, registryIds: readonly string[]) {
  const tags = await expectedTags(database, registryIds);
  const { rows } = await sql<{ name: string; size_bytes: number }>`
    with held as (
      select distinct repositories.name, repository_manifests.digest from repositories
      join repository_manifests on repository_manifests.repository_id = repositories.id
      where repositories.registry_id = any (${[...registryIds]}::text[])
    ), parts as (
      select distinct held.name, manifests.digest, manifests.size_bytes from held join manifests using (digest)
      union
      select distinct held.name, manifest_blobs.blob_digest, manifest_blobs.size_bytes
      from held join manifest_blobs on manifest_blobs.manifest_digest = held.digest
    )
    select name, sum(size_bytes) as size_bytes from parts group by name
  `.execute(database.kysely);
  return [...Map.groupBy(tags, ({ repository }) => repository)].map(([name, of]) => ({
    name,
    tagCount: of.length,
    sizeBytes: rows.find((row) => row.name === name)?.size_bytes ?? 0,
    sortedAt: Math.max(...of.map(({ sortedAt }) => sortedAt)),
  }));
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

describeEachDatabase('what people see of a part', (open) => {
  let database: Database;
  let store: CatalogStore;

  const save = async (registryId: string, repository: string, tags: ReadonlyArray<readonly [string, number]>) => {
    const manifests = [...new Set(tags.map(([, number]) => number))].map(manifest);
    await store.save({
      registryId,
      repository,
      askedAt: await store.now(),
      how: 'scan',
      tags: tags.map(([name, number]) => ({
        name,
        digest: digestOf(number),
        semverKey: semverKey(name),
        isShown: !name.startsWith('sha256-'),
        pushedAt: number % 2 === 0 ? instant(number * 11 + registryId.length) : null,
        pushedBy: null,
      })),
      manifests,
      digests: manifests.map(({ digest }) => digest),
    });
  };

  const expectAll = async () => {
    for (const registryIds of subsets) {
      await expectLists(registryIds);
      await expectMatrix(registryIds);
    }
  };

  beforeAll(async () => {
    database = await open();
    store = createCatalogStore(database.kysely);
    for (const id of registries) {
      await database.kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    }
    for (const [position, registryId] of registries.entries()) {
      for (const [index, repository] of repositories.entries()) {
        // Each registry has some tags of the one before it, some of them with another image.
        const tags = Array.from({ length: 12 }, (_, number) => number)
          .filter((number) => number % (position + 1) === 0)
          .map((number) => [`1.${number}.0`, number % 5 === 0 ? number + position : number + index] as const);
        await save(registryId, repository, [...tags, [`only-${registryId}`, 30 + position], ['sha256-aa', 40]]);
      }
    }
    await store.refreshSizes(repositories);
    await store.analyze();
  });

  async function expectLists(registryIds: readonly string[]) {
    const scope = scopeOf(registryIds);
    const view = createRepositoriesView(database.kysely);
    const anywhere = { q: undefined, project: undefined, registryId: undefined, limit: 2, scope };
    const expected = await expectedRepositories(database, registryIds);
    const orders: Readonly<Record<string, (row: (typeof expected)[number]) => number>> = {
      '-pushed': ({ sortedAt }) => -sortedAt,
      '-size': ({ sizeBytes }) => -sizeBytes,
      '-tags': ({ tagCount }) => -tagCount,
    };
    for (const [sort, key] of Object.entries(orders)) {
      const first = await view.listRepositories({ ...anywhere, sort: sort as RepositorySort, after: null });
      const rest =
        first.next === null
          ? { items: [] }
          : await view.listRepositories({ ...anywhere, sort: sort as RepositorySort, after: first.next });
      const listed = [...first.items, ...rest.items].map(({ name, tagCount, sizeBytes }) => [
        name,
        tagCount,
        sizeBytes,
      ]);
      const sorted = expected.toSorted((a, b) => key(a) - key(b) || compare(a.name, b.name));
      expect(listed, `${sort} of ${registryIds.join()}`).toEqual(
        sorted.map(({ name, tagCount, sizeBytes }) => [name, tagCount, sizeBytes]),
      );
      expect(first.total).toBe(expected.length);
    }
    const { items } = await createProjectsView(database.kysely).listProjects({
      ...anywhere,
      archived: 'with',
      sort: 'name',
      after: null,
    });
    expect(items.map(({ name, tagCount }) => [name, tagCount])).toEqual(
      projects.map((project) => [
        project,
        expected.filter(({ name }) => name.startsWith(project)).reduce((sum, { tagCount }) => sum + tagCount, 0),
      ]),
    );
  }

  /** Page by page. */
  async function namesOf(asked: Pick<ReadTagNames, 'q' | 'isDriftOnly' | 'sort'>, registryIds: readonly string[]) {
    const pages = createTagPages(database.kysely);
    const read = { ...asked, project: 'alpha', repository: undefined, limit: 5, scope: scopeOf(registryIds) };
    const names: string[] = [];
    for (let after: ReadTagNames['after'] = null; ; ) {
      const page = await pages.readPage({ ...read, after, registryIds, taskRegistryIds: [], trashRegistryIds: [] });
      names.push(...page.lines.map(({ repository, tag }) => `${repository}:${tag}`));
      expect(page.lines.every(({ placed }) => placed.every((at) => registryIds.includes(at.registryId)))).toBe(true);
      after = page.next;
      if (after === null) return names;
    }
  }

  async function expectMatrix(registryIds: readonly string[]) {
    const all = (await expectedTags(database, registryIds)).filter(({ project }) => project === 'alpha');
    for (const isDriftOnly of [false, true]) {
      for (const q of [undefined, '.1', 'web', 'only', 'nothing']) {
        for (const sort of ['-pushed', 'pushed', 'name', '-semver'] as const) {
          const listed = await namesOf({ q, isDriftOnly, sort }, registryIds);
          const fitting = all
            .filter(({ hasDrifted }) => hasDrifted || !isDriftOnly)
            .filter(({ repository, tag }) => q === undefined || repository.includes(q) || tag.includes(q));
          const words = `${sort} ${q} ${isDriftOnly} of ${registryIds.join()}`;
          const names = fitting.map(({ repository, tag }) => `${repository}:${tag}`);
          expect(listed.toSorted(compare), words).toEqual(names.toSorted(compare));
          if (!sort.endsWith('pushed')) continue;
          const sign = sort === 'pushed' ? 1 : -1;
          const sorted = fitting.toSorted(
            (a, b) =>
              sign * (a.sortedAt - b.sortedAt) ||
              -sign * (compare(a.repository, b.repository) || compare(a.tag, b.tag)),
          );
          expect(listed, words).toEqual(sorted.map(({ repository, tag }) => `${repository}:${tag}`));
        }
      }
    }
  }

  test('is counted, summed and sorted as if nothing else were there, whichever registries they see', expectAll);

  test('stays so when tags move, go and come back', async () => {
    await save('dev', 'alpha/api', [
      ['1.3.0', 50],
      ['2.0.0', 52],
    ]);
    await save('prod', 'alpha/api', [['2.0.0', 53]]);
    await store.removeTags('test', 'alpha/web', ['1.0.0', '1.2.0', 'only-test'], await store.now(), 'scan');
    await store.removeTags('dev', 'beta/api', ['1.0.0'], await store.now(), 'scan');
    await store.refreshSizes(repositories);
    await expectAll();
    await save('dev', 'beta/api', [['1.0.0', 54]]);
    await store.refreshSizes(repositories);
    await expectAll();
  });

  test('a search names times of visible registries only', async () => {
    const search = createSearchView(database.kysely);
    for (const registryIds of subsets) {
      const [rows, found] = [await rowsOf(database, registryIds), await search.findTags('1.4.0', scopeOf(registryIds))];
      const held = Map.groupBy(
        rows.filter(({ name }) => name === '1.4.0'),
        ({ repository }) => repository,
      );
      const expected = [...held].map(([repository, of]) => {
        const times = of.flatMap(({ pushed_at }) => (pushed_at === null ? [] : [pushed_at.getTime()]));
        return [repository, times.length === 0 ? null : Math.max(...times)];
      });
      const listed = found.map(({ repository, pushedAt }) => [repository, pushedAt?.getTime() ?? null]);
      expect(new Map(listed as Array<[string, number]>)).toEqual(new Map(expected as Array<[string, number]>));
      expect((await search.findTagsOf('alpha/api', '', scopeOf(registryIds))).length).toBeGreaterThan(0);
    }
    expect(await search.findTags('only-dev', scopeOf(['test', 'prod']))).toEqual([]);
  });

  test('and when a registry goes', async () => {
    await database.kysely.deleteFrom('registries').where('id', '=', 'test').execute();
    await store.refreshSizes(repositories);
    await expectAll();
    await database.kysely.deleteFrom('registries').execute();
    for (const table of ['repository_tag_counts', 'repository_sizes', 'tag_names', 'repository_names'] as const) {
      expect(await database.kysely.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
  });
});
