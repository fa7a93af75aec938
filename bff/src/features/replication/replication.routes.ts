import { Router } from 'express';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/replication.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { RegistryNotFoundError } from '../registries/registries.service.ts';
import type { ExecutionsView } from './executions.view.ts';
import type { CopyRequest } from './replication.ts';
import { detailAnswer, executionAnswer, operationsAnswer, previewAnswer, taskAnswer } from './replication-answers.ts';
import type { ReplicationService } from './replication.service.ts';
import type { TasksView } from './tasks.view.ts';

export interface ReplicationRoutesDeps {
  readonly replication: ReplicationService;
  readonly executions: ExecutionsView;
  readonly tasks: TasksView;
  readonly clock: { now(): Date };
}

const pageLength = 50;
// Microseconds since the epoch: all tasks of an execution are made in the same millisecond.
const executionColumns = [{ type: 'integer' }, { type: 'text' }] as const;
const taskColumns = [{ type: 'integer' }, { type: 'integer' }, { type: 'text' }] as const;

export function replicationRoutes(deps: ReplicationRoutesDeps): Router {
  const router = Router();
  mountExecutions(router, deps);
  mountTasks(router, deps);
  mountEndpoint(router, contract.getOperations, async () =>
    operationsAnswer(await deps.replication.readOperations(), deps.clock.now()),
  );
  return router;
}

function mountExecutions(router: Router, { replication, executions }: ReplicationRoutesDeps): void {
  const shown = async (id: string) => {
    const found = await executions.find(id);
    if (found === undefined) throw new ApiError('execution-not-found', 'There is no such execution any more.');
    return executionAnswer(found, replication.executionRate(id));
  };

  mountEndpoint(router, contract.previewCopy, async ({ body }) =>
    previewAnswer(await mapped(() => replication.previewCopy(requestOf(body)))),
  );
  mountEndpoint(router, contract.createExecution, async ({ body }, { account }) =>
    shown(await mapped(() => replication.createExecution(requestOf(body), account?.username ?? null))),
  );
  mountEndpoint(router, contract.listExecutions, async ({ query }) => {
    const { q, state, sort = '-created', limit = pageLength, cursor } = query;
    const after = readCursor(cursor, sort, executionColumns);
    const items = await executions.list({
      q,
      state,
      isNewestFirst: sort === '-created',
      limit: limit + 1,
      after: after && { microseconds: Number(after[0]), id: String(after[1]) },
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((execution) => executionAnswer(execution, replication.executionRate(execution.id))),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.createdAtMicroseconds, last.id]),
      total: null,
    };
  });
  mountEndpoint(router, contract.getExecution, ({ params }) => shown(params.executionId));
  mountEndpoint(router, contract.stopExecution, async ({ params }) => {
    await shown(params.executionId);
    await replication.stop(params);
    return shown(params.executionId);
  });
  mountEndpoint(router, contract.retryExecution, async ({ params }) => {
    await shown(params.executionId);
    await replication.retry(params);
    return shown(params.executionId);
  });
}

function mountTasks(router: Router, { replication, tasks, clock }: ReplicationRoutesDeps): void {
  const find = async (id: string) => {
    const found = await tasks.find(id);
    if (found === undefined) throw new ApiError('task-not-found', 'There is no such task any more.');
    return taskAnswer(replication.current(found), clock.now());
  };

  mountEndpoint(router, contract.listTasks, async ({ query }) => {
    const { q, executionId, state, repository, sort = 'state', limit = pageLength, cursor } = query;
    const after = readCursor(cursor, sort, taskColumns);
    const { items, total } = await tasks.list({
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
      items: page.map(({ task }) => taskAnswer(replication.current(task), clock.now())),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.rank, last.microseconds, last.task.id]),
      total,
    };
  });
  mountEndpoint(router, contract.getTask, async ({ params }) => {
    const detail = await tasks.findDetail(params.taskId);
    if (detail === undefined) throw new ApiError('task-not-found', 'There is no such task any more.');
    const blobs = replication.currentBlobs(params.taskId) ?? detail.blobs;
    return detailAnswer({ ...detail, task: replication.current(detail.task), blobs }, clock.now());
  });
  mountEndpoint(router, contract.stopTask, async ({ params }) => {
    await find(params.taskId);
    await replication.stop(params);
    return find(params.taskId);
  });
  mountEndpoint(router, contract.retryTask, async ({ params }) => {
    const before = await find(params.taskId);
    if ((await replication.retry(params)) === 0 && before.state !== 'queued') {
      throw new ApiError('task-not-retryable', notRetryable[before.state] ?? 'The task has been changed meanwhile.');
    }
    return find(params.taskId);
  });
}

const notRetryable: Partial<Record<contract.TaskState, string>> = {
  running: 'The task is running already.',
  succeeded: 'The task has succeeded; copy the tag again if it should be looked at anew.',
};

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
