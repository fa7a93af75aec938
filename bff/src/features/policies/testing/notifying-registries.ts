import { randomBytes } from 'node:crypto';
import { ConfigSecret } from '../../../config/config-secret.ts';
import type { RegistryClient } from '../../../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import type { DatabaseKind } from '../../../testing/test-database.ts';
import { clientOf } from '../../replication/testing/test-images.ts';
import { type NotificationRelay, startNotificationRelay } from './notification-relay.ts';

export interface NotifyingRegistries {
  readonly bff: TestBff;
  readonly at: (registryId: string) => RegistryClient;
  readonly registry: (registryId: string) => RealRegistry;
  /** Where its notifications pass. */
  readonly relay: (registryId: string) => NotificationRelay;
  readonly close: () => Promise<void>;
}

/** A console over real registries that tell it of every push and deletion. */
export async function startNotifyingRegistries(
  ids: readonly string[],
  database: DatabaseKind,
): Promise<NotifyingRegistries> {
  const secret = randomBytes(24).toString('hex');
  const started = await Promise.all(ids.map(async (id) => [id, await startRealRegistry()] as const));
  const bff = await startBff({
    database,
    registries: started.map(([id, { url }]) => ({
      id,
      environment: id,
      endpointUrls: [url],
      notificationSecret: new ConfigSecret(secret),
    })),
  });
  const registries = new Map<string, RealRegistry>();
  const clients = new Map<string, RegistryClient>();
  const relays = new Map<string, NotificationRelay>();
  for (const [id, registry] of started) {
    const relay = await startNotificationRelay(`${bff.url}/api/v1/registries/${id}/notifications`);
    relays.set(id, relay);
    const again = await registry.restart({
      notifications: { url: relay.url, headers: { authorization: `Bearer ${secret}` } },
    });
    registries.set(id, again);
    clients.set(id, clientOf(again));
  }
  const known = <T>(map: ReadonlyMap<string, T>, id: string): T => {
    const found = map.get(id);
    if (found === undefined) throw new Error(`There is no registry ${id} in this test.`);
    return found;
  };
  return {
    bff,
    at: (id) => known(clients, id),
    registry: (id) => known(registries, id),
    relay: (id) => known(relays, id),
    close: async () => {
      await bff.close();
      for (const client of clients.values()) await client.close();
      for (const registry of registries.values()) await registry.stop();
      for (const relay of relays.values()) await relay.close();
    },
  };
}
