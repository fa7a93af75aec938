import type { EndpointState, RegistryClient } from '../../registry-client/index.ts';
import type { EndpointFinding, StoredRegistry } from './registry.ts';
import { findingOf, reasonOf } from './registry-findings.ts';

export interface HealthMonitorOptions {
  readonly intervalMs?: number;
  /** While something is down: people wait for it to come back. */
  readonly downIntervalMs?: number;
  readonly random?: () => number;
}

interface MonitorDeps {
  readonly listRegistries: () => Promise<StoredRegistry[]>;
  readonly findRegistry: (registryId: string) => Promise<StoredRegistry | undefined>;
  readonly clientOf: (stored: StoredRegistry) => RegistryClient;
  /** @returns whether the endpoint's state changed */
  readonly save: (registryId: string, finding: EndpointFinding) => Promise<boolean>;
  readonly onStateChange: (registryId: string) => void;
  readonly onFault: (error: unknown) => void;
}

const tickMs = 500;
const checkTimeoutMs = 8000;

/**
 * Asks every endpoint every ten seconds or so. Each instance of the console does, for its own failover; what it stores is
 * the same whoever stores it, so nothing depends on how many there are.
 */
export class HealthMonitor {
  readonly #deps: MonitorDeps;
  readonly #intervalMs: number;
  readonly #downIntervalMs: number;
  readonly #random: () => number;
  readonly #dueAtMs = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #ticker: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #listedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: MonitorDeps, options: HealthMonitorOptions = {}) {
    this.#deps = deps;
    this.#intervalMs = options.intervalMs ?? 10_000;
    this.#downIntervalMs = options.downIntervalMs ?? 3000;
    this.#random = options.random ?? Math.random;
  }

  /** Checks every endpoint of the registry now; resolves when the findings are stored. */
  async check(registryId: string): Promise<void> {
    const stored = await this.#deps.findRegistry(registryId);
    if (stored === undefined) return;
    // A check that is under way may have begun before whatever the caller wants to see.
    await this.#running.get(registryId)?.catch(() => {});
    await this.#check(stored);
  }

  /** The traffic found an endpoint down or up again. */
  noteTraffic(registryId: string, { url, state, error }: EndpointState): void {
    if (state === 'unknown' || this.#stopping.signal.aborted) return;
    const reason = error === undefined ? null : reasonOf(error);
    const finding = { url: new URL(url).origin, state, latencyMs: undefined, reason };
    this.#save(registryId, [finding]).catch(this.#deps.onFault);
    const soon = performance.now() + this.#downIntervalMs;
    if (state === 'down') this.#dueAtMs.set(registryId, Math.min(this.#dueAtMs.get(registryId) ?? soon, soon));
  }

  start(): void {
    this.#ticker ??= setInterval(() => {
      this.#looking ??= this.#look()
        .catch(this.#deps.onFault)
        .finally(() => {
          this.#looking = undefined;
        });
    }, tickMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    this.#stopping.abort();
    await Promise.allSettled([this.#looking, ...this.#running.values()]);
  }

  async #look(): Promise<void> {
    const now = performance.now();
    // The list is read again now and then even if nothing is due: another instance may have added a registry.
    if (now < Math.min(this.#listedAtMs + this.#intervalMs, ...this.#dueAtMs.values())) return;
    this.#listedAtMs = now;
    const registries = await this.#deps.listRegistries();
    const ids = new Set(registries.map(({ id }) => id));
    for (const id of this.#dueAtMs.keys()) if (!ids.has(id)) this.#dueAtMs.delete(id);
    for (const stored of registries) {
      if ((this.#dueAtMs.get(stored.id) ?? 0) > now) continue;
      this.#dueAtMs.set(stored.id, now + checkTimeoutMs + this.#intervalMs);
      this.#check(stored).catch(this.#deps.onFault);
    }
  }

  #check(stored: StoredRegistry): Promise<void> {
    const current = this.#running.get(stored.id);
    if (current !== undefined) return current;
    const started = this.#checkOnce(stored).finally(() => this.#running.delete(stored.id));
    this.#running.set(stored.id, started);
    return started;
  }

  async #checkOnce(stored: StoredRegistry): Promise<void> {
    const findings = await this.#ask(stored);
    if (this.#stopping.signal.aborted) return;
    await this.#save(stored.id, findings);
    const isDown = findings.some(({ state }) => state === 'down');
    const pauseMs = (isDown ? this.#downIntervalMs : this.#intervalMs) * (0.85 + this.#random() * 0.3);
    this.#dueAtMs.set(stored.id, performance.now() + pauseMs);
  }

  async #ask(stored: StoredRegistry): Promise<EndpointFinding[]> {
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(checkTimeoutMs)]);
      return (await this.#deps.clientOf(stored).checkEndpoints({ signal })).map(findingOf);
    } catch (error) {
      const reason = reasonOf(error);
      return stored.endpoints.map(({ url }) => ({ url, state: 'down', latencyMs: undefined, reason }));
    }
  }

  async #save(registryId: string, findings: readonly EndpointFinding[]): Promise<void> {
    let isChanged = false;
    for (const finding of findings) isChanged = (await this.#deps.save(registryId, finding)) || isChanged;
    if (isChanged) this.#deps.onStateChange(registryId);
  }
}
