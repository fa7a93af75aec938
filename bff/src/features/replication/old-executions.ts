import { setTimeout as sleep } from 'node:timers/promises';
import type { OldExecutionsStore, Place } from './old-executions.store.ts';

export interface OldExecutionsDeps {
  readonly store: OldExecutionsStore;
  readonly keptDays: number;
  readonly onFault: (error: unknown) => void;
}

const lookEveryMs = 600_000;
/** Copies and people come first: three quarters of the time nothing is forgotten. */
const restShare = 3;

/** Now and then forgets executions that ended long ago, so that the database does not grow for ever. */
export class OldExecutions {
  readonly #deps: OldExecutionsDeps;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: OldExecutionsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#looking;
  }

  /** All that are old by now. */
  look(): Promise<void> {
    this.#looking ??= this.#forgetAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #forgetAll(): Promise<void> {
    const { store, keptDays, onFault } = this.#deps;
    const { signal } = this.#stop;
    try {
      let after: Place | null = null;
      while (!signal.aborted) {
        const beganMs = performance.now();
        const next = await store.forgetNext(after, keptDays);
        if (next === undefined) return;
        after = next.after;
        await sleep(restShare * (performance.now() - beganMs), undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) onFault(error);
    }
  }
}
