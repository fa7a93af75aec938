import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../replication-engine/index.ts';

/** Bytes per second at this moment; null: as fast as it goes. */
export type Rate = () => number | null | Promise<number | null>;

export interface PaceClock {
  readonly now: () => number;
  readonly sleep: (durationMs: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const systemClock: PaceClock = {
  now: () => performance.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, signal === undefined ? {} : { signal }),
};

/** Lets bytes through one piece after the other, so that all who ask together keep to the rate. */
export class Pace {
  readonly #clock: PaceClock;
  #freeAtMs = 0;
  rate: Rate;

  constructor(rate: Rate, clock: PaceClock = systemClock) {
    this.rate = rate;
    this.#clock = clock;
  }

  async take(byteCount: number, signal: AbortSignal | undefined): Promise<void> {
    const rate = await this.rate();
    const nowMs = this.#clock.now();
    if (rate === null) {
      this.#freeAtMs = nowMs;
      return;
    }
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + (byteCount / rate) * 1000;
    if (startMs > nowMs) await this.#clock.sleep(startMs - nowMs, signal);
  }
}

/**
 * A destination that takes blobs no faster than its pace. The same object for the same destination and pace: the engine
 * remembers by it what a destination holds.
 */
export class PacedTargets {
  readonly #targets = new WeakMap<Target, Map<string, { readonly pace: Pace; readonly target: Target }>>();

  /** @param key of what is paced together */
  targetFor(destination: Target, key: string, rate: Rate): Target {
    const known = this.#targets.get(destination) ?? new Map<string, { pace: Pace; target: Target }>();
    this.#targets.set(destination, known);
    const paced = known.get(key);
    if (paced !== undefined) {
      paced.pace.rate = rate;
      return paced.target;
    }
    const pace = new Pace(rate);
    const target = pacedTarget(destination, pace);
    known.set(key, { pace, target });
    return target;
  }
}

export function pacedTarget(destination: Target, pace: Pace): Target {
  return {
    ...destination,
    pushBlob: (repository, blob, open, options) =>
      destination.pushBlob(
        repository,
        blob,
        async (signal) => Readable.from(paced(await open(signal), pace, signal), { objectMode: false }),
        options,
      ),
  };
}

async function* paced(body: Readable, pace: Pace, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    await pace.take(piece.byteLength, signal);
    yield piece;
  }
}
