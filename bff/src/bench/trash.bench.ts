// npm run bench -- trash: deleting to the trash and back through the served console, and a thousand tags beside the bare calls.
import { setTimeout as sleep } from 'node:timers/promises';
import { deleteToTrash, listTrash, restoreFromTrash, type TrashItem, type TrashSelection } from '../contract/trash.ts';
import { createRegistryClient, parseManifest, type RegistryClient } from '../registry-client/index.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { median, ratio, rounded, sizeFrom } from './figures.ts';
import { onFreshRegistries, removeEnded } from './fresh-registries.ts';
import { type ServedConsole, serveConsole, waitForScan } from './served-console.ts';

const project = 'payments';
const layerCount = 20;
const layerBytes = 256 * 1024;
const rounds = sizeFrom('BENCH_ROUNDS', 9);
const bulkTags = sizeFrom('BENCH_TAGS', 1000);
/** Often enough to see the end, seldom enough that the asking is not what is measured: each costs the console some 5 ms. */
const pollMs = 20;
/** As many as the console works on in one repository. */
const atOnce = 8;

async function askItem({ api }: ServedConsole, itemId: string): Promise<TrashItem> {
  const { items } = await api.call(listTrash, { params: { project }, query: { itemId } });
  const [item] = items;
  if (item === undefined) throw new Error(`There is no item ${itemId}.`);
  return item;
}

async function until(served: ServedConsole, itemId: string, state: TrashItem['state']): Promise<void> {
  for (;;) {
    const item = await askItem(served, itemId);
    if (item.state === state) return;
    if (item.reason !== null) throw new Error(`${item.repository}:${item.tag ?? ''}: ${item.reason.sentence}`);
    await sleep(pollMs);
  }
}

async function remove({ api }: ServedConsole, selection: TrashSelection): Promise<string> {
  const { items } = await api.call(deleteToTrash, { params: { project }, body: { selection } });
  return items[0] ?? '';
}

/** One tag there and back, again and again; the first round warms up. */
async function measureOne(served: ServedConsole, registryId: string, count: number) {
  const selection = { kind: 'references' as const, registryId, repository: 'payments/api', references: ['1'] };
  const deletes: number[] = [];
  const restores: number[] = [];
  for (let round = 0; round <= count; round += 1) {
    const deletedMs = performance.now();
    const id = await remove(served, selection);
    await until(served, id, 'deleted');
    const restoredMs = performance.now();
    const target = { kind: 'same' as const };
    await served.api.call(restoreFromTrash, { params: { project, trashItemId: id }, body: { target } });
    await until(served, id, 'restored');
    if (round > 0) {
      deletes.push(restoredMs - deletedMs);
      restores.push(performance.now() - restoredMs);
    }
    // What was put aside goes behind the answer.
    await sleep(500);
  }
  return { deletes, restores };
}

/** What removing them needs of the registry, and nothing else: each put aside by mounts, then deleted by digest. */
async function removeBarely(client: RegistryClient, repository: string, tags: readonly string[]): Promise<void> {
  const queue = tags.values();
  const aside = `aside/${repository}`;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const tag of queue) {
        const { bytes, descriptor } = await client.getManifest(repository, tag);
        const manifest = parseManifest(bytes, descriptor.mediaType);
        if (manifest.kind !== 'manifest') throw new Error('It is no image.');
        for (const { digest } of [manifest.config, ...manifest.layers])
          await client.mountBlob(aside, digest, repository);
        await client.putManifest(aside, tag, { bytes, mediaType: descriptor.mediaType });
        await client.deleteManifest(repository, descriptor.digest);
      }
    }),
  );
}

async function pushTags(client: RegistryClient, repository: string): Promise<string[]> {
  const tags = Array.from({ length: bulkTags }, (_, index) => `pr-${index}`);
  const queue = tags.values();
  const push = async (): Promise<void> => {
    for (const tag of queue) await pushSampleImage(client, repository, { tag, layerSizes: [1000] });
  };
  await Promise.all(Array.from({ length: atOnce }, push));
  return tags;
}

async function measureBulk(served: ServedConsole, client: RegistryClient, tags: readonly string[]) {
  const bareMs = performance.now();
  await removeBarely(client, 'bare/bulk', tags);
  const apiSeconds = (performance.now() - bareMs) / 1000;
  const beganMs = performance.now();
  const selection = { kind: 'pattern' as const, registryIds: ['plain'], repositoryPattern: 'bulk', tagPattern: 'pr-*' };
  await remove(served, selection);
  for (;;) {
    const query = { repository: 'payments/bulk', state: 'deleting' as const, limit: 1 };
    if ((await served.api.call(listTrash, { params: { project }, query })).items.length === 0) break;
    await sleep(50);
  }
  const bulkSeconds = (performance.now() - beganMs) / 1000;
  return { bulkSeconds, apiSeconds };
}

await onFreshRegistries(['plain', 'counted'], async ({ plain, counted }) => {
  if (plain === undefined || counted === undefined) throw new Error('The registries did not start.');
  const proxy = await startCountingProxy(counted);
  const clients = [plain, counted].map(({ url }) =>
    createRegistryClient({ name: 'filled', endpoints: [{ url }], userAgent: 'bench' }),
  );
  const [client] = clients;
  if (client === undefined) throw new Error('There is no client.');
  for (const each of clients) {
    const layerSizes = Array.from({ length: layerCount }, () => layerBytes);
    await pushSampleImage(each, 'payments/api', { tag: '1', layerSizes });
  }
  const tags = await pushTags(client, 'payments/bulk');
  await pushTags(client, 'bare/bulk');
  const served = await serveConsole({ plain, counted: proxy });
  try {
    await waitForScan(served.api);
    proxy.reset();
    await measureOne(served, 'counted', 0);
    const { blobBytes } = proxy.counts();
    const { deletes, restores } = await measureOne(served, 'plain', rounds);
    const { bulkSeconds, apiSeconds } = await measureBulk(served, client, tags);
    const figures = {
      delete_ms: median(deletes),
      restore_ms: median(restores),
      blob_bytes_moved: blobBytes,
      bulk_s: rounded(bulkSeconds),
      bulk_vs_api: ratio(bulkSeconds, apiSeconds),
    };
    console.log(JSON.stringify({ bench: 'trash', figures }));
  } finally {
    await served.stop();
    await proxy.stop();
    for (const each of clients) await each.close();
  }
});
await removeEnded();
