import {
  type AttemptEnd,
  type ClaimedTask,
  type Reason,
  type Task,
  type TaskLogEntry,
  triesOf,
} from './replication.ts';
import type { TaskRecord } from './task-records.store.ts';
import { CutError, type CutCause, logLines } from './task-outcome.ts';
import { TaskProgress } from './task-progress.ts';

/** A task in this process's hands: what is known of it beyond its row, and what has yet to be written there. */
export class RunningTask {
  readonly task: ClaimedTask;
  readonly progress: TaskProgress;
  /** The destination has something now that it had not before. */
  isChanged = false;
  /** By `performance.now()`, before the destination's tag was moved; undefined where it was not. */
  tagMovedAfterMs: number | undefined;
  readonly #cut = new AbortController();
  readonly #now: () => Date;
  #digest: string | null;
  #end: AttemptEnd | undefined;
  #endedAt: Date | undefined;
  #isStored = false;
  #log: (TaskLogEntry & { at: Date })[] = [];
  #isDirty = true;
  #hasGotOn = false;

  constructor(task: ClaimedTask, options: { now: () => Date; onMoved: (byteCount: number) => void }) {
    this.task = task;
    this.#now = options.now;
    this.#digest = task.digest;
    this.progress = new TaskProgress(options.now().getTime(), options.onMoved);
  }

  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  get cutCause(): CutCause | undefined {
    const reason: unknown = this.#cut.signal.reason;
    return reason instanceof CutError ? reason.because : undefined;
  }

  get digest(): string | null {
    return this.#digest;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  get end(): AttemptEnd | undefined {
    return this.#end;
  }

  /**
   * Whether bytes move for the first time since a try that failed: until then its reason holds, however long this one
   * waits for an answer.
   */
  takeGotOn(): boolean {
    if (this.#hasGotOn || this.progress.bytesSent === 0) return false;
    this.#hasGotOn = true;
    this.#isDirty = true;
    return this.task.lastReason !== null;
  }

  /** Cuts its sockets. The first cause counts. */
  cut(because: CutCause): void {
    if (!this.#cut.signal.aborted) this.#cut.abort(new CutError(because));
  }

  pin(digest: string): void {
    this.#digest = digest;
    this.#isDirty = true;
  }

  log(entry: TaskLogEntry): void {
    this.#log.push({ ...entry, at: this.#now() });
    this.#isDirty = true;
  }

  finish(end: AttemptEnd): void {
    this.progress.end(end.state === 'failed' || end.state === 'stopped' ? 'failed' : 'queued');
    const entry = logLines.ended(end);
    if (entry !== undefined) this.log(entry);
    this.#end = end;
    this.#endedAt = this.#now();
  }

  /** Its end is in the database: only now may anybody see it. */
  stored(): void {
    this.#isStored = true;
  }

  /** What has changed since the last record; undefined where nothing has. */
  takeRecord(): TaskRecord | undefined {
    const blobs = this.progress.takeChanged('database');
    if (!this.#isDirty && blobs.length === 0 && this.#end === undefined) return undefined;
    const log = this.#log;
    this.#log = [];
    this.#isDirty = false;
    const { task } = this;
    const end = this.#end;
    const { bytesTotal, bytesDone, bytesSkipped, blobsTotal, blobsDone } = this.progress.figures;
    return {
      id: task.id,
      executionId: task.executionId,
      fence: task.fence,
      attempt: task.attempt,
      state: end?.state ?? 'running',
      digest: this.#digest,
      reason: this.#reasonAt(end),
      delayMs: end?.state === 'waiting' ? end.delayMs : null,
      attemptsForgiven: forgivenBy(end),
      outcome: end === undefined ? null : outcomeOf(end),
      isPlannedAnew: this.progress.takeIsPlanned(),
      bytesTotal,
      bytesDone,
      bytesSkipped,
      blobsTotal,
      blobsDone,
      blobs,
      log,
    };
  }

  #reasonAt(end: AttemptEnd | undefined): Reason | null {
    if (end !== undefined) return end.reason;
    return this.#hasGotOn ? null : this.task.lastReason;
  }

  /** As pages see it now: until its end is stored, it runs. */
  snapshot(): Task {
    const { task } = this;
    const end = this.#isStored ? this.#end : undefined;
    const endedAt = this.#endedAt ?? this.#now();
    const isFinal = end?.state === 'succeeded' || end?.state === 'failed' || end?.state === 'stopped';
    const { rateBytesPerSecond, etaSeconds, ...figures } = this.progress.figures;
    return {
      id: task.id,
      kind: task.kind,
      executionId: task.executionId,
      source: task.source,
      destination: task.destination,
      digest: this.#digest,
      replacesDigest: task.replacesDigest,
      movesTagOnly: false,
      state: end?.state ?? 'running',
      attempt: task.attempt,
      ...triesOf({ ...task, ...withForgiven(task, forgivenBy(end)) }),
      reason: this.#reasonAt(end),
      nextAttemptAt: end?.state === 'waiting' ? new Date(endedAt.getTime() + end.delayMs) : null,
      createdAt: task.createdAt,
      startedAt: task.startedAt,
      finishedAt: isFinal ? endedAt : null,
      requestedBy: task.requestedBy,
      ...figures,
      bytesTotal: figures.bytesTotal ?? task.catalogSizeBytes,
      rateBytesPerSecond: end === undefined ? rateBytesPerSecond : null,
      etaSeconds: end === undefined ? etaSeconds : null,
    };
  }
}

/** It was not the task's fault: as if it had not been tried. */
function forgivenBy(end: AttemptEnd | undefined): number {
  return end?.state === 'queued' || (end?.state === 'waiting' && end.isFree) ? 1 : 0;
}

function withForgiven({ attemptsAllowed, attemptsForgiven }: ClaimedTask, count: number) {
  return { attemptsAllowed: attemptsAllowed + count, attemptsForgiven: attemptsForgiven + count };
}

function outcomeOf(end: AttemptEnd): TaskRecord['outcome'] {
  if (end.state === 'waiting') return 'failed';
  return end.state === 'queued' ? 'lost' : end.state;
}
