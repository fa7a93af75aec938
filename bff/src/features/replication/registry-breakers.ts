import type { BreakersStore } from './breakers.store.ts';
import type { ClaimedTask, Reason, Touched } from './replication.ts';
import type { ReplicationStore } from './replication.store.ts';
import { registryWideCodes } from './retry-policy.ts';
import type { RunningTask } from './running-task.ts';

export interface RegistryBreakersDeps {
  readonly breakers: BreakersStore;
  readonly store: Pick<ReplicationStore, 'postpone' | 'release'>;
  readonly onParked: (touched: Touched) => Promise<void>;
  readonly wake: () => void;
}

/** Keeps tasks from registries that are in trouble as a whole, but for one at a time that finds out. */
export class RegistryBreakers {
  readonly #deps: RegistryBreakersDeps;
  readonly #openedUntilMs = new Map<string, number>();
  readonly #movingProbes = new WeakSet<RunningTask>();

  constructor(deps: RegistryBreakersDeps) {
    this.#deps = deps;
  }

  /** Of many tasks that fail together the first makes the others wait. */
  async open(registryId: string, reason: Reason, delayMs: number): Promise<void> {
    // Each time: somebody may have made a probe due meanwhile, and this may be what it found.
    await this.#deps.breakers.open(registryId, reason, delayMs);
    const nowMs = performance.now();
    if ((this.#openedUntilMs.get(registryId) ?? 0) > nowMs) return;
    this.#openedUntilMs.set(registryId, nowMs + delayMs / 2);
    await this.#deps.onParked(await this.#deps.store.postpone(registryId, reason, delayMs));
  }

  /** It answers again, or somebody says so: one task is due at once. */
  async probe(registryId: string): Promise<void> {
    this.#openedUntilMs.delete(registryId);
    await this.#deps.breakers.probeNow([registryId]);
    if ((await this.#deps.store.release(registryId, registryWideCodes)) > 0) this.#deps.wake();
  }

  /** Bytes that go there prove that it answers: what is small need not wait until a large artifact is whole. */
  async noteProgress(running: RunningTask): Promise<void> {
    const { bytesDone, bytesSkipped } = running.progress.figures;
    if (!running.task.isProbe || bytesDone <= bytesSkipped || this.#movingProbes.has(running)) return;
    this.#movingProbes.add(running);
    await this.#close(running.task, false);
  }

  async noteSuccess({ task, isChanged }: RunningTask): Promise<void> {
    if (task.isProbe) await this.#close(task, isChanged);
  }

  async #close({ source, destination }: ClaimedTask, isChanged: boolean): Promise<void> {
    for (const registryId of await this.#deps.breakers.close(source.registryId, destination.registryId, isChanged)) {
      this.#openedUntilMs.delete(registryId);
      await this.#deps.store.release(registryId, registryWideCodes);
    }
    this.#deps.wake();
  }

  async park(): Promise<void> {
    const touched = await this.#deps.breakers.park();
    if (touched.taskIds.length > 0) await this.#deps.onParked(touched);
  }
}
