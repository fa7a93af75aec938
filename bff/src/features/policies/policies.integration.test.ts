import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { getOperations } from '../../contract/operations.ts';
import {
  confirmExecution,
  createPolicy,
  declineExecution,
  deletePolicy,
  disablePolicy,
  enablePolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  pausePolicy,
  type Policy,
  type PolicyContent,
  previewPolicy,
  previewPolicyDraft,
  resumePolicy,
  runPolicy,
  updatePolicy,
} from '../../contract/policies.ts';
import {
  type Execution,
  getExecution,
  listExecutions,
  listTasks,
  retryExecution,
  retryTask,
} from '../../contract/replication.ts';
import { listRegistries, scanRegistry } from '../../contract/registries.ts';
import { listAllTrash } from '../../contract/trash.ts';
import { listAudit } from '../../contract/audit.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type NotifyingRegistries, startNotifyingRegistries } from './testing/notifying-registries.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.each(databaseKinds)('policies (%s)', (kind) => {
  let world: NotifyingRegistries;
  let client: TestApiClient;
  let count = 0;

  beforeAll(async () => {
    world = await startNotifyingRegistries(['hq', 'province', 'city'], kind);
    client = await world.bff.signIn();
    await until('the first scans', async () => {
      const { items } = await client.call(listRegistries, {});
      return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
    });
  });
  afterAll(() => world?.close());

  const repositoryFor = (name: string): string => `payments/${name}-${(count += 1)}`;
  const only = (repository: string) => ({ repositories: { include: [repository], exclude: [] } });
  const make = (name: string, content: PolicyContent, isEnabled = true): Promise<Policy> =>
    client.call(createPolicy, { body: { name: `${name} ${count}`, project: null, isEnabled, content } });
  const push = (registryId: string, repository: string, tag: string) =>
    pushImage(world.at(registryId), repository, tag, { layerSizes: [3000, 2000] });
  const digestAt = async (registryId: string, repository: string, tag: string): Promise<string | null> => {
    const found = await world.at(registryId).headManifest(repository, tag);
    return found === undefined || found === 'not-modified' ? null : found.digest;
  };
  const arrived = (registryId: string, repository: string, tag: string, digest: string | null) =>
    until(`${repository}:${tag} in ${registryId}`, async () =>
      (await digestAt(registryId, repository, tag)) === digest ? true : undefined,
    );
  const executionsOf = async ({ id }: Policy): Promise<Execution[]> =>
    (await client.call(listExecutions, { query: { policyId: id, limit: 100 } })).items;
  const rest = (policy: Policy) =>
    until('all its executions to end', async () => {
      const all = await executionsOf(policy);
      return all.length > 0 && all.every(({ state }) => state !== 'running') ? all : undefined;
    });
  const remove = (...policies: Policy[]) =>
    Promise.all(policies.map(({ id }) => client.call(deletePolicy, { params: { policyId: id } })));

  test('a push is copied to two destinations, and a run of what is there makes no task', async () => {
    const repository = repositoryFor('api');
    const policy = await make('fan', contentOf('hq', ['province', 'city'], { filters: only(repository) }));
    const { digest } = await push('hq', repository, '1.0');
    await arrived('province', repository, '1.0', digest);
    await arrived('city', repository, '1.0', digest);
    const [execution] = await rest(policy);
    expect(execution).toMatchObject({
      trigger: 'push',
      state: 'succeeded',
      policy: { id: policy.id, name: policy.name, version: 1, exists: true },
      planned: { copy: 2 },
    });
    await until('the catalog to know of it', async () => {
      const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
      return planned.upToDate === 2 && planned.copy === 0 ? true : undefined;
    });
    const again = await client.call(runPolicy, { params: { policyId: policy.id } });
    expect(again).toMatchObject({
      trigger: 'manual',
      state: 'succeeded',
      planned: { upToDate: 2 },
      requestedBy: 'admin',
    });
    expect((await client.call(listTasks, { query: { executionId: again.id } })).items).toEqual([]);
    await remove(policy);
  });

  test('a chain carries a push from hop to hop', async () => {
    const repository = repositoryFor('chain');
    const first = await make('hop one', contentOf('hq', ['province'], { filters: only(repository) }));
    const second = await make('hop two', contentOf('province', ['city'], { filters: only(repository) }));
    const { digest } = await push('hq', repository, 'v2');
    await arrived('city', repository, 'v2', digest);
    await rest(first);
    await rest(second);
    await remove(first, second);
  });

  test('what was deleted at the destination comes back when the policy is enabled again', async () => {
    const repository = repositoryFor('again');
    const policy = await make('again', contentOf('hq', ['city'], { filters: only(repository) }));
    const { digest } = await push('hq', repository, '1');
    await arrived('city', repository, '1', digest);
    await rest(policy);
    expect(await client.call(disablePolicy, { params: { policyId: policy.id } })).toMatchObject({ state: 'disabled' });
    await world.at('city').deleteManifest(repository, digest);
    await until('the catalog to miss it', async () => {
      const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
      return planned.copy === 1 ? true : undefined;
    });
    expect(await digestAt('city', repository, '1')).toBeNull();
    await client.call(enablePolicy, { params: { policyId: policy.id } });
    await arrived('city', repository, '1', digest);
    await remove(policy);
  });

  test('a run keeps the version it was planned with when another one is saved', async () => {
    const repository = repositoryFor('versions');
    const content = contentOf('hq', ['city'], { filters: only(repository) });
    const policy = await make('versions', content);
    world.registry('city').freeze();
    let running: Execution;
    try {
      await push('hq', repository, '1');
      running = await until('the run to begin', async () => (await executionsOf(policy))[0]);
      const mapping = { kind: 'replace-prefix', from: '', to: 'mirror/' } as const;
      const saved = await client.call(updatePolicy, {
        params: { policyId: policy.id },
        body: { version: 1, name: policy.name, content: { ...content, mapping } },
      });
      expect(saved.version).toBe(2);
    } finally {
      world.registry('city').thaw();
    }
    await until('the first run to end', async () => {
      const found = await client.call(getExecution, { params: { executionId: running.id } });
      return found.state === 'succeeded' ? found : undefined;
    });
    expect(running.policy?.version).toBe(1);
    const { items } = await client.call(listTasks, { query: { executionId: running.id } });
    expect(items.map(({ destination }) => destination.repository)).toEqual([repository]);
    const second = await push('hq', repository, '2');
    await arrived('city', `mirror/${repository}`, '2', second.digest);
    expect(await digestAt('city', repository, '2')).toBeNull();
    const versions = await client.call(listPolicyVersions, { params: { policyId: policy.id } });
    expect(versions.items.map(({ version }) => version)).toEqual([2, 1]);
    await remove(policy);
  });

  test('a deletion follows, and a wave of them waits for a person', async () => {
    const repository = repositoryFor('tombs');
    const content = contentOf('hq', ['city'], { filters: only(repository), options: { propagateDeletions: true } });
    const policy = await make('tombs', content);
    const pushed = [];
    for (let tag = 1; tag <= 8; tag += 1) pushed.push(await push('hq', repository, String(tag)));
    for (const [place, { digest }] of pushed.entries()) await arrived('city', repository, String(place + 1), digest);
    await rest(policy);
    const [first, ...others] = pushed;
    await world.at('hq').deleteManifest(repository, first?.digest ?? '');
    await arrived('city', repository, '1', null);
    await client.call(pausePolicy, { params: { policyId: policy.id } });
    for (const { digest } of others.slice(0, 6)) await world.at('hq').deleteManifest(repository, digest);
    await until('the deletions to be known', async () => {
      const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
      return planned.delete === 6 ? true : undefined;
    });
    await client.call(resumePolicy, { params: { policyId: policy.id } });
    const held = await until('the wave to be held back', async () =>
      (await executionsOf(policy)).find(({ heldBack }) => heldBack !== null),
    );
    expect(held).toMatchObject({ state: 'running', heldBack: { code: 'deletions-many' }, tasks: { waiting: 6 } });
    const waiting = await client.call(listTasks, { query: { executionId: held.id } });
    const waits = async () => {
      const { items } = await client.call(listExecutions, { query: { state: 'held', policyId: policy.id } });
      const { heldExecutionId } = await client.call(getPolicy, { params: { policyId: policy.id } });
      return [items.map(({ id }) => id), heldExecutionId];
    };
    expect(await waits()).toEqual([[held.id], held.id]);
    // Not even a retry goes past the question: that needs the right to push alone.
    const taskId = waiting.items[0]?.id ?? '';
    expect((await problemOf(client.call(retryTask, { params: { taskId } }))).code).toBe('task-not-retryable');
    const { failures } = await client.call(getOperations, {});
    // Whose they are; and nothing is due while a person is waited for.
    expect(failures.find(({ reason }) => reason.code === 'deletions-held-back')).toMatchObject({
      policyIds: [policy.id],
      waitingCount: 6,
      executionCount: 1,
      nextAttemptAt: null,
    });
    expect(new Set(waiting.items.map(({ nextAttemptAt }) => nextAttemptAt))).toEqual(new Set([null]));
    expect(await digestAt('city', repository, '2')).toBe(others[0]?.digest);
    await client.call(confirmExecution, { params: { executionId: held.id } });
    expect(await waits()).toEqual([[], null]);
    for (let tag = 2; tag <= 7; tag += 1) await arrived('city', repository, String(tag), null);
    expect(await digestAt('city', repository, '8')).toBe(others[6]?.digest);
    const twice = await problemOf(client.call(confirmExecution, { params: { executionId: held.id } }));
    expect(twice.code).toBe('execution-not-held');
    await remove(policy);
  });

  test('a wave of deletions that a person declines leaves the tags, and is not asked about again', async () => {
    const repository = repositoryFor('kept');
    const schedule = { cron: '0 3 1 1 *', timeZone: 'UTC' };
    const content = contentOf('hq', ['city'], {
      filters: only(repository),
      options: { propagateDeletions: true },
      schedule,
    });
    const policy = await make('kept', content);
    const pushed = [];
    for (let tag = 1; tag <= 6; tag += 1) pushed.push(await push('hq', repository, String(tag)));
    for (const [place, { digest }] of pushed.entries()) await arrived('city', repository, String(place + 1), digest);
    await rest(policy);
    await client.call(pausePolicy, { params: { policyId: policy.id } });
    for (const { digest } of pushed) await world.at('hq').deleteManifest(repository, digest);
    await until('the deletions to be known', async () => {
      const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
      return planned.delete === 6 ? true : undefined;
    });
    await client.call(resumePolicy, { params: { policyId: policy.id } });
    const held = await until('the wave to be held back', async () =>
      (await executionsOf(policy)).find(({ heldBack }) => heldBack !== null),
    );
    const answer = await client.call(declineExecution, { params: { executionId: held.id } });
    expect(answer).toMatchObject({ state: 'stopped', heldBack: null, tasks: { stopped: 6 } });
    const { items } = await client.call(listTasks, { query: { executionId: held.id } });
    expect(new Set(items.map(({ reason }) => reason?.code))).toEqual(new Set(['deletion-declined']));
    for (const decide of [confirmExecution, declineExecution]) {
      const twice = await problemOf(client.call(decide, { params: { executionId: held.id } }));
      expect(twice.code).toBe('execution-not-held');
    }
    // No retry brings back what was declined.
    const whole = await problemOf(client.call(retryExecution, { params: { executionId: held.id } }));
    const taskId = items[0]?.id ?? '';
    const one = await problemOf(client.call(retryTask, { params: { taskId } }));
    expect([whole.code, one.code]).toEqual(['task-not-retryable', 'task-not-retryable']);
    // Long ago, so that only the word itself keeps a scan from planning it again.
    const { kysely } = world.bff.running.foundation.database;
    const { id: policyId } = policy;
    await kysely
      .updateTable('tasks')
      .set({ finished_at: new Date('2026-01-01') })
      .where('policy_id', '=', policyId)
      .execute();
    const scans = async () =>
      (await client.call(listRegistries, {})).items.find(({ id }) => id === 'hq')?.catalog.scannedAt ?? null;
    const scanned = await scans();
    await client.call(scanRegistry, { params: { registryId: 'hq' } });
    await until('another scan', async () => ((await scans()) === scanned ? undefined : true));
    await until('the scan to be planned', async () => {
      const row = await kysely.selectFrom('policies').selectAll().where('id', '=', policyId).executeTakeFirstOrThrow();
      return row.reconciled_scan_at?.toISOString() === (await scans()) ? true : undefined;
    });
    expect((await executionsOf(policy)).filter(({ state }) => state === 'running')).toEqual([]);
    // Nor does a run at its time.
    const due = new Date('2026-01-01');
    await kysely.updateTable('policies').set({ next_run_at: due }).where('id', '=', policyId).execute();
    await until('a run at its time', async () => {
      const row = await kysely.selectFrom('policies').selectAll().where('id', '=', policyId).executeTakeFirstOrThrow();
      return row.next_run_at?.getTime() === due.getTime() ? undefined : true;
    });
    expect(
      (await executionsOf(policy)).filter(({ trigger, state }) => trigger === 'schedule' || state === 'running'),
    ).toEqual([]);
    expect(await digestAt('city', repository, '1')).toBe(pushed[0]?.digest);
    const { items: entries } = await client.call(listAudit, { query: { limit: 50 } });
    expect(entries.map(({ action }) => action)).toContain('declineExecution');
    // Whoever runs it by hand is asked anew: about these tags, none of which counts twice.
    const again = await client.call(runPolicy, { params: { policyId } });
    expect(again.heldBack?.params).toEqual({ count: '6', tags: '6' });
    await remove(policy);
  });

  test('a deleted tag goes into the trash, and another name of its image stays', async () => {
    const repository = repositoryFor('names');
    const content = contentOf('hq', ['city'], { filters: only(repository), options: { propagateDeletions: true } });
    const policy = await make('names', content);
    const { digest } = await push('hq', repository, 'one');
    await arrived('city', repository, 'one', digest);
    const bytes = await world.at('city').getManifest(repository, digest);
    await world.at('city').putManifest(repository, 'other', { ...bytes, mediaType: bytes.descriptor.mediaType });
    await until('the catalog to know both names', async () => {
      const { rows } = await world.bff.running.foundation.database.kysely
        .selectFrom('tags')
        .select('name')
        .where('registry_id', '=', 'city')
        .where('repository', '=', repository)
        .execute()
        .then((found) => ({ rows: found }));
      return rows.length === 2 ? true : undefined;
    });
    await rest(policy);
    await world.at('hq').deleteManifest(repository, digest);
    const item = await until('the tag to be in the trash', async () => {
      const { items } = await client.call(listAllTrash, { query: { repository, state: 'deleted' } });
      return items[0];
    });
    expect(item).toMatchObject({ registryId: 'city', tag: 'one', digest, why: 'policy', aliases: ['other'] });
    expect(await digestAt('city', repository, 'one')).toBeNull();
    expect(await digestAt('city', repository, 'other')).toBe(digest);
    await remove(policy);
  });

  test('two people cannot overwrite each other, by If-Match or by the body', async () => {
    const content = contentOf('hq', ['city'], { onPush: false });
    const policy = await make('shared', content, false);
    const path = `/api/v1/policies/${policy.id}`;
    const read = await client.fetch(path);
    expect(read.headers.get('etag')).toBe('"1"');
    const save = (name: string, tag: string) =>
      client.fetch(path, {
        method: 'PUT',
        headers: { origin: world.bff.url, 'content-type': 'application/json', 'if-match': tag },
        body: JSON.stringify({ name, content }),
      });
    const saved = await save('shared, mine', '"1"');
    expect(saved.status).toBe(200);
    expect(saved.headers.get('etag')).toBe('"2"');
    const lost = await save('shared, theirs', '"1"');
    expect(lost.status).toBe(412);
    expect(((await lost.json()) as { detail: string }).detail).toContain('it is at version 2');
    const body = { version: 1, name: 'shared, theirs', content };
    const problem = await problemOf(client.call(updatePolicy, { params: { policyId: policy.id }, body }));
    expect(problem.code).toBe('version-conflict');
    await remove(policy);
  });

  test('what cannot work is not saved, and a draft says what it would do', async () => {
    const repository = repositoryFor('draft');
    await push('hq', repository, '1');
    await push('hq', `${repository}-x`, '1');
    const include = [repository, `${repository}-x`];
    const filters = { repositories: { include, exclude: [] } };
    const content = contentOf('hq', ['province', 'city'], { filters, onPush: false });
    const preview = await until('the catalog to know the pushes', async () => {
      const answer = await client.call(previewPolicyDraft, { body: { project: null, content, rows: { limit: 3 } } });
      return answer.tagCount === 2 ? answer : undefined;
    });
    expect(preview).toMatchObject({
      repositoryCount: 2,
      planned: { copy: 4, upToDate: 0 },
      destinations: [
        { registryId: 'province', planned: { copy: 2 } },
        { registryId: 'city', planned: { copy: 2 } },
      ],
      rowCount: 4,
      mapping: { collisions: [] },
    });
    expect(preview.rows).toHaveLength(3);
    expect(preview.planned.bytes).toBeGreaterThan(2 * 2 * 5000);
    const rows = { cursor: preview.nextCursor ?? '', limit: 3 };
    const next = await client.call(previewPolicyDraft, { body: { project: null, content, rows } });
    expect([next.rows.length, next.nextCursor]).toEqual([1, null]);
    const shared = { ...content, mapping: { kind: 'template', template: 'mirror/all' } as const };
    const draft = { name: 'collides', project: null, isEnabled: true, content: shared };
    expect(await problemOf(client.call(createPolicy, { body: draft }))).toMatchObject({ code: 'policy-invalid' });
    const seen = await client.call(previewPolicyDraft, { body: { project: null, content: shared } });
    expect(seen.mapping.collisions).toEqual([{ to: 'mirror/all', from: include.toSorted() }]);
    expect(seen.planned).toMatchObject({ impossible: 4, copy: 0 });
    const odd = { ...content, filters: { ...content.filters, semver: 'nonsense' } };
    const refused = await problemOf(client.call(createPolicy, { body: { ...draft, content: odd } }));
    expect(refused).toMatchObject({ code: 'request-invalid', fields: [{ path: 'content.filters.semver' }] });
    const repositories = { include: ['payments/**'], exclude: ['payments//old'] };
    const empty = { ...content, filters: { ...content.filters, repositories } };
    expect(await problemOf(client.call(createPolicy, { body: { ...draft, content: empty } }))).toMatchObject({
      code: 'request-invalid',
      fields: [
        { path: 'content.filters.repositories.exclude', message: expect.stringContaining('“payments//old”') as string },
      ],
    });
    expect((await client.call(listPolicies, { query: { q: 'collides' } })).items).toEqual([]);
  });
});
