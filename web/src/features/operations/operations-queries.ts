import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getOperations, getThroughput } from 'bff/contract/operations';
import { listTasks, retryTask, type TaskBlob } from 'bff/contract/replication';
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useLiveOperations, useLiveTraffic } from '../../domain/live-figures.ts';
import { activeTasks, useLiveTasks } from '../../domain/tasks/task-queries.ts';

const PAGE_TASKS = 100;
const RETRIES_AT_ONCE = 6;
const THROUGHPUT_STEP_MS = 10_000;

/** The monitor's figures: read once, and kept current where `useFollowOperations` is called, once on a page. */
export function useOperations() {
  return useQuery(endpointQuery(getOperations, {}));
}

export function useFollowOperations(): void {
  useLiveOperations();
  useLiveTraffic();
}

/** The last hour. It grows by a step every ten seconds, of which nobody tells. */
export function useThroughput() {
  return useQuery({ ...endpointQuery(getThroughput, {}), refetchInterval: THROUGHPUT_STEP_MS });
}

export function useActiveTasks() {
  useLiveTasks();
  return useInfiniteQuery(activeTasks(PAGE_TASKS));
}

/**
 * The blobs that move now, by task. They come with the stream only: a list of tasks with all their blobs would be large,
 * and what moves says so several times a second.
 */
export function useMovingBlobs(): ReadonlyMap<string, readonly TaskBlob[]> {
  const [moving, setMoving] = useState<ReadonlyMap<string, readonly TaskBlob[]>>(new Map());
  useStreamEvent('task', ({ id, state, blobs }) => {
    setMoving((known) => {
      const before = known.get(id) ?? [];
      const changed = new Set(blobs.map(({ digest }) => digest));
      const after =
        state === 'running'
          ? [
              ...before.filter(({ digest }) => !changed.has(digest)),
              ...blobs.filter((blob) => blob.state === 'running'),
            ]
          : [];
      if (after.length === 0 && before.length === 0) return known;
      const next = new Map(known);
      if (after.length === 0) next.delete(id);
      else
        next.set(
          id,
          after.toSorted((left, right) => left.digest.localeCompare(right.digest)),
        );
      return next;
    });
  });
  return moving;
}

export interface RetryResult {
  retried: number;
  refused: number;
}

/** Runs the tasks of a cause again; one that cannot be does not keep the others from it. */
export function useRetryTasks() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (taskIds: readonly string[]): Promise<RetryResult> => {
      let retried = 0;
      for (let start = 0; start < taskIds.length; start += RETRIES_AT_ONCE) {
        const batch = taskIds.slice(start, start + RETRIES_AT_ONCE);
        const results = await Promise.allSettled(batch.map((taskId) => call(retryTask, { params: { taskId } })));
        retried += results.filter(({ status }) => status === 'fulfilled').length;
      }
      return { retried, refused: taskIds.length - retried };
    },
    onSettled: () => void readAgain(client, queriesOf([getOperations, listTasks])),
  });
}

/** The highest rate of the window, with that of now: the history comes less often. */
export function usePeak(rateHistory: readonly number[], now: number): number {
  return useMemo(() => Math.max(now, ...rateHistory), [rateHistory, now]);
}
