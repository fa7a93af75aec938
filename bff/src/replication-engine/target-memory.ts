// A garbage collection at the destination takes longer than this to be planned and run; older knowledge is asked again.
const maxAgeMs = 5 * 60_000;
const entriesMax = 200_000;

/** What concurrent copies to one destination know of it: blobs present, blobs on their way, repositories that are new. */
export class TargetMemory {
  readonly #now: () => number;
  /** repository and digest → when it was seen */
  readonly #present = new Map<string, number>();
  /** digest → a repository that holds it */
  readonly #holders = new Map<string, { repository: string; atMs: number }>();
  /** digest → the repository it is being written to, and when that ends */
  readonly #flights = new Map<string, { repository: string; done: Promise<void> }>();
  /** repository and digest of manifests that are being written, and when that ends */
  readonly #manifestFlights = new Map<string, Promise<void>>();
  readonly #putManifests = new Set<string>();
  readonly #repositories = new Map<string, Promise<boolean>>();
  /** Repositories that did not exist, since when that is known, and the tags these copies have put into them. */
  readonly #newRepositories = new Map<string, { atMs: number; tags: Set<string> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isPresent(repository: string, digest: string): boolean {
    const atMs = this.#present.get(`${repository}@${digest}`);
    return atMs !== undefined && this.#now() - atMs < maxAgeMs;
  }

  remember(repository: string, digest: string): void {
    if (this.#present.size >= entriesMax) this.#present.clear();
    if (this.#holders.size >= entriesMax) this.#holders.clear();
    const atMs = this.#now();
    this.#present.set(`${repository}@${digest}`, atMs);
    this.#holders.set(digest, { repository, atMs });
  }

  forget(repository: string, digest: string): void {
    this.#present.delete(`${repository}@${digest}`);
    if (this.#holders.get(digest)?.repository === repository) this.#holders.delete(digest);
  }

  /** Another repository to mount from. */
  findHolder(digest: string, exceptRepository: string): string | undefined {
    const holder = this.#holders.get(digest);
    if (!holder || holder.repository === exceptRepository || this.#now() - holder.atMs > maxAgeMs) return undefined;
    return holder.repository;
  }

  findFlight(digest: string): Promise<void> | undefined {
    return this.#flights.get(digest)?.done;
  }

  /** Lets others wait for this write instead of doing it too. The work decides by itself what it remembers. */
  async fly<Result>(repository: string, digest: string, work: () => Promise<Result>): Promise<Result> {
    const result = work();
    const done = result.then(
      () => undefined,
      () => undefined,
    );
    const flight = { repository, done };
    this.#flights.set(digest, flight);
    try {
      return await result;
    } finally {
      if (this.#flights.get(digest) === flight) this.#flights.delete(digest);
    }
  }

  findManifestFlight(repository: string, digest: string): Promise<void> | undefined {
    return this.#manifestFlights.get(`${repository}@${digest}`);
  }

  /** Whether one of these copies has put the manifest there. Whoever can should ask: somebody may have deleted it since. */
  hasPutManifest(repository: string, digest: string): boolean {
    return this.#putManifests.has(`${repository}@${digest}`);
  }

  /**
   * Lets others wait for this write: Distribution empties a manifest's file before it writes it anew, and refuses whatever
   * names the manifest at that moment.
   */
  async flyManifest(repository: string, digest: string, work: () => Promise<void>): Promise<void> {
    const key = `${repository}@${digest}`;
    const result = work();
    const done = result.catch(() => undefined);
    this.#manifestFlights.set(key, done);
    try {
      await result;
      if (this.#putManifests.size >= entriesMax) this.#putManifests.clear();
      this.#putManifests.add(key);
    } finally {
      if (this.#manifestFlights.get(key) === done) this.#manifestFlights.delete(key);
    }
  }

  /** It says that one of them is missing. */
  forgetPutManifests(): void {
    this.#putManifests.clear();
  }

  /** Asked once for each repository: in one that did not exist when the copies began there is nothing to look for. */
  isNewRepository(repository: string, ask: () => Promise<boolean>): Promise<boolean> {
    const known = this.#repositories.get(repository);
    if (known && this.#isFresh(repository)) return known;
    this.#newRepositories.delete(repository);
    const asked = ask().then((exists) => {
      if (!exists) this.#newRepositories.set(repository, { atMs: this.#now(), tags: new Set() });
      return !exists;
    });
    this.#repositories.set(repository, asked);
    asked.catch(() => this.#repositories.delete(repository));
    return asked;
  }

  /** Whether the tag need not be asked for: its repository was made by these copies, and none of them has set it. */
  isUnsetTag(repository: string, tag: string): boolean {
    const made = this.#newRepositories.get(repository);
    return made !== undefined && this.#isFresh(repository) && !made.tags.has(tag);
  }

  rememberTag(repository: string, tag: string): void {
    this.#newRepositories.get(repository)?.tags.add(tag);
  }

  /** What exists stays so; what did not exist is asked for again after a while, because others write too. */
  #isFresh(repository: string): boolean {
    const made = this.#newRepositories.get(repository);
    return made === undefined || this.#now() - made.atMs < maxAgeMs;
  }

  /** After the destination missed what was believed to be there. */
  distrust(repository: string): void {
    this.#repositories.set(repository, Promise.resolve(false));
    this.#newRepositories.delete(repository);
  }
}
