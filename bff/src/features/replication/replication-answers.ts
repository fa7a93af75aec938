import type * as contract from '../../contract/replication.ts';
import type { Answer } from '../../contract/endpoint.ts';
import type { CopyPreview } from './copy-preview.ts';
import type { Execution } from './executions.view.ts';
import { sumRates, type TaskProgressNote } from './live-progress.ts';
import { etaSeconds } from './rate-meter.ts';
import type { Reason, Task, TaskBlob } from './replication.ts';
import type { Activity } from './task-activity.view.ts';
import type { TaskDetail } from './tasks.view.ts';

/** From what replication knows to what the contract says. */
export function progressAnswer(task: Task, now: Date): contract.TaskProgress {
  return {
    id: task.id,
    executionId: task.executionId,
    state: task.state,
    attempt: task.attempt,
    tries: task.tries,
    triesAllowed: task.triesAllowed,
    bytesTotal: task.bytesTotal,
    bytesDone: task.bytesDone,
    bytesSkipped: task.bytesSkipped,
    rateBytesPerSecond: task.rateBytesPerSecond,
    etaSeconds: task.etaSeconds,
    blobsTotal: task.blobsTotal,
    blobsDone: task.blobsDone,
    nextAttemptAt: instant(task.nextAttemptAt),
    reason: task.reason,
    startedAt: instant(task.startedAt),
    finishedAt: instant(task.finishedAt),
    at: now.toISOString(),
  };
}

export function taskAnswer(task: Task, now: Date): contract.Task {
  return {
    ...progressAnswer(task, now),
    kind: task.kind,
    source: { ...task.source },
    destination: { ...task.destination },
    digest: task.digest,
    replacesDigest: task.replacesDigest,
    movesTagOnly: task.movesTagOnly,
    requestedBy: task.requestedBy,
    createdAt: task.createdAt.toISOString(),
  };
}

/** What was cut is stored as failed: nothing has failed where somebody stopped it. */
export function blobAnswer(
  { digest, platform, kind, sizeBytes, bytesDone, state }: TaskBlob,
  taskState: Task['state'],
): contract.TaskBlob {
  const isStopped = taskState === 'stopped' && state === 'failed';
  return { digest, platform, kind, sizeBytes, bytesDone, state: isStopped ? 'stopped' : state };
}

export function detailAnswer(detail: TaskDetail, now: Date): contract.TaskDetail {
  return {
    ...taskAnswer(detail.task, now),
    blobs: detail.blobs.map((blob) => blobAnswer(blob, detail.task.state)),
    attempts: detail.attempts.map((attempt) => ({
      number: attempt.number,
      startedAt: attempt.startedAt.toISOString(),
      finishedAt: instant(attempt.finishedAt),
      outcome: attempt.outcome,
      reason: attempt.reason,
    })),
    log: detail.log.map((line) => ({
      id: line.id,
      at: line.at.toISOString(),
      attempt: line.attempt,
      level: line.level,
      code: line.code,
      sentence: line.sentence,
      params: line.params,
    })),
  };
}

/** @param live what is said of its tasks that run */
export function executionAnswer(execution: Execution, live: readonly TaskProgressNote[]): contract.Execution {
  const rateBytesPerSecond = sumRates(live);
  const left = execution.bytesTotal - execution.bytesDone;
  // While none of its tasks can say how long it takes, the sum of their rates says it as little.
  const isMeasured = live.some((note) => note.etaSeconds !== null && note.etaSeconds > 0);
  const canEstimate = execution.state === 'running' && left > 0 && isMeasured;
  return {
    id: execution.id,
    trigger: execution.trigger,
    policy: execution.policy && { ...execution.policy },
    promotion: execution.promotion && { ...execution.promotion },
    planned: execution.planned && { ...execution.planned },
    heldBack: mutable(execution.heldBack),
    requestedBy: execution.requestedBy,
    state: execution.state,
    activity: activityAnswer(execution.activity),
    remark: execution.remark && { ...execution.remark, reason: { ...execution.remark.reason } },
    tasks: { ...execution.tasks },
    deletions: execution.deletions,
    tagMoves: execution.tagMoves,
    retried: execution.retried && { ...execution.retried, reason: mutable(execution.retried.reason) },
    bytesTotal: execution.bytesTotal,
    bytesDone: execution.bytesDone,
    bytesSkipped: execution.bytesSkipped,
    rateBytesPerSecond,
    etaSeconds: canEstimate ? etaSeconds(left, rateBytesPerSecond) : null,
    sample: execution.sample.map((item) => ({ ...item, destination: { ...item.destination } })),
    sourceRegistryIds: [...execution.sourceRegistryIds],
    destinationRegistryIds: [...execution.destinationRegistryIds],
    createdAt: execution.createdAt.toISOString(),
    finishedAt: instant(execution.finishedAt),
  };
}

export function activityAnswer(activity: Activity | null): contract.Activity | null {
  return activity && { ...activity, reason: mutable(activity.reason) };
}

export function previewAnswer(
  { items, bytesToCopy }: CopyPreview,
  cautions: readonly Reason[],
): Answer<typeof contract.previewCopy> {
  return {
    items: items.map((item) => ({ ...item, destination: { ...item.destination }, reason: mutable(item.reason) })),
    bytesToCopy,
    cautions: cautions.map((caution) => ({ ...caution })),
  };
}

function mutable(reason: Reason | null): Reason | null {
  return reason && { ...reason };
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
