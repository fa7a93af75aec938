import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeActions } from '../../contract/permissions.ts';
import {
  createProject,
  deleteProject,
  getMatrix,
  getProject,
  listProjects,
  updateProject,
} from '../../contract/projects.ts';
import { search } from '../../contract/search.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { setRoles, signInAs } from '../../testing/people.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';

describe.each(databaseKinds)('projects (%s)', (database) => {
  let bff: TestBff;
  let admin: TestApiClient;

  beforeAll(async () => {
    bff = await startBff({
      database,
      registries: ['development', 'production'].map((id) => ({
        id,
        environment: id,
        endpointUrls: ['http://127.0.0.1:9'],
      })),
    });
    admin = await bff.signIn();
  });
  afterAll(() => bff?.close());

  const problemOf = async (work: Promise<unknown>) => {
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    return (error as ProblemError).problem;
  };
  const namesFor = async (client: TestApiClient, query: object = {}) =>
    (await client.call(listProjects, { query })).items.map(({ name }) => name);
  const audited = async (action: string, project: string) => {
    const { kysely } = bff.running.foundation.database;
    const rows = await kysely
      .selectFrom('audit_log')
      .select(['outcome', 'target', 'environment', 'before', 'after'])
      .where('action', '=', action)
      .where('project', '=', project)
      .orderBy('id')
      .execute();
    return rows.at(-1);
  };
  const pushTag = async (repository: string) => {
    const { kysely } = bff.running.foundation.database;
    const project = repository.split('/')[0] ?? '';
    const at = { registry_id: 'development', name: repository };
    const found = await kysely
      .selectFrom('repositories')
      .select('id')
      .where('registry_id', '=', at.registry_id)
      .where('name', '=', at.name)
      .executeTakeFirst();
    const { id } =
      found ??
      (await kysely
        .insertInto('repositories')
        .values({ ...at, project })
        .returning('id')
        .executeTakeFirstOrThrow());
    await kysely
      .insertInto('tags')
      .values({
        repository_id: id,
        registry_id: 'development',
        repository,
        project,
        name: 'v1',
        digest: `sha256:${'a'.repeat(64)}`,
        semver_key: '1',
      })
      .execute();
  };

  test('a project is there before anything is in it', async () => {
    const events = await admin.openEvents();
    const body = { name: 'empty', description: ' Nothing yet ', publicEnvironments: { development: true } };
    const made = await admin.call(createProject, { body });
    expect(made).toMatchObject({
      name: 'empty',
      description: 'Nothing yet',
      isPublic: false,
      publicEnvironments: { development: true },
      isArchived: false,
      repositoryCount: 0,
      tagCount: 0,
      sizeBytes: 0,
      pushedAt: null,
      registries: [],
      version: 1,
    });
    expect(made.access.map(({ environment, role }) => [environment, role])).toEqual([
      ['development', null],
      ['production', null],
    ]);
    await events.waitFor('project', ({ project }) => project === 'empty');
    await events.waitFor('access');
    events.close();
    expect(await namesFor(admin)).toContain('empty');
    const matrix = await admin.call(getMatrix, { params: { project: 'empty' }, query: {} });
    expect(matrix).toMatchObject({ items: [], total: 0 });
    expect((await admin.call(search, { query: { q: 'empt' } })).projects).toEqual([
      { name: 'empty', repositoryCount: 0 },
    ]);
    expect((await problemOf(admin.call(createProject, { body: { name: 'empty' } }))).code).toBe('name-taken');
  });

  test('a public environment opens at once, and only itself', async () => {
    await admin.call(createProject, { body: { name: 'opening' } });
    const stranger = await signInAs(bff, 'stranger');
    expect(await namesFor(stranger)).not.toContain('opening');
    const params = { project: 'opening' };
    const body = { version: 1, publicEnvironments: { development: true, production: false } };
    await admin.call(updateProject, { params, body });
    expect(await namesFor(stranger)).toContain('opening');
    const seen = await stranger.call(getProject, { params });
    expect(seen.access).toEqual([
      { environment: 'development', role: null, actions: ['catalog.read', 'artifact.pull'] },
    ]);
    // What holds in environments that are hidden is not told.
    expect(seen.publicEnvironments).toEqual({ development: true });
    const { columns } = await stranger.call(getMatrix, { params, query: {} });
    expect(columns.map(({ registryId }) => registryId)).toEqual(['development']);
  });

  test('an archived project is listed when asked for, and reads as before', async () => {
    await admin.call(createProject, { body: { name: 'retired' } });
    const params = { project: 'retired' };
    const archived = await admin.call(updateProject, { params, body: { version: 1, isArchived: true } });
    expect(archived).toMatchObject({ isArchived: true, version: 2, description: '' });
    expect(archived.access.flatMap(({ actions }) => actions)).not.toContain('artifact.push');
    expect(await namesFor(admin)).not.toContain('retired');
    expect(await namesFor(admin, { archived: 'only' })).toEqual(['retired']);
    expect(await namesFor(admin, { archived: 'with' })).toContain('retired');
    expect(await audited('updateProject', 'retired')).toEqual({
      outcome: 'done',
      target: 'retired',
      environment: null,
      before: { isArchived: false },
      after: { isArchived: true },
    });
    await admin.call(updateProject, { params, body: { version: 2, isArchived: false } });
    expect(await namesFor(admin)).toContain('retired');
  });

  test('two people who change one project do not overwrite each other', async () => {
    await admin.call(createProject, { body: { name: 'contested' } });
    const params = { project: 'contested' };
    const changes = Array.from({ length: 6 }, (_, index) =>
      admin.call(updateProject, { params, body: { version: 1, description: `by ${index}` } }).then(
        ({ description }) => description,
        (error: unknown) => (error as ProblemError).problem.code,
      ),
    );
    const outcomes = await Promise.all(changes);
    expect(outcomes.filter((outcome) => outcome === 'version-conflict')).toHaveLength(5);
    const { description, version } = await admin.call(getProject, { params });
    expect(outcomes).toContain(description);
    expect(version).toBe(2);
  });

  test('who manages one environment changes that environment only', async () => {
    const params = { project: 'shared' };
    const body = { name: 'shared', publicEnvironments: { production: false } };
    await admin.call(createProject, { body });
    const dev = await signInAs(bff, 'dev-admin', { shared: { development: 'project-admin' } });
    const everywhere = await signInAs(bff, 'shared-admin', { shared: { '': 'project-admin' } });
    const change = (client: TestApiClient, values: object) =>
      client.call(updateProject, { params, body: { version: 1, ...values } });

    // Production is hidden from this one: it is named to nobody but who names it.
    for (const values of [{ isPublic: true }, { isArchived: true }]) {
      const { code, detail, needed } = await problemOf(change(dev, values));
      expect({ code, environment: needed?.environment }).toEqual({ code: 'permission-missing', environment: null });
      expect(detail).not.toContain('production');
    }
    const answers = ['production', 'imagined'].map(async (environment) => {
      const { status, code, detail } = await problemOf(change(dev, { publicEnvironments: { [environment]: true } }));
      return { status, code, detail: detail.replace(environment, '<environment>') };
    });
    const [hidden, imagined] = await Promise.all(answers);
    expect(hidden).toEqual(imagined);
    expect(hidden?.status).toBe(403);

    await setRoles(bff, 'shared', dev.userId, { '': 'guest', development: 'project-admin' });
    for (const values of [{ isPublic: true }, { isArchived: true }, { publicEnvironments: { production: true } }]) {
      const problem = await problemOf(change(dev, values));
      expect(problem).toMatchObject({
        status: 403,
        code: 'permission-missing',
        needed: { action: 'project.manage', project: 'shared', environment: 'production', roles: ['project-admin'] },
      });
    }
    expect(await audited('updateProject', 'shared')).toMatchObject({ outcome: 'refused', environment: 'production' });
    // Repeating what is so already is no change.
    const changed = await change(dev, {
      isPublic: false,
      publicEnvironments: { production: false, development: true },
    });
    expect(changed.publicEnvironments).toEqual({ production: false, development: true });
    expect(await audited('updateProject', 'shared')).toMatchObject({ outcome: 'done', environment: 'development' });
    const opened = await everywhere.call(updateProject, { params, body: { version: 2, isPublic: true } });
    expect(opened).toMatchObject({ isPublic: true, publicEnvironments: { production: false, development: true } });
    expect(await audited('updateProject', 'shared')).toMatchObject({
      before: { isPublic: false },
      after: { isPublic: true },
    });
    const guest = await signInAs(bff, 'shared-guest', { shared: { '': 'guest' } });
    expect(await problemOf(change(guest, { description: 'x' }))).toMatchObject({
      status: 403,
      needed: { action: 'project.manage' },
    });
  });

  test('what is left out of the visible environments is taken away, what is hidden stays', async () => {
    const params = { project: 'hiding' };
    const body = { name: 'hiding', publicEnvironments: { production: false, development: true } };
    await admin.call(createProject, { body });
    const dev = await signInAs(bff, 'hiding-dev', { hiding: { development: 'project-admin' } });
    const changed = await dev.call(updateProject, { params, body: { version: 1, publicEnvironments: {} } });
    expect(changed.publicEnvironments).toEqual({});
    expect((await admin.call(getProject, { params })).publicEnvironments).toEqual({ production: false });
  });

  test('a project goes when no tag is left in it, and comes back with the next one', async () => {
    await pushTag('filled/api');
    const params = { project: 'filled' };
    expect((await admin.call(getProject, { params })).tagCount).toBe(1);
    expect(await problemOf(admin.call(deleteProject, { params }))).toMatchObject({
      status: 409,
      code: 'project-not-empty',
    });
    const { kysely } = bff.running.foundation.database;
    await kysely.deleteFrom('tags').where('project', '=', 'filled').execute();
    const member = await signInAs(bff, 'filled-admin', { filled: { '': 'project-admin' } });
    expect((await problemOf(member.call(deleteProject, { params }))).status).toBe(403);
    await admin.call(deleteProject, { params });
    expect(await audited('deleteProject', 'filled')).toMatchObject({ outcome: 'done', target: 'filled' });
    expect((await problemOf(admin.call(getProject, { params }))).code).toBe('project-not-found');
    expect((await problemOf(admin.call(deleteProject, { params }))).code).toBe('project-not-found');
    // The emptied repository is still known; who was a member of the old project is none of the new one.
    await pushTag('filled/api');
    expect(await namesFor(admin)).toContain('filled');
    expect(await namesFor(member)).not.toContain('filled');
  });
});

test('without any registry a project has what holds in all environments that will be', async () => {
  const bff = await startBff();
  const admin = await bff.signIn();
  const made = await admin.call(createProject, { body: { name: 'payments' } });
  expect(made.access).toEqual([{ environment: null, role: null, actions: [...placeActions] }]);
  const params = { project: 'payments' };
  const paula = await signInAs(bff, 'paula', { payments: { '': 'project-admin' } });
  const gus = await signInAs(bff, 'gus', { payments: { '': 'guest', production: 'project-admin' } });
  const [theirs] = (await paula.call(getProject, { params })).access;
  expect(theirs).toMatchObject({ environment: null, role: 'project-admin' });
  expect(theirs?.actions).toContain('project.manage');
  const [own] = (await gus.call(getProject, { params })).access;
  expect(own?.actions).toContain('member.read');
  expect(own?.actions).not.toContain('project.manage');
  const stranger = await signInAs(bff, 'stranger');
  await expect(stranger.call(getProject, { params })).rejects.toThrow('project-not-found');
  await bff.close();
});
