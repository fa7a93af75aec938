import { isRegistryError } from '../../registry-client/index.ts';
import type { RegistryEventsStore, StoredEvent } from './registry-events.store.ts';

export interface ToldPush {
  /** Null where the registry does not say what was pushed. */
  readonly digest: string | null;
  readonly actor: string | null;
  readonly pushedAt: Date | null;
}

/** What a burst of events comes down to. */
export interface RepositoryWork {
  readonly repository: string;
  /** The last push of each content of each tag, the latest first. */
  readonly tags: ReadonlyMap<string, readonly ToldPush[]>;
  /** Manifests pushed without a tag. */
  readonly digests: ReadonlySet<string>;
  /** Something was deleted: a deletion by digest does not say which tags went with it. */
  readonly deletedDigests: ReadonlySet<string>;
  readonly isListingDue: boolean;
  /** Tags of which a later push has been handled before: there is nothing to wait for. */
  readonly overtaken: ReadonlySet<string>;
}

/** One piece of work for each repository, however many events there were. */
export function coalesceEvents(events: readonly StoredEvent[]): RepositoryWork[] {
  const byRepository = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const group = byRepository.get(event.repository);
    if (group === undefined) byRepository.set(event.repository, [event]);
    else group.push(event);
  }
  return [...byRepository].map(([repository, group]) => {
    const deletions = group.filter(({ action }) => action === 'delete');
    const pushes = group.filter(({ action }) => action === 'push');
    return {
      repository,
      tags: lastPushes(pushes),
      digests: new Set(pushes.flatMap(({ tag, digest }) => (tag === null && digest !== null ? [digest] : []))),
      deletedDigests: new Set(deletions.flatMap(({ digest }) => digest ?? [])),
      isListingDue: deletions.length > 0,
      overtaken: new Set<string>(),
    };
  });
}

/** Events come in any order: the latest by the registry's own time is the one that counts. */
function lastPushes(pushes: readonly StoredEvent[]): RepositoryWork['tags'] {
  const tags = new Map<string, ToldPush[]>();
  const timeOf = ({ pushedAt }: ToldPush): number => pushedAt?.getTime() ?? 0;
  for (const { tag, digest, actor, occurredAt } of pushes) {
    if (tag === null) continue;
    const push = { digest, actor, pushedAt: occurredAt };
    const others = tags.get(tag) ?? [];
    const same = others.find((other) => other.digest === digest);
    if (same !== undefined && timeOf(same) > timeOf(push)) continue;
    const kept = others.filter((other) => other !== same);
    tags.set(
      tag,
      [push, ...kept].toSorted((one, other) => timeOf(other) - timeOf(one)),
    );
  }
  return tags;
}

const rememberedMax = 50_000;

/** When the pushes that have been handled were made, by the clock of their registry. */
class LatestPushes {
  readonly #atMs = new Map<string, number>();

  overtaken(registryId: string, { repository, tags }: RepositoryWork): Set<string> {
    const overtaken = [...tags].filter(([tag, [last]]) => {
      const latestMs = this.#atMs.get(keyOf(registryId, repository, tag)) ?? 0;
      return latestMs > (last?.pushedAt?.getTime() ?? Infinity);
    });
    return new Set(overtaken.map(([tag]) => tag));
  }

  remember(registryId: string, { repository, tags }: RepositoryWork): void {
    if (this.#atMs.size > rememberedMax) this.#atMs.clear();
    for (const [tag, [last]] of tags) {
      const key = keyOf(registryId, repository, tag);
      this.#atMs.set(key, Math.max(this.#atMs.get(key) ?? 0, last?.pushedAt?.getTime() ?? 0));
    }
  }
}

function keyOf(registryId: string, repository: string, tag: string): string {
  return `${registryId}/${repository}:${tag}`;
}

/** How fast events come: of the second that is under way, and of the one before it. */
class ArrivalRate {
  #second = 0;
  #count = 0;
  #before = 0;
  /** Received, and not acknowledged yet. */
  #coming = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** Since when it was never calm. */
  #restlessSinceMs = Number.NEGATIVE_INFINITY;
  #stormSinceMs: number | undefined;

  begin(): void {
    if (this.silentMs() >= pauses.usual.calmMs) this.#restlessSinceMs = performance.now();
    this.#coming += 1;
  }

  end(): void {
    this.#turn();
    this.#coming -= 1;
    this.#count += 1;
    this.#lastMs = performance.now();
  }

  isStorm(): boolean {
    if (!this.#isFast() && !this.#isRestless()) {
      this.#stormSinceMs = undefined;
      return false;
    }
    this.#stormSinceMs ??= performance.now();
    return performance.now() - this.#stormSinceMs < longestStormMs;
  }

  /** How long nothing has come. */
  silentMs(): number {
    return this.#coming > 0 ? 0 : performance.now() - this.#lastMs;
  }

  #isFast(): boolean {
    this.#turn();
    return Math.max(this.#count, this.#before) > stormRate;
  }

  /** A registry posts one event after the other: where that goes slowly, it may be our own handling that slows it down. */
  #isRestless(): boolean {
    return this.silentMs() < pauses.usual.calmMs && performance.now() - this.#restlessSinceMs > restlessMs;
  }

  #turn(): void {
    const second = Math.floor(performance.now() / 1000);
    if (second === this.#second) return;
    this.#before = second === this.#second + 1 ? this.#count : 0;
    this.#count = 0;
    this.#second = second;
  }
}

export interface EventHandlerParts {
  readonly eventsStore: Pick<RegistryEventsStore, 'listOpen' | 'markHandled'>;
  /**
   * Rejects with RegistryError where the registry does not answer. `early`: it does not have yet what it told of, and is to
   * be asked again in a moment.
   */
  readonly handle: (registryId: string, work: RepositoryWork) => Promise<'done' | 'early'>;
  readonly onError: (registryId: string, error: unknown) => void;
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
}

const repositoriesAtOnce = 8;
/**
 * Events a second from which on fewer repositories of a registry are handled at once: taking what comes goes before handling
 * it, and what has waited a moment is handled together.
 */
const stormRate = 50;
/** Events that come for so long with no pause between them are a storm, too, however slowly. */
const restlessMs = 500;
/** What goes on for longer is no storm but how it is here: making way for it would leave ever more unhandled. */
const longestStormMs = 30_000;
const repositoriesInStorm = 2;
/** Nothing new is begun before so long nothing has come, or for so long: the first events of a storm look like any others. */
const pauses = { usual: { calmMs: 30, longestMs: 150 }, storm: { calmMs: 100, longestMs: 1500 } };
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;
/** Each time twice as long, six seconds in all: what is not there by then was replaced or deleted meanwhile. */
const firstEarlyWaitMs = 50;
const earlyTriesMax = 7;

/** What is under way for one registry. */
interface RegistryState {
  /** Being handled, or resting after a failure: their events wait, nobody else's do. */
  readonly busy: Set<string>;
  readonly waitsMs: Map<string, number>;
  /** How often a repository was asked too early in a row. */
  readonly earlyTries: Map<string, number>;
  readonly arrivals: ArrivalRate;
  active: number;
  isReading: boolean;
  isReadingDue: boolean;
}

/**
 * Handles the open events of every registry, each repository by itself: one that is slow or fails holds up no other.
 * Events that come for a busy repository are its next piece of work.
 */
export class EventHandler {
  readonly #parts: EventHandlerParts;
  readonly #stopping = new AbortController();
  readonly #states = new Map<string, RegistryState>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #latest = new LatestPushes();

  constructor(parts: EventHandlerParts) {
    this.#parts = parts;
  }

  /** Events of this registry are being stored: `stored` resolves with how many are new, and this with the same. */
  async arrive(registryId: string, stored: () => Promise<number>): Promise<number> {
    const { arrivals } = this.#stateOf(registryId);
    arrivals.begin();
    try {
      const count = await stored();
      if (count > 0) this.kick(registryId);
      return count;
    } finally {
      arrivals.end();
    }
  }

  /** There may be open events of this registry. */
  kick(registryId: string): void {
    if (this.#stopping.signal.aborted) return;
    const state = this.#stateOf(registryId);
    state.isReadingDue = true;
    if (state.isReading) return;
    state.isReading = true;
    this.#track(this.#read(registryId, state));
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  #stateOf(registryId: string): RegistryState {
    let state = this.#states.get(registryId);
    if (state === undefined) {
      state = {
        busy: new Set(),
        waitsMs: new Map(),
        earlyTries: new Map(),
        arrivals: new ArrivalRate(),
        active: 0,
        isReading: false,
        isReadingDue: false,
      };
      this.#states.set(registryId, state);
    }
    return state;
  }

  async #read(registryId: string, state: RegistryState): Promise<void> {
    const { eventsStore, onError } = this.#parts;
    try {
      while (state.isReadingDue && !this.#stopping.signal.aborted) {
        state.isReadingDue = false;
        await this.#yield(state);
        const free = (state.arrivals.isStorm() ? repositoriesInStorm : repositoriesAtOnce) - state.active;
        if (free <= 0) return;
        const events = await eventsStore.listOpen(registryId, free, [...state.busy]);
        for (const work of coalesceEvents(events)) {
          const ids = events.filter(({ repository }) => repository === work.repository).map(({ id }) => id);
          state.busy.add(work.repository);
          state.active += 1;
          this.#track(this.#run(registryId, state, work, ids));
        }
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      onError(registryId, error);
      this.#track(this.#kickAfter(firstWaitMs, registryId));
    } finally {
      state.isReading = false;
    }
  }

  /** Until nothing comes for a moment; in a storm for longer. */
  async #yield({ arrivals }: RegistryState): Promise<void> {
    const beganMs = performance.now();
    for (;;) {
      const { calmMs, longestMs } = arrivals.isStorm() ? pauses.storm : pauses.usual;
      const waitMs = Math.min(calmMs - arrivals.silentMs(), beganMs + longestMs - performance.now());
      if (waitMs <= 0) return;
      await this.#parts.sleep(Math.ceil(waitMs), this.#stopping.signal);
    }
  }

  async #run(registryId: string, state: RegistryState, work: RepositoryWork, ids: readonly number[]): Promise<void> {
    const { eventsStore, onError } = this.#parts;
    const { repository } = work;
    try {
      const overtaken = this.#latest.overtaken(registryId, work);
      const isEarly = (await this.#handle(registryId, { ...work, overtaken })) === 'early';
      const tries = state.earlyTries.get(repository) ?? 0;
      if (isEarly && tries < earlyTriesMax) {
        state.earlyTries.set(repository, tries + 1);
        this.#track(this.#kickAfter(firstEarlyWaitMs * 2 ** tries, registryId, () => state.busy.delete(repository)));
        return;
      }
      state.earlyTries.delete(repository);
      this.#latest.remember(registryId, work);
      await eventsStore.markHandled(ids);
      state.waitsMs.delete(repository);
      state.busy.delete(repository);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      onError(registryId, error);
      const waitMs = state.waitsMs.get(repository) ?? firstWaitMs;
      state.waitsMs.set(repository, Math.min(waitMs * 2, longestWaitMs));
      this.#track(this.#kickAfter(waitMs, registryId, () => state.busy.delete(repository)));
    } finally {
      state.active -= 1;
      this.kick(registryId);
    }
  }

  /** What may work later is thrown and stays open; the rest would fail for ever, and the next scan reads it anyway. */
  async #handle(registryId: string, work: RepositoryWork): Promise<'done' | 'early'> {
    try {
      return await this.#parts.handle(registryId, work);
    } catch (error) {
      if (this.#stopping.signal.aborted || !isRegistryError(error) || error.retryable) throw error;
      this.#parts.onError(registryId, error);
      return 'done';
    }
  }

  async #kickAfter(waitMs: number, registryId: string, before: () => void = () => {}): Promise<void> {
    try {
      await this.#parts.sleep(waitMs, this.#stopping.signal);
    } catch {
      // We are stopping: nothing is next.
      return;
    }
    before();
    this.kick(registryId);
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }
}
