// npm run bench -- replicate: a policy that is run by hand ("run now") beside `skopeo sync`, `regsync` where it is on PATH,
// and the bound, in turns. BENCH_ONLY=many,big,noop,fanout,memory leaves the other parts out; BENCH_ROUNDS,
// BENCH_REPOSITORIES, BENCH_TAGS, BENCH_BIG_MIB, BENCH_NOOP_TAGS and BENCH_HUGE_MIB make it smaller, to try it out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { type Image, mebibyte, pushImage, pushMany } from './bench-images.ts';
import { isWanted, median, ratio, sizeFrom, timed } from './figures.ts';
import { onFreshRegistries, onFreshRegistry, removeEnded } from './fresh-registries.ts';
import { makePolicy, runToEnd, waitUntilKnown } from './policy-runs.ts';
import { hasRegsync, regsyncOnce } from './regsync.ts';
import { benchFanOut } from './replicate-fan-out.ts';
import { benchMemory } from './replicate-memory.ts';
import { benchNoopTenThousand, countNoop } from './replicate-noop.ts';
import { runBound, skopeoSync } from './rivals.ts';
import { serveConsole, waitForScan } from './served-console.ts';

const rounds = sizeFrom('BENCH_ROUNDS', 3);
const many = { repositories: sizeFrom('BENCH_REPOSITORIES', 20), tags: sizeFrom('BENCH_TAGS', 10), layers: 3 };
const bigLayers = 4;
const bigLayerBytes = sizeFrom('BENCH_BIG_MIB', 256) * mebibyte;

type Figures = Record<string, number>;

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-replicate-'));
  const figures: Figures = {};
  try {
    if (isWanted('big')) Object.assign(figures, await onSource((source) => benchBig(source, directory)));
    if (isWanted('many') || isWanted('noop')) {
      Object.assign(figures, await onSource((source) => benchMany(source, directory)));
    }
    if (isWanted('noop')) Object.assign(figures, await benchNoopTenThousand());
    if (isWanted('fanout')) Object.assign(figures, await onSource((source) => benchFanOut(source, directory, rounds)));
    if (isWanted('memory')) Object.assign(figures, await onSource((source) => benchMemory(source, directory)));
  } finally {
    await removeEnded();
    await rm(directory, { recursive: true, force: true });
  }
  console.log(JSON.stringify({ bench: 'replicate', figures }));
}

async function onSource(work: (source: RealRegistry) => Promise<Figures>): Promise<Figures> {
  const source = await startRealRegistry();
  try {
    return await work(source);
  } finally {
    await source.stop();
  }
}

async function benchBig(source: RealRegistry, directory: string): Promise<Figures> {
  const images = [await pushImage(source, directory, { repository: 'big', tag: 'v1' }, bigLayers, bigLayerBytes)];
  const { cold } = await inTurns('big', source, images, directory);
  return namedFigures('big_cold', cold);
}

async function benchMany(source: RealRegistry, directory: string): Promise<Figures> {
  const images = await pushMany(source, directory, many);
  const { cold, again, copied } = await inTurns('many', source, images, directory);
  return {
    ...namedFigures('many_cold', cold),
    ...namedFigures('noop', again),
    ...(isWanted('noop') && (await countNoop(source, copied, images.length))),
  };
}

type Runner = 'longshore' | 'skopeo' | 'regsync' | 'bound';
type Times = Record<Runner, number[]>;

/**
 * One console through all rounds, as it runs in life, with a policy and an empty destination for each of them; it has read
 * all registries before. The others have a destination of their own in each round too.
 */
async function inTurns(name: string, source: RealRegistry, images: readonly Image[], directory: string) {
  const cold: Times = { longshore: [], skopeo: [], regsync: [], bound: [] };
  const again: Times = { longshore: [], skopeo: [], regsync: [], bound: [] };
  const names = Array.from({ length: rounds }, (_, index) => `destination-${index + 1}`);
  const rivals = { skopeo: skopeoSync, ...(hasRegsync && { regsync: regsyncOnce }) };
  return onFreshRegistries(names, async (destinations) => {
    const served = await serveConsole({ source, ...destinations });
    try {
      await waitForScan(served.api);
      for (const destination of names) {
        const policy = await makePolicy(served.api, destination, [destination], '**');
        const copy = (count: number) => () => runToEnd(served, policy, count);
        cold.longshore.push(await timed(`${name} longshore`, copy(images.length), served));
        await waitUntilKnown(served.api, policy, images.length);
        again.longshore.push(await timed(`${name} longshore again`, copy(0), served));
        for (const [rival, sync] of Object.entries(rivals)) {
          await onFreshRegistry(async (target) => {
            const work = () => sync(source, target, images, directory);
            cold[rival as keyof typeof rivals].push(await timed(`${name} ${rival}`, work));
            again[rival as keyof typeof rivals].push(await timed(`${name} ${rival} again`, work));
          });
        }
        await onFreshRegistry(async (target) => {
          const work = () => runBound(source, target, images, directory);
          cold.bound.push(await timed(`${name} bound`, work));
        });
      }
    } finally {
      await served.stop();
    }
    // Restarted by whoever wants to look at it again: what was copied is in its storage.
    return { cold, again, copied: destinations['destination-1'] };
  });
}

/** `many_cold_s`, `many_cold_skopeo_s`, `many_cold_vs_skopeo` and so on, of those that ran. */
function namedFigures(prefix: string, times: Times): Figures {
  const ours = median(times.longshore);
  const figures: Figures = { [`${prefix}_s`]: ours };
  for (const rival of ['skopeo', 'regsync', 'bound'] as const) {
    if (times[rival].length === 0) continue;
    figures[`${prefix}_${rival}_s`] = median(times[rival]);
    figures[`${prefix}_vs_${rival}`] = ratio(ours, median(times[rival]));
  }
  return figures;
}

await main();
