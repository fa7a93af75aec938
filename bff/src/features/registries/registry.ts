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

export type RegistryHealth = 'up' | 'degraded' | 'down' | 'unknown';

/** A registry as other features may know it: never its credentials. */
export interface Registry {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly position: number;
  readonly health: RegistryHealth;
  readonly endpoints: readonly RegistryEndpoint[];
  /** `host[:port]` that people put before a repository name to pull from here. */
  readonly pullHost: string;
  readonly managedBy: 'console' | 'configuration';
  readonly version: number;
  /** It trusts this console's token service: the console makes its own tokens for it. */
  readonly trustsLongshore: boolean;
  /** Null when it takes writes, and when its maintenance has run out. */
  readonly maintenance: Maintenance | null;
}

/** No writes from people or copies until then. */
export interface Maintenance {
  readonly until: Date;
  readonly message: string;
  readonly startedBy: string | null;
  readonly startedAt: Date;
}

export type MaintenancePlan = Omit<Maintenance, 'startedAt'>;

export interface Capability {
  readonly name: 'catalog' | 'deleteByDigest' | 'deleteByTag' | 'referrers' | 'mount' | 'push' | 'notifications';
  readonly state: 'yes' | 'no' | 'unknown';
  readonly reason: Reason | null;
}

/** As the database holds it; stays inside this feature. */
export interface StoredRegistry extends Omit<Registry, 'health' | 'pullHost'> {
  readonly username: string | null;
  readonly passwordSealed: string | null;
  readonly caPem: string | null;
  /** `host[:port]` of the stores that blobs may be redirected to. */
  readonly redirectHosts: readonly string[];
  readonly capabilities: readonly Capability[];
  readonly probedAt: Date | null;
  readonly notifiedAt: Date | null;
}

/** What a check, or the traffic itself, found out about one address. */
export interface EndpointFinding {
  readonly url: string;
  readonly state: 'up' | 'down';
  /** Undefined where the traffic told: it measures no latency. */
  readonly latencyMs: number | undefined;
  readonly reason: Reason | null;
}

export function healthOf(endpoints: readonly Pick<RegistryEndpoint, 'state'>[]): RegistryHealth {
  const has = (state: RegistryEndpoint['state']): boolean => endpoints.some((endpoint) => endpoint.state === state);
  if (has('up')) return has('down') ? 'degraded' : 'up';
  return has('down') && !has('unknown') ? 'down' : 'unknown';
}

/** `host[:port]` as people write it before a repository name. */
export function pullHostOf(endpointUrl: string): string {
  return new URL(endpointUrl).host;
}

export function publicRegistry(stored: StoredRegistry): Registry {
  const { id, name, environment, position, endpoints, managedBy, version, trustsLongshore, maintenance } = stored;
  const pullHost = pullHostOf(endpoints[0]?.url ?? 'http://unknown.invalid');
  const health = healthOf(endpoints);
  return {
    id,
    name,
    environment,
    position,
    endpoints,
    managedBy,
    version,
    trustsLongshore,
    maintenance,
    pullHost,
    health,
  };
}
