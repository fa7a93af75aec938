import type { StreamEvent } from '../contract/events.ts';

export type TaskEvent = Extract<StreamEvent, { name: 'task' }>;

/**
 * Whoever runs a task tells of it every 320 ms. With the same time here a message could come just too early each time, and
 * wait for the next: so this is shorter, and holds back only what comes out of turn.
 */
const INTERVAL_MS = 200;

interface Waiting {
  timer: NodeJS.Timeout;
  latest: TaskEvent | null;
}

/** The later figures, with the last word on every blob that changed in either. */
export function mergeTaskEvents(first: TaskEvent, second: TaskEvent): TaskEvent {
  if (first.payload.blobs.length === 0) return second;
  const blobs = new Map(first.payload.blobs.map((blob) => [blob.digest, blob]));
  for (const blob of second.payload.blobs) blobs.set(blob.digest, blob);
  return { name: 'task', payload: { ...second.payload, blobs: [...blobs.values()] } };
}

/** It does not run, and is not about to: nobody waits for its next figures. */
export function isAtRest({ payload }: TaskEvent): boolean {
  return payload.state !== 'running' && payload.state !== 'queued';
}

/**
 * Lets everything through at once but a task's progress, of which the first goes at once and the rest merged. That it has
 * ended, or waits, is told at once with what was held back.
 */
export function createTaskCoalescer(emit: (event: StreamEvent) => void) {
  const waiting = new Map<string, Waiting>();

  const flush = (taskId: string) => {
    const entry = waiting.get(taskId);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    if (entry.latest === null) {
      waiting.delete(taskId);
      return;
    }
    waiting.set(taskId, begin(taskId));
    emit(entry.latest);
  };
  const begin = (taskId: string): Waiting => {
    const timer = setTimeout(() => flush(taskId), INTERVAL_MS);
    timer.unref();
    return { timer, latest: null };
  };

  const publish = (event: StreamEvent): void => {
    if (event.name !== 'task') {
      emit(event);
      return;
    }
    const { id } = event.payload;
    const entry = waiting.get(id);
    if (entry === undefined) {
      waiting.set(id, begin(id));
      emit(event);
      return;
    }
    entry.latest = entry.latest === null ? event : mergeTaskEvents(entry.latest, event);
    if (isAtRest(event)) flush(id);
  };
  const close = () => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
    waiting.clear();
  };
  return { publish, close };
}
