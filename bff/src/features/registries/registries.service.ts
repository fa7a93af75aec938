import type { RegistryClient } from '../../registry-client/index.ts';

/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface RegistryEndpoint {
  readonly url: string;
  readonly state: 'up' | 'down' | 'unknown';
  readonly checkedAt: Date | null;
  readonly since: Date | null;
  readonly latencyMs: number | null;
  readonly reason: Reason | null;
}

/** A registry as other features may know it: never its credentials. */
export interface Registry {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly position: number;
  readonly health: 'up' | 'degraded' | 'down' | 'unknown';
  readonly endpoints: readonly RegistryEndpoint[];
  /** `host[:port]` that people put before a repository name to pull from here. */
  readonly pullHost: string;
  readonly managedBy: 'console' | 'configuration';
  readonly version: number;
}

/** The registry was removed, or never existed. */
export class RegistryNotFoundError extends Error {
  override readonly name = 'RegistryNotFoundError';
  readonly registryId: string;

  constructor(registryId: string) {
    super(`There is no registry “${registryId}”.`);
    this.registryId = registryId;
  }
}

export interface RegistriesService {
  /** In the order of their position, then id. */
  listRegistries(): Promise<Registry[]>;
  findRegistry(registryId: string): Promise<Registry | undefined>;
  /** Shared by all callers, one for each version of the registry; do not close it. @throws RegistryNotFoundError */
  clientFor(registryId: string): Promise<RegistryClient>;
  /** Told when a registry was added, changed (health too) or removed, on any instance. Returns the way to stop. */
  onChanged(listener: (registryId: string) => void): () => void;
  /** Whether a notification's bearer secret is the one of this registry; false too where there is no such registry. */
  acceptsNotificationSecret(registryId: string, secret: string): Promise<boolean>;
}
