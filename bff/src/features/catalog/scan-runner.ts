import { isRegistryError, type RegistryClient } from '../../registry-client/index.ts';
import type { CatalogStore } from './catalog.store.ts';
import type { RegistryEventsStore } from './registry-events.store.ts';
import { type ScanFindings, scanRegistry } from './scan-registry.ts';
import type { ScanEnd, ScanStateStore, TakenScan } from './scan-state.store.ts';

export interface ScanRunnerParts {
  readonly store: CatalogStore;
  readonly stateStore: ScanStateStore;
  readonly eventsStore: RegistryEventsStore;
  readonly clientFor: (registryId: string) => Promise<RegistryClient>;
  readonly onEnd: (registryId: string, findings: ScanFindings) => void;
  readonly onError: (registryId: string, error: unknown) => void;
  /** Names this instance in leases. */
  readonly instanceId: string;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** Where notifications come in they carry the news, and the scan only repairs what they lost. */
const notifiedIntervalMs = 5 * 60_000;
const silentIntervalMs = 60_000;
/** A registry so large that its scan takes long is left alone for this many times as long. */
const restFactor = 10;
// A third of the lease, so that two renewals may fail.
const renewalMs = 20_000;

const nothing = { repositoryCount: 0, tagCount: 0, changedTagCount: 0, removedTagCount: 0 };

/** Runs scans under a lease in the database: one for each registry, whatever the number of instances. */
export function createScanRunner(parts: ScanRunnerParts) {
  const { store, stateStore, eventsStore, instanceId } = parts;

  const run = async (taken: TakenScan, signal: AbortSignal): Promise<ScanFindings> => {
    const startedAtMs = performance.now();
    const lost = new AbortController();
    const heartbeat = setInterval(() => {
      stateStore.renew(taken.registryId, instanceId).then(
        (isOurs) => isOurs || lost.abort(new Error('Another instance scans this registry now.')),
        (error: unknown) => parts.onError(taken.registryId, error),
      );
    }, renewalMs);
    let findings: ScanFindings;
    try {
      const client = await parts.clientFor(taken.registryId);
      findings = await scanRegistry(
        { store, eventsStore, client, signal: AbortSignal.any([signal, lost.signal]) },
        taken,
      );
    } catch (error) {
      findings = { outcome: 'failed', reason: failureReason(taken, error), ...nothing };
      if (!isRegistryError(error) && !signal.aborted) parts.onError(taken.registryId, error);
    } finally {
      clearInterval(heartbeat);
    }
    await finish(taken, findings, performance.now() - startedAtMs, signal.aborted);
    return findings;
  };

  const finish = async (taken: TakenScan, findings: ScanFindings, durationMs: number, isStopped: boolean) => {
    const isComplete = findings.outcome !== 'failed';
    const end: ScanEnd = {
      state: isComplete || isStopped ? 'idle' : 'failed',
      reason: isStopped ? null : findings.reason,
      isComplete,
      durationMs,
      // Another instance, or this one started again, goes on where a stopped scan was.
      nextInMs: isStopped ? 0 : await nextInMs(taken.registryId, durationMs),
    };
    await stateStore.end(taken, instanceId, end);
    if (isComplete) await eventsStore.markHandledBefore(taken.registryId, taken.startedAt);
    parts.onEnd(taken.registryId, findings);
  };

  const nextInMs = async (registryId: string, durationMs: number): Promise<number> => {
    const intervalMs = (await stateStore.hasNotified(registryId)) ? notifiedIntervalMs : silentIntervalMs;
    const jitter = 0.9 + 0.2 * parts.random();
    return Math.max(intervalMs, durationMs * restFactor) * jitter;
  };

  return {
    /** Undefined while another instance, or another caller here, is at it. */
    async scan(registryId: string, byPerson: boolean, signal: AbortSignal): Promise<ScanFindings | undefined> {
      const taken = await stateStore.take(registryId, instanceId);
      if (taken === undefined) return undefined;
      return run({ ...taken, byPerson: byPerson || taken.byPerson }, signal);
    },
    takeDue: () => stateStore.takeDue(instanceId),
    run,
  };
}

function failureReason({ registryName }: TakenScan, error: unknown): ScanEnd['reason'] {
  if (isRegistryError(error)) return { code: error.code, sentence: error.sentence, params: error.params };
  return {
    code: 'scan-broken',
    sentence: `The scan of ${registryName} ended unexpectedly; the next one begins by itself.`,
    params: { registry: registryName },
  };
}
