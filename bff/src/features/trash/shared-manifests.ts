/**
 * Lets one at a time decide about a manifest: of two artifacts of one hold that share a digest, a child or a referrer, the
 * second sees what the first has taken away. Those that share nothing go side by side.
 */
export class SharedManifests {
  /** Deleted in this hold; the catalog is told of it later. */
  readonly gone = new Set<string>();
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whoever comes waits for those who came before it and for no other, so that nobody waits in a circle. */
  async alone<T>(digests: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = new Set(digests.flatMap((digest) => this.#last.get(digest) ?? []));
    const run = Promise.all(before).then(work);
    const over = run.catch(() => undefined);
    for (const digest of digests) this.#last.set(digest, over);
    try {
      return await run;
    } finally {
      for (const digest of digests) if (this.#last.get(digest) === over) this.#last.delete(digest);
    }
  }
}
