import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createExecution, listExecutions } from '../contract/replication.ts';
import { createRegistryClient, mediaTypes } from '../registry-client/index.ts';
import type { RegistryClient } from '../registry-client/index.ts';
import type { RealRegistry } from '../testing/real-registry.ts';
import { startRealRegistry } from '../testing/real-registry.ts';
import { serveConsole, type ServedConsole, waitForScan } from './served-console.ts';

/**
 * The console (asked over its API, as a person does) beside skopeo and beside the bound, on two real registries and in turns: the same machine, the same
 * minute. The bound is curl reading every blob from the source while another curl writes the same bytes to the
 * destination. Each run has a fresh destination. Prints its progress, and one JSON line at the end.
 */
const mebibyte = 1024 * 1024;
const bigLayerBytes = 256 * mebibyte;
const bigLayers = 4;
const repositories = 20;
const tagsPerRepository = 10;
const layersPerImage = 3;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const only = process.env['BENCH_ONLY'];
/**
 * Registries that have done their run. Their files stay to the end: ext4 passes over each inode that was freed in the last
 * minutes before it gives out a new one (`recently_deleted`), so that the run after a removal would pay for it.
 */
const ended: RealRegistry[] = [];

interface Blob {
  readonly repository: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly file: string;
}

interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly bytes: Buffer;
  readonly blobs: readonly Blob[];
}

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-copy-'));
  const source = await startRealRegistry();
  const figures: Record<string, number> = {};
  try {
    if (only !== 'many') Object.assign(figures, await benchBig(source, directory));
    if (only !== 'big') Object.assign(figures, await benchMany(source, directory));
  } finally {
    await Promise.all([source, ...ended].map((registry) => registry.stop()));
    await rm(directory, { recursive: true, force: true });
  }
  console.log(JSON.stringify({ bench: 'copy', figures }));
}

async function benchBig(source: RealRegistry, directory: string): Promise<Record<string, number>> {
  const images = [await pushImage(source, directory, { repository: 'big', tag: 'v1' }, bigLayers, bigLayerBytes)];
  const times: Record<'longshore' | 'skopeo' | 'bound', number[]> = { longshore: [], skopeo: [], bound: [] };
  await onConsole(source, async (copy) => {
    for (let round = 1; round <= rounds; round += 1) {
      times.longshore.push(await copy('big longshore', images, round));
      await onFreshRegistry(async (target) => {
        times.skopeo.push(await timed('big skopeo', () => skopeoCopy(source, target, images)));
      });
      await onFreshRegistry(async (target) => {
        times.bound.push(await timed('big bound', () => runBound(source, target, images, directory)));
      });
    }
  });
  const [longshore, skopeo, bound] = [median(times.longshore), median(times.skopeo), median(times.bound)];
  return {
    big_cold_s: longshore,
    big_skopeo_s: skopeo,
    big_bound_s: bound,
    big_cold_vs_skopeo: ratio(longshore, skopeo),
    big_cold_vs_bound: ratio(longshore, bound),
  };
}

async function benchMany(source: RealRegistry, directory: string): Promise<Record<string, number>> {
  const images: Image[] = [];
  for (let repository = 1; repository <= repositories; repository += 1) {
    for (let tag = 1; tag <= tagsPerRepository; tag += 1) {
      const name = { repository: `app-${String(repository).padStart(2, '0')}`, tag: `1.0.${tag}` };
      images.push(await pushImage(source, directory, name, layersPerImage, mebibyte));
    }
  }
  const cold: Record<'longshore' | 'skopeo' | 'bound', number[]> = { longshore: [], skopeo: [], bound: [] };
  const noop: Record<'longshore' | 'skopeo', number[]> = { longshore: [], skopeo: [] };
  await onConsole(source, async (copy) => {
    for (let round = 1; round <= rounds; round += 1) {
      cold.longshore.push(await copy('many longshore', images, round));
      noop.longshore.push(await copy('many longshore again', images, round));
      await onFreshRegistry(async (target) => {
        cold.skopeo.push(await timed('many skopeo', () => skopeoSync(source, target, images, directory)));
        noop.skopeo.push(await timed('many skopeo again', () => skopeoSync(source, target, images, directory)));
      });
      await onFreshRegistry(async (target) => {
        cold.bound.push(await timed('many bound', () => runBound(source, target, images, directory)));
      });
    }
  });
  const [longshore, skopeo, bound] = [median(cold.longshore), median(cold.skopeo), median(cold.bound)];
  const [longshoreAgain, skopeoAgain] = [median(noop.longshore), median(noop.skopeo)];
  return {
    many_cold_s: longshore,
    many_skopeo_s: skopeo,
    many_bound_s: bound,
    many_noop_s: longshoreAgain,
    many_noop_skopeo_s: skopeoAgain,
    many_cold_vs_skopeo: ratio(longshore, skopeo),
    many_cold_vs_bound: ratio(longshore, bound),
    many_noop_vs_skopeo: ratio(longshoreAgain, skopeoAgain),
  };
}

/**
 * A console that runs through all rounds, as it does in life, with an empty destination for each of them. It has read all
 * registries before: what is timed is the copy alone.
 */
async function onConsole(
  source: RealRegistry,
  work: (copy: (name: string, images: readonly Image[], round: number) => Promise<number>) => Promise<void>,
): Promise<void> {
  const destinations = new Map<string, RealRegistry>();
  try {
    for (let round = 1; round <= rounds; round += 1) destinations.set(nameOf(round), await startRealRegistry());
    const served = await serveConsole({ source, ...Object.fromEntries(destinations) });
    try {
      await waitForScan(served.api);
      await work((name, images, round) => timed(name, () => runLongshore(served, images, nameOf(round)), served));
    } finally {
      await served.stop();
    }
  } finally {
    ended.push(...destinations.values());
  }
}

function nameOf(round: number): string {
  return `destination-${round}`;
}

/** One request for each repository; then what the page does: it listens until the last task has ended. */
async function runLongshore({ api }: ServedConsole, images: readonly Image[], destinationId: string): Promise<void> {
  const stream = await api.openEvents();
  const ids = new Set<string>();
  for (const [repository, ofRepository] of Map.groupBy(images, (image) => image.repository)) {
    const { id } = await api.call(createExecution, {
      body: {
        source: { registryId: 'source', repository },
        references: ofRepository.map(({ tag }) => tag),
        destinations: [{ registryId: destinationId }],
        whenDifferent: 'replace',
      },
    });
    ids.add(id);
  }
  const ended = new Set<string>();
  await stream.waitFor('task', ({ id, executionId, state }) => {
    const isOpen = state === 'queued' || state === 'running' || state === 'waiting';
    if (ids.has(executionId) && !isOpen) ended.add(id);
    return ended.size === images.length;
  });
  stream.close();
  const { items } = await api.call(listExecutions, { query: { limit: 100 } });
  const failed = items.filter(({ id, state }) => ids.has(id) && state !== 'succeeded');
  if (failed.length > 0) throw new Error(`${failed.length} of ${ids.size} executions did not succeed.`);
}

async function skopeoCopy(source: RealRegistry, target: RealRegistry, images: readonly Image[]): Promise<void> {
  for (const { repository, tag } of images) {
    const [from, to] = [`docker://${source.host}/${repository}:${tag}`, `docker://${target.host}/${repository}:${tag}`];
    await run('skopeo', ['copy', '--quiet', '--all', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]);
  }
}

async function skopeoSync(
  source: RealRegistry,
  target: RealRegistry,
  images: readonly Image[],
  directory: string,
): Promise<void> {
  const names = [...new Set(images.map((image) => image.repository))];
  const file = path.join(directory, 'skopeo.yml');
  const lines = names.map((name) => `    ${name}: []`);
  await writeFile(file, [`"${source.host}":`, '  tls-verify: false', '  images:', ...lines, ''].join('\n'));
  await run('skopeo', [
    'sync',
    '--all',
    '--src',
    'yaml',
    '--dest',
    'docker',
    '--dest-tls-verify=false',
    file,
    target.host,
  ]);
}

/** Two curl processes, each with several connections: one reads all blobs, one writes all blobs and then the manifests. */
async function runBound(
  source: RealRegistry,
  target: RealRegistry,
  images: readonly Image[],
  directory: string,
): Promise<void> {
  const blobs = images.flatMap((image) => image.blobs);
  const read = curlParallel(
    path.join(directory, 'read.txt'),
    blobs.map((blob) => [`url = ${source.url}/v2/${blob.repository}/blobs/${blob.digest}`, 'output = /dev/null']),
  );
  const write = async (): Promise<void> => {
    const opened = await curlParallel(
      path.join(directory, 'open.txt'),
      blobs.map((blob) => [
        `url = ${target.url}/v2/${blob.repository}/blobs/uploads/`,
        'request = POST',
        'output = /dev/null',
        String.raw`write-out = "${blob.repository}@${blob.digest} %header{location}\n"`,
      ]),
    );
    const locations = new Map(
      opened
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    await curlParallel(
      path.join(directory, 'write.txt'),
      blobs.map((blob) => [
        `url = "${locations.get(`${blob.repository}@${blob.digest}`) ?? ''}&digest=${blob.digest}"`,
        `upload-file = ${blob.file}`,
        'header = "Expect:"',
        'output = /dev/null',
      ]),
    );
    await curlParallel(
      path.join(directory, 'manifests.txt'),
      await Promise.all(
        images.map(async (image) => {
          const file = path.join(directory, `${image.repository}-${image.tag}.json`);
          await writeFile(file, image.bytes);
          return [
            `url = ${target.url}/v2/${image.repository}/manifests/${image.tag}`,
            'request = PUT',
            `data-binary = @${file}`,
            `header = "Content-Type: ${mediaTypes.ociManifest}"`,
            'output = /dev/null',
          ];
        }),
      ),
    );
  };
  await Promise.all([read, write()]);
}

async function curlParallel(file: string, transfers: readonly (readonly string[])[]): Promise<string> {
  await writeFile(file, transfers.map((lines) => lines.join('\n')).join('\nnext\n'));
  return run('curl', [
    '--silent',
    '--show-error',
    '--fail',
    '--no-progress-meter',
    '--parallel',
    '--parallel-max',
    '8',
    '--config',
    file,
  ]);
}

async function pushImage(
  registry: RealRegistry,
  directory: string,
  { repository, tag }: { repository: string; tag: string },
  layers: number,
  layerBytes: number,
): Promise<Image> {
  const push = client('source', registry);
  try {
    const files = await mkdir(path.join(directory, 'blobs'), { recursive: true }).then(() =>
      path.join(directory, 'blobs'),
    );
    const blobs: Blob[] = [];
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        created: new Date().toISOString(),
        config: {},
        rootfs: { type: 'layers', diff_ids: [] },
        comment: `${repository}:${tag}`,
      }),
    );
    for (const bytes of [config, ...Array.from({ length: layers }, () => randomBytes(layerBytes))]) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const blob = { repository, digest, sizeBytes: bytes.length, file: path.join(files, digest.slice(7)) };
      await writeFile(blob.file, bytes);
      await push.pushBlob(repository, blob, () => Readable.from([bytes]));
      blobs.push(blob);
    }
    const [configBlob, ...layerBlobs] = blobs;
    const describe = (blob: Blob | undefined, mediaType: string) => ({
      mediaType,
      digest: blob?.digest,
      size: blob?.sizeBytes,
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: describe(configBlob, mediaTypes.ociConfig),
      layers: layerBlobs.map((blob) => describe(blob, mediaTypes.ociLayer)),
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await push.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociManifest });
    return { repository, tag, bytes, blobs };
  } finally {
    await push.close();
  }
}

function client(name: string, registry: RealRegistry): RegistryClient {
  return createRegistryClient({ name, endpoints: [{ url: registry.url }], userAgent: 'longshore-bench' });
}

async function onFreshRegistry<Result>(work: (registry: RealRegistry) => Promise<Result>): Promise<Result> {
  const registry = await startRealRegistry();
  try {
    return await work(registry);
  } finally {
    await registry.kill();
    ended.push(registry);
  }
}

async function timed(name: string, work: () => Promise<void>, served?: ServedConsole): Promise<number> {
  // What the run before left to be written to the disk is not this one's to wait for.
  await run('sync', []);
  const cpuMs = await served?.cpuMs();
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  const used = cpuMs === undefined ? '' : ` (the console ${(((await served?.cpuMs()) ?? 0) - cpuMs) / 1000} CPU s)`;
  console.error(`${name}: ${seconds.toFixed(2)} s${used}`);
  return seconds;
}

async function run(command: string, parameters: readonly string[]): Promise<string> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => output.push(piece));
  child.stderr.on('data', (piece: Buffer) => errors.push(piece));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} failed: ${Buffer.concat(errors).toString('utf8').slice(-2000)}`);
  return Buffer.concat(output).toString('utf8');
}

function median(values: readonly number[]): number {
  return round(values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN);
}

function ratio(value: number, base: number): number {
  return round(value / base);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

await main();
