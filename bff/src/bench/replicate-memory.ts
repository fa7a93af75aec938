import { rm } from 'node:fs/promises';
import path from 'node:path';
import { startPostgres } from '../testing/postgres-server.ts';
import type { RealRegistry } from '../testing/real-registry.ts';
import { mebibyte, pushImage } from './bench-images.ts';
import { sizeFrom, timed } from './figures.ts';
import { onFreshRegistries } from './fresh-registries.ts';
import { makePolicy, runToEnd } from './policy-runs.ts';
import { serveConsole, type ServedOptions, waitForScan } from './served-console.ts';

const blobCount = 2;
const blobBytes = sizeFrom('BENCH_HUGE_MIB', 2048) * mebibyte;

/**
 * The most memory that the console ever has, from its start to the end of a copy of blobs of 2 GiB to two registries: as it
 * runs in production, and on its embedded database, where V8's optimisation of one function takes most of it for some seconds (003).
 */
export async function benchMemory(source: RealRegistry, directory: string): Promise<Record<string, number>> {
  const files = path.join(directory, 'huge');
  await pushImage(source, files, { repository: 'huge', tag: 'v1' }, blobCount, blobBytes);
  await rm(files, { recursive: true });
  const database = await startPostgres();
  try {
    const production = await measure(source, 'on PostgreSQL', { databaseUrl: database.url });
    const embedded = await measure(source, 'on the embedded database', {});
    return {
      peak_rss_mb: production.peakMb,
      peak_rss_before_mb: production.beforeMb,
      peak_rss_embedded_mb: embedded.peakMb,
      peak_rss_embedded_before_mb: embedded.beforeMb,
    };
  } finally {
    await database.close();
  }
}

async function measure(source: RealRegistry, name: string, options: ServedOptions) {
  const names = ['huge-1', 'huge-2'];
  return onFreshRegistries(names, async (destinations) => {
    const served = await serveConsole({ source, ...destinations }, options);
    try {
      await waitForScan(served.api);
      const beforeMb = await served.peakRssMb();
      const policy = await makePolicy(served.api, 'huge', names, '**');
      await timed(`${blobCount} huge blobs ${name}`, () => runToEnd(served, policy, names.length), served);
      return { peakMb: await served.peakRssMb(), beforeMb };
    } finally {
      await served.stop();
    }
  });
}
