import type { StreamEvent } from '../contract/events.ts';

type TaskEvent = Extract<StreamEvent, { name: 'task' }>;
type Blob = TaskEvent['payload']['blobs'][number];

/** Four a second for each task, as the contract says. */
const INTERVAL_MS = 250;

interface Waiting {
  timer: NodeJS.Timeout;
  latest: TaskEvent | null;
  /** By digest: several messages become one that holds the last word on each blob. */
  blobs: Map<string, Blob>;
}

/** Lets everything through at once but a task's progress, of which the first goes at once and the rest every 250 ms. */
export function createTaskCoalescer(emit: (event: StreamEvent) => void) {
  const waiting = new Map<string, Waiting>();

  const flush = (taskId: string) => {
    const entry = waiting.get(taskId);
    if (entry === undefined) return;
    if (entry.latest === null) {
      waiting.delete(taskId);
      return;
    }
    const event: TaskEvent = {
      name: 'task',
      payload: { ...entry.latest.payload, blobs: [...entry.blobs.values()] },
    };
    waiting.set(taskId, begin(taskId));
    emit(event);
  };
  const begin = (taskId: string): Waiting => {
    const timer = setTimeout(() => flush(taskId), INTERVAL_MS);
    timer.unref();
    return { timer, latest: null, blobs: new Map() };
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
    entry.latest = event;
    for (const blob of event.payload.blobs) entry.blobs.set(blob.digest, blob);
  };
  const close = () => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
    waiting.clear();
  };
  return { publish, close };
}
