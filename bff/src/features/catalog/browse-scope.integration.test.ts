import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../access/scope.ts';
import { getArtifact, listReferrers } from '../../contract/artifacts.ts';
import { getMatrix, getProject, listProjects } from '../../contract/projects.ts';
import { listRegistryDirectory } from '../../contract/registries.ts';
import { getRepository, listRepositories, listTags } from '../../contract/repositories.ts';
import { search } from '../../contract/search.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { signInAs } from '../../testing/people.ts';
import type { TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { createProjectsView } from '../projects/projects.view.ts';
import { createRepositoriesView } from '../repositories/repositories.view.ts';
import { createSearchView, type FoundTag } from '../search/search.view.ts';
import { createTagPages } from './tag-pages.view.ts';
import { type Browsing, insertOpenTask, startBrowsing } from './testing/browse-fixtures.ts';

describe.each(databaseKinds)('browsing a part (%s)', (database) => {
  let browsing: Browsing;
  let bff: TestBff;
  let admin: TestApiClient;
  /** May see payments in production only. */
  let viewer: TestApiClient;
  /** Sees all of the project library, and payments in production. */
  let mixed: TestApiClient;
  let nobody: TestApiClient;

  beforeAll(async () => {
    browsing = await startBrowsing(database);
    bff = browsing.bff;
    admin = await bff.signIn();
    viewer = await signInAs(bff, 'viewer', { payments: { production: 'guest' } });
    mixed = await signInAs(bff, 'mixed', { library: { '': 'guest' }, payments: { production: 'limited-guest' } });
    nobody = await signInAs(bff, 'nobody');
  });
  afterAll(() => browsing?.close());

  const payments = { params: { project: 'payments' } };
  const problemOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProblemError);
    const { status, code, detail } = (error as ProblemError).problem;
    return { status, code, detail };
  };

  test('counts, sizes and registries of a project are of the visible environment alone', async () => {
    const { items, total } = await viewer.call(listProjects, { query: {} });
    const production = await bff.running.foundation.database.kysely
      .selectFrom('repositories')
      .select('size_bytes')
      .where('registry_id', '=', 'production')
      .where('name', '=', 'payments/api')
      .executeTakeFirstOrThrow();
    expect(production.size_bytes).toBeGreaterThan(0);
    expect(items).toMatchObject([
      {
        name: 'payments',
        repositoryCount: 1,
        tagCount: 2,
        sizeBytes: production.size_bytes,
        registries: [{ registryId: 'production', tagCount: 2 }],
      },
    ]);
    expect(total).toBe(1);
    const project = await viewer.call(getProject, payments);
    expect(project).toMatchObject(items[0] ?? {});
    expect(project.access).toEqual([
      {
        environment: 'production',
        role: 'guest',
        actions: ['catalog.read', 'artifact.pull', 'member.read', 'replication.read'],
      },
    ]);
    const whole = await admin.call(getProject, payments);
    expect(whole.sizeBytes).toBeGreaterThan(project.sizeBytes);
    expect(whole.access.map(({ environment }) => environment)).toEqual(['development', 'production']);
  });

  test('the matrix has the visible columns, and compares among them', async () => {
    const matrix = await viewer.call(getMatrix, { ...payments, query: { sort: '-semver' } });
    expect(matrix.columns.map(({ registryId }) => registryId)).toEqual(['production']);
    expect(
      matrix.items.map(({ repository, tag, cells }) => [repository, tag, cells.map(({ state }) => state)]),
    ).toEqual([
      ['payments/api', '2.10.0-rc1-copy', ['first']],
      ['payments/api', '2.9.0', ['first']],
    ]);
    expect(matrix.total).toBe(2);
    expect(matrix.items[1]?.sizeBytes).toBe(browsing.pushed.otherRelease.totalSizeBytes);
    // In both registries there are two builds of 2.9.0; in the visible one there is nothing to differ from.
    expect((await viewer.call(getMatrix, { ...payments, query: { only: 'drift' } })).items).toEqual([]);
    expect((await viewer.call(getMatrix, { ...payments, query: { q: 'rc1' } })).items).toHaveLength(1);
    const hidden = await viewer.call(getMatrix, { ...payments, query: { repository: 'payments/hostile' } });
    const missing = await viewer.call(getMatrix, { ...payments, query: { repository: 'payments/missing' } });
    expect(hidden).toEqual({ ...missing, columns: hidden.columns });
  });

  test('copies into a column are shown to whom copies are', async () => {
    const { kysely } = bff.running.foundation.database;
    const { taskId, remove } = await insertOpenTask(bff);
    await kysely.updateTable('tasks').set({ destination_tag: '2.9.0' }).where('id', '=', taskId).execute();
    const stateFor = async (client: TestApiClient) => {
      const { items } = await client.call(getMatrix, { ...payments, query: { q: '2.9.0' } });
      return items[0]?.cells.map(({ state }) => state);
    };
    expect(await stateFor(viewer)).toEqual(['copying']);
    expect(await stateFor(mixed)).toEqual(['first']);
    await remove();
  });

  test('repositories and tags that are elsewhere only are not there', async () => {
    const { items, total } = await viewer.call(listRepositories, { query: {} });
    expect(items.map(({ name, tagCount }) => [name, tagCount])).toEqual([['payments/api', 2]]);
    expect(items[0]?.registries).toEqual([{ registryId: 'production', tagCount: 2 }]);
    expect(total).toBe(1);
    for (const query of [{ registryId: 'development' }, { project: 'library' }, { q: 'hostile' }]) {
      expect(await viewer.call(listRepositories, { query })).toEqual({ items: [], nextCursor: null, total: 0 });
    }
    const repository = await viewer.call(getRepository, { query: { name: 'payments/api' } });
    expect(repository.columns.map(({ registryId }) => registryId)).toEqual(['production']);
    const tags = await viewer.call(listTags, { query: { repository: 'payments/api', sort: 'name' } });
    expect(tags.items.map(({ name, registries }) => [name, registries.map(({ registryId }) => registryId)])).toEqual([
      ['2.10.0-rc1-copy', ['production']],
      ['2.9.0', ['production']],
    ]);
    expect(tags.items[1]?.digest).toBe(browsing.pushed.otherRelease.digest);
    expect(tags.total).toBe(2);
    const inOne = await viewer.call(listTags, { query: { repository: 'payments/api', registryId: 'production' } });
    expect(inOne.items.flatMap(({ registries }) => registries.map(({ registryId }) => registryId))).toEqual([
      'production',
      'production',
    ]);
    const elsewhere = await viewer.call(listTags, {
      query: { repository: 'payments/api', registryId: 'development' },
    });
    expect(elsewhere.items).toEqual([]);
  });

  test.each([['payments/hostile'], ['single']])('%s answers as a repository that does not exist', async (name) => {
    for (const endpoint of [getRepository, listTags] as const) {
      const query = (repository: string) => (endpoint === getRepository ? { name: repository } : { repository });
      const path = (repository: string) => viewer.call(endpoint, { query: query(repository) } as never);
      const project = name.includes('/') ? 'payments/' : '';
      const hidden = await problemOf(path(name));
      const missing = await problemOf(path(`${project}missing`));
      expect(hidden).toEqual({ ...missing, detail: missing.detail.replace(`${project}missing`, name) });
      expect(hidden.status).toBe(404);
    }
  });

  test('search finds what is visible, by whatever words', async () => {
    const find = (q: string) => viewer.call(search, { query: { q } });
    expect(await find('pay')).toMatchObject({
      projects: [{ name: 'payments', repositoryCount: 1 }],
      repositories: [{ name: 'payments/api', tagCount: 2 }],
    });
    const tags = (await find('2.')).tags.toSorted((a, b) => a.name.localeCompare(b.name));
    expect(tags).toMatchObject([
      { name: '2.10.0-rc1-copy', registryIds: ['production'] },
      { name: '2.9.0', registryIds: ['production'] },
    ]);
    expect((await find('payments/api:')).tags).toHaveLength(2);
    expect((await find(browsing.pushed.otherRelease.digest)).digests).toMatchObject([{ registryId: 'production' }]);
    const nothing = { projects: [], repositories: [], tags: [], digests: [] };
    for (const q of ['single', 'hostile', 'latest', '2.10.0-rc1:', browsing.pushed.release.digest, 'library']) {
      expect(await find(q), q).toEqual(nothing);
    }
  });

  test('an artifact is shown where it is visible, without a word of other places', async () => {
    const at = { registryId: 'production', repository: 'payments/api', reference: '2.9.0' };
    const { kysely } = bff.running.foundation.database;
    const { id } = await kysely
      .insertInto('repositories')
      .values({ registry_id: 'production', name: 'other/api', project: 'other' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { digest } = browsing.pushed.otherRelease;
    await kysely.insertInto('repository_manifests').values({ repository_id: id, digest }).execute();
    const seen = await viewer.call(getArtifact, { query: at });
    expect(seen.elsewhere).toEqual([]);
    expect(seen.layers.map(({ alsoInRepositories }) => alsoInRepositories)).toEqual([0]);
    const all = await admin.call(getArtifact, { query: at });
    expect(all.elsewhere).toMatchObject([{ registryId: 'development' }]);
    expect(all.layers.map(({ alsoInRepositories }) => alsoInRepositories)).toEqual([1]);
    await kysely.deleteFrom('projects').where('name', '=', 'other').execute();
    await kysely.deleteFrom('repositories').where('id', '=', id).execute();

    for (const endpoint of [getArtifact, listReferrers]) {
      const hidden = await problemOf(viewer.call(endpoint, { query: { ...at, registryId: 'development' } }));
      const missing = await problemOf(viewer.call(endpoint, { query: { ...at, registryId: 'nowhere' } }));
      expect(hidden).toEqual({ ...missing, detail: missing.detail.replace('nowhere', 'development') });
      const others = await problemOf(
        viewer.call(endpoint, { query: { ...at, repository: 'single', reference: 'v1' } }),
      );
      const none = await problemOf(viewer.call(endpoint, { query: { ...at, repository: 'missing', reference: 'v1' } }));
      expect(others).toEqual({ ...none, detail: none.detail.replace('missing', 'single') });
      expect(others.code).toBe('artifact-not-found');
    }
  });

  test('the directory names the registries of visible environments, and their hosts to administrators only', async () => {
    const entries = async (client: TestApiClient) =>
      (await client.call(listRegistryDirectory, {})).items.map(({ id, pullHost }) => [id, pullHost !== null]);
    expect(await entries(viewer)).toEqual([['production', false]]);
    expect(await entries(mixed)).toEqual([
      ['development', false],
      ['production', false],
    ]);
    expect(await entries(nobody)).toEqual([]);
    expect(await entries(admin)).toEqual([
      ['development', true],
      ['production', true],
    ]);
  });

  test('whole projects and parts of others are one list, in every order', async () => {
    for (const sort of ['name', '-name', '-pushed', '-size', '-tags'] as const) {
      for (const endpoint of [listProjects, listRepositories]) {
        const all = await mixed.call(endpoint, { query: { sort } });
        expect(all.items.map(({ name }) => name).toSorted()).toEqual(
          endpoint === listProjects ? ['library', 'payments'] : ['payments/api', 'single'],
        );
        expect(all.total).toBe(2);
        const first = await mixed.call(endpoint, { query: { sort, limit: 1 } });
        const rest = await mixed.call(endpoint, { query: { sort, cursor: first.nextCursor ?? '' } });
        expect([...first.items, ...rest.items]).toEqual(all.items);
        expect(rest.nextCursor).toBeNull();
      }
    }
    expect((await mixed.call(search, { query: { q: 'v1' } })).tags).toMatchObject([{ repository: 'single' }]);
  });

  test('somebody without any right finds empty lists, not errors', async () => {
    const empty = { items: [], nextCursor: null, total: 0 };
    expect(await nobody.call(listProjects, { query: {} })).toEqual(empty);
    expect(await nobody.call(listRepositories, { query: {} })).toEqual(empty);
    for (const q of ['pay', 'payments/api:2', browsing.pushed.release.digest]) {
      expect(await nobody.call(search, { query: { q } })).toEqual({
        projects: [],
        repositories: [],
        tags: [],
        digests: [],
      });
    }
    for (const endpoint of [getProject, getMatrix] as const) {
      const hidden = await problemOf(nobody.call(endpoint, payments));
      const missing = await problemOf(nobody.call(endpoint, { params: { project: 'missing' } }));
      expect(hidden).toEqual({ ...missing, detail: missing.detail.replace('missing', 'payments') });
    }
  });

  test('what is counted row by row is what the aggregates say, where every row is visible', async () => {
    const { kysely } = bff.running.foundation.database;
    const everything: Scope = { isEverything: true };
    const rowByRow: Scope = {
      isEverything: false,
      projects: [],
      places: ['payments', 'library'].flatMap((project) =>
        ['development', 'production'].map((registryId) => ({ project, registryId })),
      ),
    };
    const views = {
      projects: createProjectsView(kysely),
      repositories: createRepositoriesView(kysely),
      search: createSearchView(kysely),
      tags: createTagPages(kysely),
    };
    const registryIds = ['development', 'production'];
    const page = { q: undefined, limit: 10, after: null };
    const anywhere = { project: undefined, registryId: undefined };
    const inPayments = {
      project: 'payments',
      repository: undefined,
      registryIds,
      taskRegistryIds: registryIds,
      trashRegistryIds: registryIds,
    };
    // Tags of one moment are found in any order.
    const byName = (tags: readonly FoundTag[]) => tags.toSorted((a, b) => a.name.localeCompare(b.name));
    const readAll = async (scope: Scope) => ({
      projects: await views.projects.listProjects({ ...page, archived: 'with', sort: '-size', scope }),
      repositories: await views.repositories.listRepositories({ ...page, ...anywhere, sort: '-pushed', scope }),
      words: byName(await views.search.findTags('2.', scope)),
      named: byName(await views.search.findTagsOf('api', '', scope)),
      digests: await views.search.findDigests('sha256:', scope),
      tags: await Promise.all(
        (['-pushed', 'semver', 'name'] as const).flatMap((sort) =>
          [true, false].map((isDriftOnly) =>
            views.tags.readPage({ ...page, ...inPayments, isDriftOnly, sort, limit: 3, scope }),
          ),
        ),
      ),
    });
    const fast = await readAll(everything);
    const places = (page: (typeof fast.tags)[number]) => ({
      ...page,
      lines: page.lines.map((line) => ({
        ...line,
        placed: line.placed.toSorted((a, b) => a.registryId.localeCompare(b.registryId)),
      })),
    });
    const slow = await readAll(rowByRow);
    expect({ ...slow, tags: slow.tags.map(places) }).toEqual({ ...fast, tags: fast.tags.map(places) });
    expect(fast.projects.items).toHaveLength(2);
    expect(fast.projects.items[0]?.sizeBytes).toBeGreaterThan(0);
  });
});
