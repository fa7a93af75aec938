import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { createExecution, type CopyRequest, stopExecution } from '../../contract/replication.ts';
import { openDatabase } from '../../database/index.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type LongshoreProcess, startLongshoreProcess } from './testing/longshore-process.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { untilState, untilTask } from './testing/waiting.ts';

const run = promisify(execFile);
// Whole processes, leases that run out, registries that come back: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const waiting = { timeout: 120_000, interval: 100 };

const repository = 'payments/api';
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function registry(storageDirectory?: string): Promise<RealRegistry> {
  const started = await startRealRegistry(storageDirectory === undefined ? {} : { storageDirectory });
  toStop.push(() => started.stop());
  return started;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'longshore-crash-'));
  toStop.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function start(options: Parameters<typeof startLongshoreProcess>[0]): Promise<LongshoreProcess> {
  const started = await startLongshoreProcess(options);
  toStop.push(() => started.kill());
  return started;
}

function copyOf(tag: string): { body: CopyRequest } {
  const destinations = [{ registryId: 'north' }];
  return {
    body: { source: { registryId: 'main', repository }, references: [tag], destinations, whenDifferent: 'replace' },
  };
}

test('killed in mid-copy and started again, it finishes, and sends no finished blob twice', async () => {
  const source = await registry();
  const destination = await registry();
  const atSource = clientOf(source);
  const layerSizes = Array.from({ length: 12 }, (_, index) => (index + 1) * 2_000_000);
  const image = await pushImage(atSource, repository, '1.0', { layerSizes });
  const registries = { main: source.url, north: destination.url };
  const home = await folder();

  const first = await start({ folder: home, registries });
  const { id } = await first.client.call(createExecution, copyOf('1.0'));
  const halfway = await untilTask(first.client, id, 'has copied a blob', (task) =>
    task.blobs.some(({ state }) => state === 'copied'),
  );
  destination.freeze();
  await first.kill();
  destination.thaw();
  expect(halfway.state).toBe('running');
  const finished = halfway.blobs.filter(({ state, kind }) => state === 'copied' && kind !== 'manifest');

  const second = await start({ folder: home, registries });
  const done = await untilState(second.client, id, 'succeeded');
  expect(done.digest).toBe(image.digest);
  expect(done.attempts).toMatchObject([{ outcome: 'lost' }, { outcome: 'succeeded' }]);
  for (const { digest } of finished) expect(done.blobs.find((blob) => blob.digest === digest)?.state).toBe('existed');
  const atDestination = clientOf(destination);
  expect(await atDestination.headManifest(repository, '1.0')).toMatchObject({ digest: image.digest });
  for (const digest of image.layerDigests) expect(await atDestination.hasBlob(repository, digest)).toBe(true);
  await Promise.all([atSource.close(), atDestination.close()]);
});

test('a worker frozen past its lease and thawed again moves no tag', async () => {
  const source = await registry();
  const destination = await registry();
  const [atSource, atDestination] = [clientOf(source), clientOf(destination)];
  const image = await pushImage(atSource, repository, '1.0', { layerSizes: [1_000_000] });
  const registries = { main: source.url, north: destination.url };
  const databaseUrl = await createPostgresDatabase();

  const frozen = await start({ folder: await folder(), databaseUrl, registries });
  destination.freeze();
  const { id } = await frozen.client.call(createExecution, copyOf('1.0'));
  await untilTask(frozen.client, id, 'runs', (task) => task.state === 'running');
  frozen.signal('SIGSTOP');
  destination.thaw();

  const other = await start({ folder: await folder(), databaseUrl, registries });
  const done = await untilState(other.client, id, 'succeeded');
  expect(done).toMatchObject({ digest: image.digest, attempt: 2 });
  expect(done.attempts).toMatchObject([{ outcome: 'lost' }, { outcome: 'succeeded' }]);

  const newer = await pushImage(atDestination, repository, '1.0', { layerSizes: [2000] });
  frozen.signal('SIGCONT');
  // It answers again: whatever it had in hand when it was frozen, it has gone on with by now.
  await untilTask(frozen.client, id, 'is seen by the thawed console', (task) => task.state === 'succeeded');
  await new Promise((resolve) => {
    setTimeout(resolve, 3000);
  });
  expect(await atDestination.headManifest(repository, '1.0')).toMatchObject({ digest: newer.digest });
  expect(await untilState(other.client, id, 'succeeded')).toMatchObject({ attempt: 2, attempts: done.attempts });
  await Promise.all([atSource.close(), atDestination.close()]);
});

test('a stop reaches the worker of another instance', async () => {
  const source = await registry();
  const destination = await registry();
  const atSource = clientOf(source);
  await pushImage(atSource, repository, '1.0', { layerSizes: [1_000_000] });
  const registries = { main: source.url, north: destination.url };
  const databaseUrl = await createPostgresDatabase();
  const worker = await start({ folder: await folder(), databaseUrl, registries });
  destination.freeze();
  const { id } = await worker.client.call(createExecution, copyOf('1.0'));
  await untilTask(worker.client, id, 'runs', (task) => task.state === 'running');
  const other = await start({ folder: await folder(), databaseUrl, registries });
  await other.client.call(stopExecution, { params: { executionId: id } });
  await untilState(other.client, id, 'stopped');
  destination.thaw();
  await atSource.close();
});

// Mounting a small file system takes root, as the product's own tests have it; elsewhere there is nothing to try.
test.runIf(process.getuid?.() === 0)(
  'a full disk is named, waited for, and the copy ends when there is room',
  async () => {
    const storage = await folder();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', storage]);
    toStop.push(async () => void (await run('umount', ['-l', storage])));
    const source = await registry();
    const destination = await registry(path.join(storage, 'registry'));
    const atSource = clientOf(source);
    const image = await pushImage(atSource, repository, '1.0', { layerSizes: [9_000_000] });
    const console = await start({ folder: await folder(), registries: { main: source.url, north: destination.url } });
    const { id } = await console.client.call(createExecution, copyOf('1.0'));
    const waiting = await untilState(console.client, id, 'waiting');
    expect(waiting.reason?.code).toBe('disk-full');
    expect(waiting.reason?.sentence).toMatch(/^north has no space left/);
    await run('mount', ['-o', 'remount,size=100m', storage]);
    expect(await untilState(console.client, id, 'succeeded')).toMatchObject({ digest: image.digest });
    await atSource.close();
  },
);

test('what was copied just before a console was killed is told to the catalog by the next', async () => {
  const source = await registry();
  const destination = await registry();
  const atSource = clientOf(source);
  const image = await pushImage(atSource, repository, '1.0', { layerSizes: [1000] });
  const registries = { main: source.url, north: destination.url };
  const databaseUrl = await createPostgresDatabase();
  const first = await start({ folder: await folder(), databaseUrl, registries });
  const { id } = await first.client.call(createExecution, copyOf('1.0'));
  await untilState(first.client, id, 'succeeded');
  const database = await openDatabase({ kind: 'postgres', url: databaseUrl, maxConnections: 1 });
  toStop.push(() => database.close());
  const atNorth = database.kysely.selectFrom('tags').select('digest').where('registry_id', '=', 'north');
  await vi.waitFor(async () => expect(await atNorth.execute()).toEqual([{ digest: image.digest }]), waiting);
  await first.kill();

  // As if it had been killed a moment earlier.
  await database.kysely.deleteFrom('tags').where('registry_id', '=', 'north').execute();
  await database.kysely.deleteFrom('tag_history').where('registry_id', '=', 'north').execute();
  await start({ folder: await folder(), databaseUrl, registries });
  await vi.waitFor(async () => expect(await atNorth.execute()).toEqual([{ digest: image.digest }]), waiting);
  const history = await database.kysely
    .selectFrom('tag_history')
    .select('how')
    .where('registry_id', '=', 'north')
    .execute();
  // A scan would have found it, too.
  expect(history).toEqual([{ how: 'copy' }]);
  await atSource.close();
});
