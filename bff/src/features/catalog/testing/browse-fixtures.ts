import { ConfigSecret } from '../../../config/config-secret.ts';
import { createRegistryClient, type RegistryClient } from '../../../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import type { DatabaseKind } from '../../../testing/test-database.ts';
import { type PushedManifest, pushImage, pushIndex, until } from './registry-fixtures.ts';

export const notificationSecret = 'notification-secret-of-development';
export const hostileText = '<img src=x onerror=alert(1)>\u001b[31m\u202e"\'%_\\';

export interface Browsing {
  readonly bff: TestBff;
  readonly production: RealRegistry;
  /** Pushes to development as docker does. */
  readonly pusher: RegistryClient;
  readonly pushed: {
    readonly release: PushedManifest;
    readonly multiPlatform: PushedManifest;
    readonly otherRelease: PushedManifest;
  };
  close(): Promise<void>;
}

/**
 * A console over two registries that it has scanned: `payments/api` with 2.9.0 (another build in production),
 * 2.10.0 of two platforms, 2.10.0-rc1, and 2.10.0-rc1-copy in production only; a hostile image; `single:v1`.
 */
export async function startBrowsing(database: DatabaseKind): Promise<Browsing> {
  const development = await startRealRegistry();
  const production = await startRealRegistry();
  const [pusher, toProduction] = [clientOf(development), clientOf(production)];
  const release = await pushImage(pusher, 'payments/api', '2.9.0', { layers: 2 });
  const multiPlatform = await pushIndex(pusher, 'payments/api', '2.10.0', ['amd64', 'arm64']);
  await pushImage(pusher, 'payments/api', '2.10.0-rc1', { layers: 1 });
  await pushImage(pusher, 'payments/hostile', 'latest', { layers: 1, config: hostileConfig });
  await pushImage(pusher, 'single', 'v1', { layers: 1 });
  const otherRelease = await pushImage(toProduction, 'payments/api', '2.9.0', { layers: 1 });
  await toProduction.putManifest('payments/api', '2.10.0-rc1-copy', otherRelease.manifest);
  const bff = await startBff({
    database,
    registries: [
      {
        id: 'development',
        environment: 'development',
        endpointUrls: [development.url],
        notificationSecret: new ConfigSecret(notificationSecret),
      },
      { id: 'production', environment: 'production', endpointUrls: [production.url] },
    ],
  });
  await until(() => isScanned(bff), 'both registries to be scanned');
  return {
    bff,
    production,
    pusher,
    pushed: { release, multiPlatform, otherRelease },
    close: async () => {
      await bff.close();
      await Promise.all([pusher.close(), toProduction.close()]);
      await Promise.all([development.stop(), production.stop()]);
    },
  };
}

const hostileConfig = {
  author: hostileText,
  created: 'not a date',
  config: {
    Labels: { [hostileText]: hostileText, __proto__: 'x' },
    Env: 'A=1',
    Cmd: [1, hostileText],
    ExposedPorts: [],
  },
  history: [{ created_by: hostileText }, null, 7, { created_by: 'x', empty_layer: true }],
};

function clientOf(registry: RealRegistry): RegistryClient {
  return createRegistryClient({ name: 'x', endpoints: [{ url: registry.url }], userAgent: 'docker/27' });
}

async function isScanned(bff: TestBff): Promise<boolean> {
  const { kysely } = bff.running.foundation.database;
  const rows = await kysely.selectFrom('registries').select('scanned_at').execute();
  return rows.length === 2 && rows.every(({ scanned_at }) => scanned_at !== null);
}

/** A copy of payments/api:2.10.0 to production that waits for its next attempt, four of ten bytes done. */
export async function insertOpenTask(bff: TestBff): Promise<{ taskId: string; remove: () => Promise<unknown> }> {
  const { kysely } = bff.running.foundation.database;
  const executionId = '00000000-0000-4000-8000-000000000001';
  const taskId = '00000000-0000-4000-8000-000000000002';
  await kysely
    .insertInto('executions')
    .values({ id: executionId, trigger: 'copy', include_referrers: true, when_different: 'replace' })
    .execute();
  await kysely
    .insertInto('tasks')
    .values({
      id: taskId,
      execution_id: executionId,
      source_registry_id: 'development',
      source_repository: 'payments/api',
      source_reference: '2.10.0',
      destination_registry_id: 'production',
      destination_repository: 'payments/api',
      destination_tag: '2.10.0',
      state: 'waiting',
      next_attempt_at: new Date(Date.now() + 3_600_000),
      attempts_allowed: 5,
      deadline_at: new Date(Date.now() + 7_200_000),
      bytes_total: 10,
      bytes_done: 4,
    })
    .execute();
  return { taskId, remove: () => kysely.deleteFrom('executions').where('id', '=', executionId).execute() };
}

/** Tags of payments/api in production: one that was deleted and can be had back, one that cannot any more. */
export async function insertTrashed(bff: TestBff, digest: string, tags: { deleted: string; purged: string }) {
  const { kysely } = bff.running.foundation.database;
  const [itemId, purgedId] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
  const deletedAt = '2026-01-02T03:04:05.000Z';
  const item = {
    registry_id: 'production',
    project: 'payments',
    repository: 'payments/api',
    why: 'person' as const,
    deleted_by: 'mara',
    digest,
    deleted_at: new Date(deletedAt),
    expires_at: new Date(Date.now() + 3_600_000),
  };
  const rows = [
    { ...item, id: itemId, tag: tags.deleted, state: 'deleted' as const },
    { ...item, id: purgedId, tag: tags.purged, state: 'purged' as const },
  ];
  await kysely.insertInto('trash_items').values(rows).execute();
  return {
    itemId,
    deletedAt,
    remove: () => kysely.deleteFrom('trash_items').where('id', 'in', [itemId, purgedId]).execute(),
  };
}
