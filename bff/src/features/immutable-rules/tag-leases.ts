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
    super(`The tag ${tag} of ${repository} is being pushed by somebody else at this moment: try again.`);
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

/**
 * Lets one at a time decide on a tag and move it, over all instances: of two who make the same tag at once the second
 * decides after the first has made it. A row with an end, not a lock: no connection is held while a registry answers.
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
    const key = `${tag.registryId}/${tag.repository}:${tag.tag}`;
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
    const holder = this.#deps.newId();
    await this.#take(tag, holder, endsAtMs, move.signal);
    return this.#held(tag, holder, move);
  }

  async #take(tag: TagName, holder: string, endsAtMs: number, signal: AbortSignal | undefined): Promise<void> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      signal?.throwIfAborted();
      if (await this.#deps.store.take(tag, holder, this.#leaseMs)) return;
      if (performance.now() > endsAtMs) throw new TagBusyError(tag);
      await sleep(pauseMs * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal });
    }
  }

  async #held<T>(tag: TagName, holder: string, { decide, move, hasEnded, signal }: TagMove<T>): Promise<T> {
    const { store, onFault } = this.#deps;
    const renew = (): Promise<boolean> => store.renew(tag, holder, this.#leaseMs);
    const renewing = setInterval(() => void renew().catch(onFault), this.#leaseMs / 4);
    let isOver = true;
    try {
      await decide();
      signal?.throwIfAborted();
      // A process that stood still meanwhile decided on what is long past.
      if (!(await renew())) throw new TagBusyError(tag);
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
