import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createImmutableRule, deleteImmutableRule } from '../../contract/immutable-rules.ts';
import { changeMembers, type CellRole } from '../../contract/members.ts';
import { getOperations } from '../../contract/operations.ts';
import {
  type CopyRequest,
  createExecution,
  getExecution,
  getTask,
  listExecutions,
  listTasks,
  previewCopy,
  retryExecution,
  retryTask,
  stopExecution,
  stopTask,
} from '../../contract/replication.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { addPerson, addProject, type TestPerson } from '../../testing/people.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { until, untilState, untilTask } from './testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const toNorth = [{ registryId: 'north' }];
const unknownId = '00000000-0000-4000-8000-000000000000';

function copyOf(tag: string, change: Partial<CopyRequest> = {}): { body: CopyRequest } {
  const source = { registryId: 'main', repository };
  return { body: { source, references: [tag], destinations: toNorth, whenDifferent: 'replace', ...change } };
}

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error(`Expected a problem, got ${String(error)}`);
  return error.problem;
}

describe.each(databaseKinds)('Copies and who may do what (%s)', (kind) => {
  let source: RealRegistry;
  let destination: RealRegistry;
  let atSource: RegistryClient;
  let atDestination: RegistryClient;
  let bff: TestBff;
  let admin: TestApiClient;
  /** Developer of payments everywhere. */
  let ada: TestPerson;
  /** Guest of payments everywhere. */
  let gus: TestPerson;
  /** Developer of payments in development only. */
  let dev: TestPerson;

  beforeAll(async () => {
    source = await startRealRegistry();
    destination = await startRealRegistry();
    [atSource, atDestination] = [clientOf(source), clientOf(destination)];
    bff = await startBff({
      database: kind,
      registries: [
        { id: 'main', environment: 'development', endpointUrls: [source.url] },
        { id: 'north', environment: 'production', endpointUrls: [destination.url] },
      ],
    });
    admin = await bff.signIn();
    for (const project of ['payments', 'shop']) await addProject(kysely(), project);
    [ada, gus, dev] = [await addPerson(bff, 'ada'), await addPerson(bff, 'gus'), await addPerson(bff, 'dev')];
    await pushImage(atSource, repository, '1.0', { layerSizes: [1000] });
  });
  afterAll(async () => {
    await bff.close();
    await Promise.all([atSource.close(), atDestination.close(), source.stop(), destination.stop()]);
  });
  beforeEach(async () => {
    await setRole(ada, null, 'developer');
    await setRole(gus, null, 'guest');
    await setRole(dev, 'development', 'developer');
  });

  const kysely = () => bff.running.foundation.database.kysely;
  const setRole = async ({ id }: TestPerson, environment: string | null, role: CellRole | null) => {
    const changes = [{ kind: 'user' as const, id, environment, role }];
    await admin.call(changeMembers, { params: { project: 'payments' }, body: { changes } });
  };
  /** As the registry's own endpoint does it. Null ends it. */
  const setMaintenance = async (untilAt: Date | null) => {
    await kysely()
      .updateTable('registries')
      .set({
        maintenance_until: untilAt,
        maintenance_since: untilAt && new Date(),
        maintenance_message: untilAt && 'new disks',
      })
      .where('id', '=', 'north')
      .execute();
    const { publish, clock } = bff.running.foundation;
    publish({ name: 'registry', payload: { registryId: 'north', at: clock.now().toISOString() } });
  };
  const inAnHour = () => new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
  const byAdmin = (tag: string, change: Partial<CopyRequest> = {}) => admin.call(createExecution, copyOf(tag, change));
  /** To payments and to shop: half of it is for the eyes of payments. */
  const mixed = [{ registryId: 'north' }, { registryId: 'north', repository: 'shop/api' }];

  test('an immutable tag can be made and not be moved, and the preview says so', async () => {
    const rule = await admin.call(createImmutableRule, {
      params: { project: 'payments' },
      body: { environment: 'production', repositoryPattern: 'api', tagPattern: 'v*' },
    });
    const first = await pushImage(atSource, repository, 'v1', { layerSizes: [1000] });
    await untilState(admin, (await byAdmin('v1')).id, 'succeeded');
    // The same again moves nothing.
    await untilState(admin, (await byAdmin('v1')).id, 'succeeded');
    await pushImage(atSource, repository, 'v1', { layerSizes: [2000] });
    const failed = await untilState(admin, (await byAdmin('v1')).id, 'failed');
    expect(failed).toMatchObject({
      attempt: 1,
      bytesDone: 0,
      reason: { code: 'tag-immutable', params: { registry: 'north', repository, tag: 'v1', rule: 'api:v*' } },
    });
    expect(failed.reason?.sentence).toContain('held by the rule “api:v*”');
    expect(await atDestination.headManifest(repository, 'v1')).toMatchObject({ digest: first.digest });
    // Its success has the catalog look at the source anew.
    const skipped = await untilState(admin, (await byAdmin('v1', { whenDifferent: 'skip' })).id, 'succeeded');
    expect(skipped.reason?.code).toBe('kept-different');
    const preview = await until('the catalog to know both images', async () => {
      const { items } = await admin.call(previewCopy, copyOf('v1'));
      return items[0]?.outcome === 'impossible' ? items[0] : undefined;
    });
    expect(preview.reason?.code).toBe('tag-immutable');
    const elsewhere = { destinations: [{ registryId: 'north', tag: 'other' }] };
    await untilState(admin, (await byAdmin('v1', elsewhere)).id, 'succeeded');
    await admin.call(deleteImmutableRule, { params: { project: 'payments', ruleId: rule.id } });
    await untilState(admin, (await byAdmin('v1')).id, 'succeeded');
  });

  test('what is meant for a registry in maintenance waits for its end', async () => {
    const end = inAnHour();
    await setMaintenance(end);
    const { items } = await admin.call(previewCopy, copyOf('1.0'));
    expect(items[0]).toMatchObject({ outcome: 'copy', reason: { code: 'registry-in-maintenance' } });
    const { id } = await byAdmin('1.0');
    const waiting = await untilState(admin, id, 'waiting');
    expect(waiting.reason).toMatchObject({
      code: 'registry-in-maintenance',
      params: { registryId: 'north', registry: 'north', message: 'new disks' },
    });
    expect(waiting.attempt).toBe(0);
    const nextMs = new Date(waiting.nextAttemptAt ?? '').getTime();
    expect(nextMs).toBeGreaterThanOrEqual(end.getTime());
    expect(nextMs).toBeLessThanOrEqual(end.getTime() + 3000);
    // It ends earlier than said; and a person who insists changes nothing.
    const earlier = new Date(end.getTime() - 1_800_000);
    await setMaintenance(earlier);
    await untilTask(admin, id, 'knows the new end', ({ nextAttemptAt }) => {
      return nextAttemptAt !== null && new Date(nextAttemptAt).getTime() < end.getTime();
    });
    const insisted = await problemOf(admin.call(retryTask, { params: { taskId: waiting.id } }));
    expect(insisted.code).toBe('task-not-retryable');
    expect(await untilState(admin, id, 'waiting')).toMatchObject({ attempt: 0 });
    await setMaintenance(null);
    expect(await untilState(admin, id, 'succeeded')).toMatchObject({ attempt: 1 });
  });

  test('a copy that runs when the maintenance begins is cut, waits and goes on', async () => {
    const image = await pushImage(atSource, repository, 'big', { layerSizes: [32 * 1024 ** 2] });
    destination.freeze();
    const { id } = await byAdmin('big');
    try {
      await untilTask(admin, id, 'runs', ({ state }) => state === 'running');
      await setMaintenance(inAnHour());
      const waiting = await untilState(admin, id, 'waiting');
      expect(waiting.reason?.code).toBe('registry-in-maintenance');
    } finally {
      destination.thaw();
    }
    expect(await atDestination.headManifest(repository, 'big')).toBeUndefined();
    await setMaintenance(null);
    await untilState(admin, id, 'succeeded');
    expect(await atDestination.headManifest(repository, 'big')).toMatchObject({ digest: image.digest });
  });

  test('copies are seen by those who see both ends; numbers are of what they see', async () => {
    const all = await byAdmin('1.0', { destinations: mixed });
    const others = await byAdmin('1.0', { destinations: [{ registryId: 'north', repository: 'shop/api' }] });
    await until('the ends of both', async () => {
      const states = [all, others].map(({ id }) => admin.call(getExecution, { params: { executionId: id } }));
      return (await Promise.all(states)).every(({ state }) => state === 'succeeded') ? true : undefined;
    });
    for (const { client } of [ada, gus]) {
      const seen = await client.call(getExecution, { params: { executionId: all.id } });
      expect(seen).toMatchObject({ state: 'succeeded', tasks: { succeeded: 1 }, sourceRegistryIds: ['main'] });
      const { items, total } = await client.call(listTasks, { query: { executionId: all.id } });
      expect(items.map((task) => task.destination.repository)).toEqual([repository]);
      expect(total).toBe(1);
      const hidden = await problemOf(client.call(getExecution, { params: { executionId: others.id } }));
      const random = await problemOf(client.call(getExecution, { params: { executionId: unknownId } }));
      expect({ ...hidden, requestId: '' }).toEqual({ ...random, requestId: '' });
      const executions = await client.call(listExecutions, { query: { limit: 500 } });
      expect(executions.items.map(({ id }) => id)).toContain(all.id);
      expect(executions.items.map(({ id }) => id)).not.toContain(others.id);
      expect((await client.call(listExecutions, { query: { q: 'shop' } })).items).toEqual([]);
      expect((await client.call(listTasks, { query: { q: 'shop' } })).items).toEqual([]);
      expect((await client.call(listTasks, { query: { repository: 'shop/api' } })).items).toEqual([]);
      expect((await problemOf(client.call(getOperations, {}))).code).toBe('permission-missing');
    }
    expect((await dev.client.call(listExecutions, {})).items).toEqual([]);
    expect((await dev.client.call(listTasks, {})).items).toEqual([]);
    expect(await admin.call(getExecution, { params: { executionId: all.id } })).toMatchObject({
      tasks: { succeeded: 2 },
    });
    const { items } = await admin.call(listTasks, { query: { executionId: others.id } });
    const taskId = items[0]?.id ?? '';
    for (const call of [getTask, stopTask, retryTask]) {
      expect((await problemOf(ada.client.call(call, { params: { taskId } }))).code).toBe('task-not-found');
    }
  });

  test('the state of an execution is that of what the caller sees of it', async () => {
    const id = randomUUID();
    await insertExecution(id, [
      ['payments/api', 'succeeded'],
      ['shop/api', 'failed'],
    ]);
    const params = { executionId: id };
    expect(await ada.client.call(getExecution, { params })).toMatchObject({ state: 'succeeded' });
    expect(await admin.call(getExecution, { params })).toMatchObject({ state: 'failed' });
    const ids = async (client: TestApiClient, state: 'failed' | 'succeeded') =>
      (await client.call(listExecutions, { query: { state, limit: 500 } })).items.map((item) => item.id);
    expect(await ids(ada.client, 'failed')).not.toContain(id);
    expect(await ids(ada.client, 'succeeded')).toContain(id);
    expect(await ids(admin, 'failed')).toContain(id);
  });

  test('tasks of a registry that is gone are for system administrators', async () => {
    const id = randomUUID();
    await insertExecution(id, [['payments/api', 'failed']], 'gone');
    expect((await problemOf(ada.client.call(getExecution, { params: { executionId: id } }))).code).toBe(
      'execution-not-found',
    );
    expect((await admin.call(listTasks, { query: { executionId: id } })).items).toHaveLength(1);
  });

  async function insertExecution(id: string, tasks: Array<[string, 'succeeded' | 'failed']>, registryId = 'north') {
    const state = tasks.some(([, ended]) => ended === 'failed') ? 'failed' : 'succeeded';
    await kysely()
      .insertInto('executions')
      .values({ id, trigger: 'copy', requested_by: 'admin', state, include_referrers: true, when_different: 'replace' })
      .execute();
    for (const [name, ended] of tasks) {
      await kysely()
        .insertInto('tasks')
        .values({
          id: randomUUID(),
          execution_id: id,
          source_registry_id: 'main',
          source_repository: repository,
          source_reference: '1.0',
          destination_registry_id: registryId,
          destination_repository: name,
          destination_tag: '1.0',
          state: ended,
          finished_at: sql<Date>`now()`,
        })
        .execute();
    }
  }

  test('a copy needs the right to pull here and to push there; what is hidden does not exist', async () => {
    for (const call of [previewCopy, createExecution]) {
      await ada.client.call(call, copyOf('1.0'));
      expect(await problemOf(gus.client.call(call, copyOf('1.0')))).toMatchObject({
        code: 'permission-missing',
        needed: { action: 'artifact.push', project: 'payments', environment: 'production' },
      });
      const answers = async (client: TestApiClient, changes: Partial<CopyRequest>[]) => {
        const problems = await Promise.all(
          changes.map((change) => problemOf(client.call(call, copyOf('1.0', change)))),
        );
        return problems.map(({ code, detail }) => `${code} ${detail}`);
      };
      const source = (registryId: string, name: string) => ({ source: { registryId, repository: name } });
      const target = (registryId: string, name?: string) => ({
        destinations: [{ registryId, ...(name !== undefined && { repository: name }) }],
      });
      const [shop, nothing] = await answers(ada.client, [source('main', 'shop/api'), source('main', 'nothing/api')]);
      expect(shop).toMatch(/^repository-not-found/);
      expect(nothing).toBe(shop?.replace('shop', 'nothing'));
      expect((await answers(ada.client, [target('north', 'shop/api')]))[0]).toMatch(/^repository-not-found/);
      // Of production this one sees nothing at all: its registry is no better known than one that is not there.
      const [north, nowhere] = await answers(dev.client, [target('north'), target('nowhere')]);
      expect(north).toMatch(/^registry-not-found/);
      expect(nowhere).toBe(north?.replace('north', 'nowhere'));
      expect((await problemOf(bff.anonymous().call(call, copyOf('1.0')))).code).toBe('not-signed-in');
    }
    const line = await kysely()
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'createExecution')
      .where('actor_name', '=', 'gus')
      .executeTakeFirstOrThrow();
    const target = 'main/payments/api:1.0 → north';
    expect(line).toMatchObject({ outcome: 'refused', project: 'payments', environment: 'production', target });
  });

  test('stopping and running again need the right to push, and touch only what the caller sees', async () => {
    await setMaintenance(inAnHour());
    const { id } = await byAdmin('1.0', { destinations: mixed });
    const params = { executionId: id };
    await until('both to wait', async () => {
      const { tasks } = await admin.call(getExecution, { params });
      return tasks.waiting === 2 ? true : undefined;
    });
    const own = (await gus.client.call(listTasks, { query: { executionId: id } })).items[0]?.id ?? '';
    for (const call of [stopExecution, retryExecution]) {
      expect((await problemOf(gus.client.call(call, { params }))).needed?.environment).toBe('production');
      expect((await problemOf(dev.client.call(call, { params }))).code).toBe('execution-not-found');
    }
    for (const call of [stopTask, retryTask]) {
      expect((await problemOf(gus.client.call(call, { params: { taskId: own } }))).code).toBe('permission-missing');
    }
    const stopped = await ada.client.call(stopExecution, { params });
    expect(stopped).toMatchObject({ state: 'stopped', tasks: { stopped: 1, waiting: 0 } });
    expect((await admin.call(getExecution, { params })).tasks).toMatchObject({ stopped: 1, waiting: 1 });
    await ada.client.call(retryExecution, { params });
    await setMaintenance(null);
    await until('both to be copied', async () => {
      const { tasks } = await admin.call(getExecution, { params });
      return tasks.succeeded === 2 ? true : undefined;
    });
  });

  test('a task whose requester has lost the right meanwhile does not run; another may have it run', async () => {
    await setMaintenance(inAnHour());
    const { id } = await ada.client.call(
      createExecution,
      copyOf('1.0', { destinations: [{ registryId: 'north', tag: 'late' }] }),
    );
    const { id: ofDisabled } = await ada.client.call(
      createExecution,
      copyOf('1.0', { destinations: [{ registryId: 'north', tag: 'later' }] }),
    );
    await untilState(admin, ofDisabled, 'waiting');
    await setRole(ada, 'production', 'guest');
    await setMaintenance(null);
    const failed = await untilState(admin, id, 'failed');
    expect(failed.reason).toMatchObject({
      code: 'requester-may-not-push',
      params: { requester: 'ada', project: 'payments', environment: 'production' },
    });
    expect(await atDestination.headManifest(repository, 'late')).toBeUndefined();
    await admin.call(retryExecution, { params: { executionId: id } });
    await untilState(admin, id, 'succeeded');
    await setRole(ada, 'production', null);
    await kysely().updateTable('users').set({ disabled_at: new Date() }).where('id', '=', ada.id).execute();
    await kysely().updateTable('tasks').set({ state: 'queued' }).where('execution_id', '=', ofDisabled).execute();
    const refused = await untilTask(admin, ofDisabled, 'failed again', ({ attempt, state }) => {
      return attempt === 2 && state === 'failed';
    });
    expect(refused.reason?.code).toBe('requester-may-not-push');
    await kysely().updateTable('users').set({ disabled_at: null }).where('id', '=', ada.id).execute();
  });

  test('nothing is copied into a project that was archived, whoever asked', async () => {
    await setMaintenance(inAnHour());
    const { id } = await byAdmin('1.0', { destinations: [{ registryId: 'north', tag: 'archived' }] });
    await untilState(admin, id, 'waiting');
    const archive = async (at: Date | null) => {
      await kysely().updateTable('projects').set({ archived_at: at }).where('name', '=', 'payments').execute();
      bff.running.foundation.access.forget();
    };
    await archive(new Date());
    expect((await problemOf(byAdmin('1.0'))).detail).toContain('archived');
    await setMaintenance(null);
    expect((await untilState(admin, id, 'failed')).reason?.code).toBe('project-archived');
    await archive(null);
  });
});
