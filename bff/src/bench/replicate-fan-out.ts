import type { RealRegistry } from '../testing/real-registry.ts';
import { bytesOf, type Image, pushMany } from './bench-images.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { median, ratio, sizeFrom, timed } from './figures.ts';
import { onFreshRegistries } from './fresh-registries.ts';
import { makePolicy, runToEnd } from './policy-runs.ts';
import { serveConsole, waitForScan } from './served-console.ts';

const repositories = Math.ceil(sizeFrom('BENCH_REPOSITORIES', 20) / 4);
const destinationCount = 3;

/** One policy with three destinations beside three policies with one each, which are run one after the other. */
export async function benchFanOut(
  source: RealRegistry,
  directory: string,
  rounds: number,
): Promise<Record<string, number>> {
  const images = await pushMany(source, directory, { repositories, tags: sizeFrom('BENCH_TAGS', 10), layers: 3 });
  const fanned: number[] = [];
  const single: number[] = [];
  const names = (kind: string, round: number) =>
    Array.from({ length: destinationCount }, (_, index) => `${kind}-${round}-${index + 1}`);
  const all = Array.from({ length: rounds }, (_, round) => [...names('fan', round), ...names('single', round)]).flat();
  await onFreshRegistries(all, async (destinations) => {
    const served = await serveConsole({ source, ...destinations });
    try {
      await waitForScan(served.api);
      for (let round = 0; round < rounds; round += 1) {
        const together = await makePolicy(served.api, `fan ${round}`, names('fan', round), '**');
        const count = images.length * destinationCount;
        fanned.push(await timed('one to three', () => runToEnd(served, together, count), served));
        const policies: string[] = [];
        for (const name of names('single', round)) policies.push(await makePolicy(served.api, name, [name], '**'));
        const oneAfterTheOther = async () => {
          for (const policy of policies) await runToEnd(served, policy, images.length);
        };
        single.push(await timed('three copies', oneAfterTheOther, served));
      }
    } finally {
      await served.stop();
    }
  });
  return {
    fanout_s: median(fanned),
    fanout_three_copies_s: median(single),
    fanout_vs_three_copies: ratio(median(fanned), median(single)),
    fanout_source_bytes_ratio: await countSourceBytes(source, images),
  };
}

/** A run of its own, untimed: whatever the source sends goes through the proxy that counts. */
async function countSourceBytes(source: RealRegistry, images: readonly Image[]): Promise<number> {
  const names = Array.from({ length: destinationCount }, (_, index) => `counted-${index + 1}`);
  return onFreshRegistries(names, async (destinations) => {
    const proxy = await startCountingProxy(source);
    const served = await serveConsole({ source: proxy, ...destinations });
    try {
      await waitForScan(served.api);
      const policy = await makePolicy(served.api, 'counted', names, '**');
      proxy.reset();
      await runToEnd(served, policy, images.length * destinationCount);
      const { downloadedBytes } = proxy.counts();
      console.error(`one to three: ${downloadedBytes} bytes read of ${bytesOf(images)}`);
      return ratio(downloadedBytes, bytesOf(images));
    } finally {
      await served.stop();
      await proxy.stop();
    }
  });
}
