import { setTimeout as sleep } from 'node:timers/promises';
import type { TagLeasesStore, TagName } from './tag-leases.store.ts';

/** The decision about a tag and the one request that moves it. */
export interface TagMove<T> {
  /** Throws where the tag must stay. */
  readonly decide: () => Promise<void>;
  readonly move: () => Promise<T>;
  /** Whether a move that failed is certainly over: else the request may still arrive, and the tag stays held for a while. */
  readonly hasEnded: (error: unknown) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Others were at the same tag for as long as this one would wait. */
export class TagBusyError extends Error {
  override readonly name = 'TagBusyError';

  constructor({ repository, tag }: TagName) {
    const what = tag === null ? `In ${repository} a tag` : `The tag ${tag} of ${repository}`;
    super(`${what} is being pushed or removed by somebody else at this moment: try again.`);
  }
}

export interface TagLeasesOptions {
  readonly leaseMs?: number;
  readonly patienceMs?: number;
}

interface TagLeasesDeps {
  readonly store: TagLeasesStore;
  readonly newId: () => string;
  readonly onFault: (error: unknown) => void;
}

const defaultLeaseMs = 20_000;
// Longer than a lease, so that whoever comes after a crash gets through.
const defaultPatienceMs = 30_000;
const firstPauseMs = 25;
const longestPauseMs = 500;
/** Each holds a manifest in memory meanwhile. */
const waitingMax = 32;

interface Line {
  readonly last: Promise<unknown>;
  readonly length: number;
}

/** Who took a tag while somebody took the whole repository steps back and comes again. */
const steppedBack = Symbol('stepped back');

/**
 * Lets one at a time decide on a tag and move it, over all instances: of two who make the same tag at once the second
 * decides after the first has made it. A row with an end, not a lock: no connection is held while a registry answers.
 * Who holds a whole repository, to remove what any tag may name, is alone with all who move tags of it.
 */
export class TagLeases {
  readonly #deps: TagLeasesDeps;
  readonly #leaseMs: number;
  readonly #patienceMs: number;
  /** Those of this process queue here, so that one of them at a time asks the database. */
  readonly #lines = new Map<string, Line>();

  constructor(
    deps: TagLeasesDeps,
    { leaseMs = defaultLeaseMs, patienceMs = defaultPatienceMs }: TagLeasesOptions = {},
  ) {
    this.#deps = deps;
    this.#leaseMs = leaseMs;
    this.#patienceMs = patienceMs;
  }

  /** @throws TagBusyError, or what `decide` and `move` throw */
  async hold<T>(tag: TagName, move: TagMove<T>, patienceMs = this.#patienceMs): Promise<T> {
    const key = `${tag.registryId}/${tag.repository}:${tag.tag ?? ''}`;
    const before = this.#lines.get(key);
    if (before !== undefined && before.length >= waitingMax) throw new TagBusyError(tag);
    const endsAtMs = performance.now() + patienceMs;
    const run = this.#inTurn(before?.last, tag, move, endsAtMs);
    const line = { last: run.catch(() => undefined), length: (before?.length ?? 0) + 1 };
    this.#lines.set(key, line);
    try {
      return await run;
    } finally {
      if (this.#lines.get(key) === line) this.#lines.delete(key);
    }
  }

  async #inTurn<T>(before: Promise<unknown> | undefined, tag: TagName, move: TagMove<T>, endsAtMs: number): Promise<T> {
    if (before !== undefined) await turn(before, endsAtMs - performance.now(), move.signal);
    for (;;) {
      const holder = this.#deps.newId();
      await this.#take(tag, holder, endsAtMs, move.signal);
      const moved = await this.#held(tag, holder, move, endsAtMs);
      if (moved !== steppedBack) return moved;
      if (performance.now() > endsAtMs) throw new TagBusyError(tag);
    }
  }

  async #take(tag: TagName, holder: string, endsAtMs: number, signal: AbortSignal | undefined): Promise<void> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      signal?.throwIfAborted();
      if (await this.#deps.store.take(tag, holder, this.#leaseMs)) return;
      if (performance.now() > endsAtMs) throw new TagBusyError(tag);
      await sleep(pauseMs * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Nobody takes a tag of it any more; those who have one finish, or their hold runs out. */
  async #untilAlone(repository: TagName, endsAtMs: number, signal: AbortSignal | undefined): Promise<void> {
    while (await this.#deps.store.isContested(repository)) {
      if (performance.now() > endsAtMs) throw new TagBusyError(repository);
      await sleep(2 * firstPauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #held<T>(
    tag: TagName,
    holder: string,
    { decide, move, hasEnded, signal }: TagMove<T>,
    endsAtMs: number,
  ): Promise<T | typeof steppedBack> {
    const { store, onFault } = this.#deps;
    const renew = (): Promise<boolean> => store.renew(tag, holder, this.#leaseMs);
    const renewing = setInterval(() => void renew().catch(onFault), this.#leaseMs / 4);
    let isOver = true;
    try {
      if (tag.tag === null) await this.#untilAlone(tag, endsAtMs, signal);
      await decide();
      signal?.throwIfAborted();
      // A process that stood still meanwhile decided on what is long past.
      if (!(await renew())) throw new TagBusyError(tag);
      if (tag.tag !== null && (await store.isContested(tag))) return steppedBack;
      isOver = false;
      const moved = await move();
      isOver = true;
      return moved;
    } catch (error) {
      isOver ||= hasEnded(error);
      throw error;
    } finally {
      clearInterval(renewing);
      // What cannot be given back runs out.
      if (isOver) await store.release(tag, holder).catch(onFault);
    }
  }
}

/** At the latest when patience ends: the lease itself decides then. */
async function turn(before: Promise<unknown>, patienceMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waited = new AbortController();
  const stop = signal === undefined ? waited.signal : AbortSignal.any([signal, waited.signal]);
  const patience = sleep(patienceMs, undefined, { signal: stop }).catch(() => undefined);
  await Promise.race([before, patience]);
  waited.abort();
}
