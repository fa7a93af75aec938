import type { RunningTask } from './running-task.ts';
import type { FenceAnswer, StopCause, TaskClaimsStore } from './task-claims.store.ts';

interface Worker {
  readonly claims: Pick<TaskClaimsStore, 'askFence'>;
  readonly owner: string;
}

/** What is to stop stops here at the latest, with its cause, instead of waiting for its lease to run out. */
export async function askFence(
  running: RunningTask,
  { claims, owner }: Worker,
): Promise<Exclude<FenceAnswer, StopCause>> {
  if (running.signal.aborted) return 'lost';
  const answer = await claims.askFence(owner, running.task.id, running.task.fence);
  if (answer !== 'stopped' && answer !== 'superseded') return answer;
  running.cut(answer);
  return 'lost';
}
