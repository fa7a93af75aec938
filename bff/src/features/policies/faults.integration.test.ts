import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { deletePolicy, type Policy, previewPolicy, runPolicy } from '../../contract/policies.ts';
import { scanRegistry } from '../../contract/registries.ts';
import { getExecution, listTasks, type Task } from '../../contract/replication.ts';
import { mediaTypes, type RegistryClient } from '../../registry-client/index.ts';
import { type Mischief, seededRandom } from '../../testing/chaos-proxy.ts';
import { faultSeeds } from '../../testing/fault-seeds.ts';
import { expectNoOrphans, expectWhole } from '../../testing/oracle.ts';
import { type PushedImage, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type FaultyRegistries, startFaultyRegistries } from './testing/faulty-registries.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const openStates = new Set<Task['state']>(['queued', 'running', 'waiting']);
const places = ['hq', 'north', 'south', 'silent'] as const;
let world: FaultyRegistries;
let count = 0;
const policies: Policy[] = [];

beforeAll(async () => {
  world = await startFaultyRegistries(['hq', 'north', 'south'], ['silent']);
});
afterEach(async () => {
  for (const id of places) world.place(id).proxy.behave(() => ({}));
  for (const { id } of policies.splice(0)) await world.client.call(deletePolicy, { params: { policyId: id } });
});
afterAll(() => world?.close());

const repositoryFor = (name: string): string => `faults/${name}-${(count += 1)}`;
const follow = async (...asked: Parameters<FaultyRegistries['policy']>): Promise<Policy> => {
  const policy = await world.policy(...asked);
  policies.push(policy);
  return policy;
};
const push = (id: string, repository: string, tag: string, layerSizes: readonly number[] = [30_000, 2000]) =>
  pushImage(world.place(id).at, repository, tag, { layerSizes });
const tasksOf = async (repository: string): Promise<Task[]> =>
  (await world.client.call(listTasks, { query: { repository, limit: 100 } })).items;
/** One that cannot end, as its destination is frozen; where the console knows that already it waits. */
const untilUnderWay = (repository: string) =>
  until('a copy that is under way', async () =>
    (await tasksOf(repository)).some(({ state }) => openStates.has(state)) ? true : undefined,
  );

describe('connections that break', () => {
  test.each(faultSeeds(2))('leave every destination as the source is, whatever the seed (%i)', async (seed) => {
    const repository = repositoryFor('chaos');
    const random = seededRandom(seed);
    const harm = (): Mischief => {
      const kind = random();
      const at = Math.floor(random() * 60_000);
      if (kind < 0.2) return { resetAfterBytes: at };
      if (kind < 0.4) return { cutAfterBytes: at };
      if (kind < 0.6) return { resetAfterUploadBytes: at };
      return kind < 0.8 ? { delayMs: at / 100 } : {};
    };
    for (const id of ['hq', 'north', 'south']) world.place(id).proxy.behave(harm);
    await follow('hq', ['north', 'south'], repository);
    for (let tag = 0; tag < 6; tag += 1) {
      await push('hq', repository, `v${tag % 4}`, [40_000, 3000, 500]);
      await sleep(random() * 500);
    }
    for (const id of ['hq', 'north', 'south']) world.place(id).proxy.behave(() => ({}));
    await world.converged('hq', ['north', 'south'], [repository]);
  });

  test('and one that passes nothing on holds up no other policy', async () => {
    const [slow, quick] = [repositoryFor('slow'), repositoryFor('quick')];
    await push('silent', slow, '1', [500_000]);
    world.place('silent').proxy.behave(() => ({ bytesPerSecond: 1 }));
    await follow('silent', ['north'], slow);
    await world.client.call(scanRegistry, { params: { registryId: 'silent' } });
    await follow('hq', ['north', 'south'], quick);
    await push('hq', quick, '1');
    await until('the other policy’s copies', async () => {
      const ended = (await tasksOf(quick)).filter(({ state }) => state === 'succeeded');
      return ended.length === 2 ? true : undefined;
    });
    expect(await world.place('north').at.headManifest(slow, '1')).toBeUndefined();
    world.place('silent').proxy.behave(() => ({}));
    await until('the source to be read again', async () => {
      await world.client.call(scanRegistry, { params: { registryId: 'silent' } });
      await sleep(2000);
      return (await tasksOf(slow)).length > 0 ? true : undefined;
    });
    await world.converged('silent', ['north'], [slow]);
    await world.converged('hq', ['north', 'south'], [quick]);
  });
});

describe('a tag that changes during its copy', () => {
  /** While the destination is frozen: the copy is under way when its source goes. */
  const pushAndDelete = async (repository: string, wait = async () => {}): Promise<void> => {
    world.place('north').registry.freeze();
    try {
      const { digest } = await push('hq', repository, '1', [2_000_000]);
      await untilUnderWay(repository);
      await world.place('hq').at.deleteManifest(repository, digest);
      await wait();
    } finally {
      world.place('north').registry.thaw();
    }
  };
  const hasOpenTasks = async (repository: string): Promise<boolean> =>
    (await tasksOf(repository)).some(({ state }) => openStates.has(state));

  test('ends as it was pushed last', async () => {
    const repository = repositoryFor('moved');
    await follow('hq', ['north', 'south'], repository);
    world.place('north').registry.freeze();
    const pushed: PushedImage[] = [];
    try {
      pushed.push(await push('hq', repository, 'latest', [2_000_000]));
      await untilUnderWay(repository);
      for (let again = 0; again < 3; again += 1) pushed.push(await push('hq', repository, 'latest', [50_000]));
    } finally {
      world.place('north').registry.thaw();
    }
    await world.converged('hq', ['north', 'south'], [repository]);
    expect(await world.place('north').at.headManifest(repository, 'latest')).toMatchObject({
      digest: pushed.at(-1)?.digest,
    });
    // Nobody stopped those whose content was overtaken.
    expect((await tasksOf(repository)).map(({ reason }) => reason?.code)).not.toContain('stopped');
  });

  test('and is deleted at the source is whole at the destination or not there', async () => {
    const repository = repositoryFor('deleted');
    await follow('hq', ['north'], repository);
    await pushAndDelete(repository);
    await until('its copy to end', async () => ((await hasOpenTasks(repository)) ? undefined : true));
    await expectWhole(world.place('north').at, [repository]);
    await expectNoOrphans(world.bff.running.foundation.database.kysely);
  });

  const gone = (repository: string) =>
    until('the tag to be gone there', async () => {
      const there = await world.place('north').at.headManifest(repository, '1');
      return there !== undefined || (await hasOpenTasks(repository)) ? undefined : true;
    });

  test('and is deleted at the source does not come where deletions are propagated', async () => {
    const repository = repositoryFor('deleted-too');
    await follow('hq', ['north'], repository, { options: { propagateDeletions: true } });
    await pushAndDelete(repository, () => sleep(1000));
    await gone(repository);
    await sleep(3000);
    await gone(repository);
  });

  test('and is deleted before its new content came is deleted where the old content is', async () => {
    const repository = repositoryFor('deleted-newer');
    await follow('hq', ['north'], repository, { options: { propagateDeletions: true } });
    await push('hq', repository, '1');
    await world.converged('hq', ['north'], [repository]);
    await pushAndDelete(repository);
    await gone(repository);
  });

  test.each(faultSeeds(1))('by deletions and pushes in any order ends as at the source (seed %i)', async (seed) => {
    const repository = repositoryFor('interleaved');
    const random = seededRandom(seed);
    await follow('hq', ['north'], repository, { options: { propagateDeletions: true } });
    // So many that the deletions are never a fifth of all: those would wait for a person.
    const kept = await push('hq', repository, 'kept');
    const { bytes, descriptor } = await world.place('hq').at.getManifest(repository, kept.digest);
    for (let tag = 0; tag < 60; tag += 1) {
      await world.place('hq').at.putManifest(repository, `kept-${tag}`, { bytes, mediaType: descriptor.mediaType });
    }
    await world.converged('hq', ['north'], [repository]);
    const earlier = new Map<string, Array<Parameters<RegistryClient['putManifest']>[2]>>();
    /** What the tag was before is put back as often as something new is pushed. */
    const pushOrPutBack = async (tag: string): Promise<void> => {
      const known = earlier.get(tag) ?? [];
      const old = random() < 0.5 ? known[Math.floor(random() * known.length)] : undefined;
      if (old !== undefined) {
        await world.place('hq').at.putManifest(repository, tag, old);
        return;
      }
      const { digest } = await push('hq', repository, tag);
      const read = await world.place('hq').at.getManifest(repository, digest);
      earlier.set(tag, [...known, { bytes: read.bytes, mediaType: read.descriptor.mediaType }]);
    };
    for (let step = 0; step < 20; step += 1) {
      const tag = `t${Math.floor(random() * 2)}`;
      const there = await world.place('hq').at.headManifest(repository, tag);
      if (there !== undefined && there !== 'not-modified' && random() < 0.5) {
        await world.place('hq').at.deleteManifest(repository, there.digest);
      } else await pushOrPutBack(tag);
      await sleep(random() * 300);
    }
    await push('hq', repository, 't0');
    await world.converged('hq', ['north'], [repository]);
  });
});

describe('events', () => {
  const post = async (events: readonly object[]): Promise<number> => {
    const answer = await fetch(`${world.bff.url}/api/v1/registries/silent/notifications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    return answer.status;
  };

  test('that are lost are made good by the next scan', async () => {
    const repository = repositoryFor('lost');
    await follow('silent', ['north', 'south'], repository);
    for (const tag of ['1', '2', '3']) await push('silent', repository, tag);
    await world.client.call(scanRegistry, { params: { registryId: 'silent' } });
    await world.converged('silent', ['north', 'south'], [repository]);
  });

  test.each(faultSeeds(1))('that come twice and in any order make no more copies (seed %i)', async (seed) => {
    const repository = repositoryFor('storm');
    const random = seededRandom(seed);
    await follow('silent', ['north'], repository);
    const events: object[] = [];
    for (let tag = 0; tag < 12; tag += 1) {
      const { digest } = await push('silent', repository, `v${tag}`);
      const target = { repository, tag: `v${tag}`, digest, mediaType: mediaTypes.ociManifest };
      events.push({ id: randomUUID(), timestamp: new Date().toISOString(), action: 'push', target });
    }
    const shuffled = [...events, ...events, ...events]
      .map((event) => ({ event, at: random() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ event }) => event);
    const answers = await Promise.all(shuffled.map((event) => post([event])));
    expect(new Set(answers)).toEqual(new Set([202]));
    await world.converged('silent', ['north'], [repository]);
    // Replayed when all is done, as a registry does that was not sure of its answer.
    expect(await post(shuffled)).toBe(202);
    await until('all events to be handled', async () => {
      const { kysely } = world.bff.running.foundation.database;
      const open = kysely.selectFrom('registry_events').select('id').where('handled_at', 'is', null);
      return (await open.execute()).length === 0 ? true : undefined;
    });
    await world.converged('silent', ['north'], [repository]);
    expect(await tasksOf(repository)).toHaveLength(12);
  });
});

test('of many tags the bad ones fail with their reasons, and the others are copied', async () => {
  const repository = repositoryFor('bad');
  const bad = new Set(['v7', 'v23']);
  for (let tag = 0; tag < 40; tag += 1) {
    const { layerDigests } = await push('hq', repository, `v${tag}`, [1000]);
    if (bad.has(`v${tag}`)) await world.place('hq').at.deleteBlob(repository, layerDigests[0] ?? '');
  }
  const policy = await follow('hq', ['north'], repository, { onPush: false });
  await until('the catalog to know all tags', async () => {
    const { planned } = await world.client.call(previewPolicy, { params: { policyId: policy.id } });
    return planned.copy === 40 ? true : undefined;
  });
  const { id } = await world.client.call(runPolicy, { params: { policyId: policy.id } });
  const ended = await until('the run to end', async () => {
    const found = await world.client.call(getExecution, { params: { executionId: id } });
    return found.state === 'running' ? undefined : found;
  });
  expect(ended).toMatchObject({ state: 'failed', tasks: { succeeded: 38, failed: 2 } });
  const failed = (await tasksOf(repository)).filter(({ state }) => state === 'failed');
  expect(new Set(failed.map(({ source }) => source.reference))).toEqual(bad);
  for (const { reason } of failed) expect(reason?.sentence).toMatch(/^hq /);
  await expectWhole(world.place('north').at, [repository]);
});
