import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Collection, getCollectionSetup, stopCollection } from '../../contract/collections.ts';
import { beginMaintenance, endMaintenance } from '../../contract/registries.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { CollectingConsole, params } from './testing/collecting-console.ts';
import { repositories } from './testing/collection-scene.ts';

// A real registry, its own program, restarts; and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let at: CollectingConsole;
afterEach(() => at?.close());

describe('A collection is stopped before it deletes', () => {
  const expectNothingDone = async (collection: Collection, code: string) => {
    expect(collection).toMatchObject({ state: 'failed', reason: { code } });
    expect(await at.scene.countOf('collect')).toBe(0);
    expect(await at.maintenance()).toBeNull();
  };

  test('by a program that would take the platforms of an image', async () => {
    at = await CollectingConsole.start(({ folder }) => ({
      dryRun: ['/bin/sh', '-c', `docker-registry garbage-collect --dry-run -m '${folder}/config.yml'`],
    }));
    await at.fill(10_000);
    const { collection } = await at.run();
    await expectNothingDone(collection, 'collection-lists-manifests');
    await expectWhole(at.scene.client, repositories);
  });

  test('where the registry has lost what a tag needs, and only the catalog knows', async () => {
    at = await CollectingConsole.start();
    const { index } = await at.fill(10_000);
    const [child] = index.children;
    const hex = child?.digest.slice('sha256:'.length) ?? '';
    const revisions = 'docker/registry/v2/repositories/payments/api/_manifests/revisions/sha256';
    await rm(path.join(at.scene.registry.storageDirectory, revisions, hex), { recursive: true });
    const { collection, steps } = await at.run();
    await expectNothingDone(collection, 'collection-reachable');
    expect(collection.reason?.params['owner']).toMatch(/^payments\/api:/);
    expect(steps.find(({ name }) => name === 'dry-run')).toMatchObject({ state: 'failed' });
    expect(await at.scene.hasStored(child?.digest ?? '')).toBe(true);
  });

  test('where only the registry knows a tag', async () => {
    at = await CollectingConsole.start(({ folder }) => ({ dryRun: ['/bin/sh', path.join(folder, 'with-more.sh')] }));
    await at.fill(10_000);
    const unknown = await pushImage(at.scene.client, 'payments/unknown', '1', { layerSizes: [5000] });
    const script = `docker-registry garbage-collect --dry-run '${at.scene.folder}/config.yml' && echo 'blob eligible for deletion: ${unknown.layerDigests[0]}'`;
    await writeFile(path.join(at.scene.folder, 'with-more.sh'), `${script}\n`);
    const { collection } = await at.run();
    await expectNothingDone(collection, 'collection-reachable');
    expect(collection.reason?.params['owner']).toBe('payments/unknown:1');
  });

  test('where the dry run looks at another storage', async () => {
    at = await CollectingConsole.start(({ folder }) => ({
      dryRun: [
        '/bin/sh',
        '-c',
        `echo 'blob eligible for deletion: sha256:${'0'.repeat(64)}'; ls '${folder}' >/dev/null`,
      ],
    }));
    await at.fill(10_000);
    const { collection } = await at.run();
    await expectNothingDone(collection, 'collection-wrong-storage');
  });

  test('where a command fails', async () => {
    at = await CollectingConsole.start(() => ({ dryRun: ['/bin/sh', '-c', 'echo "no such config" >&2; exit 3'] }));
    const { collection } = await at.run();
    await expectNothingDone(collection, 'collection-command-failed');
    expect(collection.reason?.params).toMatchObject({ exit: 'exit code 3', words: 'no such config' });
  });

  test('by a person, before and during the sweep', async () => {
    at = await CollectingConsole.start();
    const { garbage } = await at.fill(100_000);
    const dry = await at.scene.hold('dry-run', 'before', 2);
    const first = await at.begin();
    await dry.reached();
    await at.admin.call(stopCollection, { params: { ...params, collectionId: first.id } });
    expect((await at.ended(first.id)).collection).toMatchObject({ state: 'stopped', stoppedBy: 'admin' });
    expect(await at.scene.countOf('collect')).toBe(0);
    expect(await at.maintenance()).toBeNull();
    const sweep = await at.scene.hold('collect', 'after');
    const second = await at.begin();
    await sweep.reached();
    await at.admin.call(stopCollection, { params: { ...params, collectionId: second.id } });
    const { collection, steps } = await at.ended(second.id);
    expect(collection).toMatchObject({ state: 'stopped', reason: { code: 'collection-stopped' } });
    expect(steps.filter(({ state }) => state === 'done').map(({ name }) => name)).toEqual([
      'preview',
      'maintenance',
      'drain',
      'dry-run',
      'restart',
      'verify',
      'writable',
    ]);
    expect(at.scene.restarts).toBe(1);
    expect(await at.scene.hasStored(garbage.layerDigests[0] ?? '')).toBe(false);
    await expectWhole(at.scene.client, repositories);
  });
});

describe('The registry after a collection', () => {
  test('that was not restarted takes no writes until somebody has restarted it', async () => {
    at = await CollectingConsole.start(() => ({ restart: ['/bin/true'] }));
    const { garbage } = await at.fill(100_000);
    const { id } = await at.begin();
    const waiting = await until('the trap to be seen', async () => {
      const { steps } = await at.read(id);
      const verify = steps.find(({ name }) => name === 'verify');
      return verify?.reason?.code === 'collection-not-restarted' && verify.findings['restarts'] === 2
        ? verify
        : undefined;
    });
    expect(waiting.state).toBe('running');
    // It is the trap: known by HEAD, gone from the disk.
    const [layer = ''] = garbage.layerDigests;
    expect(await at.scene.hasStored(layer)).toBe(false);
    expect(await at.scene.client.hasBlob('payments/gone', layer)).toBe(true);
    const door = at.doorClient();
    await expect(pushImage(door, 'dev/payments/new', '1', { layerSizes: [1000] })).rejects.toThrow(/read-only/);
    await at.scene.restart();
    expect((await at.ended(id)).collection).toMatchObject({ state: 'done' });
    await pushImage(door, 'dev/payments/new', '1', { layerSizes: [1000] });
    await door.close();
    await expectWhole(at.scene.client, [...repositories, 'payments/new']);
  });

  test('stays in maintenance where it was given up without a restart', async () => {
    at = await CollectingConsole.start(() => ({ restart: ['/bin/true'] }));
    await at.fill(100_000);
    const { id } = await at.begin();
    await until('the trap to be seen', async () => {
      const { steps } = await at.read(id);
      return steps.some(({ reason }) => reason?.code === 'collection-not-restarted') ? true : undefined;
    });
    await at.admin.call(stopCollection, { params: { ...params, collectionId: id } });
    expect((await at.ended(id)).collection).toMatchObject({
      state: 'failed',
      reason: { code: 'collection-not-restarted' },
    });
    expect((await at.maintenance())?.message).toContain('not restarted');
    // It is a person's to end.
    await at.scene.restart();
    expect((await at.admin.call(endMaintenance, { params })).maintenance).toBeNull();
  });

  test('is whole, whatever was pushed meanwhile through the front door', async () => {
    at = await CollectingConsole.start();
    await at.fill(200_000);
    const door = at.doorClient();
    const outcomes = { taken: 0, refused: 0 };
    const over = new AbortController();
    const pushing = Promise.all(
      [1, 2, 3].map(async (worker) => {
        for (let count = 1; !over.signal.aborted; count += 1) {
          try {
            await pushImage(door, `dev/payments/pushed-${worker}`, `${count}`, { layerSizes: [20_000, 3000] });
            outcomes.taken += 1;
          } catch (error) {
            if (!isRegistryError(error)) throw error;
            outcomes.refused += 1;
            await sleep(20);
          }
        }
      }),
    );
    for (let round = 0; round < 2; round += 1) {
      // A run whose preview finds nothing ends there; whether refused pushes left something is chance.
      const { digest } = await pushImage(at.scene.client, 'payments/gone', `${round}`, { layerSizes: [30_000] });
      await at.scene.client.deleteManifest('payments/gone', digest);
      const sweep = await at.scene.hold('collect', 'before');
      const { id } = await at.begin();
      await sweep.reached();
      await sleep(500);
      await sweep.release();
      expect((await at.ended(id)).collection).toMatchObject({ state: 'done', reason: null });
      await sleep(300);
    }
    over.abort();
    await pushing;
    await door.close();
    expect(outcomes.taken).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
    await expectWhole(at.scene.client, [...repositories, ...[1, 2, 3].map((worker) => `payments/pushed-${worker}`)]);
  });

  test('is given back to the maintenance that a person had begun, which nobody ends meanwhile', async () => {
    at = await CollectingConsole.start();
    await at.fill(10_000);
    const end = new Date(Date.now() + 3_600_000).toISOString();
    await at.admin.call(beginMaintenance, { params, body: { until: end, message: 'new disks' } });
    const sweep = await at.scene.hold('collect', 'before');
    const { id } = await at.begin();
    await sweep.reached();
    expect(await problemOf(at.admin.call(endMaintenance, { params }))).toMatchObject({ code: 'collection-running' });
    const longer = { until: new Date(Date.now() + 7_200_000).toISOString() };
    expect(await problemOf(at.admin.call(beginMaintenance, { params, body: longer }))).toMatchObject({
      code: 'collection-running',
    });
    expect((await at.admin.call(getCollectionSetup, { params })).drain).toMatchObject({
      isDrained: true,
      tokensUntil: null,
    });
    await sweep.release();
    expect((await at.ended(id)).collection.state).toBe('done');
    expect(await at.maintenance()).toMatchObject({ until: end, message: 'new disks', startedBy: 'admin' });
  });
});
