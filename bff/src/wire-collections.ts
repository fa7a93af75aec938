import { databaseNow } from './database/database-now.ts';
import type { CatalogService } from './features/catalog/catalog.service.ts';
import { CollectionClaimsStore } from './features/collections/collection-claims.store.ts';
import { CollectionRunner } from './features/collections/collection-runner.ts';
import type { ClaimedRun, EndState, Reason } from './features/collections/collections.ts';
import { collectionsRoutes } from './features/collections/collections.routes.ts';
import { CollectionsService } from './features/collections/collections.service.ts';
import { CollectionsStore } from './features/collections/collections.store.ts';
import { OpenWritesStore } from './features/collections/open-writes.store.ts';
import { ReachableView } from './features/collections/reachable.view.ts';
import { usualTimes } from './features/collections/run-work.ts';
import { TagRecordsStore } from './features/collections/tag-records.store.ts';
import { nextTime, problemsOfSchedule } from './features/policies/schedule.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import { tokenLifeSeconds } from './features/token-service/registry-tokens.ts';
import type { Foundation } from './wire-foundation.ts';

/** Registries take a token for so long after its end. */
const leewaySeconds = 60;
/** One instance hears of a maintenance at once; what it has open it says twice a second. */
const settleAloneMs = 1500;

/** Garbage collections: docs/decisions/061-collections.md. */
export function wireCollections(
  foundation: Foundation,
  registries: Pick<RegistriesService, 'clientFor' | 'findRegistry'>,
  catalog: Pick<CatalogService, 'refreshManifest'>,
) {
  const { clock, config, database, logger, newId, publish } = foundation;
  const { kysely } = database;
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind a garbage collection.');
  const at = () => clock.now().toISOString();
  const announceRun = (collectionId: string) => publish({ name: 'collection', payload: { collectionId, at: at() } });
  const tokenLifeMs = tokenLivesOf(registries);
  const commandsOf = (registryId: string) => config.collections.commands.find((one) => one.registryId === registryId);
  const store = new CollectionsStore(kysely);
  const openWrites = new OpenWritesStore(kysely);
  const record = recorderIn(foundation);
  const collections = new CollectionsService({
    store,
    openWrites,
    commandsOf,
    tokenLifeMs,
    problemsOf: problemsOfSchedule,
    nextTime,
    announceRun,
    onScheduled: ({ registryId, isRefused }) =>
      record(registryId, isRefused ? 'refused' : 'done', 'startCollection', {
        reason: isRefused ? 'Another one was at work.' : null,
        after: { kind: 'collection' },
      }),
    newId,
    databaseNow: () => databaseNow(kysely),
  });
  const runner = new CollectionRunner({
    claims: new CollectionClaimsStore(kysely),
    reachable: new ReachableView(kysely),
    tagRecords: new TagRecordsStore(kysely),
    openWrites,
    announceRegistry: (registryId) => publish({ name: 'registry', payload: { registryId, at: at() } }),
    announceRun,
    lookAt: (registryId, repository, digest) => catalog.refreshManifest(registryId, repository, digest),
    environment: config.collections.environment,
    times: database.kind === 'embedded' ? { ...usualTimes, settleMs: settleAloneMs } : usualTimes,
    tokenLifeMs,
    commandsOf,
    clientFor: (registryId) => registries.clientFor(registryId),
    startDue: () => collections.startDue(),
    onEnded: (run, end) => recordEnd(record, run, end),
    owner: newId(),
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
    onFault,
  });
  collections.wakes(runner);
  return {
    router: collectionsRoutes({ collections, store, environmentOf: environmentsOf(foundation), clock }),
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}

function environmentsOf({ access }: Foundation) {
  return async (registryId: string): Promise<string | undefined> =>
    (await access.registries()).find((place) => place.registryId === registryId)?.environment;
}

function tokenLivesOf({ findRegistry }: Pick<RegistriesService, 'findRegistry'>) {
  return async (registryId: string): Promise<number | undefined> => {
    const registry = await findRegistry(registryId);
    return registry?.trustsLongshore === true ? (tokenLifeSeconds + leewaySeconds) * 1000 : undefined;
  };
}

type RecordEnd = ReturnType<typeof recorderIn>;

function recorderIn(foundation: Foundation) {
  const environmentOf = environmentsOf(foundation);
  return async (
    registryId: string,
    outcome: 'done' | 'refused' | 'failed',
    action: 'startCollection' | 'endCollection',
    { reason, after }: { readonly reason: string | null; readonly after: Readonly<Record<string, unknown>> },
  ): Promise<void> => {
    await foundation.recordAudit({
      actor: { kind: 'system', id: null, name: 'Longshore' },
      address: null,
      action,
      outcome,
      project: null,
      environment: (await environmentOf(registryId)) ?? null,
      target: registryId,
      reason,
      before: null,
      after,
      requestId: null,
    });
  };
}

/** A preview changes nothing. */
async function recordEnd(
  record: RecordEnd,
  run: ClaimedRun,
  { state, reason }: { readonly state: EndState; readonly reason: Reason | null },
): Promise<void> {
  if (run.kind === 'preview') return;
  const outcome = state === 'failed' ? 'failed' : 'done';
  await record(run.registryId, outcome, 'endCollection', { reason: reason?.sentence ?? null, after: { state } });
}
