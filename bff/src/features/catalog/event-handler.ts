import { isRegistryError } from '../../registry-client/index.ts';
import { inParallel } from './in-parallel.ts';
import type { RegistryEventsStore, StoredEvent } from './registry-events.store.ts';

/** What a burst of events comes down to. */
export interface RepositoryWork {
  readonly repository: string;
  /** The last push of each tag. */
  readonly tags: ReadonlyMap<string, { readonly actor: string | null; readonly pushedAt: Date | null }>;
  /** Manifests pushed without a tag. */
  readonly digests: ReadonlySet<string>;
  /** Something was deleted: a deletion by digest does not say which tags went with it. */
  readonly deletedDigests: ReadonlySet<string>;
  readonly isListingDue: boolean;
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
    };
  });
}

/** Events come in any order: the latest by the registry's own time is the one that counts. */
function lastPushes(pushes: readonly StoredEvent[]): RepositoryWork['tags'] {
  const tags = new Map<string, { actor: string | null; pushedAt: Date | null }>();
  for (const { tag, actor, occurredAt } of pushes) {
    if (tag === null) continue;
    const before = tags.get(tag);
    const isLater = (occurredAt?.getTime() ?? 0) >= (before?.pushedAt?.getTime() ?? 0);
    if (before === undefined || isLater) tags.set(tag, { actor, pushedAt: occurredAt });
  }
  return tags;
}

export interface EventHandlerParts {
  readonly eventsStore: RegistryEventsStore;
  /** Rejects with RegistryError where the registry does not answer. */
  readonly handle: (registryId: string, work: RepositoryWork) => Promise<void>;
  readonly onError: (registryId: string, error: unknown) => void;
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
}

const eventsAtOnce = 1000;
const repositoriesAtOnce = 8;
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;

export type EventHandler = ReturnType<typeof createEventHandler>;

/** One loop for each registry with open events: events that come while it works are one more round, not one more loop. */
export function createEventHandler({ eventsStore, handle, onError, sleep }: EventHandlerParts) {
  const stopping = new AbortController();
  const running = new Map<string, { again: boolean; done: Promise<void> }>();

  const round = async (registryId: string): Promise<number> => {
    const events = await eventsStore.listOpen(registryId, eventsAtOnce);
    if (events.length === 0) return 0;
    const works = coalesceEvents(events);
    await inParallel(works, repositoriesAtOnce, async (work) => {
      try {
        await handle(registryId, work);
      } catch (error) {
        // What may work later stays open; the rest would fail for ever, and the next scan reads it anyway.
        if (stopping.signal.aborted || !isRegistryError(error) || error.retryable) throw error;
        onError(registryId, error);
      }
      const ids = events.filter(({ repository }) => repository === work.repository).map(({ id }) => id);
      await eventsStore.markHandled(ids);
    });
    return events.length;
  };

  const loop = async (registryId: string, state: { again: boolean }): Promise<void> => {
    let waitMs = firstWaitMs;
    while (!stopping.signal.aborted) {
      state.again = false;
      try {
        const handled = await round(registryId);
        waitMs = firstWaitMs;
        if (handled === 0 && !state.again) return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        onError(registryId, error);
        await sleep(waitMs, stopping.signal).catch(() => {});
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
  };

  return {
    /** There may be open events of this registry. */
    kick(registryId: string): void {
      if (stopping.signal.aborted) return;
      const current = running.get(registryId);
      if (current !== undefined) {
        current.again = true;
        return;
      }
      const state = { again: false, done: Promise.resolve() };
      running.set(registryId, state);
      state.done = loop(registryId, state).finally(() => running.delete(registryId));
    },
    /** Resolves when the events that were there are handled, for whoever must not go before. */
    async idle(): Promise<void> {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
    async stop(): Promise<void> {
      stopping.abort();
      await this.idle();
    },
  };
}
