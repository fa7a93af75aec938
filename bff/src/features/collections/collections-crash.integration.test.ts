import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Collection, getCollection, startCollection } from '../../contract/collections.ts';
import { getRegistry, scanRegistry } from '../../contract/registries.ts';
import { listTags } from '../../contract/repositories.ts';
import { openDatabase } from '../../database/index.ts';
import { createRegistryClient, Secret } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type KillingProxy, startKillingProxy } from '../trash/testing/killing-proxy.ts';
import { CollectionScene, repositories } from './testing/collection-scene.ts';

// Whole processes that are killed and started again: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const params = { registryId: 'dev' };
let folder: string;
let scene: CollectionScene;
let proxy: KillingProxy;
let console_: LongshoreProcess;

let databaseUrl: string | undefined;

const start = async (): Promise<void> => {
  console_ = await startLongshoreProcess({
    folder,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    registries: { dev: proxy.url },
    configuration: scene.configured(),
  });
};
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-collection-crash-'));
  scene = await CollectionScene.start();
  proxy = await startKillingProxy(scene.registry.url);
  databaseUrl = undefined;
  await start();
});
afterEach(async () => {
  await console_?.kill();
  await proxy?.close();
  await scene?.close();
  await rm(folder, { recursive: true, force: true });
});

async function filled(): Promise<string> {
  const { garbage } = await scene.fill(1_000_000);
  await console_.client.call(scanRegistry, { params });
  for (const [repository, count] of [
    ['payments/api', 2],
    ['payments/kept', 1],
  ] as const) {
    await until(`the catalog to know ${repository}`, async () => {
      const found = await console_.client.call(listTags, { query: { repository } }).catch(() => undefined);
      return found?.items.length === count ? true : undefined;
    });
  }
  return garbage.layerDigests[0] ?? '';
}

async function begun(): Promise<string> {
  const { id } = await console_.client.call(startCollection, { params, body: { kind: 'collection' } });
  return id;
}

const ended = (id: string): Promise<Collection> =>
  until('the end of the collection', async () => {
    const { collection } = await console_.client.call(getCollection, { params: { ...params, collectionId: id } });
    return collection.state === 'running' ? undefined : collection;
  });

/** Writable, every tag whole, and what is pushed now is taken. */
async function expectSafe(): Promise<void> {
  expect((await console_.client.call(getRegistry, { params })).maintenance).toBeNull();
  const password = new Secret('a-password-for-tests');
  const door = createRegistryClient({
    name: 'door',
    endpoints: [{ url: console_.url }],
    credential: { username: 'admin', password },
    userAgent: 'test',
  });
  await pushImage(door, 'dev/payments/after', '1', { layerSizes: [1000] });
  await door.close();
  await expectWhole(scene.client, [...repositories, 'payments/after']);
}

const beforeTheSweep = [
  ['in the preview', 'dry-run', 'before', 1],
  ['after the preview', 'dry-run', 'after', 1],
  ['in the dry run', 'dry-run', 'before', 2],
  ['after the dry run', 'dry-run', 'after', 2],
] as const;

test.each(beforeTheSweep)('a console killed %s begins that part again and collects', async (_, name, when, inRuns) => {
  const layer = await filled();
  const held = await scene.hold(name, when, inRuns);
  const id = await begun();
  await held.reached();
  await console_.kill();
  await held.release();
  await start();
  expect(await ended(id)).toMatchObject({ state: 'done', reason: null });
  expect(await scene.hasStored(layer)).toBe(false);
  await expectSafe();
});

test.each([['before'], ['after']] as const)(
  'a console killed %s the sweep restarts, verifies and ends the run',
  async (when) => {
    const layer = await filled();
    const held = await scene.hold('collect', when);
    const id = await begun();
    await held.reached();
    await console_.kill();
    await held.release();
    await start();
    expect(await ended(id)).toMatchObject({ state: 'failed', reason: { code: 'collection-interrupted' } });
    expect(scene.restarts).toBe(1);
    // The command died with the console that had begun it.
    expect(await scene.hasStored(layer)).toBe(when === 'before');
    await expectSafe();
    expect(await ended(await begun())).toMatchObject({ state: 'done' });
    expect(await scene.hasStored(layer)).toBe(false);
    await expectSafe();
  },
);

test.each([['before'], ['after']] as const)('a console killed %s the restart restarts and verifies', async (when) => {
  const layer = await filled();
  const held = await scene.hold('restart', when);
  const id = await begun();
  await held.reached();
  await console_.kill();
  await held.release();
  await start();
  expect(await ended(id)).toMatchObject({ state: 'done', reason: null });
  expect(scene.restarts).toBeGreaterThan(0);
  expect(await scene.hasStored(layer)).toBe(false);
  await expectSafe();
});

test.each([
  ['of the probe', 'collection-probe'],
  ['of a tag', '/payments/api/manifests/'],
])('a console killed while it verifies, at the reading %s, verifies again', async (_, part) => {
  const layer = await filled();
  const fits = (method: string, url: string) => scene.restarts > 0 && method === 'GET' && url.includes(part);
  proxy.killAt(fits, 'before', () => console_.kill());
  const id = await begun();
  await until('the console to be killed', async () => (proxy.hasKilled ? true : undefined));
  await start();
  expect(await ended(id)).toMatchObject({ state: 'done', reason: null });
  expect(await scene.hasStored(layer)).toBe(false);
  await expectSafe();
});

test('a console killed while uploads are waited for drains again', async () => {
  const layer = await filled();
  const authorization = `Basic ${Buffer.from('admin:a-password-for-tests').toString('base64')}`;
  const opened = await fetch(`${console_.url}/v2/dev/payments/slow/blobs/uploads/`, {
    method: 'POST',
    headers: { authorization },
  });
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1000)) });
  const uploading = fetch(new URL(opened.headers.get('location') ?? '', console_.url), {
    method: 'PATCH',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body,
    duplex: 'half',
  }).catch(() => undefined);
  const id = await begun();
  await until('the drain to wait', async () => {
    const { steps } = await console_.client.call(getCollection, { params: { ...params, collectionId: id } });
    return steps.find(({ name }) => name === 'drain')?.findings['uploads'] === 1 ? true : undefined;
  });
  await console_.kill();
  await uploading;
  await start();
  expect(await ended(id)).toMatchObject({ state: 'done', reason: null });
  expect(await scene.hasStored(layer)).toBe(false);
  await expectSafe();
});

test.each([
  ['maintenance begins', 'maintenance', 'dry-run', 'after'],
  ['it becomes writable', 'writable', 'restart', 'after'],
] as const)('a console killed in the moment in which %s takes that step again', async (_, step, name, when) => {
  await console_.kill();
  databaseUrl = await createPostgresDatabase();
  await start();
  const database = await openDatabase({ kind: 'postgres', url: databaseUrl });
  const layer = await filled();
  const held = await scene.hold(name, when);
  const id = await begun();
  await held.reached();
  await database.kysely.transaction().execute(async (transaction) => {
    // Whoever changes the registry's maintenance stands still here.
    await transaction.selectFrom('registries').select('id').where('id', '=', 'dev').forUpdate().execute();
    await held.release();
    await until(`the run to be at “${step}”`, async () => {
      const run = await transaction.selectFrom('gc_runs').select('step').where('id', '=', id).executeTakeFirst();
      return run?.step === step ? true : undefined;
    });
    await console_.kill();
  });
  await database.close();
  await start();
  expect(await ended(id)).toMatchObject({ state: 'done', reason: null });
  expect(await scene.hasStored(layer)).toBe(false);
  await expectSafe();
});
