import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { changeMembers, type CellRole } from '../../contract/members.ts';
import { getProject, updateProject } from '../../contract/projects.ts';
import { beginMaintenance } from '../../contract/registries.ts';
import {
  type CopyRequest,
  createExecution,
  getExecution,
  getTask,
  listExecutions,
  listTasks,
  retryExecution,
  retryTask,
  stopExecution,
  stopTask,
} from '../../contract/replication.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { addPerson, addProject, type TestPerson } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { until, untilState } from './testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const mineToNorth = [{ registryId: 'north', tag: 'mine' }];

function copyOf(tag: string, change: Partial<CopyRequest> = {}): { body: CopyRequest } {
  const source = { registryId: 'main', repository };
  return { body: { source, references: [tag], destinations: mineToNorth, whenDifferent: 'replace', ...change } };
}

describe.each(databaseKinds)('Copies that one may end (%s)', (kind) => {
  let registries: RealRegistry[];
  let bff: TestBff;
  let admin: TestApiClient;
  /** Developer of payments everywhere. */
  let ada: TestPerson;
  /** Guest of payments everywhere. */
  let gus: TestPerson;
  let dev: TestPerson;

  beforeAll(async () => {
    registries = [await startRealRegistry(), await startRealRegistry()];
    const [main, north] = registries.map(({ url }) => url);
    bff = await startBff({
      database: kind,
      registries: [
        { id: 'main', environment: 'development', endpointUrls: [main ?? ''] },
        { id: 'north', environment: 'production', endpointUrls: [north ?? ''] },
      ],
    });
    admin = await bff.signIn();
    await addProject(bff.running.foundation.database.kysely, 'payments');
    [ada, gus, dev] = [await addPerson(bff, 'ada'), await addPerson(bff, 'gus'), await addPerson(bff, 'dev')];
    await setRole(ada, null, 'developer');
    await setRole(gus, null, 'guest');
    const client = clientOf(registries[0] ?? expect.fail('There is no registry.'));
    await pushImage(client, repository, '1.0', { layerSizes: [1000] });
    await client.close();
    // So that copies to it wait.
    const end = new Date(Date.now() + 3_600_000).toISOString();
    await admin.call(beginMaintenance, { params: { registryId: 'north' }, body: { until: end } });
  });
  afterAll(async () => {
    await bff?.close();
    for (const registry of registries) await registry.stop();
  });

  const setRole = async ({ id }: TestPerson, environment: string | null, role: CellRole | null) => {
    const changes = [{ kind: 'user' as const, id, environment, role }];
    await admin.call(changeMembers, { params: { project: 'payments' }, body: { changes } });
  };
  const archive = async (isArchived: boolean) => {
    const params = { project: 'payments' };
    const { version } = await admin.call(getProject, { params });
    await admin.call(updateProject, { params, body: { version, isArchived } });
  };
  const byAdmin = (tag: string, change: Partial<CopyRequest> = {}) => admin.call(createExecution, copyOf(tag, change));

  test('a copy into a project that was archived meanwhile can be stopped by who could have begun it, not run again', async () => {
    const { id } = await byAdmin('1.0', { destinations: [{ registryId: 'north', tag: 'shelved' }] });
    const { id: taskId } = await untilState(admin, id, 'waiting');
    await archive(true);
    const params = { executionId: id };
    for (const call of [stopExecution, retryExecution]) {
      expect((await problemOf(gus.client.call(call, { params }))).code).toBe('permission-missing');
    }
    expect((await problemOf(ada.client.call(retryTask, { params: { taskId } }))).detail).toContain('archived');
    expect(await ada.client.call(stopTask, { params: { taskId } })).toMatchObject({ state: 'stopped' });
    expect(await admin.call(stopExecution, { params })).toMatchObject({ state: 'stopped' });
    await archive(false);
  });

  test('who started a copy sees and stops it without the right to see others’, as long as both ends can be read', async () => {
    // Limited guests pull and see no copies.
    await setRole(dev, 'development', 'limited-guest');
    await setRole(dev, 'production', 'developer');
    const mine = await dev.client.call(createExecution, copyOf('1.0', { destinations: mineToNorth }));
    const theirs = await byAdmin('1.0', { destinations: mineToNorth });
    await until('both to wait', async () => {
      const states = await Promise.all([mine, theirs].map(({ id }) => untilState(admin, id, 'waiting')));
      return states.length === 2 ? true : undefined;
    });
    const params = { executionId: mine.id };
    expect(await dev.client.call(getExecution, { params })).toMatchObject({ tasks: { waiting: 1 } });
    const listed = await dev.client.call(listExecutions, { query: { limit: 500 } });
    expect(listed.items.map(({ id }) => id)).toEqual([mine.id]);
    const { items } = await dev.client.call(listTasks, {});
    expect(items).toHaveLength(1);
    const taskId = items[0]?.id ?? '';
    expect(await dev.client.call(getTask, { params: { taskId } })).toMatchObject({ state: 'waiting' });
    for (const call of [getExecution, stopExecution]) {
      const hidden = await problemOf(dev.client.call(call, { params: { executionId: theirs.id } }));
      expect(hidden.code).toBe('execution-not-found');
    }
    // Whoever has it run again does not take it away from who started it.
    await admin.call(retryExecution, { params });
    await setRole(dev, 'production', 'limited-guest');
    expect((await problemOf(dev.client.call(retryExecution, { params }))).code).toBe('permission-missing');
    expect(await dev.client.call(stopTask, { params: { taskId } })).toMatchObject({ state: 'stopped' });
    await admin.call(retryExecution, { params });
    expect(await dev.client.call(stopExecution, { params })).toMatchObject({ state: 'stopped' });
    await setRole(dev, 'production', 'none');
    for (const call of [getExecution, stopExecution]) {
      expect((await problemOf(dev.client.call(call, { params }))).code).toBe('execution-not-found');
    }
    expect((await dev.client.call(listTasks, {})).items).toEqual([]);
    await setRole(dev, 'production', null);
    await admin.call(stopExecution, { params: { executionId: theirs.id } });
  });
});
