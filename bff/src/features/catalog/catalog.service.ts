import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.ts';
import type { StreamEvent } from '../../contract/events.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import type { RegistriesService } from '../registries/registries.service.ts';
import type { CatalogStore, ChangedTag } from './catalog.store.ts';
import { createEventHandler, type RepositoryWork } from './event-handler.ts';
import { readEnvelope } from './notification-envelope.ts';
import { createSizeRefresher } from './size-refresher.ts';
import type { RegistryEventsStore } from './registry-events.store.ts';
import { createScanRunner } from './scan-runner.ts';
import { createScanSchedule } from './scan-schedule.ts';
import type { ScanStateStore } from './scan-state.store.ts';
import { isShownTag } from './shown-names.ts';
import { handleRepositoryWork, refreshManifest, refreshTag } from './tag-refresh.ts';
import type { RepositorySource } from './tag-reader.ts';

/** How it is known that a tag is where it is. */
export type TagChangeHow = 'push' | 'copy' | 'scan';

export interface RefreshTagOptions {
  readonly how: TagChangeHow;
  /** Who pushed it, where that is known: an account, a robot, or the address of a client. */
  readonly actor?: string | undefined;
  /** When it was pushed, where that is known better than "now". */
  readonly pushedAt?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
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
  /** The same for a manifest that no tag needs to name. False where the registry has none. */
  refreshManifest(
    registryId: string,
    repository: string,
    digest: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<boolean>;
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
  readonly clock: { now(): Date };
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Of Longshore's own requests to registries. */
  readonly userAgent: string;
  readonly instanceId: string;
  readonly random: () => number;
}

export function createCatalogService(deps: CatalogDeps): CatalogService {
  const { store, stateStore, eventsStore, registries, logger } = deps;
  const stopping = new AbortController();

  const warn = (registryId: string, error: unknown) => {
    // That a registry is down is its state, shown on its page; it is no fault of ours to log at each try.
    if (isRegistryError(error)) logger.info({ registryId, code: error.code }, error.sentence);
    else logger.warn({ registryId, err: error }, 'The catalog could not follow a registry.');
  };
  const sizes = createSizeRefresher(store.refreshSizes, (error) => warn('', error));

  const sourceOf = async (registryId: string, repository: string, signal?: AbortSignal): Promise<RepositorySource> => ({
    store,
    client: await registries.clientFor(registryId),
    repository,
    signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]),
  });

  const publishTags = (registryId: string, repository: string, changed: readonly ChangedTag[]): void => {
    if (changed.length > 0) sizes.add(repository);
    const at = deps.clock.now().toISOString();
    for (const { name, digest } of changed.filter((tag) => isShownTag(tag.name))) {
      deps.publish({ name: 'tag', payload: { registryId, repository, name, digest, at } });
    }
  };

  const events = createEventHandler({
    eventsStore,
    handle: async (registryId: string, work: RepositoryWork) => {
      const source = await sourceOf(registryId, work.repository);
      publishTags(registryId, work.repository, await handleRepositoryWork(source, registryId, work));
    },
    onError: warn,
    sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
  });

  const runner = createScanRunner({
    store,
    stateStore,
    eventsStore,
    clientFor: registries.clientFor,
    onEnd: (registryId) =>
      deps.publish({ name: 'catalog', payload: { registryId, at: deps.clock.now().toISOString() } }),
    onError: warn,
    instanceId: deps.instanceId,
    random: deps.random,
  });
  const schedule = createScanSchedule({
    runner,
    onError: (error) => warn('', error),
    housekeeping: async () => {
      await eventsStore.prune();
      await store.pruneOrphans();
    },
  });
  const requestScan = async (registryId: string, requestedBy: 'person' | 'schedule' = 'schedule') => {
    await stateStore.request(registryId, requestedBy === 'person');
    schedule.wake();
  };
  const follower = followHealth(registries, (registryId) => {
    events.kick(registryId);
    requestScan(registryId).catch((error: unknown) => warn(registryId, error));
  });
  let stopFollowing = () => {};

  return {
    async refreshTag(registryId, repository, tag, { how, actor, pushedAt, signal }) {
      const source = await sourceOf(registryId, repository, signal);
      const push = { how, actor: actor ?? null, pushedAt: pushedAt ?? null };
      const { digest, changed } = await refreshTag(source, registryId, tag, push);
      publishTags(registryId, repository, changed);
      return { digest, changed: changed.length > 0 };
    },
    async refreshManifest(registryId, repository, digest, options = {}) {
      return refreshManifest(await sourceOf(registryId, repository, options.signal), registryId, digest);
    },
    async scanRegistry(registryId, { signal, requestedBy } = {}) {
      const both = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
      const findings = await runner.scan(registryId, requestedBy === 'person', both);
      if (findings === undefined) return { outcome: 'busy', ...noCounts };
      const { reason: _, ...summary } = findings;
      return summary;
    },
    requestScan,
    async handleNotifications(registryId, envelope) {
      const received = readEnvelope(envelope, deps.userAgent);
      if (received.length === 0) {
        await eventsStore.markNotified(registryId);
        return { accepted: 0 };
      }
      const accepted = await eventsStore.insert(registryId, received);
      if (accepted > 0) events.kick(registryId);
      return { accepted };
    },
    start() {
      stopFollowing = registries.onChanged(follower);
      schedule.start();
      eventsStore.listRegistriesWithOpen().then(
        (ids) => ids.forEach((id) => events.kick(id)),
        (error: unknown) => warn('', error),
      );
    },
    async stop() {
      stopFollowing();
      stopping.abort(new Error('Longshore is stopping.'));
      await Promise.all([schedule.stop(), events.stop()]);
      await sizes.flush();
    },
  };
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

export { projectOf } from './shown-names.ts';
export type { OpenTask, PlacedTag, TagLine, TagPages } from './tag-pages.view.ts';
export { tagOrder } from './tag-pages.view.ts';
export { EnvelopeError } from './notification-envelope.ts';
