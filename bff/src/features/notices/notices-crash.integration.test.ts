import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { createNotice, listNoticeDeliveries, NoticePayload } from '../../contract/notices.ts';
import { createExecution, stopExecution } from '../../contract/replication.ts';
import { openDatabase } from '../../database/index.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { ageHeld, holdDeletions } from './testing/held-deletions.ts';
import { addPolicy } from './testing/held-up-tasks.ts';
import { startReceiver } from './testing/receiver.ts';

// Whole processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const giveUp = Date.now() + 120_000; Date.now() < giveUp; ) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It never came.');
}

/** Somebody to tell, and a registry with an image. */
async function startBoth() {
  const receiver = await startReceiver();
  toStop.push(() => receiver.stop());
  const source = await startRealRegistry();
  toStop.push(() => source.stop());
  const atSource = clientOf(source);
  await pushImage(atSource, 'payments/api', '1.0', { layerSizes: [1000] });
  await atSource.close();
  return { receiver, source };
}

test('killed while a notice is under way, the next process sends the same one again', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-notices-'));
  toStop.push(() => rm(folder, { recursive: true, force: true }));
  const { receiver, source } = await startBoth();
  const registries = { main: source.url, north: 'http://127.0.0.1:9' };
  const environment = { LONGSHORE_ALLOWED_WEBHOOK_HOSTS: '127.0.0.1' };
  const first = await startLongshoreProcess({ folder, registries, environment });
  toStop.push(() => first.kill());
  const body = { channel: 'webhook' as const, name: 'Pager', url: receiver.url, kinds: ['all' as const] };
  const { id: noticeId } = await first.client.call(createNotice, { body });

  receiver.answerNext(undefined);
  const { id: executionId } = await first.client.call(createExecution, {
    body: {
      source: { registryId: 'main', repository: 'payments/api' },
      references: ['1.0'],
      destinations: [{ registryId: 'north' }],
      whenDifferent: 'replace',
    },
  });
  await first.client.call(stopExecution, { params: { executionId } });
  const unanswered = await until(() => receiver.received[0]);
  await first.kill();

  const second = await startLongshoreProcess({ folder, registries, environment });
  toStop.push(() => second.kill());
  const again = await until(() => receiver.received[1]);
  expect(again.body).toBe(unanswered.body);
  expect(again.headers['longshore-delivery']).toBe(unanswered.headers['longshore-delivery']);
  const payload = NoticePayload.parse(JSON.parse(again.body));
  expect(payload).toMatchObject({ event: 'execution.stopped', execution: { id: executionId } });
  const delivered = await until(async () => {
    const { items } = await second.client.call(listNoticeDeliveries, { params: { noticeId } });
    return items.find(({ state }) => state === 'delivered');
  });
  expect(delivered).toMatchObject({ id: payload.deliveryId, attempt: 2 });
  expect(receiver.received).toHaveLength(2);
});

test('an outage that consoles die in is told once, by whichever is there', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-outage-'));
  toStop.push(() => rm(folder, { recursive: true, force: true }));
  const { receiver, source } = await startBoth();
  const databaseUrl = await createPostgresDatabase();
  const database = await openDatabase({ kind: 'postgres', url: databaseUrl, maxConnections: 2 });
  toStop.push(() => database.close());
  const start = async () => {
    const started = await startLongshoreProcess({
      folder,
      databaseUrl,
      registries: { main: source.url, north: 'http://127.0.0.1:9' },
      environment: { LONGSHORE_ALLOWED_WEBHOOK_HOSTS: '127.0.0.1', LONGSHORE_OUTAGE_AFTER_MINUTES: '30' },
    });
    toStop.push(() => started.kill());
    return started;
  };
  const outages = () => database.kysely.selectFrom('notice_outages').selectAll().execute();

  const first = await start();
  await first.client.call(createNotice, {
    body: { channel: 'webhook', name: 'Pager', url: receiver.url, kinds: ['failed', 'recovered'] },
  });
  await first.client.call(createExecution, {
    body: {
      source: { registryId: 'main', repository: 'payments/api' },
      references: ['1.0'],
      destinations: [{ registryId: 'north' }],
      whenDifferent: 'replace',
    },
  });
  const before = await until(async () => (await outages())[0]);
  await first.kill();
  await sql`update notice_outages set since = since - interval '31 minutes'`.execute(database.kysely);

  receiver.answerNext(undefined);
  const [second, third] = await Promise.all([start(), start()]);
  const unanswered = await until(() => receiver.received[0]);
  await second.kill();
  await third.kill();
  await start();
  const again = await until(() => receiver.received[1]);
  expect(again.body).toBe(unanswered.body);
  const { event, pairs } = NoticePayload.parse(JSON.parse(again.body));
  expect([event, pairs[0]?.failingSince]).toEqual([
    'pair.failing',
    new Date(before.since.getTime() - 31 * 60_000).toISOString(),
  ]);
  const looked = (await outages())[0]?.looked_at;
  await until(async () => (Number((await outages())[0]?.looked_at) > Number(looked) ? true : undefined));
  expect(await outages()).toMatchObject([{ id: before.id }]);
  expect(await database.kysely.selectFrom('notice_deliveries').select('id').execute()).toHaveLength(1);
});

test('deletions that wait for a word are told once by consoles that die while they do', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-held-'));
  toStop.push(() => rm(folder, { recursive: true, force: true }));
  const receiver = await startReceiver();
  toStop.push(() => receiver.stop());
  const databaseUrl = await createPostgresDatabase();
  const { kysely, close } = await openDatabase({ kind: 'postgres', url: databaseUrl, maxConnections: 2 });
  toStop.push(close);
  const start = async () => {
    const started = await startLongshoreProcess({
      folder,
      databaseUrl,
      registries: { development: 'http://127.0.0.1:9', production: 'http://127.0.0.1:9' },
      environment: { LONGSHORE_ALLOWED_WEBHOOK_HOSTS: '127.0.0.1' },
    });
    toStop.push(() => started.kill());
    return started;
  };
  const seenAt = async () => Number((await kysely.selectFrom('notice_holds').select('seen_at').execute())[0]?.seen_at);

  const first = await start();
  await first.client.call(createNotice, {
    body: { channel: 'webhook', name: 'Pager', url: receiver.url, kinds: ['failed'] },
  });
  await first.kill();
  const policy = await addPolicy(kysely, 'Nightly');
  const executionId = await holdDeletions(kysely, { policy });
  await ageHeld(kysely, executionId, 60);

  receiver.answerNext(undefined);
  const [second, third] = await Promise.all([start(), start()]);
  const unanswered = await until(() => receiver.received[0]);
  await second.kill();
  await third.kill();
  const before = await seenAt();
  await start();
  const again = await until(() => receiver.received[1]);
  expect(again.body).toBe(unanswered.body);
  expect(NoticePayload.parse(JSON.parse(again.body))).toMatchObject({ event: 'deletions.held', held: { executionId } });
  await until(async () => ((await seenAt()) > before ? true : undefined));
  expect(await kysely.selectFrom('notice_deliveries').select('id').execute()).toHaveLength(1);
});
