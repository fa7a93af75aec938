import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createPolicy,
  deletePolicy,
  pausePolicy,
  type Policy,
  previewPolicy,
  resumePolicy,
} from '../../contract/policies.ts';
import { listRegistries, scanRegistry } from '../../contract/registries.ts';
import { createExecution, type Execution, listExecutions, listTasks } from '../../contract/replication.ts';
import { listTagHistory } from '../../contract/tag-history.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type NotifyingRegistries, startNotifyingRegistries } from './testing/notifying-registries.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const masters = ['hq', 'province'] as const;
type Master = (typeof masters)[number];

describe.each(databaseKinds)('two masters (%s)', (kind) => {
  let world: NotifyingRegistries;
  let client: TestApiClient;
  let policies: Policy[] = [];
  let count = 0;

  beforeAll(async () => {
    world = await startNotifyingRegistries([...masters], kind);
    client = await world.bff.signIn();
    await untilScanned();
    // That they notify is known from the first notification on.
    for (const id of masters) await push(id, 'payments/first');
    await until('both to have notified', async () => {
      const { items } = await client.call(listRegistries, {});
      return items.every(({ catalog }) => catalog.notifiedAt !== null) ? true : undefined;
    });
  });
  afterEach(async () => {
    for (const id of masters) await world.relay(id).release();
    await Promise.all(policies.map(({ id }) => client.call(deletePolicy, { params: { policyId: id } })));
    policies = [];
  });
  afterAll(() => world?.close());

  async function untilScanned(after?: ReadonlyMap<string, string | null>): Promise<void> {
    await until('the scans', async () => {
      const { items } = await client.call(listRegistries, {});
      const isDone = items.every(
        ({ id, catalog }) => catalog.scannedAt !== null && catalog.scannedAt !== after?.get(id),
      );
      return isDone ? true : undefined;
    });
  }

  async function scanBoth(): Promise<void> {
    const { items } = await client.call(listRegistries, {});
    for (const { id } of items) await client.call(scanRegistry, { params: { registryId: id } });
    await untilScanned(new Map(items.map(({ id, catalog }) => [id, catalog.scannedAt])));
  }

  const push = async (id: Master, repository: string) =>
    (await pushImage(world.at(id), repository, 'stable', { layerSizes: [3000, 2000] })).digest;
  const digestAt = async (id: Master, repository: string): Promise<string | null> => {
    // Distribution answers with an error while a tag's file is being written.
    const found = await world
      .at(id)
      .headManifest(repository, 'stable')
      .catch(() => undefined);
    return found === undefined || found === 'not-modified' ? null : found.digest;
  };
  const executionsOf = async ({ id }: Policy): Promise<Execution[]> =>
    (await client.call(listExecutions, { query: { policyId: id, limit: 100 } })).items;
  const historyOf = (id: Master, repository: string) =>
    world.bff.running.foundation.database.kysely
      .selectFrom('tag_history')
      .select(['digest', 'how', 'actor'])
      .where('registry_id', '=', id)
      .where('repository', '=', repository)
      .orderBy('id')
      .execute();
  const untilKnown = (id: Master, repository: string, digest: string) =>
    until(`the catalog to know what was pushed to ${id}`, async () =>
      (await historyOf(id, repository)).some((line) => line.digest === digest) ? true : undefined,
    );

  /** A repository of which both are masters. */
  async function contest(isPaused = false): Promise<string> {
    const repository = `payments/masters-${(count += 1)}`;
    const filters = { repositories: { include: [repository], exclude: [] } };
    for (const [from, to] of [masters, masters.toReversed()] as [Master, Master][]) {
      const content = contentOf(from, [to], { filters });
      const body = { name: `${from} ${count}`, project: null, isEnabled: true, content };
      policies.push(await client.call(createPolicy, { body }));
    }
    if (isPaused) for (const { id } of policies) await client.call(pausePolicy, { params: { policyId: id } });
    return repository;
  }
  const resume = async () => {
    for (const { id } of policies) await client.call(resumePolicy, { params: { policyId: id } });
  };

  /** The loser is found from both registries, and both the history and the copy say what became of it. */
  async function expectTold(repository: string, loser: string, winner: string): Promise<void> {
    const toldAt = (registryId: Master) =>
      client.call(listTagHistory, { query: { repository, tag: 'stable', registryId } });
    const [atHq, atProvince] = [await toldAt('hq'), await toldAt('province')];
    expect(atHq.items).toMatchObject([
      { digest: winner, standing: 'current', rival: { outcome: 'won', digest: loser, registryId: 'hq' } },
      { digest: loser, standing: 'there', rival: { outcome: 'lost', digest: winner, registryId: 'province' } },
    ]);
    expect(atProvince.items).toMatchObject([{ digest: winner, rival: null }]);
    expect([atHq.elsewhere, atProvince.elsewhere]).toEqual([0, 1]);
    const [execution] = (await Promise.all(policies.map(executionsOf))).flat();
    expect(execution?.remark).toMatchObject({ taskCount: 1, reason: { code: 'replaced-earlier' } });
    const { items: tasks } = await client.call(listTasks, { query: { executionId: execution?.id ?? '' } });
    expect(tasks).toMatchObject([{ state: 'succeeded', reason: { params: { tag: 'stable', registry: 'hq' } } }]);
  }

  const outcomesOf = () =>
    Promise.all(
      policies.map(async ({ id }) => (await client.call(previewPolicy, { params: { policyId: id } })).rows[0]?.outcome),
    );

  /** Both have it, both know, and nothing is begun any more, not by a scan either. */
  async function untilSettled(repository: string, winner: string): Promise<Execution[]> {
    let last: unknown;
    await until('both to have the later push', async () => {
      const digests = await Promise.all(masters.map((id) => digestAt(id, repository)));
      last = digests;
      return digests.every((digest) => digest === winner) ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)} They have ${JSON.stringify(last)} instead of ${winner}.`);
    });
    await until('both to see the same', async () =>
      (await outcomesOf()).every((outcome) => outcome === 'up-to-date') ? true : undefined,
    );
    const ended = () =>
      until('all executions to end', async () => {
        const all = (await Promise.all(policies.map(executionsOf))).flat();
        return all.every(({ state }) => state !== 'running') ? all : undefined;
      });
    // What was planned a moment ago may still begin; it finds nothing to do.
    await ended();
    await scanBoth();
    const made = await ended();
    await scanBoth();
    const later = (await Promise.all(policies.map(executionsOf))).flat();
    const told = (all: readonly Execution[]) =>
      all.map(({ id, policy, trigger, planned }) => JSON.stringify({ id, policy: policy?.name, trigger, planned }));
    expect(told(later).toSorted()).toEqual(told(made).toSorted());
    expect(await Promise.all(masters.map((id) => digestAt(id, repository)))).toEqual([winner, winner]);
    return made;
  }

  test('converge to the later push when both changed the same tag, and then rest', async () => {
    const repository = await contest(true);
    const loser = await push('hq', repository);
    const winner = await push('province', repository);
    await untilKnown('hq', repository, loser);
    await untilKnown('province', repository, winner);
    expect(await outcomesOf()).toEqual(['loses', 'replace']);
    // Said before anything is copied, from either side.
    const previews = await Promise.all(
      policies.map(({ id }) => client.call(previewPolicy, { params: { policyId: id } })),
    );
    expect(previews.map(({ masters: seen }) => seen)).toEqual([
      [{ registryId: 'province', tagCount: 1 }],
      [{ registryId: 'hq', tagCount: 1 }],
    ]);
    await resume();
    expect(await untilSettled(repository, winner)).toHaveLength(1);
    expect((await historyOf('hq', repository)).map(({ digest }) => digest)).toEqual([loser, winner]);
    await expectTold(repository, loser, winner);
    // A push on either side afterwards goes to the other, and comes not back.
    const newest = await push('hq', repository);
    expect(await untilSettled(repository, newest)).toHaveLength(2);
    // It took the place of what it knew: nobody's push was lost by it.
    const { items } = await client.call(listTagHistory, { query: { repository, tag: 'stable' } });
    expect(items.filter(({ digest }) => digest === newest).map(({ rival }) => rival)).toEqual([null, null]);
    const [, later] = await Promise.all(policies.map(executionsOf));
    expect(later?.filter(({ remark }) => remark !== null)).toHaveLength(1);
    // What lost is brought back like any other entry, counts as a push of now, and goes to the other too.
    await client.call(createExecution, {
      body: {
        source: { registryId: 'hq', repository },
        references: [loser],
        destinations: [{ registryId: 'hq', repository, tag: 'stable' }],
        includeReferrers: false,
        whenDifferent: 'replace',
      },
    });
    await untilSettled(repository, loser);
    const { items: all } = await client.call(listTagHistory, {
      query: { repository, tag: 'stable', registryId: 'hq' },
    });
    expect(all.map(({ rival }) => rival?.outcome)).toEqual([undefined, undefined, 'won', 'lost']);
  });

  test('know when a push was though a scan saw it before its notification came', async () => {
    const repository = await contest(true);
    world.relay('hq').hold();
    const loser = await push('hq', repository);
    const winner = await push('province', repository);
    await untilKnown('province', repository, winner);
    await scanBoth();
    await untilKnown('hq', repository, loser);
    await world.relay('hq').release();
    await until('the push to be told', async () =>
      (await historyOf('hq', repository)).every(({ how }) => how === 'push') ? true : undefined,
    );
    expect(await outcomesOf()).toEqual(['loses', 'replace']);
    await resume();
    await untilSettled(repository, winner);
  });

  test('do not take the moment of an earlier push for that of a later one', async () => {
    const repository = await contest(true);
    world.relay('hq').hold();
    const first = await push('hq', repository);
    const between = await push('province', repository);
    await untilKnown('province', repository, between);
    const latest = await push('hq', repository);
    await world.relay('hq').passUpTo(first);
    await untilKnown('hq', repository, latest);
    await world.relay('hq').release();
    await until('the later push to be told', async () =>
      (await outcomesOf()).join() === 'replace,loses' ? true : undefined,
    );
    await resume();
    await untilSettled(repository, latest);
  });

  test('wait for the news of a push that a copy comes upon', async () => {
    const repository = await contest();
    world.relay('hq').hold();
    const loser = await push('hq', repository);
    const winner = await push('province', repository);
    await until('the copy to come upon it', async () => {
      const [, back] = await Promise.all(policies.map(executionsOf));
      return back?.some(({ state }) => state === 'running') && (await historyOf('hq', repository)).length > 0
        ? true
        : undefined;
    });
    await world.relay('hq').release();
    await untilSettled(repository, winner);
    const history = await historyOf('hq', repository);
    expect(history.map(({ digest }) => digest)).toEqual([loser, winner]);
    expect(history[0]).toMatchObject({ how: 'push', actor: '127.0.0.1' });
  });

  test('take one that was put back for the later push', async () => {
    const repository = await contest();
    const digest = await push('hq', repository);
    await untilSettled(repository, digest);
    const other = await push('province', repository);
    await untilSettled(repository, other);
    const { bytes, descriptor } = await world.at('province').getManifest(repository, digest);
    await world.at('province').putManifest(repository, 'stable', { bytes, mediaType: descriptor.mediaType });
    await untilSettled(repository, digest);
    expect((await historyOf('hq', repository)).map((line) => line.digest)).toEqual([digest, other, digest]);
  });
});
