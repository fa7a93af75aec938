import type { NotedPull, PullsStore } from './pulls.store.ts';

export interface PullRecorderDeps {
  readonly store: Pick<PullsStore, 'save' | 'saveTold' | 'prune'>;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

const saveEveryMs = 10_000;
const pruneEveryMs = 3_600_000;
const savedAtOnce = 1000;
/** So many different images in ten seconds are written sooner; while the database is away, later ones are not noted. */
const keptMax = 20_000;
const fullAt = 5000;

/** When what was pulled last. Whoever pulls waits for nothing: it is kept in memory and written every few seconds. */
export class PullRecorder {
  readonly #deps: PullRecorderDeps;
  #pulls = new Map<string, NotedPull>();
  #told = new Set<string>();
  #saving: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(deps: PullRecorderDeps) {
    this.#deps = deps;
  }

  /** @param pull.atMs now, unless somebody knows better */
  note(pull: Omit<NotedPull, 'atMs'> & { readonly atMs?: number | undefined }): void {
    const { registryId, repository, digest, atMs = this.#deps.now() } = pull;
    const key = `${registryId}/${repository}@${digest}`;
    const known = this.#pulls.get(key);
    if (known !== undefined && known.atMs >= atMs) return;
    if (known === undefined && this.#pulls.size >= keptMax) return;
    this.#pulls.set(key, { registryId, repository, digest, atMs });
    if (this.#pulls.size >= fullAt) void this.save();
  }

  /** The registry itself tells of pulls. */
  noteTold(registryId: string): void {
    this.#told.add(registryId);
  }

  start(): void {
    const { store, onFault } = this.#deps;
    this.#timers = [
      setInterval(() => void this.save(), saveEveryMs),
      setInterval(() => void store.prune().catch(onFault), pruneEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#saving;
    await this.save();
  }

  /** Never rejects: what could not be written is tried again with what comes next. */
  save(): Promise<void> {
    this.#saving ??= this.#saveAll()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }

  async #saveAll(): Promise<void> {
    const { store } = this.#deps;
    const told = [...this.#told];
    this.#told = new Set();
    await store.saveTold(told);
    const pulls = [...this.#pulls];
    for (let start = 0; start < pulls.length; start += savedAtOnce) {
      const part = pulls.slice(start, start + savedAtOnce);
      await store.save(part.map(([, pull]) => pull));
      // One that came meanwhile is another object.
      for (const [key, pull] of part) if (this.#pulls.get(key) === pull) this.#pulls.delete(key);
    }
  }
}
