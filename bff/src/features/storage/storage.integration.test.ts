import { sql } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { scanRegistry } from '../../contract/registries.ts';
import {
  getProjectStorage,
  getRegistryStorage,
  getStorage,
  listProjectStorage,
  listProjectUntagged,
  listRegistryUntagged,
  measureRegistryStorage,
  trashProjectUntagged,
} from '../../contract/storage.ts';
import { listAllTrash, purgeFromTrash, restoreFromTrash } from '../../contract/trash.ts';
import { mediaTypes, parseManifest } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import {
  pushSampleImage,
  pushSampleIndex,
  pushSampleReferrer,
  type Sample,
  type SampleBlob,
} from '../../testing/sample-artifacts.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { createCatalogStore } from '../catalog/catalog.store.ts';
import { CollectingConsole, params } from '../collections/testing/collecting-console.ts';
import { until } from '../replication/testing/waiting.ts';

// A real registry, its own program, restarts; and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const project = 'payments';
const api = 'payments/api';
const web = 'payments/web';
const games = 'games/arena';

let at: CollectingConsole;
afterEach(() => at?.close());

const kysely = () => at.bff.running.foundation.database.kysely;

/** Until the catalog has these tags, as `repository:tag` → digest. */
async function scanned(expected: Readonly<Record<string, string>>): Promise<void> {
  await at.admin.call(scanRegistry, { params });
  await until('the catalog to know every tag', async () => {
    const rows = await kysely().selectFrom('tags').select(['repository', 'name', 'digest']).execute();
    const known = new Map(rows.map((row) => [`${row.repository}:${row.name}`, row.digest]));
    return Object.entries(expected).every(([name, digest]) => known.get(name) === digest) ? true : undefined;
  });
}

async function measured() {
  const read = async () => (await at.admin.call(getRegistryStorage, { params })).storage;
  const { measuredAt } = await read();
  await at.admin.call(measureRegistryStorage, { params });
  return until('the measuring to end', async () => {
    const now = await read();
    if (now.measuredAt === measuredAt || now.isMeasuring) return undefined;
    if (now.changedCount === 0) return now;
    // Something changed while it was measured: that would be seen to half a minute later.
    await at.admin.call(measureRegistryStorage, { params });
    return undefined;
  });
}

/** As if all that is untagged had been so for eight days. */
async function age(): Promise<void> {
  await sql`update untagged_manifests set since = since - interval '8 days'`.execute(kysely());
  await sql`update tag_history set at = at - interval '8 days'`.execute(kysely());
}

async function retag(repository: string, digest: string, tag: string): Promise<void> {
  const { bytes, descriptor } = await at.scene.client.getManifest(repository, digest);
  await at.scene.client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType });
}

async function canPull(repository: string, digest: string): Promise<boolean> {
  return (await at.scene.client.headManifest(repository, digest)) !== undefined;
}

/** What the registry itself says below these manifests: each blob and manifest once. */
async function closureBytes(repository: string, digests: readonly string[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const queue = [...digests];
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    const { bytes, descriptor } = await at.scene.client.getManifest(repository, digest);
    sizes.set(digest, bytes.length);
    const manifest = parseManifest(bytes, descriptor.mediaType);
    if (manifest.kind === 'index') queue.push(...manifest.manifests.map((child) => child.digest));
    else {
      const blobs = manifest.kind === 'manifest' ? [manifest.config, ...manifest.layers] : manifest.blobs;
      for (const blob of blobs) sizes.set(blob.digest, blob.sizeBytes);
    }
  }
  return sizes;
}

const sumOf = (sizes: ReadonlyMap<string, number>) => [...sizes.values()].reduce((sum, size) => sum + size, 0);

async function pushBase(): Promise<{ base: SampleBlob; one: Sample }> {
  const one = await pushSampleImage(at.scene.client, api, { tag: '1', layerSizes: [100_000, 3000] });
  const base = one.blobs.find(({ size }) => size === 100_000);
  if (base === undefined) throw new Error('There is no base.');
  for (const repository of [web, games]) {
    await at.scene.client.mountBlob(repository, base.digest, api);
  }
  return { base, one };
}

describe.each(databaseKinds)('Bytes and leftovers (%s)', (kind) => {
  test('each figure is what the registry itself says, and what goes is what no tag reaches', async () => {
    at = await CollectingConsole.start(undefined, kind);
    const { client } = at.scene;
    const { base, one } = await pushBase();
    const site = await pushSampleImage(client, web, { tag: 'site', layerSizes: [7000], layers: [base] });
    const arena = await pushSampleImage(client, games, { tag: 'arena', layerSizes: [900], layers: [base] });
    const old = await pushSampleIndex(client, api, ['amd64', 'arm64'], { tag: 'multi' });
    const oldSigned = await pushSampleReferrer(client, api, one, 'application/x.signature');
    const before = { [`${api}:1`]: one.digest, [`${web}:site`]: site.digest, [`${api}:multi`]: old.digest };
    await scanned({ ...before, [`${games}:arena`]: arena.digest });
    const first = await measured();
    const all = new Map([
      ...(await closureBytes(api, [one.digest, old.digest, oldSigned.digest])),
      ...(await closureBytes(web, [site.digest])),
      ...(await closureBytes(games, [arena.digest])),
    ]);
    // The list of referrers that goes with the signature is a manifest, too.
    const list = await client.headManifest(api, one.digest.replace(':', '-'));
    const listBytes = list === undefined || list === 'not-modified' ? 0 : list.sizeBytes;
    expect(first.totalBytes).toBe(sumOf(all) + listBytes);
    expect(first).toMatchObject({ trashBytes: 0, untaggedBytes: 0, untaggedCount: 0 });
    expect(first.totalBytes - first.uniqueBytes).toBe(base.size);
    expect(first.series.at(-1)).toMatchObject({ bytes: first.totalBytes, uniqueBytes: first.uniqueBytes });

    // Both are moved on to something else, past the front door.
    const next = await pushSampleIndex(client, api, ['amd64'], { tag: 'multi' });
    const second = await pushSampleImage(client, api, { tag: '2', layerSizes: [5000] });
    const third = await pushSampleImage(client, api, { tag: '2', layerSizes: [60] });
    await retag(api, second.digest, '2');
    await scanned({ [`${api}:multi`]: next.digest, [`${api}:2`]: second.digest });
    await retag(api, third.digest, '2');
    await scanned({ [`${api}:2`]: third.digest });
    const young = await measured();
    expect(young).toMatchObject({ untaggedCount: 4, ripeCount: 0, untaggedBytes: 0 });
    const listed = await at.admin.call(listRegistryUntagged, { params, query: {} });
    expect(new Map(listed.items.map(({ digest, lastTag, isRipe }) => [digest, [lastTag, isRipe]]))).toEqual(
      new Map([
        [old.digest, ['multi', false]],
        [second.digest, ['2', false]],
      ]),
    );
    const body = { registryId: 'dev' };
    expect(await at.admin.call(trashProjectUntagged, { params: { project }, body })).toEqual({ total: 0 });

    await age();
    const ripe = await measured();
    const gone = new Map([...(await closureBytes(api, [old.digest])), ...(await closureBytes(api, [second.digest]))]);
    expect(ripe.untaggedBytes).toBe(sumOf(gone));
    expect(ripe).toMatchObject({ untaggedCount: 4, ripeCount: 4 });

    // Somebody wants it again, and nobody has told Longshore.
    await retag(api, second.digest, 'again');
    expect(await at.admin.call(trashProjectUntagged, { params: { project }, body })).toEqual({ total: 2 });
    const items = await until('what is untagged to be in the trash', async () => {
      const { items: found } = await at.admin.call(listAllTrash, { query: {} });
      return found.every(({ state }) => state !== 'deleting') ? found : undefined;
    });
    expect(items.find(({ digest }) => digest === second.digest)).toMatchObject({
      state: 'failed',
      why: 'untagged',
      reason: { code: 'trash-in-use' },
    });
    const kept = items.find(({ digest }) => digest === old.digest);
    expect(kept).toMatchObject({ state: 'deleted', why: 'untagged', tag: null, deletedBy: 'admin' });
    for (const digest of [old.digest, ...old.children.map((child) => child.digest)]) {
      expect(await canPull(api, digest)).toBe(false);
    }
    for (const digest of [one.digest, second.digest, third.digest, next.digest, oldSigned.digest]) {
      expect(await canPull(api, digest)).toBe(true);
    }
    await expectWhole(client, [api, web, games]);
    await scanned({ [`${api}:again`]: second.digest });
    const trashed = await measured();
    expect(trashed.trashBytes).toBe(sumOf(await closureBytes(`longshore-trash/${api}`, [old.digest])));
    expect(trashed).toMatchObject({ untaggedBytes: 0, untaggedCount: 0, totalBytes: ripe.totalBytes });

    // Back and out again: it has its time anew, and only its age lets it go.
    const params2 = { project, trashItemId: kept?.id ?? '' };
    await at.admin.call(restoreFromTrash, { params: params2, body: { target: { kind: 'digest' } } });
    await until('the restored index', async () => ((await canPull(api, old.digest)) ? true : undefined));
    expect((await measured()).untaggedCount).toBe(3);
    await age();
    await measured();
    await at.admin.call(trashProjectUntagged, { params: { project }, body });
    const last = await until('it to be in the trash again', async () => {
      const { items: found } = await at.admin.call(listAllTrash, { query: { state: 'deleted' } });
      return found[0];
    });
    await at.admin.call(purgeFromTrash, { params: { project, trashItemId: last.id } });
    await until('the purge', async () => {
      const { items: found } = await at.admin.call(listAllTrash, { query: { itemId: last.id } });
      return found[0]?.state === 'purged' ? true : undefined;
    });
    const collected = await at.run();
    expect(collected.collection).toMatchObject({ state: 'done', reason: null });
    for (const { digest } of old.blobs) expect(await at.scene.hasStored(digest)).toBe(false);
    await expectWhole(at.scene.client, [api, web, games]);
    const end = await measured();
    expect(end).toMatchObject({ trashBytes: 0, untaggedBytes: 0, bothBytes: 0 });
    expect(end.totalBytes).toBe(
      sumOf(
        new Map([
          ...(await closureBytes(api, [one.digest, oldSigned.digest, next.digest, second.digest, third.digest])),
          ...(await closureBytes(web, [site.digest])),
          ...(await closureBytes(games, [arena.digest])),
        ]),
      ) + listBytes,
    );

    const { items: repositories, total } = await at.admin.call(listProjectStorage, {
      params: { project },
      query: { sort: '-unique' },
    });
    expect(repositories.map(({ repository }) => repository)).toEqual([api, web]);
    expect(total).toBe(2);
    expect(repositories[1]).toMatchObject({ uniqueBytes: sumOf(await closureBytes(web, [site.digest])) - base.size });
    const { items: places } = await at.admin.call(getProjectStorage, { params: { project } });
    expect(places).toMatchObject([{ project, registryId: 'dev', repositoryCount: 2 }]);
    expect(places[0]?.totalBytes).toBe(end.totalBytes - sumOf(await closureBytes(games, [arena.digest])) + base.size);
    const { items: everything } = await at.admin.call(getStorage, {});
    expect(everything).toEqual([end]);
  });

  test('a manifest that an index of another tag needs by now is no leftover', async () => {
    at = await CollectingConsole.start(undefined, kind);
    const { client } = at.scene;
    const image = await pushSampleImage(client, api, { tag: 'latest', layerSizes: [2000] });
    await scanned({ [`${api}:latest`]: image.digest });
    const newer = await pushSampleImage(client, api, { tag: 'latest', layerSizes: [100] });
    await scanned({ [`${api}:latest`]: newer.digest });
    await measured();
    await age();
    expect(await measured()).toMatchObject({ ripeCount: 1 });
    // An index names it by now, which the catalog has not heard of.
    const entry = { mediaType: mediaTypes.ociManifest, digest: image.digest, size: image.sizeBytes };
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] };
    const bytes = Buffer.from(JSON.stringify(index));
    await client.putManifest(api, 'bundle', { bytes, mediaType: mediaTypes.ociIndex });
    const body = { registryId: 'dev' };
    expect(await at.admin.call(trashProjectUntagged, { params: { project }, body })).toEqual({ total: 1 });
    const [item] = await until('its refusal', async () => {
      const { items } = await at.admin.call(listAllTrash, { query: {} });
      return items.every(({ state }) => state === 'failed') ? items : undefined;
    });
    expect(item?.reason?.code).toBe('trash-needed');
    await expectWhole(client, [api]);
    const { items } = await at.admin.call(listProjectUntagged, { params: { project }, query: { ripe: 'yes' } });
    expect(items).toHaveLength(1);
  });

  test('what was pushed without a tag is found by the dry run of a collection, or by its notification', async () => {
    at = await CollectingConsole.start(undefined, kind);
    const { client } = at.scene;
    const image = await pushSampleImage(client, api, { tag: '1', layerSizes: [2000] });
    await scanned({ [`${api}:1`]: image.digest });
    const unheard = await pushSampleImage(client, api, { layerSizes: [400] });
    expect((await measured()).untaggedCount).toBe(0);
    const { collection } = await at.ended((await at.begin('preview')).id);
    expect(collection).toMatchObject({ state: 'done', eligibleCount: 0 });
    expect(await measured()).toMatchObject({ untaggedCount: 1, manifestCount: 2 });

    const overtaken = await pushSampleImage(client, web, { layerSizes: [50] });
    // As it is kept of a tag that was pushed twice in a moment: handled, and what it was at first never looked at.
    await kysely()
      .insertInto('registry_events')
      .values({
        registry_id: 'dev',
        event_id: 'overtaken',
        action: 'push',
        repository: web,
        reference: 'latest',
        digest: overtaken.digest,
        handled_at: new Date(),
      })
      .execute();
    expect(await measured()).toMatchObject({ untaggedCount: 2, manifestCount: 3 });
    const { items } = await at.admin.call(listProjectUntagged, { params: { project }, query: {} });
    expect(new Set(items.map(({ digest }) => digest))).toEqual(new Set([unheard.digest, overtaken.digest]));
    expect(items.every(({ lastTag }) => lastTag === null)).toBe(true);

    // Whoever pushes it again is about to name it.
    await age();
    expect(await measured()).toMatchObject({ ripeCount: 2 });
    await createCatalogStore(kysely()).notePushedUntagged('dev', web, [overtaken.digest]);
    expect(await measured()).toMatchObject({ untaggedCount: 2, ripeCount: 1 });
    expect(await at.admin.call(trashProjectUntagged, { params: { project }, body: { registryId: 'dev' } })).toEqual({
      total: 1,
    });
  });
});
