import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { getPolicy, type Policy } from '../../contract/policies.ts';
import { listTasks, retryExecution, type Task } from '../../contract/replication.ts';
import { type PushedImage, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import {
  type FaultyRegistries,
  letsOthersIn,
  letsRobotIn,
  startFaultyRegistries,
} from './testing/faulty-registries.ts';

const run = promisify(execFile);
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function startWorld(...options: Parameters<typeof startFaultyRegistries>): Promise<FaultyRegistries> {
  const world = await startFaultyRegistries(...options);
  toStop.push(() => world.close());
  return world;
}

const push = (world: FaultyRegistries, tag: string, layerSizes: readonly number[]): Promise<PushedImage> =>
  pushImage(world.place('hq').at, repository, tag, { layerSizes });

/** The newest task into a destination, when it is as it should be. */
const untilTask = (world: FaultyRegistries, registryId: string, state: Task['state'], tag: string) =>
  until(`${tag} to be ${state} in ${registryId}`, async () => {
    const { items } = await world.client.call(listTasks, { query: { repository, limit: 100 } });
    return items.find(
      (task) => task.destination.registryId === registryId && task.destination.tag === tag && task.state === state,
    );
  });

const shown = async (world: FaultyRegistries, { id }: Policy, registryId: string) =>
  (await world.client.call(getPolicy, { params: { policyId: id } })).destinations.find(
    (destination) => destination.registryId === registryId,
  );

// Mounting a small file system takes root, as the product's own tests have it; elsewhere there is nothing to try.
test.runIf(process.getuid?.() === 0)('a full destination says so, and the other one has everything', async () => {
  const storage = await mkdtemp(path.join(os.tmpdir(), 'longshore-full-'));
  toStop.push(() => rm(storage, { recursive: true, force: true }));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', storage]);
  toStop.push(() => run('umount', ['-l', storage]));
  const full = { storageDirectory: path.join(storage, 'registry') };
  const world = await startWorld(['hq', 'full', 'city'], [], { full });
  const policy = await world.policy('hq', ['full', 'city'], repository);
  await push(world, '1', [9_000_000]);
  await untilTask(world, 'city', 'succeeded', '1');
  const waiting = await untilTask(world, 'full', 'waiting', '1');
  expect(waiting.reason?.code).toBe('disk-full');
  expect((await shown(world, policy, 'full'))?.reason?.sentence).toMatch(/^full has no space left/);
  expect(await world.place('full').at.headManifest(repository, '1')).toBeUndefined();
  await push(world, '2', [3_000_000, 4_000_000]);
  await untilTask(world, 'city', 'succeeded', '2');
  await run('mount', ['-o', 'remount,size=100m', storage]);
  await world.converged('hq', ['full', 'city'], [repository]);
});

test('a credential that was revoked ends the copy at once with the reason, and harms no other destination', async () => {
  const world = await startWorld(['hq', 'guarded', 'city'], [], { guarded: { htpasswd: letsRobotIn } });
  const policy = await world.policy('hq', ['guarded', 'city'], repository);
  await push(world, '1', [50_000]);
  await world.converged('hq', ['guarded', 'city'], [repository]);
  await world.restart('guarded', { htpasswd: letsOthersIn });
  await push(world, '2', [50_000]);
  await untilTask(world, 'city', 'succeeded', '2');
  const failed = await untilTask(world, 'guarded', 'failed', '2');
  expect(failed).toMatchObject({ attempt: 1, reason: { code: 'unauthorized' } });
  expect((await shown(world, policy, 'guarded'))?.reason?.sentence).toBe('guarded refused the user name or password.');
  await world.restart('guarded', { htpasswd: letsRobotIn });
  await world.client.call(retryExecution, { params: { executionId: failed.executionId } });
  await world.converged('hq', ['guarded', 'city'], [repository]);
});
