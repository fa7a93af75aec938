// npm run bench -- storm: 10,000 notifications in 20 s, as registries post them, of tags that are pushed in that very moment,
// half of them twice; a tenth belongs to a policy on push. BENCH_EVENTS, BENCH_SECONDS and BENCH_SEED change the storm.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { previewPolicy } from '../contract/policies.ts';
import { listTags } from '../contract/repositories.ts';
import { digestOf, isRegistryError } from '../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { benchClient, type Image, pushImage } from './bench-images.ts';
import { percentile, rounded, sizeFrom } from './figures.ts';
import { makePolicy, waitUntilKnown } from './policy-runs.ts';
import { RegistryStorage } from './registry-storage.ts';
import { type ServedConsole, serveConsole, waitForScan } from './served-console.ts';
import { planStorm, postStorm, type Push } from './storm-events.ts';

const eventCount = sizeFrom('BENCH_EVENTS', 10_000);
const stormMs = sizeFrom('BENCH_SECONDS', 20) * 1000;
const seed = sizeFrom('BENCH_SEED', Date.now() % 1_000_000);
const repositoryCount = 40;
/** Of them. */
const copiedRepositories = 4;
const imagesPerRepository = 5;
/** Pushed one after another before the same are pushed once more. */
const tagsInARow = 50;
const longestDrainMs = 900_000;

const repositoryName = (index: number): string => `${index < copiedRepositories ? 'copied' : 'seen'}/service-${index}`;

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-storm-'));
  const registries = { source: await startRealRegistry(), destination: await startRealRegistry() };
  const secret = randomBytes(24).toString('hex');
  try {
    const images = await pushBase(registries.source, directory);
    const served = await serveConsole(registries, { notificationSecret: secret });
    try {
      await waitForScan(served.api);
      const policy = await makePolicy(served.api, 'storm', ['destination'], 'copied/**', { onPush: true });
      await waitUntilKnown(served.api, policy, copiedRepositories * imagesPerRepository);
      const figures = await storm(served, registries, images, { policy, secret });
      console.log(JSON.stringify({ bench: 'storm', figures }));
    } finally {
      await served.stop();
    }
  } finally {
    for (const registry of Object.values(registries)) await registry.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The images whose names the storm will move about. */
async function pushBase(source: RealRegistry, directory: string): Promise<Map<string, Image[]>> {
  const images = new Map<string, Image[]>();
  for (let index = 0; index < repositoryCount; index += 1) {
    const repository = repositoryName(index);
    const made: Image[] = [];
    for (let image = 0; image < imagesPerRepository; image += 1) {
      made.push(await pushImage(source, directory, { repository, tag: `base-${image}` }, 3, 10_000));
    }
    images.set(repository, made);
  }
  return images;
}

/** Each tag twice, with another image the second time, fifty places later. */
function pushesOf(images: ReadonlyMap<string, readonly Image[]>): Push[] {
  const digests = new Map([...images].map(([name, made]) => [name, made.map(({ bytes }) => digestOf(bytes))]));
  const tagCount = Math.round((eventCount * 0.8) / 2);
  const pushes: Push[] = [];
  const push = (tag: number, shift: number): void => {
    const repository = repositoryName(tag % repositoryCount);
    const digest = digests.get(repository)?.[(tag + shift) % imagesPerRepository] ?? '';
    pushes.push({ repository, tag: `v${tag}`, digest });
  };
  for (let first = 0; first < tagCount; first += tagsInARow) {
    const last = Math.min(tagCount, first + tagsInARow);
    for (const shift of [0, 1]) for (let tag = first; tag < last; tag += 1) push(tag, shift);
  }
  return pushes;
}

async function storm(
  served: ServedConsole,
  registries: { readonly source: RealRegistry; readonly destination: RealRegistry },
  images: ReadonlyMap<string, readonly Image[]>,
  { policy, secret }: { policy: string; secret: string },
): Promise<Record<string, number>> {
  const { api, url } = served;
  const pushes = pushesOf(images);
  const steps = planStorm(pushes, seed);
  console.error(`${steps.length} events of ${pushes.length} pushes in ${stormMs / 1000} s, BENCH_SEED=${seed}`);
  // Written into its storage: pushing five hundred a second would be a bench of the registry.
  const storage = new RegistryStorage(registries.source.storageDirectory, 'storm');
  const target = { url: `${url}/api/v1/registries/source/notifications`, secret };
  const onPush = ({ repository, tag, digest }: Push) => storage.writeTag(repository, tag, digest);
  const cpuBeforeMs = await served.cpuMs();
  const { ackMs, refused, tookMs } = await postStorm(steps, stormMs, target, onPush);
  const cpuS = ((await served.cpuMs()) - cpuBeforeMs) / 1000;
  console.error(`posted in ${(tookMs / 1000).toFixed(1)} s, ${refused} refused and posted again (${cpuS} CPU s)`);
  const endedMs = performance.now();
  const expected = new Map(pushes.map((push) => [`${push.repository}:${push.tag}`, push]));
  const lost = await waitForAll({ api, destination: registries.destination, policy }, [...expected.values()], endedMs);
  console.error(`with what came of it: ${((await served.cpuMs()) - cpuBeforeMs) / 1000} CPU s`);
  return {
    ack_p99_ms: rounded(percentile(ackMs, 0.99)),
    ack_p50_ms: rounded(percentile(ackMs, 0.5)),
    refused,
    lost: lost.count,
    drain_s: rounded(lost.drainS),
  };
}

/** Until the catalog and the destination have every tag as it was pushed last; counts those that never come. */
async function waitForAll(
  world: { api: ServedConsole['api']; destination: RealRegistry; policy: string },
  expected: readonly Push[],
  endedMs: number,
): Promise<{ count: number; drainS: number }> {
  const client = benchClient(world.destination);
  try {
    for (;;) {
      const drainMs = performance.now() - endedMs;
      const isOver = drainMs > longestDrainMs;
      const isCopied = await isNothingToCopy(world);
      // Reading every tag takes a while itself, which is not the console's: it is done when there is hope.
      const missing = isCopied || isOver ? await missingTags(world.api, client, expected) : undefined;
      if (missing !== undefined && (missing.length === 0 || isOver)) {
        if (missing.length > 0) console.error(`lost: ${missing.slice(0, 20).join(', ')}`);
        return { count: missing.length, drainS: drainMs / 1000 };
      }
      if (missing !== undefined) console.error(`${missing.length} tags are not there yet`);
      await sleep(250);
    }
  } finally {
    await client.close();
  }
}

async function isNothingToCopy({ api, policy }: { api: ServedConsole['api']; policy: string }): Promise<boolean> {
  const { planned } = await api.call(previewPolicy, { params: { policyId: policy }, query: { limit: 1 } });
  return planned.copy === 0 && planned.replace === 0;
}

async function missingTags(
  api: ServedConsole['api'],
  destination: ReturnType<typeof benchClient>,
  expected: readonly Push[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const [repository, pushes] of Map.groupBy(expected, (push) => push.repository)) {
    const known = await catalogOf(api, repository);
    for (const { tag, digest } of pushes) {
      if (known.get(tag) !== digest) missing.push(`${repository}:${tag} in the catalog`);
      if (!repository.startsWith('copied/')) continue;
      if (!(await has(destination, { repository, tag, digest })))
        missing.push(`${repository}:${tag} at the destination`);
    }
  }
  return missing;
}

async function has(client: ReturnType<typeof benchClient>, { repository, tag, digest }: Push): Promise<boolean> {
  try {
    const found = await client.headManifest(repository, tag);
    return found !== undefined && found !== 'not-modified' && found.digest === digest;
  } catch (error) {
    // Distribution empties a tag's file before it writes it, and answers 500 to whoever reads between.
    if (isRegistryError(error) && error.retryable) return false;
    throw error;
  }
}

async function catalogOf(api: ServedConsole['api'], repository: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const query = { repository, registryId: 'source', limit: 100, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await api.call(listTags, { query });
    for (const { name, digest } of items) known.set(name, digest);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return known;
}

await main();
