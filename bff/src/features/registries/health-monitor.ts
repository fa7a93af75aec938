import type { EndpointState, RegistryClient } from '../../registry-client/index.ts';
import type { EndpointFinding, StoredRegistry } from './registry.ts';
import { findingOf, reasonOf } from './registry-findings.ts';

export interface HealthMonitor {
  /** Checks every endpoint of the registry now; resolves when the findings are stored. */
  check(registryId: string): Promise<void>;
  /** The traffic found an endpoint down or up again. */
  noteTraffic(registryId: string, state: EndpointState): void;
  start(): void;
  stop(): Promise<void>;
}

export interface HealthMonitorOptions {
  readonly intervalMs?: number;
  /** While something is down: people wait for it to come back. */
  readonly downIntervalMs?: number;
  readonly random?: () => number;
}

interface MonitorDeps {
  listRegistries(): Promise<StoredRegistry[]>;
  findRegistry(registryId: string): Promise<StoredRegistry | undefined>;
  clientOf(stored: StoredRegistry): RegistryClient;
  /** @returns whether the endpoint's state changed */
  save(registryId: string, finding: EndpointFinding): Promise<boolean>;
  onStateChange(registryId: string): void;
  onFault(error: unknown): void;
}

const tickMs = 500;
const checkTimeoutMs = 8000;

/**
 * Asks every endpoint every ten seconds or so. Each instance of the console does, for its own failover; what it stores is
 * the same whoever stores it, so nothing depends on how many there are.
 */
export function createHealthMonitor(deps: MonitorDeps, options: HealthMonitorOptions = {}): HealthMonitor {
  const { intervalMs = 10_000, downIntervalMs = 3000, random = Math.random } = options;
  const dueAtMs = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let ticker: NodeJS.Timeout | undefined;
  let listing: Promise<void> | undefined;
  let listedAtMs = Number.NEGATIVE_INFINITY;

  const save = async (registryId: string, findings: readonly EndpointFinding[]): Promise<void> => {
    let isChanged = false;
    for (const finding of findings) isChanged = (await deps.save(registryId, finding)) || isChanged;
    if (isChanged) deps.onStateChange(registryId);
  };
  const checkOnce = async (stored: StoredRegistry): Promise<void> => {
    const findings = await findingsOf(stored, deps.clientOf, stopping.signal);
    if (stopping.signal.aborted) return;
    await save(stored.id, findings);
    const isDown = findings.some(({ state }) => state === 'down');
    const pauseMs = (isDown ? downIntervalMs : intervalMs) * (0.85 + random() * 0.3);
    dueAtMs.set(stored.id, performance.now() + pauseMs);
  };
  const check = (stored: StoredRegistry): Promise<void> => {
    const current = running.get(stored.id);
    if (current !== undefined) return current;
    const started = checkOnce(stored).finally(() => running.delete(stored.id));
    running.set(stored.id, started);
    return started;
  };
  const tick = async (): Promise<void> => {
    const now = performance.now();
    // The list is read again now and then even if nothing is due: another instance may have added a registry.
    if (now < Math.min(listedAtMs + intervalMs, ...dueAtMs.values())) return;
    listedAtMs = now;
    const registries = await deps.listRegistries();
    const ids = new Set(registries.map(({ id }) => id));
    for (const id of dueAtMs.keys()) if (!ids.has(id)) dueAtMs.delete(id);
    for (const stored of registries) {
      if ((dueAtMs.get(stored.id) ?? 0) > now) continue;
      dueAtMs.set(stored.id, now + checkTimeoutMs + intervalMs);
      check(stored).catch(deps.onFault);
    }
  };

  return {
    async check(registryId) {
      const stored = await deps.findRegistry(registryId);
      if (stored === undefined) return;
      // A check that is under way may have begun before whatever the caller wants to see.
      await running.get(registryId)?.catch(() => {});
      await check(stored);
    },
    noteTraffic(registryId, { url, state, error }) {
      if (state === 'unknown' || stopping.signal.aborted) return;
      const reason = error === undefined ? null : reasonOf(error);
      save(registryId, [{ url: new URL(url).origin, state, latencyMs: undefined, reason }]).catch(deps.onFault);
      const soon = performance.now() + downIntervalMs;
      if (state === 'down') dueAtMs.set(registryId, Math.min(dueAtMs.get(registryId) ?? soon, soon));
    },
    start() {
      ticker ??= setInterval(() => {
        listing ??= tick()
          .catch(deps.onFault)
          .finally(() => {
            listing = undefined;
          });
      }, tickMs).unref();
    },
    async stop() {
      clearInterval(ticker);
      stopping.abort();
      await Promise.allSettled([listing, ...running.values()]);
    },
  };
}

async function findingsOf(
  stored: StoredRegistry,
  clientOf: (stored: StoredRegistry) => RegistryClient,
  stopping: AbortSignal,
): Promise<EndpointFinding[]> {
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(checkTimeoutMs)]);
    return (await clientOf(stored).checkEndpoints({ signal })).map(findingOf);
  } catch (error) {
    const reason = reasonOf(error);
    return stored.endpoints.map(({ url }) => ({ url, state: 'down', latencyMs: undefined, reason }));
  }
}
