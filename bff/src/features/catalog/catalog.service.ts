import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.ts';
import type { StreamEvent } from '../../contract/events.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import type { RegistriesService } from '../registries/registries.service.ts';
import type { CatalogStore, ChangedTag, Remover } from './catalog.store.ts';
import { EventHandler, type RepositoryWork } from './event-handler.ts';
import { type PullEvent, readEnvelope, readPulls } from './notification-envelope.ts';
import { createSizeRefresher } from './size-refresher.ts';
import type { RegistryEventsStore } from './registry-events.store.ts';
import { createScanRunner } from './scan-runner.ts';
import { createScanSchedule } from './scan-schedule.ts';
import type { ScanStateStore } from './scan-state.store.ts';
import { isShownTag } from './shown-names.ts';
import {
  handleRepositoryWork,
  refreshManifest,
  refreshTags,
  type RefreshedTags,
  type SeenAnswer,
  type TagPush,
} from './tag-refresh.ts';
import type { RepositorySource } from './tag-reader.ts';

/** How it is known that a tag is where it is. */
export type TagChangeHow = 'push' | 'copy' | 'scan' | 'restore';

export interface RefreshTagOptions {
  readonly how: TagChangeHow;
  /** Who pushed it, where that is known: an account, a robot, or the address of a client. */
  readonly actor?: string | undefined;
  /** When it was pushed, where that is known better than "now". */
  readonly pushedAt?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RemovedByUs extends Remover {
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  /** The database’s time from before the first of them was taken away. */
  readonly askedAt: Date;
}

export interface RefreshedTag {
  /** What the registry holds under the tag now; null where it holds nothing. */
  readonly digest: string | null;
  readonly changed: boolean;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** A person who was told that removals were held back lets them happen by asking again. */
  readonly requestedBy?: 'person' | 'schedule' | undefined;
}

export interface ScanSummary {
  /** `busy`: another instance is at it; `held-back`: complete, but with more removals than go without a person's word. */
  readonly outcome: 'complete' | 'held-back' | 'failed' | 'busy';
  readonly repositoryCount: number;
  readonly tagCount: number;
  readonly changedTagCount: number;
  readonly removedTagCount: number;
}

/** The index of what the registries hold. It follows them and never decides anything about them. */
export interface CatalogService {
  /**
   * Reads one tag's truth from its registry, stores it with everything below it and publishes `tag` if it changed.
   * Rejects with RegistryError where the registry does not answer.
   */
  refreshTag(registryId: string, repository: string, tag: string, options: RefreshTagOptions): Promise<RefreshedTag>;
  /**
   * The same for several tags of one repository, in one transaction. What could be read is stored, then this rejects with
   * RegistryError where the registry did not answer for all.
   */
  refreshTags(
    registryId: string,
    repository: string,
    tags: readonly (Pick<RefreshTagOptions, 'how' | 'actor'> & {
      readonly tag: string;
      /** The registry has said by itself what the tag is, and is not asked. */
      readonly seen?: SeenAnswer | undefined;
    })[],
  ): Promise<void>;
  /** The same for a manifest that no tag needs to name. False where the registry has none. */
  refreshManifest(
    registryId: string,
    repository: string,
    digest: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<boolean>;
  /** Longshore has taken these away itself: nothing is asked. Tags that were seen again since `askedAt` stay. */
  noteRemoved(registryId: string, repository: string, removed: RemovedByUs): Promise<void>;
  /** Reconciles the whole registry; failures are results, stored as the registry's scan state. */
  scanRegistry(registryId: string, options?: ScanOptions): Promise<ScanSummary>;
  /** Makes a scan due now, on whichever instance is free; survives a restart. */
  requestScan(registryId: string, requestedBy?: 'person' | 'schedule'): Promise<void>;
  /** Stores the events of a Distribution envelope and returns at once; they are handled behind. */
  handleNotifications(registryId: string, envelope: unknown): Promise<{ readonly accepted: number }>;
  /** Takes up unhandled events and begins to scan on schedule. */
  start(): void;
  stop(): Promise<void>;
}

export interface CatalogDeps {
  readonly store: CatalogStore;
  readonly stateStore: ScanStateStore;
  readonly eventsStore: RegistryEventsStore;
  readonly registries: Pick<RegistriesService, 'clientFor' | 'findRegistry' | 'onChanged'>;
  readonly publish: (event: StreamEvent) => void;
  /** Told by the registry; at once, and in memory. */
  readonly notePulls: (registryId: string, pulls: readonly PullEvent[]) => void;
  readonly clock: { now(): Date };
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Of Longshore's own requests to registries. */
  readonly userAgent: string;
  readonly instanceId: string;
  readonly random: () => number;
}

export function createCatalogService(deps: CatalogDeps): CatalogService {
  return new Catalog(deps);
}

class Catalog implements CatalogService {
  readonly #deps: CatalogDeps;
  readonly #stopping = new AbortController();
  readonly #sizes;
  readonly #events;
  readonly #runner;
  readonly #schedule;
  #stopFollowing = () => {};

  constructor(deps: CatalogDeps) {
    this.#deps = deps;
    const { store, stateStore, eventsStore, registries } = deps;
    this.#sizes = createSizeRefresher(
      (repositories) => store.refreshSizes(repositories),
      (error) => this.#warn('', error),
    );
    this.#events = new EventHandler({
      eventsStore,
      handle: (registryId, work) => this.#handleWork(registryId, work),
      onError: (registryId, error) => this.#warn(registryId, error),
      sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
    });
    this.#runner = createScanRunner({
      store,
      stateStore,
      eventsStore,
      clientFor: (registryId) => registries.clientFor(registryId),
      onEnd: (registryId) => deps.publish({ name: 'catalog', payload: { registryId, at: this.#now() } }),
      onError: (registryId, error) => this.#warn(registryId, error),
      instanceId: deps.instanceId,
      random: deps.random,
    });
    this.#schedule = createScanSchedule({
      runner: this.#runner,
      onError: (error) => this.#warn('', error),
      housekeeping: async () => {
        await eventsStore.prune();
        await store.pruneOrphans();
      },
    });
  }

  async refreshTag(registryId: string, repository: string, tag: string, options: RefreshTagOptions) {
    const { how, actor = null, pushedAt = null, signal } = options;
    const pushes = new Map([[tag, [{ how, actor, pushedAt, digest: null }]]]);
    const { digests, changed } = await this.#refresh(registryId, repository, pushes, signal);
    return { digest: digests.get(tag) ?? null, changed: changed.length > 0 };
  }

  async refreshTags(...[registryId, repository, tags]: Parameters<CatalogService['refreshTags']>): Promise<void> {
    const pushes = tags.map(
      ({ tag, how, actor = null }) => [tag, [{ how, actor, pushedAt: null, digest: null }]] as const,
    );
    const seen = new Map(tags.flatMap((one) => (one.seen === undefined ? [] : [[one.tag, one.seen] as const])));
    const source = await this.#sourceOf(registryId, repository);
    this.#publishRefreshed(registryId, repository, await refreshTags(source, registryId, new Map(pushes), { seen }));
  }

  async #refresh(
    registryId: string,
    repository: string,
    pushes: ReadonlyMap<string, readonly TagPush[]>,
    signal?: AbortSignal,
  ): Promise<RefreshedTags> {
    const refreshed = await refreshTags(await this.#sourceOf(registryId, repository, signal), registryId, pushes);
    return this.#publishRefreshed(registryId, repository, refreshed);
  }

  async refreshManifest(
    registryId: string,
    repository: string,
    digest: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<boolean> {
    return refreshManifest(await this.#sourceOf(registryId, repository, signal), registryId, digest);
  }

  async scanRegistry(registryId: string, { signal, requestedBy }: ScanOptions = {}): Promise<ScanSummary> {
    const findings = await this.#runner.scan(registryId, requestedBy === 'person', this.#untilStop(signal));
    if (findings === undefined) return { outcome: 'busy', ...noCounts };
    const { reason: _, ...summary } = findings;
    return summary;
  }

  async requestScan(registryId: string, requestedBy: 'person' | 'schedule' = 'schedule'): Promise<void> {
    await this.#deps.stateStore.request(registryId, requestedBy === 'person');
    this.#schedule.wake();
  }

  async handleNotifications(registryId: string, envelope: unknown): Promise<{ readonly accepted: number }> {
    const { eventsStore, userAgent, notePulls } = this.#deps;
    const received = readEnvelope(envelope, userAgent);
    notePulls(registryId, readPulls(envelope, userAgent));
    if (received.length === 0) {
      await eventsStore.markNotified(registryId);
      return { accepted: 0 };
    }
    return { accepted: await this.#events.arrive(registryId, () => eventsStore.insert(registryId, received)) };
  }

  start(): void {
    const { registries, eventsStore } = this.#deps;
    const follower = followHealth(registries, (registryId) => {
      this.#events.kick(registryId);
      this.requestScan(registryId).catch((error: unknown) => this.#warn(registryId, error));
    });
    this.#stopFollowing = registries.onChanged(follower);
    this.#schedule.start();
    eventsStore.listRegistriesWithOpen().then(
      (registryIds) => {
        for (const registryId of registryIds) this.#events.kick(registryId);
      },
      (error: unknown) => this.#warn('', error),
    );
  }

  async stop(): Promise<void> {
    this.#stopFollowing();
    this.#stopping.abort(new Error('Longshore is stopping.'));
    await Promise.all([this.#schedule.stop(), this.#events.stop()]);
    await this.#sizes.flush();
  }

  async noteRemoved(registryId: string, repository: string, removed: RemovedByUs): Promise<void> {
    const { store } = this.#deps;
    const { tags, digests, actor, policy, askedAt } = removed;
    const by = { actor, policy };
    const changed = await store.removeTags(registryId, repository, tags, askedAt, { how: 'delete', ...by });
    const isNamed = actor !== null || policy !== null;
    if (isNamed && changed.length < tags.length) await store.nameRemover(registryId, repository, tags, by);
    if (digests.length > 0) await store.forgetManifests(registryId, repository, digests);
    this.#publishTags(registryId, repository, changed);
  }

  async #handleWork(registryId: string, work: RepositoryWork): Promise<'done' | 'early'> {
    const source = await this.#sourceOf(registryId, work.repository);
    const handled = await handleRepositoryWork(source, registryId, work);
    const { isEarly } = this.#publishRefreshed(registryId, work.repository, handled);
    return isEarly ? 'early' : 'done';
  }

  /** What was read is told also where something else could not be. */
  #publishRefreshed<Refreshed extends Pick<RefreshedTags, 'changed' | 'error'>>(
    registryId: string,
    repository: string,
    refreshed: Refreshed,
  ): Refreshed {
    this.#publishTags(registryId, repository, refreshed.changed);
    if (refreshed.error !== undefined) throw refreshed.error;
    return refreshed;
  }

  async #sourceOf(registryId: string, repository: string, signal?: AbortSignal): Promise<RepositorySource> {
    const { store, registries } = this.#deps;
    return { store, client: await registries.clientFor(registryId), repository, signal: this.#untilStop(signal) };
  }

  #untilStop(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal]);
  }

  #publishTags(registryId: string, repository: string, changed: readonly ChangedTag[]): void {
    if (changed.length > 0) this.#sizes.add(repository);
    const at = this.#now();
    for (const { name, digest } of changed.filter((tag) => isShownTag(tag.name))) {
      this.#deps.publish({ name: 'tag', payload: { registryId, repository, name, digest, at } });
    }
  }

  #warn(registryId: string, error: unknown): void {
    const { logger } = this.#deps;
    // That a registry is down is its state, shown on its page; it is no fault of ours to log at each try.
    if (isRegistryError(error)) logger.info({ registryId, code: error.code }, error.sentence);
    else logger.warn({ registryId, err: error }, 'The catalog could not follow a registry.');
  }

  #now(): string {
    return this.#deps.clock.now().toISOString();
  }
}

const noCounts = { repositoryCount: 0, tagCount: 0, changedTagCount: 0, removedTagCount: 0 };

/** Calls back when a registry is new, other than it was, or answers again after it did not. */
function followHealth(
  registries: Pick<RegistriesService, 'findRegistry'>,
  onNews: (registryId: string) => void,
): (registryId: string) => void {
  const last = new Map<string, { version: number; isDown: boolean }>();
  return (registryId) => {
    registries.findRegistry(registryId).then(
      (registry) => {
        if (registry === undefined) {
          last.delete(registryId);
          return;
        }
        const before = last.get(registryId);
        const now = { version: registry.version, isDown: registry.health === 'down' };
        last.set(registryId, now);
        const isBack = before?.isDown === true && !now.isDown;
        if (isBack || (before !== undefined && before.version !== now.version)) onNews(registryId);
        // A new one is due by itself; this instance need not wait to notice.
        else if (before === undefined && !now.isDown) onNews(registryId);
      },
      () => {},
    );
  };
}

export { isShownTag, projectOf } from './shown-names.ts';
export type { OpenTask, PlacedTag, TagLine, TagPages, TrashedTag } from './tag-pages.view.ts';
export { tagOrder } from './tag-pages.view.ts';
export { EnvelopeError } from './notification-envelope.ts';
