import { Router } from 'express';
import { projectOf } from '../../access/subject.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/replication.ts';
import { ApiError } from '../../http/api-error.ts';
import type { AuditNote } from '../../http/audit-notes.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { RegistryNotFoundError } from '../registries/registries.service.ts';
import type { Scope } from '../../access/scope.ts';
import { authorizeCopy, authorizeDestinations, copyScope, seesTask, type TaskVerb } from './copy-access.routes.ts';
import type { CopyPreview } from './copy-preview.ts';
import type { ExecutionsView } from './executions.view.ts';
import {
  type CopyRequest,
  declinedCode,
  heldBackCode,
  maintenanceCode,
  openStates,
  pausedCode,
  type Reason,
  type Task,
  type TaskState,
} from './replication.ts';
import type { LiveProgress } from './live-progress.ts';
import { detailAnswer, executionAnswer, previewAnswer, taskAnswer } from './replication-answers.ts';
import type { ReplicationService, Which } from './replication.service.ts';
import type { TaskScope } from './task-scope.view.ts';
import type { TasksView } from './tasks.view.ts';

export interface ReplicationRoutesDeps {
  readonly replication: ReplicationService;
  readonly executions: ExecutionsView;
  readonly tasks: TasksView;
  /** What every instance says of the tasks it runs. */
  readonly live: LiveProgress;
  readonly clock: { now(): Date };
  /** What to know of policies that set tags of these digests back. */
  readonly beforeSetting: BeforeSetting;
}

export type BeforeSetting = (
  tags: ReadonlyArray<{ registryId: string; repository: string; tag: string; digest: string }>,
  scope: Scope,
) => Promise<Reason[]>;

const pageLength = 50;
// Microseconds since the epoch: all tasks of an execution are made in the same millisecond.
const executionColumns = [{ type: 'integer' }, { type: 'text' }] as const;
const taskColumns = [{ type: 'integer' }, { type: 'integer' }, { type: 'text' }] as const;

export function replicationRoutes(deps: ReplicationRoutesDeps): Router {
  const router = Router();
  mountExecutions(router, deps);
  mountExecutionChanges(router, deps);
  mountTasks(router, deps);
  return router;
}

function mountExecutions(router: Router, deps: ReplicationRoutesDeps): void {
  const { replication, executions } = deps;
  mountEndpoint(router, contract.previewCopy, async ({ body }, { access }) => {
    const request = requestOf(body);
    await authorizeCopy(access, request);
    const preview = await mapped(() => replication.previewCopy(request));
    const cautions = await deps.beforeSetting(setTags(preview), await access.scope('replication.read'));
    return previewAnswer(preview, cautions);
  });
  mountEndpoint(router, contract.createExecution, async ({ body }, { access, account, audit }) => {
    const request = requestOf(body);
    audit.note(await noteOf(access, request));
    await authorizeCopy(access, request);
    const requested = { by: account?.username ?? null, userId: account?.id ?? null };
    const id = await mapped(() => replication.createExecution(request, requested));
    // What the caller asked for, even where it may pull from a place but not see what is copied from there.
    return existing(await showExecution(deps, id, null));
  });
  mountEndpoint(router, contract.listExecutions, async ({ query }, { access }) => {
    const { q, state, policyId, sort = '-created', limit = pageLength, cursor } = query;
    const after = readCursor(cursor, sort, executionColumns);
    const scope = await copyScope(access);
    const live = liveOf(deps, scope);
    const items = await executions.list({
      scope,
      live,
      q,
      state,
      policyId,
      isNewestFirst: sort === '-created',
      limit: limit + 1,
      after: after && { microseconds: Number(after[0]), id: String(after[1]) },
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((execution) =>
        executionAnswer(
          execution,
          live.filter(({ executionId }) => executionId === execution.id),
        ),
      ),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.createdAtMicroseconds, last.id]),
      total: null,
    };
  });
  mountEndpoint(router, contract.getExecution, async ({ params }, { access }) =>
    existing(await showExecution(deps, params.executionId, access)),
  );
}

function mountExecutionChanges(router: Router, deps: ReplicationRoutesDeps): void {
  const { replication } = deps;
  const shown = async (id: string, access: RequestAccess) => existing(await showExecution(deps, id, access));
  mountEndpoint(router, contract.stopExecution, async ({ params }, context) => {
    const { executionId } = params;
    await replication.stop(await partOf(deps, executionId, 'stop', context));
    return shown(executionId, context.access);
  });
  mountEndpoint(router, contract.retryExecution, async ({ params }, context) => {
    const { executionId } = params;
    const part = await partOf(deps, executionId, 'retry', context);
    const count = await replication.retry(part, context.account?.id ?? null);
    const execution = await shown(executionId, context.access);
    if (count === 0 && execution.state !== 'running') throw new ApiError('task-not-retryable', nothingToRetry);
    return execution;
  });
}

/** As far as it is known what they become. */
function setTags({ items }: CopyPreview) {
  return items.flatMap(({ outcome, digest, destination: { registryId, repository, tag } }) =>
    (outcome === 'copy' || outcome === 'replace') && digest !== null && tag !== null
      ? [{ registryId, repository, tag, digest }]
      : [],
  );
}

function existing(execution: contract.Execution | undefined): contract.Execution {
  if (execution === undefined) throw executionNotFound();
  return execution;
}

/** For what else makes executions: as their page shows them; undefined where the caller may see none of it. */
export async function showExecution(
  deps: ReplicationRoutesDeps,
  executionId: string,
  access: RequestAccess | null,
): Promise<contract.Execution | undefined> {
  const scope: TaskScope = access === null ? { isEverything: true } : await copyScope(access);
  const live = liveOf(deps, scope, executionId);
  const found = await deps.executions.find(executionId, scope, live);
  return found && executionAnswer(found, live);
}

/** Only of tasks that the caller sees. */
function liveOf({ live }: ReplicationRoutesDeps, scope: TaskScope, executionId?: string) {
  return live.list(executionId).filter((note) => seesTask(scope, { ...note, requester: null }));
}

const concernedStates: Readonly<Record<TaskVerb, readonly TaskState[]>> = {
  stop: openStates,
  retry: ['failed', 'stopped'],
};

/** What of an execution the caller sees and may change; all of it for whom sees everything. @throws ApiError */
async function partOf(
  { tasks }: ReplicationRoutesDeps,
  executionId: string,
  verb: TaskVerb,
  { access, audit, account }: RequestContext,
): Promise<Which> {
  const scope = await copyScope(access);
  const all = await tasks.listDestinations(executionId, scope);
  const [first] = all;
  if (first === undefined) throw executionNotFound();
  audit.note({ project: projectOf(first.destination.repository) });
  const concerned = all.filter(({ state }) => concernedStates[verb].includes(state));
  // With nothing to do the answer still depends on whether the caller might have done it.
  const asked = concerned.length === 0 ? all : concerned;
  // Who asked for it may take it back.
  const own = verb === 'stop' && account !== null ? await tasks.listOwn({ executionId }, account.id) : new Set();
  const others = asked.filter(({ id }) => !own.has(id));
  await authorizeDestinations(access, verb, others, executionNotFound);
  return scope.isEverything ? { executionId } : { executionId, taskIds: concerned.map(({ id }) => id) };
}

/** The project of the first destination stands for all: most copies have one. The target names what goes where. */
async function noteOf(access: RequestAccess, { source, references, destinations }: CopyRequest): Promise<AuditNote> {
  const places = destinations.map(({ registryId, repository = source.repository }) => ({ registryId, repository }));
  const environments = new Set(await Promise.all(places.map(({ registryId }) => access.environmentOf(registryId))));
  const [environment] = environments;
  return {
    project: projectOf(places[0]?.repository ?? source.repository),
    environment: environments.size === 1 ? (environment ?? null) : null,
    target: copyTarget(source, references, places),
    after: { references: references.slice(0, 20), referenceCount: references.length, destinations: places },
  };
}

const NAMED = 3;

/** `development/payments/api:2.7.3, :2.7.2 → testing, staging/payments/api-stable`: the first of each, and how many more. */
function copyTarget(
  source: CopyRequest['source'],
  references: CopyRequest['references'],
  places: readonly { readonly registryId: string; readonly repository: string }[],
): string {
  const names = references.map((reference) => (reference.includes(':') ? `@${reference}` : `:${reference}`));
  const targets = places.map(({ registryId, repository }) =>
    repository === source.repository ? registryId : `${registryId}/${repository}`,
  );
  return `${source.registryId}/${source.repository}${firstOf(names)} → ${firstOf(targets)}`;
}

function firstOf(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` (+${rest})` : ''}`;
}

function executionNotFound(): ApiError {
  return new ApiError('execution-not-found', 'There is no such execution any more.');
}

function mountTasks(router: Router, { replication, tasks, live, clock }: ReplicationRoutesDeps): void {
  const answerOf = (task: Task) => taskAnswer(replication.current(live.current(task)), clock.now());
  const find = async (id: string, access: RequestAccess) => {
    const found = await tasks.find(id, await copyScope(access));
    if (found === undefined) throw taskNotFound();
    return answerOf(found);
  };
  const findToChange = async (id: string, verb: TaskVerb, { access, audit, account }: RequestContext) => {
    const task = await find(id, access);
    const { repository, tag, registryId } = task.destination;
    const environment = (await access.environmentOf(registryId)) ?? null;
    const target = `${registryId}/${repository}${tag === null ? '' : `:${tag}`}`;
    audit.note({ project: projectOf(repository), environment, target });
    const own = verb === 'stop' && account !== null ? await tasks.listOwn({ taskId: id }, account.id) : new Set();
    if (!own.has(id)) await authorizeDestinations(access, verb, [task], taskNotFound);
    return task;
  };

  mountEndpoint(router, contract.listTasks, async ({ query }, { access }) => {
    const { q, executionId, state, repository, sort = 'state', limit = pageLength, cursor } = query;
    const after = readCursor(cursor, sort, taskColumns);
    const { items, total } = await tasks.list({
      scope: await copyScope(access),
      q,
      executionId,
      state,
      repository,
      sort,
      limit: limit + 1,
      after: after && { rank: Number(after[0]), microseconds: Number(after[1]), id: String(after[2]) },
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map(({ task }) => answerOf(task)),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.rank, last.microseconds, last.task.id]),
      total,
    };
  });
  mountEndpoint(router, contract.getTask, async ({ params }, { access }) => {
    const detail = await tasks.findDetail(params.taskId, await copyScope(access));
    if (detail === undefined) throw taskNotFound();
    const blobs = replication.currentBlobs(params.taskId) ?? detail.blobs;
    const task = replication.current(live.current(detail.task));
    return detailAnswer({ ...detail, task, blobs }, clock.now());
  });
  mountEndpoint(router, contract.stopTask, async ({ params }, context) => {
    await findToChange(params.taskId, 'stop', context);
    await replication.stop(params);
    return find(params.taskId, context.access);
  });
  mountEndpoint(router, contract.retryTask, async ({ params }, context) => {
    const before = await findToChange(params.taskId, 'retry', context);
    const count = await replication.retry(params, context.account?.id ?? null);
    if (count === 0 && before.state !== 'queued') {
      throw new ApiError('task-not-retryable', whyNotRetryable(before));
    }
    return find(params.taskId, context.access);
  });
}

function taskNotFound(): ApiError {
  return new ApiError('task-not-found', 'There is no such task any more.');
}

const nothingToRetry = 'Nothing of it failed or was stopped, but for deletions that somebody declined.';
const notRetryable: Partial<Record<contract.TaskState, string>> = {
  running: 'The task is running already.',
  succeeded: 'The task has succeeded; copy the tag again if it should be looked at anew.',
};

function whyNotRetryable({ state, reason }: contract.Task): string {
  if (state === 'waiting' && reason?.code === heldBackCode) {
    return 'The deletion waits until somebody confirms the many deletions of its run.';
  }
  if (state === 'waiting' && reason?.code === pausedCode) {
    return 'The policy is paused; the task goes on when it is resumed.';
  }
  if (state === 'waiting' && reason?.code === maintenanceCode) {
    return 'The registry is in maintenance; the task goes on when that ends.';
  }
  if (reason?.code === declinedCode) {
    return 'Somebody decided against this deletion; run the policy by hand if it should be asked about again.';
  }
  return notRetryable[state] ?? 'The task has been changed meanwhile.';
}

function requestOf(body: HandlerInput<typeof contract.createExecution>['body']): CopyRequest {
  const { source, references, destinations, includeReferrers = true, whenDifferent } = body;
  const isRenaming = destinations.some(({ tag }) => tag !== undefined);
  if (isRenaming && references.length > 1) {
    const message = 'Another tag can be given only where a single tag is copied.';
    throw new ApiError('request-invalid', message, { fields: [{ path: 'destinations', message }] });
  }
  return {
    source,
    references,
    destinations: destinations.map(({ registryId, repository, tag }) => ({ registryId, repository, tag })),
    includeReferrers,
    whenDifferent,
  };
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RegistryNotFoundError) throw new ApiError('registry-not-found', error.message);
    throw error;
  }
}
