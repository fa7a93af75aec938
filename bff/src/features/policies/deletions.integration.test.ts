import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listAudit } from '../../contract/audit.ts';
import { createPolicy, deletePolicy, type Policy, previewPolicy, runPolicy } from '../../contract/policies.ts';
import { type Execution, listExecutions, listTasks, previewCopy } from '../../contract/replication.ts';
import { listRegistries } from '../../contract/registries.ts';
import { listTagHistory, type TagMoment } from '../../contract/tag-history.ts';
import { listAllTrash, previewRestore, restoreFromTrash, type TrashItem } from '../../contract/trash.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { signInAs } from '../../testing/people.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type NotifyingRegistries, startNotifyingRegistries } from './testing/notifying-registries.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.each(databaseKinds)('what a policy does to tags is told as its own work (%s)', (kind) => {
  let world: NotifyingRegistries;
  let client: TestApiClient;

  beforeAll(async () => {
    world = await startNotifyingRegistries(['hq', 'city'], kind);
    client = await world.bff.signIn();
    await until('the first scans', async () => {
      const { items } = await client.call(listRegistries, {});
      return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
    });
  });
  afterAll(() => world?.close());

  const push = (registryId: string, repository: string, tag: string) =>
    pushImage(world.at(registryId), repository, tag, { layerSizes: [3000, 2000] });
  const arrived = (registryId: string, repository: string, tag: string, digest: string | null) =>
    until(`${repository}:${tag} in ${registryId}`, async () => {
      const found = await world.at(registryId).headManifest(repository, tag);
      const there = found === undefined || found === 'not-modified' ? null : found.digest;
      return there === digest ? true : undefined;
    });
  const make = (name: string, repository: string, options: { propagateDeletions?: boolean; onPush?: boolean }) => {
    const { onPush = true, ...more } = options;
    const filters = { repositories: { include: [repository], exclude: [] } };
    const content = contentOf('hq', ['city'], { onPush, filters, options: more });
    return client.call(createPolicy, { body: { name, project: null, isEnabled: true, content } });
  };
  const executionsOf = async ({ id }: Policy): Promise<Execution[]> =>
    (await client.call(listExecutions, { query: { policyId: id, limit: 100 } })).items;
  const ended = (policy: Policy, isIt: (execution: Execution) => boolean) =>
    until('such an execution to end', async () =>
      (await executionsOf(policy)).find((execution) => execution.state !== 'running' && isIt(execution)),
    );
  const inTrash = (repository: string, by = client): Promise<TrashItem> =>
    until('the tag to be in the trash', async () => {
      const { items } = await by.call(listAllTrash, { query: { repository, state: 'deleted' } });
      return items[0];
    });
  const historyOf = async (repository: string, tag: string, by = client): Promise<TagMoment[]> =>
    (await by.call(listTagHistory, { query: { repository, tag, registryId: 'city' } })).items;
  const moment = (repository: string, tag: string, isIt: (one: TagMoment) => boolean, by = client) =>
    until('such a moment of the tag', async () => (await historyOf(repository, tag, by)).find(isIt));

  test('a deletion that follows says which policy it was, also when that is gone', async () => {
    const repository = 'payments/followed';
    const policy = await make('hq to city', repository, { propagateDeletions: true });
    const { digest } = await push('hq', repository, '1');
    await arrived('city', repository, '1', digest);
    const copied = await moment(repository, '1', ({ how }) => how === 'policy');
    const named = { id: policy.id, name: 'hq to city', exists: true };
    expect(copied).toMatchObject({ actor: null, policy: named });
    expect(await ended(policy, ({ tasks }) => tasks.succeeded === 1)).toMatchObject({ deletions: 0, tagMoves: 0 });
    await world.at('hq').deleteManifest(repository, digest);
    const item = await inTrash(repository);
    expect(item).toMatchObject({ registryId: 'city', why: 'policy', deletedBy: null, policy: named });
    const execution = await ended(policy, ({ deletions }) => deletions === 1);
    expect(execution).toMatchObject({ trigger: 'deletion', state: 'succeeded', tasks: { succeeded: 1 } });
    const gone = await moment(repository, '1', ({ digest: was }) => was === null);
    expect(gone).toMatchObject({ how: 'delete', actor: null, policy: named, executionId: execution.id });
    const logged = await until('the audit log', async () => {
      const { items } = await client.call(listAudit, { query: { q: repository } });
      return items.find(({ action }) => action === 'deleteToTrash');
    });
    expect(logged.actor).toMatchObject({ kind: 'system', name: 'hq to city' });
    // Who does not see the source is told that it was a policy, and not which.
    const limited = await signInAs(world.bff, 'cora', { payments: { '': 'none', city: 'maintainer' } });
    const hidden = { id: null, name: null, exists: false };
    expect(await inTrash(repository, limited)).toMatchObject({ why: 'policy', policy: hidden });
    expect(await moment(repository, '1', ({ digest: was }) => was === null, limited)).toMatchObject({ policy: hidden });
    await client.call(deletePolicy, { params: { policyId: policy.id } });
    expect(await inTrash(repository)).toMatchObject({ policy: { ...named, exists: false } });
    expect(await moment(repository, '1', ({ digest: was }) => was === null)).toMatchObject({
      policy: { ...named, exists: false },
    });
  });

  test('a tag that is set back to what the source has is told apart from a copy', async () => {
    const repository = 'payments/drifted';
    const policy = await make('mirror', repository, { onPush: false });
    const { digest } = await push('hq', repository, 'stable');
    await until('the catalog to know of it', async () => {
      const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
      return planned.copy === 1 ? true : undefined;
    });
    await client.call(runPolicy, { params: { policyId: policy.id } });
    await arrived('city', repository, 'stable', digest);
    await ended(policy, ({ tasks }) => tasks.succeeded === 1);
    const other = await push('city', repository, 'stable');
    await moment(repository, 'stable', (one) => one.digest === other.digest);
    // Setting it to anything else does not last, which is said beforehand.
    const copy = {
      source: { registryId: 'city', repository },
      references: [other.digest],
      destinations: [{ registryId: 'city', tag: 'stable' }],
      whenDifferent: 'replace' as const,
    };
    const run = await client.call(runPolicy, { params: { policyId: policy.id } });
    await arrived('city', repository, 'stable', digest);
    const moved = await ended(policy, ({ id }) => id === run.id);
    expect(moved).toMatchObject({ deletions: 0, tagMoves: 1, planned: { replace: 1 } });
    expect(moved.bytesTotal).toBeGreaterThan(0);
    // The manifest is sent, because that is how a tag is set.
    expect(moved.bytesDone - moved.bytesSkipped).toBeLessThan(1000);
    const { items } = await client.call(listTasks, { query: { executionId: run.id } });
    expect(items).toMatchObject([{ digest, replacesDigest: other.digest, movesTagOnly: true }]);
    await moment(repository, 'stable', (one) => one.digest === digest && one.standing === 'current');
    const { cautions } = await client.call(previewCopy, { body: copy });
    expect(cautions).toMatchObject([
      { code: 'setting-undone', params: { policy: 'mirror', tag: 'stable', registry: 'city', source: 'hq' } },
    ]);
    const limited = await signInAs(world.bff, 'dora', { payments: { '': 'none', city: 'maintainer' } });
    const unseen = await limited.call(previewCopy, { body: copy });
    expect(unseen.cautions).toMatchObject([{ code: 'setting-undone-unseen', params: { registry: 'city' } }]);
    await client.call(deletePolicy, { params: { policyId: policy.id } });
  });

  test('what is restored where its source has deleted it stays, and is warned of where the source has another', async () => {
    const repository = 'payments/restored';
    const policy = await make('strict', repository, { propagateDeletions: true });
    const { digest } = await push('hq', repository, '1');
    await arrived('city', repository, '1', digest);
    await world.at('hq').deleteManifest(repository, digest);
    const item = await inTrash(repository);
    const params = { project: 'payments', trashItemId: item.id };
    const target = { kind: 'same' as const };
    const cautions = async () => (await client.call(previewRestore, { params, body: { target } })).cautions;
    expect(await cautions()).toEqual([]);
    await client.call(restoreFromTrash, { params, body: { target } });
    await arrived('city', repository, '1', digest);
    await moment(repository, '1', ({ how, standing }) => how === 'restore' && standing === 'current');
    const run = await client.call(runPolicy, { params: { policyId: policy.id } });
    expect(await ended(policy, ({ id }) => id === run.id)).toMatchObject({ planned: { delete: 0 }, deletions: 0 });
    const next = await push('hq', repository, '1');
    await arrived('city', repository, '1', next.digest);
    const replacing = { kind: 'replace' as const, replaces: next.digest };
    const warned = await client.call(previewRestore, { params, body: { target: replacing } });
    expect(warned.cautions).toMatchObject([{ code: 'setting-undone', params: { policy: 'strict', scanned: 'hq' } }]);
    await client.call(deletePolicy, { params: { policyId: policy.id } });
  });
});
