import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { listRegistries, scanRegistry } from '../../contract/registries.ts';
import { createExecution, getExecution } from '../../contract/replication.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { type Flaw, type FlawedRegistry, startFlawedRegistry } from '../../testing/flawed-registry.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { until } from '../replication/testing/waiting.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

const elsewhere = 'http://localhost:1';
const sources: readonly Flaw[] = [
  { kind: 'web-page' },
  { kind: 'wrong-digest-header' },
  { kind: 'no-digest-header' },
  { kind: 'other-manifest-bytes' },
  { kind: 'truncated-blob', afterBytes: 70_000 },
  { kind: 'other-blob-bytes' },
  { kind: 'huge-manifest', sizeBytes: 200_000_000 },
  { kind: 'self-linked-pages' },
  { kind: 'endless-catalog' },
  { kind: 'many-tags', count: 1_000_000 },
  { kind: 'foreign-link', url: `${elsewhere}/v2/_catalog` },
  { kind: 'null-tags' },
  { kind: 'busy', status: 429, retryAfter: '600', times: 1_000_000 },
  { kind: 'slow-bytes', everyMs: 50 },
  { kind: 'redirect', to: `${elsewhere}/<digest>` },
  { kind: 'token-realm', realm: `${elsewhere}/token` },
];
const destinations: readonly Flaw[] = [
  { kind: 'foreign-upload', url: `${elsewhere}/v2/a/b/blobs/uploads/1` },
  { kind: 'disk-full', says: 'write /var: no space left on device' },
  { kind: 'read-only' },
];

/** In the console: what it holds after garbage was collected, its most so far, into a file, four times a second. */
const watchMemory = (file: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    import { writeFileSync } from 'node:fs';
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import { isMainThread } from 'node:worker_threads';
    if (isMainThread) {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc');
      let most = 0;
      setInterval(() => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        most = Math.max(most, heapUsed + external);
        writeFileSync(${JSON.stringify(file)}, heapUsed + external + ' ' + most);
      }, 250).unref();
    }
  `)}`;

const mebibyte = 1024 * 1024;
const openFiles = async ({ pid }: LongshoreProcess): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

async function startFlawed(): Promise<FlawedRegistry> {
  const registry = await startFlawedRegistry();
  toStop.push(registry.stop);
  const layer = Buffer.alloc(300_000, 'layer ');
  const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
  const part = (bytes: Buffer, mediaType: string) => ({
    mediaType,
    digest: registry.addBlob(bytes),
    size: bytes.length,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: part(config, mediaTypes.ociConfig),
    layers: [part(layer, mediaTypes.ociLayerGzip)],
  };
  registry.addManifest('v1', manifest, mediaTypes.ociManifest);
  return registry;
}

test('whatever registries answer, it takes no more than 64 MB of memory, and what was opened is closed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-memory-'));
  toStop.push(() => rm(folder, { recursive: true, force: true }));
  const fine = await startRealRegistry();
  toStop.push(() => fine.stop());
  const flawed = new Map<string, { registry: FlawedRegistry; flaw: Flaw }>();
  for (const flaw of [...sources, ...destinations]) {
    flawed.set(flaw.kind, { registry: await startFlawed(), flaw });
  }
  const file = path.join(folder, 'memory');
  const console = await startLongshoreProcess({
    folder,
    databaseUrl: await createPostgresDatabase(),
    registries: { fine: fine.url, ...Object.fromEntries([...flawed].map(([id, { registry }]) => [id, registry.url])) },
    environment: { NODE_OPTIONS: watchMemory(file) },
  });
  toStop.push(() => console.kill());
  const { client } = console;
  const memory = async () => {
    const [now = 0, most = 0] = (await readFile(file, 'utf8')).split(' ').map(Number);
    return { now, most };
  };
  await until('the first scans', async () => {
    const { items } = await client.call(listRegistries, {});
    return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
  });
  const before = { memory: (await memory()).most, files: await openFiles(console) };

  for (const { registry, flaw } of flawed.values()) registry.flaw = flaw;
  const copy = async (from: string, to: string) => {
    const body = {
      source: { registryId: from, repository: 'a/b' },
      references: ['v1'],
      destinations: [{ registryId: to }],
    };
    return (await client.call(createExecution, { body: { ...body, whenDifferent: 'replace' } })).id;
  };
  const executions: string[] = [];
  for (const { kind } of sources) executions.push(await copy(kind, 'fine'));
  for (const { kind } of destinations) executions.push(await copy('no-digest-header', kind));
  for (const id of flawed.keys()) await client.call(scanRegistry, { params: { registryId: id } });
  await until('every copy to have ended or to wait', async () => {
    const all = await Promise.all(
      executions.map((executionId) => client.call(getExecution, { params: { executionId } })),
    );
    return all.every(({ tasks }) => tasks.queued + tasks.running === 0) ? true : undefined;
  });
  await until('every scan to have ended', async () => {
    const { items } = await client.call(listRegistries, {});
    return items.every(({ catalog }) => catalog.scanState !== 'running') ? true : undefined;
  });
  const { most } = await memory();
  expect((most - before.memory) / mebibyte).toBeLessThanOrEqual(64);

  for (const { registry } of flawed.values()) registry.flaw = undefined;
  await until('open files to be as many as before, and a tenth', async () =>
    (await openFiles(console)) <= before.files * 1.1 ? true : undefined,
  );
});
