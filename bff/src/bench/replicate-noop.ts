import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { median, rounded, sizeFrom, timed } from './figures.ts';
import { onRestarted } from './fresh-registries.ts';
import { makePolicy, runToEnd, scanAll } from './policy-runs.ts';
import { RegistryStorage } from './registry-storage.ts';
import { serveConsole, waitForScan } from './served-console.ts';

const tagCount = sizeFrom('BENCH_NOOP_TAGS', 10_000);
const repositoryCount = 20;
const imagesPerRepository = 5;
const layersPerImage = 8;
const runs = 3;

/**
 * What a run asks of the registries when there is nothing to do; and what the scan asks that the catalog is kept true by,
 * of the same tags. Untimed, as the proxies that count are on the way.
 */
export async function countNoop(
  source: RealRegistry,
  copied: RealRegistry | undefined,
  tags: number,
): Promise<Record<string, number>> {
  if (copied === undefined) throw new Error('Nothing was copied that could be looked at again.');
  return onRestarted(copied, async (destination) => {
    const proxies = { source: await startCountingProxy(source), destination: await startCountingProxy(destination) };
    const served = await serveConsole(proxies);
    try {
      await waitForScan(served.api);
      const policy = await makePolicy(served.api, 'noop', ['destination'], '**');
      const ofRun = await requestsOf(proxies, () => runToEnd(served, policy, 0));
      const ofScan = await requestsOf(proxies, () => scanAll(served));
      console.error(`noop: ${ofRun} requests to a side for ${tags} tags; ${ofScan} of a scan of them`);
      return { noop_requests_per_tag: rounded(ofRun / tags), noop_scan_requests_per_tag: rounded(ofScan / tags) };
    } finally {
      await served.stop();
      for (const proxy of Object.values(proxies)) await proxy.stop();
    }
  });
}

/** Of the side that was asked more. */
async function requestsOf(
  proxies: Readonly<Record<string, CountingProxy>>,
  work: () => Promise<void>,
): Promise<number> {
  const both = Object.values(proxies);
  for (const proxy of both) proxy.reset();
  await work();
  return Math.max(...both.map((proxy) => proxy.counts().requests));
}

/** The same for many tags, which both ends have from the start. */
export async function benchNoopTenThousand(): Promise<Record<string, number>> {
  const registries = { source: await startFilled(), destination: await startFilled() };
  const served = await serveConsole(registries);
  try {
    await waitForScan(served.api);
    const policy = await makePolicy(served.api, 'ten thousand', ['destination'], '**');
    const times: number[] = [];
    for (let round = 0; round < runs; round += 1) {
      times.push(await timed(`noop ${tagCount} tags`, () => runToEnd(served, policy, 0), served));
    }
    const scan = await timed(`noop ${tagCount} tags, both ends scanned`, () => scanAll(served), served);
    return { noop_10k_s: median(times), noop_10k_scan_s: rounded(scan) };
  } finally {
    await served.stop();
    for (const registry of Object.values(registries)) await registry.stop();
  }
}

async function startFilled(): Promise<RealRegistry> {
  const storageDirectory = await mkdtemp(path.join(tmpdir(), 'longshore-noop-'));
  // The same seed: the same digests at both ends.
  const storage = new RegistryStorage(storageDirectory, 'noop');
  for (let repository = 0; repository < repositoryCount; repository += 1) {
    const name = `noop/service-${repository}`;
    const images = Array.from({ length: imagesPerRepository }, () =>
      storage.writeImage(name, layersPerImage, 'amd64', new Date(Date.UTC(2026, 0, 1))),
    );
    for (let tag = 0; tag < tagCount / repositoryCount; tag += 1) {
      storage.writeTag(name, `v1.${tag}.0`, images[tag % imagesPerRepository] ?? '');
    }
  }
  return startRealRegistry({ storageDirectory });
}
