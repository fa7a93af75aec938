/** What a copy has changed, or found to be other than the catalog has it. */
export interface Refresh {
  readonly registryId: string;
  readonly repository: string;
  /** Null for an artifact that no tag names. */
  readonly tag: string | null;
  readonly digest: string | null;
  readonly how: 'copy' | 'scan';
  readonly actor: string | null;
  /** By `performance.now()`: the registry took `digest` under the tag after this, and need not be asked. */
  readonly seenAfterMs?: number | undefined;
}

export interface RefreshQueueParts {
  /** Of one repository; not empty, each tag once. */
  readonly refresh: (refreshes: readonly Refresh[]) => Promise<void>;
  /** Whether the copies need the machine more than the catalog does. */
  readonly isBusy: () => boolean;
  readonly onFault: (error: unknown) => void;
}

const atOnce = 3;
/** While many copies run: so many of a repository end within this that they cost little more than one. */
const gatherMs = 1000;

interface Group {
  readonly refreshes: Map<string, Refresh>;
  dueMs: number;
}

/** Has the catalog look at the registries behind the copies: repository by repository, and less often under load. */
export class RefreshQueue {
  readonly #parts: RefreshQueueParts;
  readonly #waiting = new Map<string, Group>();
  readonly #running = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RefreshQueueParts) {
    this.#parts = parts;
  }

  add(refresh: Refresh): void {
    const key = `${refresh.registryId}/${refresh.repository}`;
    let group = this.#waiting.get(key);
    if (group === undefined) {
      group = { refreshes: new Map(), dueMs: performance.now() + (this.#parts.isBusy() ? gatherMs : 0) };
      this.#waiting.set(key, group);
    }
    group.refreshes.set(refresh.tag ?? `@${refresh.digest ?? ''}`, refresh);
    this.#next();
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waiting.clear();
    await Promise.allSettled(this.#running.values());
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const limit = this.#parts.isBusy() ? 1 : atOnce;
    for (const [key, { refreshes, dueMs }] of this.#waiting) {
      if (this.#running.size >= limit) return;
      if (this.#running.has(key)) continue;
      const restMs = dueMs - performance.now();
      if (restMs > 0) {
        this.#timer ??= setTimeout(() => this.#next(), restMs);
        continue;
      }
      this.#waiting.delete(key);
      this.#run(key, [...refreshes.values()]);
    }
  }

  #run(key: string, refreshes: readonly Refresh[]): void {
    const run = this.#parts
      .refresh(refreshes)
      // What cannot be read now is brought by the registry's notification or the next scan.
      .catch(this.#parts.onFault)
      .finally(() => {
        this.#running.delete(key);
        this.#next();
      });
    this.#running.set(key, run);
  }
}
