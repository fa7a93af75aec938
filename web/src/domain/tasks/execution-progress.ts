import type { Activity, Execution, Task } from 'bff/contract/replication';
import type { TaskUpdate } from './task-cache.ts';

/**
 * What messages about tasks change in the sums of their execution. Only tasks that are known can be followed; the others
 * come with the next reading.
 * @param known tasks with the figures that are in the sums
 */
export function withTaskUpdates(
  execution: Execution,
  known: ReadonlyMap<string, Task>,
  updates: Iterable<TaskUpdate>,
): Execution {
  let { bytesTotal, bytesDone, bytesSkipped, activity } = execution;
  const tasks = { ...execution.tasks };
  for (const update of updates) {
    const before = known.get(update.id);
    if (update.executionId !== execution.id || before === undefined) continue;
    // A message that is older than what is known says nothing new.
    if (Date.parse(update.at) < Date.parse(before.at)) continue;
    bytesTotal += (update.bytesTotal ?? 0) - (before.bytesTotal ?? 0);
    bytesDone += update.bytesDone - before.bytesDone;
    bytesSkipped += update.bytesSkipped - before.bytesSkipped;
    tasks[before.state] = Math.max(0, tasks[before.state] - 1);
    tasks[update.state] += 1;
    activity = activityNow(activity, tasks);
  }
  return { ...execution, bytesTotal, bytesDone, bytesSkipped, tasks, activity };
}

/** What waits, and for what, is read with the next answer; that something runs again is seen at once. */
function activityNow(known: Activity | null, { running, queued }: Execution['tasks']): Activity | null {
  if (running > 0) return { kind: 'running', taskCount: running, reason: null };
  return queued > 0 ? { kind: 'queued', taskCount: queued, reason: null } : known;
}
