import type { InfiniteData } from '@tanstack/react-query';
import type { Task, TaskBlob, TaskDetail, TaskProgress } from 'bff/contract/replication';
import { mergeBlobs, mergeTaskProgress, mergeTaskSnapshot } from './merge-task-progress.ts';

/** A message of the stream about a task; several of one task are gathered into one. */
export type TaskUpdate = TaskProgress & { blobs: TaskBlob[] };
export interface TaskPage {
  items: Task[];
  nextCursor: string | null;
  total: number | null;
}
export type TaskPages = InfiniteData<TaskPage, string | null>;

/** Two messages about one task: the later figures, and every blob that changed in either. */
export function gatherUpdates(first: TaskUpdate | undefined, second: TaskUpdate): TaskUpdate {
  if (first === undefined) return second;
  return { ...mergeTaskProgress(first, second), blobs: mergeBlobs(first.blobs, second.blobs) };
}

/** The pages with newer figures; the same object when none of these tasks is in them. */
export function updatePages<P extends TaskPage | TaskPages>(known: P, updates: ReadonlyMap<string, TaskUpdate>): P {
  if (!('pages' in known)) return updatePage(known, updates) as P;
  const pages = eachChanged(known.pages, (page) => updatePage(page, updates));
  return pages === known.pages ? known : { ...known, pages };
}

function updatePage(page: TaskPage, updates: ReadonlyMap<string, TaskUpdate>): TaskPage {
  const items = eachChanged(page.items, (task) => {
    const update = updates.get(task.id);
    return update === undefined ? task : mergeTaskProgress(task, update);
  });
  return items === page.items ? page : { ...page, items };
}

export function updateDetail(known: TaskDetail, update: TaskUpdate): TaskDetail {
  const merged = mergeTaskProgress(known, update);
  return merged === known ? known : { ...merged, blobs: mergeBlobs(known.blobs, update.blobs) };
}

/** For `structuralSharing`: pages read anew do not set back the figures that came in while they were read. */
export function keepNewerFigures<P extends TaskPage | TaskPages>(known: P | undefined, read: P): P {
  if (known === undefined) return read;
  const knownTasks = new Map(itemsOf(known).map((task) => [task.id, task]));
  const keep = (page: TaskPage): TaskPage => ({
    ...page,
    items: page.items.map((task) => mergeTaskSnapshot(knownTasks.get(task.id), task)),
  });
  if ('pages' in read) return { ...read, pages: read.pages.map(keep) };
  return keep(read) as P;
}

/** Whether one of the updates says something that changes counts, order or filters: a state, not only figures. */
export function hasStateChange(known: TaskPage | TaskPages, updates: ReadonlyMap<string, TaskUpdate>): boolean {
  return itemsOf(known).some((task) => {
    const update = updates.get(task.id);
    return update !== undefined && (update.state !== task.state || update.attempt !== task.attempt);
  });
}

export const itemsOf = (known: TaskPage | TaskPages): Task[] =>
  'pages' in known ? known.pages.flatMap((page) => page.items) : known.items;

function eachChanged<T>(items: T[], change: (item: T) => T): T[] {
  let hasChanged = false;
  const changed = items.map((item) => {
    const next = change(item);
    hasChanged ||= next !== item;
    return next;
  });
  return hasChanged ? changed : items;
}
