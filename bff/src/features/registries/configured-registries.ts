import { hashOfSecret } from './notification-secrets.ts';
import type { ConfiguredFields, RegistriesStore } from './registries.store.ts';
import type { StoredRegistry } from './registry.ts';
import { openPassword, PasswordUnreadableError } from './registry-clients.ts';
import type { SecretSealer } from './sealed-secret.ts';

/** As the configuration describes it, secrets in the clear. */
export interface ConfiguredRegistry {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly position: number;
  readonly endpointUrls: readonly string[];
  readonly username: string | null;
  readonly password: { reveal(): string } | null;
  readonly caPem: string | null;
  readonly notificationSecret: { reveal(): string } | null;
  readonly trustsLongshore: boolean;
  readonly redirectHosts: readonly string[];
}

/**
 * Makes the database say what the configuration says. A registry the configuration no longer names is kept, catalog and
 * all, and becomes one that people manage here: a slip in a file must not forget a registry.
 * @returns the ids of registries that changed
 */
export async function synchronizeConfigured(
  store: RegistriesStore,
  sealer: SecretSealer,
  configured: readonly ConfiguredRegistry[],
): Promise<string[]> {
  const stored = new Map((await store.list()).map((registry) => [registry.id, registry]));
  const changed: ConfiguredFields[] = [];
  for (const registry of configured) {
    const before = stored.get(registry.id);
    const hash = registry.notificationSecret === null ? null : hashOfSecret(registry.notificationSecret.reveal());
    const isSecretSame = before !== undefined && (await store.notificationSecretHash(registry.id)) === hash;
    if (isSecretSame && isAsConfigured(before, registry, sealer)) continue;
    changed.push({
      id: registry.id,
      name: registry.name,
      environment: registry.environment,
      position: registry.position,
      endpointUrls: registry.endpointUrls.map((url) => new URL(url).origin),
      username: registry.username,
      passwordSealed: registry.password === null ? null : sealer.seal(registry.password.reveal(), registry.id),
      caPem: registry.caPem,
      trustsLongshore: registry.trustsLongshore,
      redirectHosts: registry.redirectHosts,
      notificationSecretHash: hash,
    });
  }
  const released = await store.synchronize(
    changed,
    configured.map(({ id }) => id),
  );
  return [...changed.map(({ id }) => id), ...released];
}

function isAsConfigured(before: StoredRegistry, now: ConfiguredRegistry, sealer: SecretSealer): boolean {
  const urls = now.endpointUrls.map((url) => new URL(url).origin);
  return (
    before.managedBy === 'configuration' &&
    before.name === now.name &&
    before.environment === now.environment &&
    before.position === now.position &&
    before.username === now.username &&
    before.caPem === now.caPem &&
    before.trustsLongshore === now.trustsLongshore &&
    before.redirectHosts.join(' ') === now.redirectHosts.join(' ') &&
    before.endpoints.map(({ url }) => url).join(' ') === urls.join(' ') &&
    isPasswordSame(before, now, sealer)
  );
}

function isPasswordSame(before: StoredRegistry, now: ConfiguredRegistry, sealer: SecretSealer): boolean {
  if (before.passwordSealed !== null && sealer.needsResealing(before.passwordSealed)) return false;
  try {
    return openPassword(before, sealer) === (now.password?.reveal() ?? null);
  } catch (error) {
    if (error instanceof PasswordUnreadableError) return false;
    throw error;
  }
}
