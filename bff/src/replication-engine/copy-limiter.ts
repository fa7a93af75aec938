import type { Target } from './target.ts';
import { TargetMemory } from './target-memory.ts';

export interface CopyLimiterOptions {
  /** Blobs on their way at once, over all copies that share the limiter. */
  readonly blobsAtOnce?: number;
  /** Questions and manifests at once, over all copies. */
  readonly manifestsAtOnce?: number;
  /** Milliseconds of any clock that does not go back; ages what is remembered of destinations. */
  readonly now?: () => number;
}

interface Waiter {
  readonly sizeBytes: number;
  readonly grant: () => void;
}

/** Slots for work of a size: by turns the largest that waits, so that it does not end last, and the oldest. */
export class Slots {
  #free: number;
  #isTurnOfLargest = true;
  readonly #waiting: Waiter[] = [];

  constructor(count: number) {
    this.#free = Math.max(1, count);
  }

  async run<Result>(sizeBytes: number, signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(sizeBytes, signal);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #wait(sizeBytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const position = this.#waiting.indexOf(waiter);
        if (position >= 0) this.#waiting.splice(position, 1);
        reject(signal?.reason as Error);
      };
      const grant = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const waiter = { sizeBytes, grant };
      this.#waiting.push(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #release(): void {
    const position = this.#isTurnOfLargest ? this.#positionOfLargest() : 0;
    this.#isTurnOfLargest = !this.#isTurnOfLargest;
    const [next] = this.#waiting.splice(position, 1);
    if (next) next.grant();
    else this.#free += 1;
  }

  #positionOfLargest(): number {
    let largest = 0;
    for (const [position, waiter] of this.#waiting.entries()) {
      if (waiter.sizeBytes > (this.#waiting[largest]?.sizeBytes ?? 0)) largest = position;
    }
    return largest;
  }
}

/** What concurrent copies share: slots, blobs in flight, and what is known of each destination. */
export interface CopyLimiter {
  readonly blobs: Slots;
  readonly manifests: Slots;
  /** Kept while any copy to the target runs. @returns the memory and how to leave it */
  enter(target: Target): { readonly memory: TargetMemory; readonly leave: () => void };
}

export function createCopyLimiter(options: CopyLimiterOptions = {}): CopyLimiter {
  const now = options.now ?? (() => performance.now());
  const memories = new Map<Target, { memory: TargetMemory; copies: number }>();
  return {
    blobs: new Slots(options.blobsAtOnce ?? 6),
    manifests: new Slots(options.manifestsAtOnce ?? 8),
    enter: (target) => {
      const entry = memories.get(target) ?? { memory: new TargetMemory(now), copies: 0 };
      memories.set(target, entry);
      entry.copies += 1;
      const leave = (): void => {
        entry.copies -= 1;
        // Whatever happens to the destination between two runs must be seen.
        if (entry.copies === 0) memories.delete(target);
      };
      return { memory: entry.memory, leave };
    },
  };
}
