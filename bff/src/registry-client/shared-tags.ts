// Of a larger repository the tags are not listed to learn of one.
const tagsMax = 1000;
/** Who asks within this time after another is one of many. */
const togetherMs = 1000;
/** So long nothing is listed in a repository that is too large, or whose tags could not be listed. */
const aloneMs = 10 * 60_000;
const repositoriesMax = 1000;
/** Nobody waits longer for an answer that only saves them another question. */
const longestMs = 5000;

interface Asked {
  readonly atMs: number;
  /** Its tags are undefined where each has to ask for itself. */
  readonly listing?: { readonly begunAtMs: number; readonly tags: Promise<ReadonlySet<string> | undefined> };
  readonly aloneUntilMs?: number;
}

/**
 * Where many are copied from one repository at once, one listing of its tags says for all of them which it has: whether
 * what is copied still has its tag, and whether it has a fallback tag of referrers, for which most would ask in vain.
 */
export class SharedTags {
  readonly #listTags: (repository: string) => AsyncIterable<string[]>;
  readonly #now: () => number;
  readonly #asked = new Map<string, Asked>();

  readonly #longestMs: number;

  constructor(
    listTags: (repository: string) => AsyncIterable<string[]>,
    options: { readonly now?: () => number; readonly longestMs?: number } = {},
  ) {
    this.#listTags = listTags;
    this.#now = options.now ?? (() => performance.now());
    this.#longestMs = options.longestMs ?? longestMs;
  }

  /** @returns whether a listing begun at `sinceMs` or later has the tag; undefined where there is none, or not soon */
  async has(repository: string, tag: string, sinceMs: number): Promise<boolean | undefined> {
    return (await within(this.#tagsSince(repository, sinceMs), this.#longestMs))?.has(tag);
  }

  async #tagsSince(repository: string, sinceMs: number): Promise<ReadonlySet<string> | undefined> {
    const nowMs = this.#now();
    const known = this.#asked.get(repository);
    if (known?.listing !== undefined && known.listing.begunAtMs >= sinceMs) return known.listing.tags;
    const isAlone = known?.aloneUntilMs !== undefined && nowMs < known.aloneUntilMs;
    if (known === undefined || isAlone || nowMs - known.atMs > togetherMs) {
      this.#remember(repository, { ...(isAlone ? known : {}), atMs: nowMs });
      return undefined;
    }
    const tags = this.#list(repository);
    this.#remember(repository, { atMs: nowMs, listing: { begunAtMs: nowMs, tags } });
    return tags;
  }

  /** It answers several callers: none of them may end it. Whatever goes wrong, each asks for itself and says so. */
  async #list(repository: string): Promise<ReadonlySet<string> | undefined> {
    const tags = new Set<string>();
    try {
      for await (const page of this.#listTags(repository)) {
        for (const tag of page) tags.add(tag);
        if (tags.size > tagsMax) break;
      }
      if (tags.size <= tagsMax) return tags;
    } catch {
      // As if it were too large.
    }
    const nowMs = this.#now();
    this.#remember(repository, { atMs: nowMs, aloneUntilMs: nowMs + aloneMs });
    return undefined;
  }

  #remember(repository: string, asked: Asked): void {
    if (this.#asked.size >= repositoriesMax && !this.#asked.has(repository)) this.#asked.clear();
    this.#asked.set(repository, asked);
  }
}

async function within<Result>(work: Promise<Result>, ms: number): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
