import { withAbort } from './abort.ts';
import type { ReadOnlyTarget, Target } from './target.ts';
import { TargetMemory } from './target-memory.ts';

export interface CopyLimiterOptions {
  /**
   * Blobs on their way at once into one destination, over all copies that share the limiter. More than the client has
   * slots for: while some are asked for, mounted or opened, the others keep the slots full.
   */
  readonly blobsAtOnce?: number;
  /** Milliseconds of any clock that does not go back; ages what is remembered of destinations. */
  readonly now?: () => number;
}

/** With one source or one destination, over all copies that share the limiter. The client has some slots more. */
const manifestsAtOnce = 8;

interface Waiter {
  readonly sizeBytes: number;
  readonly grant: () => void;
}

/** Work of several callers that counts once. */
interface SharedSlot {
  readonly granted: Promise<void>;
  users: number;
}

/** Slots for work of a size: by turns the largest that waits, so that it does not end last, and the oldest. */
export class Slots {
  #free: number;
  #isTurnOfLargest = true;
  readonly #waiting: Waiter[] = [];
  readonly #shared = new Map<string, SharedSlot>();

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

  /**
   * One slot for all who name the key while one of them holds it or waits for it; free again when each has ended or is
   * told to be too slow for the others.
   */
  async runShared<Result>(
    { key, sizeBytes, whenLate }: { key: string; sizeBytes: number; whenLate: Promise<void> },
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const slot = this.#shared.get(key) ?? this.#openShared(key, sizeBytes);
    slot.users += 1;
    let isUser = true;
    const leave = (): void => {
      if (!isUser) return;
      isUser = false;
      slot.users -= 1;
      if (slot.users === 0) this.#closeShared(key, slot);
    };
    try {
      await withAbort(slot.granted, signal);
      void whenLate.then(leave);
      return await work();
    } finally {
      leave();
    }
  }

  /** It waits for all its users: that one of them is stopped takes nothing from the others. */
  #openShared(key: string, sizeBytes: number): SharedSlot {
    let granted = Promise.resolve();
    if (this.#free > 0) this.#free -= 1;
    else granted = this.#wait(sizeBytes, undefined);
    const slot = { granted, users: 0 };
    this.#shared.set(key, slot);
    return slot;
  }

  #closeShared(key: string, slot: SharedSlot): void {
    this.#shared.delete(key);
    void slot.granted.then(() => this.#release());
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
    let largestBytes = -1;
    let position = 0;
    // At every end of a blob over all that wait: no pair is made for each.
    for (const { sizeBytes } of this.#waiting) {
      if (sizeBytes > largestBytes) {
        largest = position;
        largestBytes = sizeBytes;
      }
      position += 1;
    }
    return largest;
  }
}

/** What concurrent copies share: slots, blobs in flight, and what is known of each destination. */
export interface CopyLimiter {
  /** For blobs into a destination: one that is slow holds up no other. */
  blobsInto(target: Target): Slots;
  /** For blobs that several destinations read together from a source. */
  sharedBlobsFrom(source: ReadOnlyTarget): Slots;
  /** For manifests and referrers that are read at a source: one that hangs holds up only what it is the source of. */
  manifestsFrom(source: ReadOnlyTarget): Slots;
  /** For questions to a destination and manifests into it: one that hangs holds up only what goes there. */
  manifestsInto(target: Target): Slots;
  /** Kept while any copy to the target runs. @returns the memory and how to leave it */
  enter(target: Target): { readonly memory: TargetMemory; readonly leave: () => void };
}

export function createCopyLimiter(options: CopyLimiterOptions = {}): CopyLimiter {
  const now = options.now ?? (() => performance.now());
  const { blobsAtOnce = 20 } = options;
  const slotsPerRegistry = (count: number) => {
    const known = new WeakMap<object, Slots>();
    return (registry: object): Slots => {
      const slots = known.get(registry) ?? new Slots(count);
      known.set(registry, slots);
      return slots;
    };
  };
  const memories = new Map<Target, { memory: TargetMemory; copies: number }>();
  return {
    blobsInto: slotsPerRegistry(blobsAtOnce),
    sharedBlobsFrom: slotsPerRegistry(blobsAtOnce),
    manifestsFrom: slotsPerRegistry(manifestsAtOnce),
    manifestsInto: slotsPerRegistry(manifestsAtOnce),
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
