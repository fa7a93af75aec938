import { type QueryClient, queryOptions, useQueryClient } from '@tanstack/react-query';
import {
  type Execution,
  getExecution,
  getOperations,
  getTask,
  listExecutions,
  listTasks,
  type TaskDetail,
} from 'bff/contract/replication';
import { useEffect, useMemo } from 'react';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { createRefreshThrottle } from './refresh-throttle.ts';
import {
  gatherUpdates,
  hasStateChange,
  keepNewerFigures,
  type TaskPage,
  type TaskPages,
  type TaskUpdate,
  updateDetail,
  updatePages,
} from './task-cache.ts';

type TaskQuery = NonNullable<Parameters<typeof endpointPages<typeof listTasks>>[1]['query']>;

/** Messages of many tasks come in at once; drawing them together costs one rendering instead of hundreds. */
const DRAW_INTERVAL_MS = 120;
/** Counts and order are the server's; they are read again at most this often while tasks change state. */
const COUNT_INTERVAL_MS = 1_000;

export const taskPages = (query: TaskQuery) => ({
  ...endpointPages(listTasks, { query }),
  structuralSharing: (known: unknown, read: unknown) =>
    keepNewerFigures(known as TaskPages | undefined, read as TaskPages),
});

export const activeTasks = (limit: number) => ({
  ...endpointQuery(listTasks, { query: { state: 'active', sort: 'state', limit } }),
  structuralSharing: (known: unknown, read: unknown) =>
    keepNewerFigures(known as TaskPage | undefined, read as TaskPage),
});

export const taskDetail = (taskId: string) => queryOptions(endpointQuery(getTask, { params: { taskId } }));

/**
 * Keeps every cached task, its lists and its execution in step with the server while a page that shows them is open:
 * figures are written into the cache as they come; what only the server can count is read again, now and then.
 */
export function useLiveTasks(): void {
  const client = useQueryClient();
  const live = useMemo(() => createLiveTasks(client), [client]);
  useEffect(() => live.stop, [live]);
  useStreamEvent('task', live.onTask);
  useStreamEvent('execution', live.onExecution);
}

function createLiveTasks(client: QueryClient) {
  let waiting = new Map<string, TaskUpdate>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const invalidate = (path: string) => void client.invalidateQueries({ queryKey: [path] }, { cancelRefetch: false });

  const counts = createRefreshThrottle(COUNT_INTERVAL_MS, () => {
    invalidate(getExecution.path);
    invalidate(listExecutions.path);
  });
  const lists = createRefreshThrottle(COUNT_INTERVAL_MS, () => invalidate(listTasks.path));
  const details = createRefreshThrottle(COUNT_INTERVAL_MS, () => invalidate(getTask.path));

  const draw = () => {
    timer = undefined;
    const updates = waiting;
    waiting = new Map();
    const known = client.getQueriesData<TaskPage | TaskPages>({ queryKey: [listTasks.path] });
    if (known.some(([, pages]) => pages !== undefined && hasStateChange(pages, updates))) lists.request();
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
      details.request();
    }
    counts.request();
  };

  return {
    onTask: (update: TaskUpdate) => {
      waiting.set(update.id, gatherUpdates(waiting.get(update.id), update));
      timer ??= setTimeout(draw, DRAW_INTERVAL_MS);
    },
    onExecution: () => {
      counts.request();
      lists.request();
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      for (const throttle of [counts, lists, details]) throttle.cancel();
    },
  };
}

/** After an action: its answer is the newest truth about the execution; lists and the monitor are read again. */
export function rememberExecution(client: QueryClient, execution: Execution): void {
  client.setQueryData(endpointQuery(getExecution, { params: { executionId: execution.id } }).queryKey, execution);
  for (const { path } of [listExecutions, listTasks, getTask, getOperations]) {
    void client.invalidateQueries({ queryKey: [path] });
  }
}
