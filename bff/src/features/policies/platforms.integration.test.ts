import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { getArtifact } from '../../contract/artifacts.ts';
import {
  createPolicy,
  getPolicy,
  type Policy,
  type PolicyContent,
  previewPolicy,
  runPolicy,
  updatePolicy,
} from '../../contract/policies.ts';
import { listRegistries, scanRegistry } from '../../contract/registries.ts';
import { type Execution, getExecution, getTask, listTasks } from '../../contract/replication.ts';
import { createRegistryClient, type RegistryClient } from '../../registry-client/index.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { pushSampleImage, pushSampleIndex, type SampleIndex } from '../../testing/sample-artifacts.ts';
import { type SparseDoor, startSparseDoor } from '../../testing/sparse-door.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { until } from '../replication/testing/waiting.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe('a policy of chosen platforms', () => {
  const registries = new Map<string, RealRegistry>();
  const clients = new Map<string, RegistryClient>();
  let door: SparseDoor;
  let bff: TestBff;
  let client: TestApiClient;
  let count = 0;

  /** What tells nobody: the catalog learns of it by scans and by its own copies. `sparse` takes an index without children. */
  beforeAll(async () => {
    for (const id of ['hq', 'sparse', 'strict']) {
      const registry = await startRealRegistry();
      registries.set(id, registry);
      clients.set(id, createRegistryClient({ name: id, endpoints: [{ url: registry.url }], userAgent: 'test' }));
    }
    door = await startSparseDoor(place('sparse'));
    bff = await startBff({
      registries: [...registries].map(([id, { url }]) => ({
        id,
        environment: id,
        endpointUrls: [id === 'sparse' ? door.url : url],
      })),
    });
    client = await bff.signIn();
    await until('the first scans', async () => {
      const { items } = await client.call(listRegistries, {});
      return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
    });
  });
  afterAll(async () => {
    await bff?.close();
    await door?.stop();
    for (const each of clients.values()) await each.close();
    for (const registry of registries.values()) await registry.stop();
  });

  const place = (id: string): RealRegistry => known(registries, id);
  const at = (id: string): RegistryClient => known(clients, id);
  const scannedAt = async (id: string) => {
    const { items } = await client.call(listRegistries, {});
    const { catalog } = items.find((registry) => registry.id === id) ?? { catalog: undefined };
    expect(catalog?.scanReason).toBeNull();
    return catalog?.scannedAt ?? null;
  };
  const scan = async (id: string): Promise<void> => {
    const before = await scannedAt(id);
    await client.call(scanRegistry, { params: { registryId: id } });
    await until('another scan', async () => ((await scannedAt(id)) === before ? undefined : true));
  };
  const nextRepository = (): string => `payments/app-${(count += 1)}`;
  const contentFor = (repository: string, destination: string, platforms: string[] | null): PolicyContent =>
    contentOf('hq', [destination], {
      onPush: false,
      filters: { repositories: { include: [repository], exclude: [] }, platforms },
    });
  const make = (content: PolicyContent): Promise<Policy> =>
    client.call(createPolicy, { body: { name: `policy ${count}`, project: null, isEnabled: true, content } });
  const preview = ({ id }: Policy) => client.call(previewPolicy, { params: { policyId: id } });
  const change = async ({ id }: Policy, content: PolicyContent): Promise<Policy> => {
    const { version, name } = await client.call(getPolicy, { params: { policyId: id } });
    return client.call(updatePolicy, { params: { policyId: id }, body: { version, name, content } });
  };
  const run = async ({ id }: Policy): Promise<Execution> => {
    const { id: executionId } = await client.call(runPolicy, { params: { policyId: id } });
    return until('the run to end', async () => {
      const execution = await client.call(getExecution, { params: { executionId } });
      return execution.state === 'running' ? undefined : execution;
    });
  };
  const inStep = (policy: Policy, tagCount: number) =>
    until('the catalog to know what was copied', async () => {
      const { planned } = await preview(policy);
      return planned.upToDate === tagCount && planned.copy === 0 ? planned : undefined;
    });
  const held = (repository: string, { children, attestations }: SampleIndex): Promise<boolean[]> =>
    Promise.all(
      [...children, ...attestations].map(
        async ({ digest }) => (await at('sparse').headManifest(repository, digest)) !== undefined,
      ),
    );
  const artifactAt = (registryId: string, repository: string, reference: string) =>
    client.call(getArtifact, { query: { registryId, repository, reference } });

  test('brings the index as it is, with those platforms alone, and others when they are wanted', async () => {
    const repository = nextRepository();
    const hq = at('hq');
    const index = await pushSampleIndex(hq, repository, ['amd64', 'arm64', 'riscv64'], {
      tag: 'multi',
      isAttested: true,
    });
    await pushSampleImage(hq, repository, { tag: 'amd', config: { os: 'linux', architecture: 'amd64' } });
    await pushSampleImage(hq, repository, { tag: 'arm', config: { os: 'linux', architecture: 'arm64' } });
    await scan('hq');
    const policy = await make(contentFor(repository, 'sparse', ['linux/amd64']));
    const plan = await preview(policy);
    expect(plan.rows.map(({ source, outcome }) => [source.tag, outcome])).toEqual([
      ['amd', 'copy'],
      ['multi', 'copy'],
    ]);
    const sizes = plan.rows.map(({ totalSizeBytes }) => totalSizeBytes ?? 0);
    expect(plan.planned.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(await run(policy)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 2 } });
    expect(await held(repository, index)).toEqual([true, false, false, true, false, false]);
    expect((await at('sparse').getManifest(repository, 'multi')).descriptor.digest).toBe(index.digest);
    await expectConverged({
      kysely: bff.running.foundation.database.kysely,
      source: hq,
      destinations: [at('sparse')],
      repositories: [repository],
      platforms: ['linux/amd64'],
    });
    await inStep(policy, 2);

    // What is not there is said to be absent, and counts nowhere.
    const shown = await artifactAt('sparse', repository, 'multi');
    expect(shown.platforms.map(({ isPresent }) => isPresent)).toEqual([true, false, false, true, false, false]);
    expect(shown.totalSizeBytes).toBe(plan.rows[1]?.totalSizeBytes);
    expect((await artifactAt('hq', repository, 'multi')).totalSizeBytes).toBeGreaterThan(shown.totalSizeBytes ?? 0);
    await scan('sparse');
    await inStep(policy, 2);

    await change(policy, contentFor(repository, 'sparse', ['linux/amd64', 'linux/arm64']));
    const more = await preview(policy);
    expect(more.rows.map(({ source, outcome, reason }) => [source.tag, outcome, reason?.code])).toEqual([
      ['amd', 'up-to-date', undefined],
      ['arm', 'copy', undefined],
      ['multi', 'copy', 'platforms-missing'],
    ]);
    expect(await run(policy)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 2 } });
    expect(await held(repository, index)).toEqual([true, true, false, true, true, false]);
    await inStep(policy, 3);

    // One that has more than is wanted has what is wanted.
    await change(policy, contentFor(repository, 'sparse', ['linux/arm64/v8']));
    expect((await preview(policy)).planned).toMatchObject({ upToDate: 2, copy: 0, replace: 0, bytes: 0 });

    await change(policy, contentFor(repository, 'sparse', null));
    expect((await preview(policy)).planned).toMatchObject({ upToDate: 2, copy: 1 });
    expect(await run(policy)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 1 } });
    expect(await held(repository, index)).not.toContain(false);
    await inStep(policy, 3);
    const whole = await artifactAt('sparse', repository, 'multi');
    expect(whole.totalSizeBytes).toBe((await artifactAt('hq', repository, 'multi')).totalSizeBytes);
  });

  test('fails for good, and says why, where the registry takes no index without all its platforms', async () => {
    const repository = nextRepository();
    await pushSampleIndex(at('hq'), repository, ['amd64', 'arm64'], { tag: 'multi' });
    await scan('hq');
    const policy = await make(contentFor(repository, 'strict', ['linux/amd64']));
    for (const how of ['copied', 'existed']) {
      const { id, state } = await run(policy);
      expect(state).toBe('failed');
      const { items } = await client.call(listTasks, { query: { executionId: id } });
      expect(items).toMatchObject([
        { state: 'failed', attempt: 1, reason: { code: 'sparse-index-refused', params: { registryId: 'strict' } } },
      ]);
      const { blobs } = await client.call(getTask, { params: { taskId: items[0]?.id ?? '' } });
      const sent = blobs.filter(({ kind }) => kind !== 'manifest');
      expect(new Set(sent.map(({ state: came }) => came))).toEqual(new Set([how]));
    }
    expect(await at('strict').headManifest(repository, 'multi')).toBeUndefined();
  });

  test('is not known to the contents of before, which mean all', async () => {
    const repository = nextRepository();
    const { filters, ...rest } = contentFor(repository, 'sparse', null);
    const { platforms: _, ...before } = filters;
    const body = { name: 'of before', project: null, isEnabled: false, content: { ...rest, filters: before } };
    const { id, content } = await client.call(createPolicy, { body });
    expect(content.filters.platforms).toBeNull();
    const { kysely } = bff.running.foundation.database;
    await sql`update policies set content = content #- '{filters,platforms}' where id = ${id}::uuid`.execute(kysely);
    const read = await client.call(getPolicy, { params: { policyId: id } });
    expect(read.content).toEqual(content);
    expect((await preview(read)).tagCount).toBe(0);
  });
});

function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`There is no registry ${id} in this test.`);
  return found;
}
