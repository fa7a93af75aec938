import { type QueryClient, queryOptions, useQueryClient } from '@tanstack/react-query';
import { getOperations } from 'bff/contract/operations';
import {
  type Execution,
  getExecution,
  getTask,
  listExecutions,
  listTasks,
  type TaskDetail,
} from 'bff/contract/replication';
import { useEffect, useMemo } from 'react';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../use-refresh.ts';
import { withTaskUpdates } from './execution-progress.ts';
import {
  gatherUpdates,
  hasStateChange,
  itemsOf,
  keepNewerFigures,
  type TaskPage,
  type TaskPages,
  type TaskUpdate,
  updateDetail,
  updatePages,
} from './task-cache.ts';

type TaskQuery = NonNullable<Parameters<typeof endpointPages<typeof listTasks>>[1]['query']>;

/** What one message says of many tasks is drawn together: one rendering instead of hundreds. */
const DRAW_AFTER_MS = 10;
/** Counts are the server's, and so is order; they are read again while tasks change, with at least this between. */
const COUNT_REST_MS = 400;
const LIST_REST_MS = 1_000;

const counted = [getExecution, listExecutions];
const listed = [listTasks];
const detailed = [getTask];

export const taskPages = (query: TaskQuery) => ({
  ...endpointPages(listTasks, { query }),
  structuralSharing: (known: unknown, read: unknown) =>
    keepNewerFigures(known as TaskPages | undefined, read as TaskPages),
});

/** What has not ended: first what moves, last what waits for a person's word. */
export const activeTasks = (limit: number) => taskPages({ state: 'active', sort: 'progress', limit });

const executionKey = (executionId: string) => endpointQuery(getExecution, { params: { executionId } }).queryKey;

export const taskDetail = (taskId: string) => queryOptions(endpointQuery(getTask, { params: { taskId } }));

/**
 * Keeps every cached task, its lists and its execution in step with the server while a page that shows them is open:
 * figures are written into the cache as they come; what only the server can count is read again, now and then.
 */
export function useLiveTasks(): void {
  const client = useQueryClient();
  const readCounts = useRefresh(counted, COUNT_REST_MS);
  const readLists = useRefresh(listed, LIST_REST_MS);
  const readDetails = useRefresh(detailed, LIST_REST_MS);
  const live = useMemo(
    () => createLiveTasks(client, { readCounts, readLists, readDetails }),
    [client, readCounts, readLists, readDetails],
  );
  useEffect(() => live.stop, [live]);
  useStreamEvent('task', live.onTask);
  useStreamEvent('execution', live.onExecution);
}

interface Refreshes {
  readCounts: () => void;
  readLists: () => void;
  readDetails: () => void;
}

function createLiveTasks(client: QueryClient, { readCounts, readLists, readDetails }: Refreshes) {
  let waiting = new Map<string, TaskUpdate>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    timer = undefined;
    const updates = waiting;
    waiting = new Map();
    const known = client.getQueriesData<TaskPage | TaskPages>({ queryKey: [listTasks.path] });
    if (known.some(([, pages]) => pages === undefined || hasStateChange(pages, updates))) readLists();
    const tasks = new Map(
      known.flatMap(([, pages]) => (pages === undefined ? [] : itemsOf(pages).map((task) => [task.id, task] as const))),
    );
    for (const executionId of new Set([...updates.values()].map((update) => update.executionId))) {
      client.setQueryData(executionKey(executionId), (execution) =>
        execution === undefined ? undefined : withTaskUpdates(execution, tasks, updates.values()),
      );
    }
    client.setQueriesData<TaskPage | TaskPages>({ queryKey: [listTasks.path] }, (pages) =>
      pages === undefined ? undefined : updatePages(pages, updates),
    );
    for (const update of updates.values()) {
      const key = taskDetail(update.id).queryKey;
      if (client.getQueryState(key) === undefined) continue;
      client.setQueryData<TaskDetail>(key, (detail) =>
        detail === undefined ? undefined : updateDetail(detail, update),
      );
      // Attempts and the log come only with the whole task.
      readDetails();
    }
    readCounts();
  };

  return {
    onTask: (update: TaskUpdate) => {
      waiting.set(update.id, gatherUpdates(waiting.get(update.id), update));
      timer ??= setTimeout(draw, DRAW_AFTER_MS);
    },
    onExecution: () => {
      readCounts();
      readLists();
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/**
 * After an action: its answer is shown at once, but may be older than what the stream has said since, so that the
 * execution is read again with everything else.
 */
export function rememberExecution(client: QueryClient, execution: Execution): void {
  client.setQueryData(executionKey(execution.id), execution);
  void readAgain(client, queriesOf([getExecution, listExecutions, listTasks, getTask, getOperations]));
}
