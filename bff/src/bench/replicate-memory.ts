import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RealRegistry } from '../testing/real-registry.ts';
import { mebibyte, pushImage } from './bench-images.ts';
import { sizeFrom, timed } from './figures.ts';
import { onFreshRegistries } from './fresh-registries.ts';
import { makePolicy, runToEnd } from './policy-runs.ts';
import { serveConsole, waitForScan } from './served-console.ts';

const blobCount = 2;
const blobBytes = sizeFrom('BENCH_HUGE_MIB', 2048) * mebibyte;

/** The most memory that the console ever has, from its start to the end of a copy of blobs of 2 GiB to two registries. */
export async function benchMemory(source: RealRegistry, directory: string): Promise<Record<string, number>> {
  const files = path.join(directory, 'huge');
  await pushImage(source, files, { repository: 'huge', tag: 'v1' }, blobCount, blobBytes);
  await rm(files, { recursive: true });
  const names = ['huge-1', 'huge-2'];
  return onFreshRegistries(names, async (destinations) => {
    const served = await serveConsole({ source, ...destinations });
    try {
      await waitForScan(served.api);
      const atStart = await served.peakRssMb();
      const policy = await makePolicy(served.api, 'huge', names, '**');
      await timed(`${blobCount} huge blobs`, () => runToEnd(served, policy, names.length), served);
      return { peak_rss_mb: await served.peakRssMb(), peak_rss_before_mb: atStart };
    } finally {
      await served.stop();
    }
  });
}
