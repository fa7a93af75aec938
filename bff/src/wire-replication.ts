import { setTimeout as sleep } from 'node:timers/promises';
import { projectOf } from './access/subject.ts';
import type { CatalogService } from './features/catalog/catalog.service.ts';
import type { ImmutableRulesService } from './features/immutable-rules/immutable-rules.service.ts';
import type { TagLeases } from './features/immutable-rules/tag-leases.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import { createBreakersStore } from './features/replication/breakers.store.ts';
import { createCopyHintsView } from './features/replication/copy-hints.view.ts';
import { createCopyPreviewView } from './features/replication/copy-preview.view.ts';
import { createDestinationTagsView, type TagWinner } from './features/replication/destination-tags.view.ts';
import { createExecutionsView } from './features/replication/executions.view.ts';
import { rateAt } from './features/replication/bandwidth.ts';
import { LiveProgress } from './features/replication/live-progress.ts';
import { createOldExecutionsStore } from './features/replication/old-executions.store.ts';
import { OldExecutions } from './features/replication/old-executions.ts';
import { PacedTargets } from './features/replication/paced-target.ts';
import { createPlanExecutionsStore } from './features/replication/plan-executions.store.ts';
import { createPolicyBandwidthView } from './features/replication/policy-bandwidth.view.ts';
import { sentences } from './features/replication/task-outcome.ts';
import { blobAnswer, progressAnswer } from './features/replication/replication-answers.ts';
import type { ClaimedTask, TaskDestination } from './features/replication/replication.ts';
import { type BeforeSetting, replicationRoutes, showExecution } from './features/replication/replication.routes.ts';
import {
  type ReplicationDeps,
  type ReplicationNews,
  ReplicationService,
  type StopRequest,
} from './features/replication/replication.service.ts';
import { createReplicationStore } from './features/replication/replication.store.ts';
import type { MoveToTrash } from './features/replication/task-runner.ts';
import { createTaskRights } from './features/replication/task-rights.ts';
import { createTaskClaimsStore } from './features/replication/task-claims.store.ts';
import { createTaskRecordsStore } from './features/replication/task-records.store.ts';
import { createTasksView } from './features/replication/tasks.view.ts';
import { createUnheardCopiesView } from './features/replication/unheard-copies.view.ts';
import type { RequestAccess } from './http/request-access.ts';
import { createJobQueue } from './job-queue/index.ts';
import type { RegistryClient } from './registry-client/index.ts';
import type { TagMove } from './replication-engine/index.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

const stopChannel = 'longshore_stop';
const wakeJob = 'replication';

const placeOf = ({ registryId, repository }: { readonly registryId: string; readonly repository: string }) => ({
  registryId,
  repository,
});

/** What replication tells, as the events of the contract. */
function newsOver({ publish, clock }: Foundation): ReplicationNews {
  return {
    task: ({ task, blobs }) =>
      publish({
        name: 'task',
        payload: {
          ...progressAnswer(task, clock.now()),
          blobs: blobs.map((blob) => blobAnswer(blob, task.state)),
          source: placeOf(task.source),
          destination: placeOf(task.destination),
        },
      }),
    execution: (executionId) => publish({ name: 'execution', payload: { executionId, at: clock.now().toISOString() } }),
  };
}

export interface TagRules {
  readonly rules: Pick<ImmutableRulesService, 'findImmutable'>;
  readonly tagLeases: TagLeases;
}

interface TaskRules extends TagRules {
  readonly moveToTrash: MoveToTrash;
  readonly beforeSetting: BeforeSetting;
}

/** A copy has nobody who waits for its answer. */
const tagPatienceMs = 600_000;

/** Who may no longer have a task run, and which tags stay where they are. */
function whatHoldsTasks({ access }: Foundation, { rules, tagLeases, moveToTrash }: TaskRules) {
  const findImmutable = async ({ registryId, repository, tag }: TaskDestination) => {
    if (tag === null) return undefined;
    const places = await access.registries();
    const environment = places.find((place) => place.registryId === registryId)?.environment;
    if (environment === undefined) return undefined;
    const rule = await rules.findImmutable({ project: projectOf(repository), environment, repository, tag });
    return rule && `${rule.repositoryPattern}:${rule.tagPattern}`;
  };
  return {
    findRefusal: createTaskRights(access),
    findImmutable,
    moveToTrash,
    holdTag: async (destination: TaskDestination, move: TagMove): Promise<void> => {
      const { registryId, repository, tag } = destination;
      const isHeld = tag !== null && (await findImmutable(destination)) !== undefined;
      if (isHeld) await tagLeases.hold({ registryId, repository, tag }, move, tagPatienceMs);
      else await move.decide().then(move.move);
    },
  };
}

/** How often it is looked whether the news of a push has come. */
const newsPollMs = 250;

/** A tag that two registries are masters of goes to the later push, as the registry itself has it now. */
function whoseTagCounts(
  { database }: Foundation,
  catalog: Pick<CatalogService, 'refreshTags'>,
  registries: Pick<RegistriesService, 'findRegistry'>,
) {
  const tags = createDestinationTagsView(database.kysely);
  return {
    weighPushes: async ({ contest, source, destination, digest }: ClaimedTask, signal: AbortSignal) => {
      const { registryId, repository, tag } = destination;
      if (contest === null || tag === null || digest === null) return undefined;
      let winner: TagWinner;
      for (;;) {
        await catalog.refreshTags(registryId, repository, [{ tag, how: 'scan', actor: undefined }]);
        winner = await tags.findWinner(source, destination, { digest, originAt: contest.originAt });
        if (winner !== 'undecided') break;
        await sleep(newsPollMs, undefined, { signal });
      }
      if (winner === 'source-alone') return undefined;
      if (winner === 'neither') return { isLost: true, reason: sentences.movedOn() };
      const there = (await registries.findRegistry(registryId))?.name ?? registryId;
      return winner === 'source'
        ? { isLost: false, reason: sentences.replacedEarlier(tag, there) }
        : { isLost: true, reason: sentences.lostToLater(tag, there) };
    },
  };
}

/** What a policy sends into one destination keeps to the bandwidth it has there at that moment, over all consoles. */
function paceOfPolicies({ database, clock }: Foundation) {
  const bandwidths = createPolicyBandwidthView(database.kysely);
  const targets = new PacedTargets();
  return async (destination: RegistryClient, { policyId, destination: { registryId } }: ClaimedTask) => {
    const bandwidth = policyId === null ? null : await bandwidths.find(policyId, registryId);
    if (policyId === null || bandwidth === null) return destination;
    return targets.targetFor(destination, policyId, async () => {
      const rate = rateAt(bandwidth, clock.now());
      return rate && rate / (await bandwidths.countConsoles(policyId, registryId));
    });
  };
}

function refreshesOf(
  catalog: Pick<CatalogService, 'refreshTags' | 'refreshManifest'>,
): Pick<ReplicationDeps, 'refreshTags' | 'refreshManifest'> {
  return {
    refreshTags: (registryId, repository, tags) => catalog.refreshTags(registryId, repository, tags),
    refreshManifest: async (registryId, repository, digest) => {
      await catalog.refreshManifest(registryId, repository, digest);
    },
  };
}

function storesOver(kysely: Foundation['database']['kysely']) {
  return {
    store: createReplicationStore(kysely),
    planStore: createPlanExecutionsStore(kysely),
    claims: createTaskClaimsStore(kysely),
    breakers: createBreakersStore(kysely),
    unheard: createUnheardCopiesView(kysely),
    records: createTaskRecordsStore(kysely),
    copyHints: createCopyHintsView(kysely),
  };
}

/** What the tasks of all instances said last. */
function hearProgress(bus: Foundation['bus']) {
  const live = new LiveProgress(() => performance.now());
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered?.event.name === 'task') live.hear(numbered.event.payload);
  });
  return { live, unsubscribe };
}

export function wireOldExecutions({ config, database, logger }: Foundation): FeatureParts {
  const old = new OldExecutions({
    store: createOldExecutionsStore(database.kysely),
    keptDays: config.replication.forgetAfterDays,
    onFault: (error) => logger.error({ err: error }, 'What ended long ago could not be forgotten.'),
  });
  return { start: () => old.start(), stop: () => old.stop() };
}

export function wireReplication(
  foundation: Foundation,
  registries: RegistriesService,
  catalog: Pick<CatalogService, 'refreshTags' | 'refreshManifest'>,
  rules: TaskRules,
) {
  const { bus, database, clock, logger, newId } = foundation;
  const { kysely } = database;
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind a copy.');
  const queue = createJobQueue({ database, names: [wakeJob], onFault });
  const executions = createExecutionsView(kysely);
  const tasks = createTasksView(kysely);
  const held = whatHoldsTasks(foundation, rules);
  const preview = createCopyPreviewView(kysely);
  const replication = new ReplicationService({
    ...storesOver(kysely),
    tasks,
    preview,
    registries,
    ...held,
    ...whoseTagCounts(foundation, catalog, registries),
    pace: paceOfPolicies(foundation),
    ...refreshesOf(catalog),
    enqueueWake: (transaction) => queue.enqueue(wakeJob, {}, { transaction, singletonKey: 'wake' }),
    announceStop: (request) => database.notify(stopChannel, JSON.stringify(request)),
    news: newsOver(foundation),
    newId,
    instanceId: newId(),
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
    clock,
    random: Math.random,
    onFault,
  });
  const { live, unsubscribe } = hearProgress(bus);
  let unlisten = async (): Promise<void> => {};
  const routesDeps = { replication, executions, tasks, live, clock, beforeSetting: rules.beforeSetting };
  return {
    replication,
    bytesMissing: preview.bytesMissing,
    findImmutable: held.findImmutable,
    /** Null: whoever asks has made it. */
    showExecution: (executionId: string, access: RequestAccess | null) =>
      showExecution(routesDeps, executionId, access),
    listTasks: async (executionId: string, access: RequestAccess) =>
      tasks.listDestinations(executionId, await access.scope('replication.read')),
    router: replicationRoutes(routesDeps),
    start: async () => {
      await queue.start();
      await queue.work(wakeJob, async () => replication.wake(), { concurrency: 1 });
      const noteStop = (payload: string): void => replication.noteStop(JSON.parse(payload) as StopRequest);
      unlisten = await database.listen(stopChannel, noteStop);
      await replication.start();
    },
    stop: async () => {
      unsubscribe();
      await unlisten();
      await replication.shutDown();
      await queue.stop(1000);
    },
  };
}
