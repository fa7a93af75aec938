import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  getCollection,
  getCollectionLog,
  getCollectionSetup,
  listCollections,
  setCollectionSchedule,
} from '../../contract/collections.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { CollectingConsole, params } from './testing/collecting-console.ts';
import { repositories } from './testing/collection-scene.ts';

// A real registry, its own program, restarts; and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let at: CollectingConsole;
afterEach(() => at?.close());

describe.each(databaseKinds)('A garbage collection (%s)', (kind) => {
  test('frees what nothing refers to, leaves every tag whole, and says what it does', async () => {
    at = await CollectingConsole.start(undefined, kind);
    const { garbage } = await at.fill(3_000_000);
    const stream = await at.admin.openEvents();
    const preview = await at.ended((await at.begin('preview')).id);
    expect(preview.collection).toMatchObject({ state: 'done', eligibleCount: 2 });
    expect(preview.steps.map(({ name }) => name)).toEqual(['preview']);
    const { id } = await at.begin();
    expect(await problemOf(at.begin())).toMatchObject({ code: 'collection-running' });
    await stream.waitFor('collection', ({ collectionId }) => collectionId === id);
    const { collection, steps } = await at.ended(id);
    stream.close();
    expect(collection).toMatchObject({
      state: 'done',
      reason: null,
      eligibleCount: 2,
      removedCount: 2,
      askedBy: 'admin',
    });
    // Some kilobytes of folders are new: of the probe.
    expect((collection.bytesBefore ?? 0) - (collection.bytesAfter ?? 0)).toBeGreaterThan(2_900_000);
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['preview', 'maintenance', 'drain', 'dry-run', 'collect', 'restart', 'verify', 'writable'].map(
        (name) => `${name} done`,
      ),
    );
    expect(at.scene.restarts).toBe(1);
    for (const digest of garbage.layerDigests) expect(await at.scene.hasStored(digest)).toBe(false);
    await expectWhole(at.scene.client, repositories);
    expect(await at.maintenance()).toBeNull();
    const { items } = await at.admin.call(getCollectionLog, { params: { ...params, collectionId: id }, query: {} });
    expect(items.filter(({ source }) => source === 'command').map(({ line }) => line)).toContain(
      `blob eligible for deletion: ${garbage.layerDigests[0]}`,
    );
    const last = items.at(-1);
    const query = { after: last?.id ?? 0 };
    expect(await at.admin.call(getCollectionLog, { params: { ...params, collectionId: id }, query })).toEqual({
      items: [],
      hasMore: false,
    });
    const history = await at.admin.call(listCollections, { params, query: { limit: 1 } });
    expect(history.items).toMatchObject([{ id, kind: 'collection' }]);
    const older = await at.admin.call(listCollections, { params, query: { cursor: history.nextCursor ?? '' } });
    expect(older.items).toMatchObject([{ kind: 'preview' }]);
    expect(JSON.stringify([collection, steps, history])).not.toContain(at.scene.folder);
    const audit = await at.bff.running.foundation.database.kysely
      .selectFrom('audit_log')
      .select(['action', 'outcome', 'actor_name'])
      .where('action', 'in', ['startCollection', 'endCollection'])
      .orderBy('id')
      .execute();
    expect(audit.map((row) => Object.values(row).join(' '))).toEqual([
      'startCollection done admin',
      'startCollection done admin',
      'startCollection refused admin',
      'endCollection done Longshore',
    ]);
    // There is nothing left to take: nobody is held up for nothing.
    const again = await at.run();
    expect(again.steps.map(({ name }) => name)).toEqual(['preview']);
    expect(again.collection).toMatchObject({ state: 'done', eligibleCount: 0, writesRefusedAt: null });
  });
});

test('A drain waits for what is being uploaded through the front door', async () => {
  at = await CollectingConsole.start();
  await at.fill(10_000);
  const authorization = `Basic ${Buffer.from(`admin:${at.bff.adminPassword}`).toString('base64')}`;
  const begun = await fetch(`${at.bff.url}/v2/dev/payments/slow/blobs/uploads/`, {
    method: 'POST',
    headers: { authorization },
  });
  expect(begun.status).toBe(202);
  let finish = () => {};
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new Uint8Array(1000));
      finish = () => {
        controller.enqueue(new Uint8Array(1000));
        controller.close();
      };
    },
  });
  const uploading = fetch(new URL(begun.headers.get('location') ?? '', at.bff.url), {
    method: 'PATCH',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body,
    duplex: 'half',
  });
  const { id } = await at.begin();
  await until('the drain to wait', async () => {
    const { steps } = await at.read(id);
    return steps.find(({ name }) => name === 'drain')?.findings['uploads'] === 1 ? true : undefined;
  });
  expect((await at.admin.call(getCollectionSetup, { params })).drain).toMatchObject({ uploads: 1, isDrained: false });
  finish();
  expect((await uploading).status).toBe(202);
  expect((await at.ended(id)).collection.state).toBe('done');
});

test('A collection begins by itself when its time has come', async () => {
  at = await CollectingConsole.start();
  await at.fill(10_000);
  const wrong = { cron: 'every day', timeZone: 'UTC' };
  expect(await problemOf(at.admin.call(setCollectionSchedule, { params, body: { schedule: wrong } }))).toMatchObject({
    code: 'request-invalid',
    fields: [{ path: 'schedule.cron' }],
  });
  const schedule = { cron: '30 2 * * 0', timeZone: 'Europe/Berlin', limitMinutes: 30 };
  const set = await at.admin.call(setCollectionSchedule, { params, body: { schedule } });
  expect(set.schedule).toMatchObject({ ...schedule, setBy: 'admin' });
  await at.bff.running.foundation.database.kysely
    .updateTable('gc_schedules')
    .set({ next_at: new Date(Date.now() - 1000) })
    .execute();
  const run = await until('the scheduled collection', async () => {
    const { items } = await at.admin.call(listCollections, { params, query: {} });
    return items[0];
  });
  expect(run).toMatchObject({ isScheduled: true, askedBy: null, limitMinutes: 30 });
  expect((await at.ended(run.id)).collection.state).toBe('done');
  const setup = await at.admin.call(getCollectionSetup, { params });
  expect(Date.parse(setup.schedule?.nextAt ?? '')).toBeGreaterThan(Date.now());
  await at.admin.call(setCollectionSchedule, { params, body: { schedule: null } });
  expect((await at.admin.call(getCollectionSetup, { params })).schedule).toBeNull();
});

test('Without commands in the configuration nothing is collected', async () => {
  at = await CollectingConsole.start(null);
  expect(await at.admin.call(getCollectionSetup, { params })).toMatchObject({ isConfigured: false, canMeasure: false });
  expect(await problemOf(at.begin())).toMatchObject({ code: 'collection-not-configured' });
  const schedule = { cron: '0 2 * * *', timeZone: 'UTC' };
  expect(await problemOf(at.admin.call(setCollectionSchedule, { params, body: { schedule } }))).toMatchObject({
    code: 'collection-not-configured',
  });
  const unknown = { ...params, collectionId: '00000000-0000-4000-8000-000000000000' };
  expect(await problemOf(at.admin.call(getCollection, { params: unknown }))).toMatchObject({
    code: 'collection-not-found',
  });
  const missing = { registryId: 'nowhere' };
  expect(await problemOf(at.admin.call(getCollectionSetup, { params: missing }))).toMatchObject({
    code: 'registry-not-found',
  });
});
