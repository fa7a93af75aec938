import type { Execution, Task } from 'bff/contract/replication';
import { countTasks } from './task-status.ts';

/** `move`: only a tag, to what is there already. */
export type WorkKind = 'copy' | 'delete' | 'move';

export function workOfTask({ kind, movesTagOnly }: Pick<Task, 'kind' | 'movesTagOnly'>): WorkKind {
  if (kind === 'delete') return 'delete';
  return movesTagOnly ? 'move' : 'copy';
}

/** Of an execution, what all of its tasks do; that of several kinds copies, too. */
export function workOfExecution(execution: Pick<Execution, 'tasks' | 'deletions' | 'tagMoves'>): WorkKind {
  const count = countTasks(execution);
  if (count === 0) return 'copy';
  if (execution.deletions === count) return 'delete';
  return execution.tagMoves === count ? 'move' : 'copy';
}
