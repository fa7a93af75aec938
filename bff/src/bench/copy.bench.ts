import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createExecution, listExecutions } from '../contract/replication.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { type Image, mebibyte, pushImage, pushMany } from './bench-images.ts';
import { isWanted, median, ratio, timed } from './figures.ts';
import { onFreshRegistries, onFreshRegistry, removeEnded } from './fresh-registries.ts';
import { runBound, skopeoCopy, skopeoSync } from './rivals.ts';
import { serveConsole, type ServedConsole, waitForScan } from './served-console.ts';

/**
 * The console (asked over its API, as a person does) beside skopeo and beside the bound, on two real registries and in turns: the same machine, the same
 * minute. The bound is curl reading every blob from the source while another curl writes the same bytes to the
 * destination. Each run has a fresh destination. Prints its progress, and one JSON line at the end.
 */
const bigLayerBytes = 256 * mebibyte;
const bigLayers = 4;
const repositories = 20;
const tagsPerRepository = 10;
const layersPerImage = 3;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-copy-'));
  const source = await startRealRegistry();
  const figures: Record<string, number> = {};
  try {
    if (isWanted('big')) Object.assign(figures, await benchBig(source, directory));
    if (isWanted('many')) Object.assign(figures, await benchMany(source, directory));
  } finally {
    await Promise.all([source.stop(), removeEnded()]);
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
  const sizes = { repositories, tags: tagsPerRepository, layers: layersPerImage };
  const images = await pushMany(source, directory, sizes);
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
  const names = Array.from({ length: rounds }, (_, index) => nameOf(index + 1));
  await onFreshRegistries(names, async (destinations) => {
    const served = await serveConsole({ source, ...destinations });
    try {
      await waitForScan(served.api);
      await work((name, images, round) => timed(name, () => runLongshore(served, images, nameOf(round)), served));
    } finally {
      await served.stop();
    }
  });
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

await main();
