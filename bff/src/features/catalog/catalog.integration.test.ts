import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StreamEvent } from '../../contract/events.ts';
import type { Database } from '../../database/index.ts';
import { createRegistryClient, type RegistryClient, RegistryError } from '../../registry-client/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { type CatalogService, createCatalogService } from './catalog.service.ts';
import { createCatalogStore } from './catalog.store.ts';
import { createRegistryEventsStore } from './registry-events.store.ts';
import { createScanStateStore } from './scan-state.store.ts';
import { pushImage, pushIndex, startEventReceiver, until } from './testing/registry-fixtures.ts';

const userAgent = 'longshore/test';

function clientOf(registry: { url: string }, agent = userAgent): RegistryClient {
  return createRegistryClient({ name: 'development', endpoints: [{ url: registry.url }], userAgent: agent });
}

interface Bench {
  readonly database: Database;
  readonly catalog: CatalogService;
  readonly published: StreamEvent[];
  readonly client: RegistryClient;
  /** Tag names to digests, as every page would read them. */
  tags(repository: string): Promise<Record<string, string>>;
}

describeEachDatabase('catalog over a real registry', (open) => {
  let registry: RealRegistry;
  let receiver: Awaited<ReturnType<typeof startEventReceiver>>;
  let pusher: RegistryClient;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    receiver = await startEventReceiver();
    registry = await startRealRegistry({ notifications: { url: receiver.url } });
    pusher = clientOf(registry, 'docker/27');
  });
  afterAll(async () => {
    await pusher.close();
    await registry.stop();
    await receiver.close();
  });
  afterEach(async () => {
    receiver.onEnvelope(undefined);
    for (const close of closers.splice(0)) await close();
  });

  async function startBench(client = clientOf(registry)): Promise<Bench> {
    const database = await open();
    await database.kysely
      .insertInto('registries')
      .values({ id: 'development', name: 'development', environment: 'development' })
      .execute();
    const published: StreamEvent[] = [];
    const catalog = createCatalogService({
      store: createCatalogStore(database.kysely),
      stateStore: createScanStateStore(database.kysely),
      eventsStore: createRegistryEventsStore(database.kysely),
      registries: {
        clientFor: async () => client,
        findRegistry: async () => undefined,
        onChanged: () => () => {},
      },
      publish: (event) => published.push(event),
      notePulls: () => {},
      clock: { now: () => new Date() },
      logger: { warn: () => {}, info: () => {} },
      userAgent,
      instanceId: 'one',
      random: () => 0.5,
    });
    closers.push(async () => {
      await catalog.stop();
      await client.close();
    });
    const tags = async (repository: string) => {
      const rows = await database.kysely
        .selectFrom('tags')
        .select(['name', 'digest'])
        .where('repository', '=', repository)
        .orderBy('name')
        .execute();
      return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
    };
    return { database, catalog, published, client, tags };
  }

  test('a scan indexes repositories, tags, platforms and sizes, and a second one changes nothing', async () => {
    const image = await pushImage(pusher, 'payments/api', '1.0', { layers: 2 });
    const index = await pushIndex(pusher, 'payments/api', 'multi', ['amd64', 'arm64']);
    const { catalog, database, tags, published } = await startBench();
    const summary = await catalog.scanRegistry('development');
    expect(summary.outcome).toBe('complete');
    expect(await tags('payments/api')).toEqual({ '1.0': image.digest, multi: index.digest });
    const row = await database.kysely
      .selectFrom('manifests')
      .selectAll()
      .where('digest', '=', index.digest)
      .executeTakeFirstOrThrow();
    expect(row.kind).toBe('index');
    expect(row.platforms.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    expect(row.total_size_bytes).toBe(index.totalSizeBytes);
    const imageRow = await database.kysely
      .selectFrom('manifests')
      .selectAll()
      .where('digest', '=', image.digest)
      .executeTakeFirstOrThrow();
    expect(imageRow.total_size_bytes).toBe(image.totalSizeBytes);
    expect(imageRow.created_at?.toISOString()).toBe('2026-01-02T03:04:05.000Z');
    const name = await database.kysely
      .selectFrom('repository_names')
      .selectAll()
      .where('name', '=', 'payments/api')
      .executeTakeFirstOrThrow();
    expect(name).toMatchObject({ project: 'payments', tag_count: 2 });
    expect(name.size_bytes).toBe(image.totalSizeBytes + index.totalSizeBytes);
    expect(published.map((event) => event.name)).toEqual(['catalog']);
    const again = await catalog.scanRegistry('development');
    expect(again).toMatchObject({ outcome: 'complete', changedTagCount: 0, removedTagCount: 0 });
  });

  test('a pushed tag is in the database and published soon after its notification, with who pushed it', async () => {
    const { catalog, published, tags, database } = await startBench();
    receiver.onEnvelope((envelope) => catalog.handleNotifications('development', envelope));
    const image = await pushImage(pusher, 'events/web', 'v1', { layers: 1 });
    await until(() => published.some(({ name }) => name === 'tag'), 'the tag to be published');
    expect(await tags('events/web')).toEqual({ v1: image.digest });
    const history = await database.kysely.selectFrom('tag_history').selectAll().execute();
    expect(history).toEqual([expect.objectContaining({ name: 'v1', digest: image.digest, how: 'push' })]);
    expect(history[0]?.actor).toBe('127.0.0.1');
  });

  test('a push that is told of before its tag has moved is found as soon as it has', async () => {
    const client = clientOf(registry);
    const { catalog, published, tags, database } = await startBench(client);
    const [first, second] = [
      await pushImage(pusher, 'events/early', 'moved', { layers: 1 }),
      await pushImage(pusher, 'events/early', 'other', { layers: 1 }),
    ];
    await catalog.scanRegistry('development');
    published.length = 0;
    // Both tags are moved only after the console has asked for each and been told what it was.
    const asked = new Map<string, number>();
    const head = client.headManifest.bind(client);
    client.headManifest = async (repository, reference, options) => {
      const answer = await head(repository, reference, options);
      const times = (asked.get(reference) ?? 0) + 1;
      asked.set(reference, times);
      if (times === 2) await pusher.putManifest(repository, reference, second.manifest);
      return answer;
    };
    const event = (tag: string) => ({
      id: `early-${tag}`,
      action: 'push',
      timestamp: new Date().toISOString(),
      target: { mediaType: second.manifest.mediaType, repository: 'events/early', tag, digest: second.digest },
      request: { addr: '10.1.2.3:5555', useragent: 'docker/27' },
      actor: { name: 'ci' },
    });
    await catalog.handleNotifications('development', { events: [event('new'), event('moved')] });
    await until(() => published.filter(({ name }) => name === 'tag').length >= 2, 'both tags to be published');
    const all = { moved: second.digest, new: second.digest, other: second.digest };
    expect(await tags('events/early')).toEqual(all);
    expect([...asked.keys()].toSorted()).toEqual(['moved', 'new']);
    // What comes late of an earlier push is not waited for, and changes nothing.
    const old = { ...event('moved'), id: 'late', timestamp: new Date(Date.now() - 60_000).toISOString() };
    const before = asked.get('moved') ?? 0;
    await catalog.handleNotifications('development', {
      events: [{ ...old, target: { ...old.target, digest: first.digest } }],
    });
    await until(async () => {
      const open = database.kysely.selectFrom('registry_events').select('id').where('handled_at', 'is', null);
      return (await open.execute()).length === 0;
    }, 'the late event to be handled');
    expect(asked.get('moved')).toBe(before + 1);
    expect(await tags('events/early')).toEqual(all);
  });

  test('a deletion by digest removes all its tags and leaves the others', async () => {
    const { catalog, published, tags } = await startBench();
    const gone = await pushImage(pusher, 'events/deleted', 'old', { layers: 1 });
    await pusher.putManifest('events/deleted', 'older', gone.manifest);
    const kept = await pushImage(pusher, 'events/deleted', 'new', { layers: 1 });
    await catalog.scanRegistry('development');
    receiver.onEnvelope((envelope) => catalog.handleNotifications('development', envelope));
    await pusher.deleteManifest('events/deleted', gone.digest);
    const isRemoval = (event: StreamEvent) => event.name === 'tag' && event.payload.digest === null;
    await until(() => published.filter(isRemoval).length === 2, 'both removals to be published');
    expect(await tags('events/deleted')).toEqual({ new: kept.digest });
  });

  test('of several tags that are looked at together, one that cannot be read holds up no other', async () => {
    const image = await pushImage(pusher, 'together/api', '1', { layers: 1 });
    await pusher.putManifest('together/api', '3', image.manifest);
    const client = clientOf(registry);
    const head = client.headManifest.bind(client);
    const cut = new RegistryError({
      code: 'connection-lost',
      sentence: 'development cut the connection.',
      params: {},
      operation: 'head-manifest',
      host: registry.host,
      retryable: true,
    });
    client.headManifest = (repository, reference, options) =>
      reference === '2' ? Promise.reject(cut) : head(repository, reference, options);
    const { catalog, tags, published, database } = await startBench(client);
    const named = ['1', '2', '3', 'gone'].map((tag) => ({ tag, how: 'copy', actor: 'mira' }) as const);
    await expect(catalog.refreshTags('development', 'together/api', named)).rejects.toBe(cut);
    expect(await tags('together/api')).toEqual({ '1': image.digest, '3': image.digest });
    expect(published.map(({ payload }) => (payload as { name: string }).name).toSorted()).toEqual(['1', '3']);
    const history = await database.kysely.selectFrom('tag_history').select(['name', 'actor', 'how']).execute();
    expect(history.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
      { name: '1', actor: 'mira', how: 'copy' },
      { name: '3', actor: 'mira', how: 'copy' },
    ]);
  });

  test('a storm of duplicated events becomes one look at the registry and one change', async () => {
    const { catalog, tags, database, published } = await startBench();
    const image = await pushImage(pusher, 'events/storm', 'v1', { layers: 1 });
    const event = (id: string) => ({
      id,
      action: 'push',
      timestamp: '2026-03-04T05:06:07Z',
      target: {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        repository: 'events/storm',
        tag: 'v1',
        digest: image.digest,
      },
      request: { addr: '10.1.2.3:5555', useragent: 'docker/27' },
      actor: { name: 'ci' },
    });
    for (let round = 0; round < 20; round += 1) {
      const events = Array.from({ length: 50 }, (_, index) => event(`event-${index}`));
      await catalog.handleNotifications('development', { events });
    }
    await until(async () => {
      const open = await database.kysely
        .selectFrom('registry_events')
        .select('id')
        .where('handled_at', 'is', null)
        .execute();
      return open.length === 0;
    }, 'every event to be handled');
    expect(await tags('events/storm')).toEqual({ v1: image.digest });
    const stored = await database.kysely.selectFrom('registry_events').select('id').execute();
    expect(stored).toHaveLength(50);
    expect(published.filter(({ name }) => name === 'tag')).toHaveLength(1);
    const [row] = await database.kysely
      .selectFrom('tags')
      .selectAll()
      .where('repository', '=', 'events/storm')
      .execute();
    expect(row).toMatchObject({ pushed_by: 'ci', pushed_at: new Date('2026-03-04T05:06:07Z') });
  });

  test('events that were accepted before a crash are handled at the next start', async () => {
    const { catalog, tags, database } = await startBench();
    const image = await pushImage(pusher, 'events/crash', 'v1', { layers: 1 });
    await database.kysely
      .insertInto('registry_events')
      .values({
        registry_id: 'development',
        event_id: 'e1',
        action: 'push',
        repository: 'events/crash',
        reference: 'v1',
      })
      .execute();
    catalog.start();
    await until(async () => (await tags('events/crash'))['v1'] === image.digest, 'the tag to be indexed');
  });

  test('tags that carry referrers are known to the index and shown nowhere', async () => {
    const { catalog, database } = await startBench();
    const image = await pushImage(pusher, 'hidden/app', 'v1', { layers: 1 });
    await pusher.putManifest('hidden/app', image.digest.replace(':', '-'), image.manifest);
    await pushImage(pusher, 'longshore-trash/hidden/app', 'v1', { layers: 1 });
    await catalog.scanRegistry('development');
    const shown = await database.kysely
      .selectFrom('tag_names')
      .select('name')
      .where('project', '=', 'hidden')
      .execute();
    expect(shown).toEqual([{ name: 'v1' }]);
    const repositories = await database.kysely.selectFrom('repository_names').select('name').execute();
    expect(repositories.map(({ name }) => name)).not.toContain('longshore-trash/hidden/app');
  });

  test('a registry that is down fails the scan with its reason and loses nothing', async () => {
    const { catalog, tags, database } = await startBench();
    await pushImage(pusher, 'down/app', 'v1', { layers: 1 });
    await catalog.scanRegistry('development');
    const before = await tags('down/app');
    await registry.kill();
    try {
      expect((await catalog.scanRegistry('development')).outcome).toBe('failed');
    } finally {
      registry = await registry.restart();
    }
    expect(await tags('down/app')).toEqual(before);
    const row = await database.kysely.selectFrom('registries').selectAll().executeTakeFirstOrThrow();
    expect(row.scan_state).toBe('failed');
    expect(row.scan_reason?.code).toBe('connection-refused');
    expect(row.scanned_at).not.toBeNull();
    expect((await catalog.scanRegistry('development')).outcome).toBe('complete');
  });

  test('a registry that lost its storage keeps its tags in the index until a person asks again', async () => {
    const full = await startBench();
    await pushImage(pusher, 'lost/app', 'v1', { layers: 1 });
    await pushImage(pusher, 'lost/app', 'v2', { layers: 1 });
    await full.catalog.scanRegistry('development');
    const before = await full.tags('lost/app');
    const emptyRegistry = await startRealRegistry();
    const empty = clientOf(emptyRegistry);
    const catalog = createCatalogService({
      store: createCatalogStore(full.database.kysely),
      stateStore: createScanStateStore(full.database.kysely),
      eventsStore: createRegistryEventsStore(full.database.kysely),
      registries: { clientFor: async () => empty, findRegistry: async () => undefined, onChanged: () => () => {} },
      publish: () => {},
      notePulls: () => {},
      clock: { now: () => new Date() },
      logger: { warn: () => {}, info: () => {} },
      userAgent,
      instanceId: 'two',
      random: () => 0.5,
    });
    closers.push(async () => {
      await catalog.stop();
      await empty.close();
      await emptyRegistry.stop();
    });
    expect(await catalog.scanRegistry('development')).toMatchObject({ outcome: 'held-back', removedTagCount: 0 });
    expect(await catalog.scanRegistry('development')).toMatchObject({ outcome: 'held-back', removedTagCount: 0 });
    expect(await full.tags('lost/app')).toEqual(before);
    const row = await full.database.kysely.selectFrom('registries').selectAll().executeTakeFirstOrThrow();
    expect(row.scan_reason?.code).toBe('removals-held-back');
    const byPerson = await catalog.scanRegistry('development', { requestedBy: 'person' });
    expect(byPerson.outcome).toBe('complete');
    expect(await full.tags('lost/app')).toEqual({});
  });

  test('one registry is scanned by one instance at a time', async () => {
    const { database } = await startBench();
    const one = createScanStateStore(database.kysely);
    const taken = await one.take('development', 'one');
    expect(taken?.registryId).toBe('development');
    expect(await one.take('development', 'two')).toBeUndefined();
    expect(await one.renew('development', 'two')).toBe(false);
  });

  test('what a registry took under a tag is believed without asking, unless it was asked later', async () => {
    const client = clientOf(registry);
    const { catalog, tags } = await startBench(client);
    const taken = await pushImage(pusher, 'answers/taken', 'v1', { layers: 1 });
    const asked: string[] = [];
    const head = client.headManifest.bind(client);
    client.headManifest = (repository, reference, options) => {
      asked.push(reference);
      return head(repository, reference, options);
    };
    const takenAfterMs = performance.now();
    const seen = { digest: taken.digest, afterMs: takenAfterMs };
    await catalog.refreshTags('development', 'answers/taken', [{ tag: 'v1', how: 'copy', seen }]);
    expect(await tags('answers/taken')).toEqual({ v1: taken.digest });
    expect(asked).toEqual([]);
    const later = await pushImage(pusher, 'answers/taken', 'v1', { layers: 1 });
    await catalog.refreshTag('development', 'answers/taken', 'v1', { how: 'push' });
    await catalog.refreshTags('development', 'answers/taken', [{ tag: 'v1', how: 'copy', seen }]);
    expect(await tags('answers/taken')).toEqual({ v1: later.digest });
  });

  test('an answer to an earlier question never replaces a later one', async () => {
    const { database, tags } = await startBench();
    const store = createCatalogStore(database.kysely);
    const earlier = await store.now();
    const later = new Date(earlier.getTime() + 10);
    const save = (digest: string, askedAt: Date) =>
      store.save({
        registryId: 'development',
        repository: 'order/app',
        askedAt,
        how: 'scan',
        tags: [{ name: 'v1', digest, semverKey: '1', isShown: true, pushedAt: null, pushedBy: null }],
        manifests: [],
        digests: [],
      });
    const newer = `sha256:${'b'.repeat(64)}`;
    expect(await save(newer, later)).toHaveLength(1);
    expect(await save(`sha256:${'a'.repeat(64)}`, earlier)).toHaveLength(0);
    expect(await store.removeTags('development', 'order/app', ['v1'], earlier, 'scan')).toHaveLength(0);
    expect(await tags('order/app')).toEqual({ v1: newer });
  });
});
