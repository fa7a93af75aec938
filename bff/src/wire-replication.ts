import { projectOf } from './access/subject.ts';
import type { CatalogService } from './features/catalog/catalog.service.ts';
import type { ImmutableRulesService } from './features/immutable-rules/immutable-rules.service.ts';
import type { TagLeases } from './features/immutable-rules/tag-leases.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import { createCopyPreviewView } from './features/replication/copy-preview.view.ts';
import { createExecutionsView } from './features/replication/executions.view.ts';
import { createOperationsView } from './features/replication/operations.view.ts';
import { blobAnswer, operationsAnswer, progressAnswer } from './features/replication/replication-answers.ts';
import type { TaskDestination } from './features/replication/replication.ts';
import { replicationRoutes } from './features/replication/replication.routes.ts';
import {
  type ReplicationNews,
  ReplicationService,
  type StopRequest,
} from './features/replication/replication.service.ts';
import { createReplicationStore } from './features/replication/replication.store.ts';
import { createTaskRights } from './features/replication/task-rights.ts';
import { createTaskClaimsStore } from './features/replication/task-claims.store.ts';
import { createTaskRecordsStore } from './features/replication/task-records.store.ts';
import { createTasksView } from './features/replication/tasks.view.ts';
import { createJobQueue } from './job-queue/index.ts';
import type { TagMove } from './replication-engine/index.ts';
import type { Foundation } from './wire-foundation.ts';

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
          blobs: blobs.map(blobAnswer),
          source: placeOf(task.source),
          destination: placeOf(task.destination),
        },
      }),
    execution: (executionId) => publish({ name: 'execution', payload: { executionId, at: clock.now().toISOString() } }),
    operations: (operations) => publish({ name: 'operations', payload: operationsAnswer(operations, clock.now()) }),
  };
}

export interface TagRules {
  readonly rules: Pick<ImmutableRulesService, 'findImmutable'>;
  readonly tagLeases: TagLeases;
}

/** A copy has nobody who waits for its answer. */
const tagPatienceMs = 600_000;

/** Who may no longer have a task run, and which tags stay where they are. */
function whatHoldsTasks({ access }: Foundation, { rules, tagLeases }: TagRules) {
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
    holdTag: async (destination: TaskDestination, move: TagMove): Promise<void> => {
      const { registryId, repository, tag } = destination;
      const isHeld = tag !== null && (await findImmutable(destination)) !== undefined;
      if (isHeld) await tagLeases.hold({ registryId, repository, tag }, move, tagPatienceMs);
      else await move.decide().then(move.move);
    },
  };
}

export function wireReplication(
  foundation: Foundation,
  registries: RegistriesService,
  catalog: Pick<CatalogService, 'refreshTags' | 'refreshManifest'>,
  rules: TagRules,
) {
  const { database, clock, logger, newId } = foundation;
  const { kysely } = database;
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind a copy.');
  const queue = createJobQueue({ database, names: [wakeJob], onFault });
  const executions = createExecutionsView(kysely);
  const tasks = createTasksView(kysely);
  const replication = new ReplicationService({
    store: createReplicationStore(kysely),
    claims: createTaskClaimsStore(kysely),
    records: createTaskRecordsStore(kysely),
    tasks,
    preview: createCopyPreviewView(kysely),
    operations: createOperationsView(kysely),
    registries,
    ...whatHoldsTasks(foundation, rules),
    refreshTags: (registryId, repository, tags) => catalog.refreshTags(registryId, repository, tags),
    refreshManifest: async (registryId, repository, digest) => {
      await catalog.refreshManifest(registryId, repository, digest);
    },
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
  let unlisten = async (): Promise<void> => {};
  return {
    replication,
    router: replicationRoutes({ replication, executions, tasks, clock }),
    start: async () => {
      await queue.start();
      await queue.work(wakeJob, async () => replication.wake(), { concurrency: 1 });
      unlisten = await database.listen(stopChannel, (payload) =>
        replication.noteStop(JSON.parse(payload) as StopRequest),
      );
      await replication.start();
    },
    stop: async () => {
      await unlisten();
      await replication.shutDown();
      await queue.stop(1000);
    },
  };
}
