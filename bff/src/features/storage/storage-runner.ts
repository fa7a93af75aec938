import type { FiguresStore } from './figures.store.ts';
import { measureRegistry } from './measure-registry.ts';
import type { MeasureStore } from './measure.store.ts';
import { MeasuringLostError, type TakenRegistry } from './storage.ts';
import type { StorageClaimsStore } from './storage-claims.store.ts';

export interface StorageRunnerDeps {
  readonly claims: StorageClaimsStore;
  readonly measures: MeasureStore;
  readonly figures: FiguresStore;
  readonly graceMs: number;
  /** Has the catalog read a manifest. */
  readonly lookAt: (registryId: string, repository: string, digest: string) => Promise<unknown>;
  /** A registry was measured. */
  readonly announce: (registryId: string) => void;
  readonly owner: string;
  readonly isOnlyProcess: boolean;
  readonly onFault: (error: unknown) => void;
}

const lookEveryMs = 5000;
const upkeepEveryMs = 60_000;
const renewEveryMs = 5000;
/** A registry rests for so long after it was measured, and for so many times as long as that took. */
const leastRestMs = 30_000;
const restFactor = 20;

/** Measures registries of which something has changed, one at a time in each instance, and one instance at each. */
export class StorageRunner {
  readonly #deps: StorageRunnerDeps;
  readonly #stopping = new AbortController();
  #timers: NodeJS.Timeout[] = [];
  #looking: Promise<void> | undefined;
  #isWokenMeanwhile = false;

  constructor(deps: StorageRunnerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#deps.isOnlyProcess) await this.#deps.claims.takeOver();
    const upkeep = () => void this.#upkeep().catch(this.#deps.onFault);
    this.#timers = [setInterval(() => this.wake(), lookEveryMs), setInterval(upkeep, upkeepEveryMs)];
    for (const timer of this.#timers) timer.unref();
    this.wake();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopping.abort(new Error('Longshore is stopping.'));
    await this.#looking;
  }

  /** There may be something to measure. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    this.#isWokenMeanwhile = true;
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#deps.onFault(error);
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#isWokenMeanwhile) this.wake();
      });
  }

  async #look(): Promise<void> {
    const { claims, owner, graceMs } = this.#deps;
    this.#isWokenMeanwhile = false;
    await claims.prepare(graceMs);
    while (!this.#stopping.signal.aborted) {
      const taken = await claims.take(owner);
      if (taken === undefined) return;
      await this.#measure(taken);
    }
  }

  async #measure(taken: TakenRegistry): Promise<void> {
    const { claims, measures, figures, graceMs, lookAt, onFault, announce } = this.#deps;
    const beganMs = performance.now();
    try {
      const sums = await measureRegistry({
        taken,
        measures,
        figures,
        graceMs,
        nextUnheard: () => claims.nextUnheard(taken),
        lookAt: async ({ registryId, repository, digest }) => {
          await lookAt(registryId, repository, digest);
        },
        nextChanged: (after) => claims.nextChanged(taken, after),
        noteMeasured: (changed) => claims.noteMeasured(taken, changed),
        holdOn: this.#holderOf(taken),
        now: () => claims.now(),
        signal: this.#stopping.signal,
      });
      const tookMs = performance.now() - beganMs;
      await claims.finish(taken, sums.registry, { tookMs, restMs: Math.max(leastRestMs, tookMs * restFactor) });
      announce(taken.registryId);
    } catch (error) {
      if (error instanceof MeasuringLostError) return;
      await claims.giveBack(taken, this.#stopping.signal.aborted ? 0 : leastRestMs);
      if (!this.#stopping.signal.aborted) onFault(error);
    }
  }

  #holderOf(taken: TakenRegistry): () => Promise<void> {
    const { claims, owner } = this.#deps;
    let renewedAtMs = performance.now();
    return async () => {
      if (performance.now() - renewedAtMs < renewEveryMs) return;
      if (!(await claims.renew(owner, taken))) throw new MeasuringLostError();
      renewedAtMs = performance.now();
    };
  }

  async #upkeep(): Promise<void> {
    const { claims, figures } = this.#deps;
    await figures.pruneSamples();
    while (!this.#stopping.signal.aborted && (await claims.removeLeftovers()));
  }
}
