import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRegistryClient, type RegistryClient } from '../../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createCatalogService } from './catalog.service.ts';
import { createCatalogStore } from './catalog.store.ts';
import { createRegistryEventsStore } from './registry-events.store.ts';
import { createScanStateStore } from './scan-state.store.ts';
import { pushImage, until } from './testing/registry-fixtures.ts';

describeEachDatabase('news of pushes', (open) => {
  let registry: RealRegistry;
  let client: RegistryClient;
  const closers: (() => Promise<unknown>)[] = [];

  // It tells nothing by itself: what is told, and when, is for each test to say.
  beforeAll(async () => {
    registry = await startRealRegistry();
    const endpoints = [{ url: registry.url }];
    client = createRegistryClient({ name: 'development', endpoints, userAgent: 'docker/27' });
  });
  afterAll(async () => {
    await client.close();
    await registry.stop();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function startBench() {
    const database = await open();
    await database.kysely
      .insertInto('registries')
      .values({ id: 'development', name: 'development', environment: 'development' })
      .execute();
    const catalog = createCatalogService({
      store: createCatalogStore(database.kysely),
      stateStore: createScanStateStore(database.kysely),
      eventsStore: createRegistryEventsStore(database.kysely),
      registries: { clientFor: async () => client, findRegistry: async () => undefined, onChanged: () => () => {} },
      publish: () => {},
      notePulls: () => {},
      clock: { now: () => new Date() },
      logger: { warn: () => {}, info: () => {} },
      userAgent: 'longshore/test',
      instanceId: 'one',
      random: () => 0.5,
    });
    closers.push(() => catalog.stop());
    return { database, catalog };
  }
  type Bench = Awaited<ReturnType<typeof startBench>>;

  const told = (repository: string, tag: string, digest: string, timestamp: string) => ({
    events: [
      {
        id: `${repository}:${tag}@${digest}`,
        action: 'push',
        timestamp,
        target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository, tag, digest },
        request: { addr: '10.1.2.3:5555', useragent: 'docker/27' },
      },
    ],
  });
  const rowOf = ({ database }: Bench, repository: string) =>
    database.kysely.selectFrom('tags').selectAll().where('repository', '=', repository).executeTakeFirstOrThrow();
  const historyOf = ({ database }: Bench, repository: string) =>
    database.kysely
      .selectFrom('tag_history')
      .select(['digest', 'how', 'actor'])
      .where('repository', '=', repository)
      .orderBy('id')
      .execute();

  // Distribution sends the notification of a manifest before it moves the tag to it.
  test('a tag that moves only after its notification is found without another one', async () => {
    const { catalog, database } = await startBench();
    const tags = async () => {
      const rows = await database.kysely.selectFrom('tags').select(['name', 'digest']).execute();
      return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
    };
    const before = await pushImage(client, 'events/early', 'moved', { layers: 1 });
    await catalog.scanRegistry('development');
    const after = await pushImage(client, 'events/early', undefined, { layers: 1 });
    for (const tag of ['moved', 'made']) {
      await catalog.handleNotifications('development', told('events/early', tag, after.digest, '2026-03-04T05:06:07Z'));
    }
    await until(async () => (await tags())['moved'] === before.digest, 'the first look');
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    for (const tag of ['moved', 'made']) await client.putManifest('events/early', tag, after.manifest);
    await until(async () => {
      const now = await tags();
      return now['moved'] === after.digest && now['made'] === after.digest;
    }, 'both tags');
  });

  test('a push that a scan saw first is told afterwards: when it was, and whose', async () => {
    const bench = await startBench();
    const { catalog } = bench;
    await pushImage(client, 'events/late', 'other', { layers: 1 });
    await catalog.scanRegistry('development');
    const image = await pushImage(client, 'events/late/app', 'v1', { layers: 1 });
    await catalog.scanRegistry('development');
    expect(await rowOf(bench, 'events/late/app')).toMatchObject({ is_origin_known: false, pushed_by: null });
    expect(await historyOf(bench, 'events/late/app')).toMatchObject([{ how: 'scan', actor: null }]);
    const moment = '2026-03-04T05:06:07.000Z';
    await catalog.handleNotifications('development', told('events/late/app', 'v1', image.digest, moment));
    await until(async () => (await rowOf(bench, 'events/late/app')).is_origin_known, 'the push to be told');
    expect(await rowOf(bench, 'events/late/app')).toMatchObject({
      pushed_at: new Date(moment),
      origin_at: new Date(moment),
      pushed_by: '10.1.2.3',
    });
    expect(await historyOf(bench, 'events/late/app')).toEqual([
      { digest: image.digest, how: 'push', actor: '10.1.2.3' },
    ]);
  });

  test('a scan leaves open the news of when a push was that it saw itself', async () => {
    const bench = await startBench();
    const { catalog, database } = bench;
    const image = await pushImage(client, 'events/both', 'v1', { layers: 1 });
    const stored = {
      registry_id: 'development',
      action: 'push',
      repository: 'events/both',
      reference: 'v1',
      received_at: new Date(Date.now() - 60_000),
    } as const;
    const moment = new Date('2026-03-04T05:06:07.000Z');
    await database.kysely
      .insertInto('registry_events')
      .values([
        { ...stored, event_id: 'news', digest: image.digest, occurred_at: moment },
        { ...stored, event_id: 'of another', digest: `sha256:${'a'.repeat(64)}` },
      ])
      .execute();
    await catalog.scanRegistry('development');
    const open = await database.kysely
      .selectFrom('registry_events')
      .select('event_id')
      .where('handled_at', 'is', null)
      .execute();
    expect(open).toEqual([{ event_id: 'news' }]);
    catalog.start();
    await until(async () => (await rowOf(bench, 'events/both')).is_origin_known, 'the push to be told');
    expect((await rowOf(bench, 'events/both')).origin_at).toEqual(moment);
  });

  test('news of one push is not taken for that of another, and none comes from the future', async () => {
    const bench = await startBench();
    const { catalog } = bench;
    const first = await pushImage(client, 'events/other', 'v1', { layers: 1 });
    const second = await pushImage(client, 'events/other', 'v1', { layers: 1 });
    const send = (digest: string, moment: string) =>
      catalog.handleNotifications('development', told('events/other', 'v1', digest, moment));
    await send(first.digest, '2026-01-01T00:00:00.000Z');
    await until(async () => (await historyOf(bench, 'events/other')).length === 1, 'the tag');
    expect(await rowOf(bench, 'events/other')).toMatchObject({ digest: second.digest, is_origin_known: false });
    await send(second.digest, '2999-01-01T00:00:00.000Z');
    await until(async () => (await rowOf(bench, 'events/other')).is_origin_known, 'the push to be told');
    expect((await rowOf(bench, 'events/other')).origin_at.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    expect(await historyOf(bench, 'events/other')).toMatchObject([{ digest: second.digest, how: 'push' }]);
  });
});
