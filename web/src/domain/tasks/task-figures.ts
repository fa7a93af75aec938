import type { Execution, TaskBlob, TaskProgress } from 'bff/contract/replication';
import { countTasks, isFinal } from './task-status.ts';

type Progress = Pick<TaskProgress, 'state' | 'bytesDone' | 'bytesSkipped' | 'bytesTotal' | 'blobsDone' | 'blobsTotal'>;

/**
 * 0 to 1, or undefined while nothing is planned. Only a task that has succeeded reaches 1: after the last byte the
 * manifests and the tag still have to be written.
 */
export function taskFraction(task: Progress): number | undefined {
  if (task.state === 'succeeded') return 1;
  if (task.bytesTotal === null) return undefined;
  // A graph without blobs of its own is a handful of manifests; bytes say nothing then.
  if (task.bytesTotal === 0) return task.blobsTotal ? bounded(task.blobsDone / task.blobsTotal) : undefined;
  return shareMoved(task.bytesDone, task.bytesTotal, task.bytesSkipped);
}

export function executionFraction(
  execution: Pick<Execution, 'state' | 'tasks' | 'deletions' | 'bytesDone' | 'bytesSkipped' | 'bytesTotal'>,
): number | undefined {
  const { state, tasks, bytesDone, bytesSkipped, bytesTotal } = execution;
  if (state === 'succeeded') return 1;
  const count = countTasks(execution);
  // Deletions move no bytes: there they are counted.
  if (execution.deletions > 0 && execution.deletions === count) return bounded(tasks.succeeded / count);
  return bytesTotal === 0 ? undefined : shareMoved(bytesDone, bytesTotal, bytesSkipped);
}

/** Of what has to move: what is there already is no progress. */
function shareMoved(done: number, total: number, skipped: number): number {
  return total > skipped ? bounded((done - skipped) / (total - skipped)) : bounded(1);
}

export function blobFraction(blob: Pick<TaskBlob, 'state' | 'bytesDone' | 'sizeBytes'>): number {
  if (blob.state === 'copied' || blob.state === 'mounted' || blob.state === 'existed') return 1;
  return blob.sizeBytes === 0 ? 0 : bounded(blob.bytesDone / blob.sizeBytes);
}

/** Rate and remaining time mean something only while bytes move; a figure from before is not shown as if it were now. */
export function liveFigures(task: Pick<TaskProgress, 'state' | 'rateBytesPerSecond' | 'etaSeconds'>): {
  rateBytesPerSecond: number | null;
  etaSeconds: number | null;
} {
  if (task.state !== 'running') return { rateBytesPerSecond: null, etaSeconds: null };
  return { rateBytesPerSecond: task.rateBytesPerSecond, etaSeconds: task.etaSeconds };
}

/** The same of an execution: between two tasks, and after the last one, nothing moves. */
export function executionFigures({
  state,
  tasks,
  bytesDone,
  bytesTotal,
  rateBytesPerSecond,
  etaSeconds,
}: Pick<Execution, 'state' | 'tasks' | 'bytesDone' | 'bytesTotal' | 'rateBytesPerSecond' | 'etaSeconds'>): {
  rateBytesPerSecond: number | null;
  etaSeconds: number | null;
} {
  if (state !== 'running' || tasks.running === 0) return { rateBytesPerSecond: null, etaSeconds: null };
  return { rateBytesPerSecond, etaSeconds: bytesDone < bytesTotal ? etaSeconds : null };
}

/** How long the task ran, in seconds; undefined before it started. */
export function elapsedSeconds(
  task: Pick<TaskProgress, 'state' | 'startedAt' | 'finishedAt'>,
  nowMs: number,
): number | undefined {
  if (task.startedAt === null) return undefined;
  const end = task.finishedAt !== null && isFinal(task.state) ? Date.parse(task.finishedAt) : nowMs;
  return Math.max(0, (end - Date.parse(task.startedAt)) / 1000);
}

/** Whole seconds until an instant, never below zero; undefined for none. */
export function secondsUntil(instant: string | null, nowMs: number): number | undefined {
  return instant === null ? undefined : Math.max(0, Math.ceil((Date.parse(instant) - nowMs) / 1000));
}

const bounded = (value: number): number => Math.min(Math.max(value, 0), 0.999);
