import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getOperations, getThroughput, type Operations } from 'bff/contract/operations';
import { listTasks, retryTask, type TaskBlob } from 'bff/contract/replication';
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useConnection, useStreamEvent } from '../../api/stream-hooks.tsx';
import { useLiveOperations, useLiveTraffic } from '../../domain/live-figures.ts';
import { activeTasks, useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { isHeldReason } from '../../domain/tasks/task-status.ts';

const PAGE_TASKS = 100;
const RETRIES_AT_ONCE = 6;
/** The answer names 500 tasks of a cause. */
const RETRY_TURNS = 10;
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

/** How many of them there are, without deletions that wait for a person's word: nothing of these moves. */
export function countActive({ counts, failures }: Operations): number {
  const held = failures.reduce((sum, { reason, taskCount }) => sum + (isHeldReason(reason) ? taskCount : 0), 0);
  return counts.queued + counts.running + counts.waiting - held;
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
  const isLive = useConnection().state === 'live';
  const [wasLive, setWasLive] = useState(isLive);
  // What ends while nothing is heard is not told afterwards.
  if (wasLive !== isLive) {
    setWasLive(isLive);
    setMoving(new Map());
  }
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

type Failure = Operations['failures'][number];

export interface RetryResult {
  retried: number;
  refused: number;
  /** The registry that they wait for, where it is in trouble still. */
  waitsFor: string | null;
  /** Tasks of the cause that were not come to. */
  left: number;
}

/**
 * Runs the tasks of a cause again; one that cannot be does not keep the others from it. Of many the server names only some:
 * it is asked for the others once these run.
 */
export function useRetryTasks() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (failure: Failure): Promise<RetryResult> => {
      const tried = new Set<string>();
      let retried = 0;
      let group: Failure | undefined = failure;
      for (let turn = 0; turn < RETRY_TURNS && group !== undefined; turn += 1) {
        const taskIds = group.taskIds.filter((taskId) => !tried.has(taskId));
        if (taskIds.length === 0) break;
        for (const taskId of taskIds) tried.add(taskId);
        retried += await retryEach(taskIds);
        // Where it cannot be read, it is as it was.
        group = await readFailure(failure).catch(() => (tried.size < failure.taskCount ? failure : undefined));
      }
      // What is still there waits for its registry: it is tried with the rest as soon as that can be used, whoever has asked.
      const isWaiting = retried > 0 && group !== undefined && group.waitingCount === group.taskCount;
      const waitsFor = isWaiting ? (group?.reason.params['registryId'] ?? null) : null;
      const left = group === undefined || waitsFor !== null ? 0 : Math.max(0, failure.taskCount - tried.size);
      return { retried, refused: tried.size - retried, waitsFor, left };
    },
    onSettled: () => void readAgain(client, queriesOf([getOperations, listTasks])),
  });
}

/** @returns how many run again */
async function retryEach(taskIds: readonly string[]): Promise<number> {
  let retried = 0;
  for (let start = 0; start < taskIds.length; start += RETRIES_AT_ONCE) {
    const batch = taskIds.slice(start, start + RETRIES_AT_ONCE);
    const results = await Promise.allSettled(batch.map((taskId) => call(retryTask, { params: { taskId } })));
    retried += results.filter(({ status }) => status === 'fulfilled').length;
  }
  return retried;
}

/** The same cause as it is now; undefined where nothing fails by it any more. */
async function readFailure(before: Failure): Promise<Failure | undefined> {
  const { failures } = await call(getOperations, {});
  return failures.find(
    ({ sourceRegistryId, destinationRegistryId, reason }) =>
      sourceRegistryId === before.sourceRegistryId &&
      destinationRegistryId === before.destinationRegistryId &&
      reason.code === before.reason.code,
  );
}

/** The highest rate of the window, with that of now: the history comes less often. */
export function usePeak(rateHistory: readonly number[], now: number): number {
  return useMemo(() => Math.max(now, ...rateHistory), [rateHistory, now]);
}
