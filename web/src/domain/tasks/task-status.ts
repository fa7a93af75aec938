import type { Activity, Execution, Task, TaskBlob, TaskState } from 'bff/contract/replication';
import type { Tone } from '../../ui/StatusDot.tsx';

const toneOfTask: Readonly<Record<TaskState, Tone>> = {
  queued: 'neutral',
  running: 'accent',
  waiting: 'warn',
  succeeded: 'ok',
  failed: 'danger',
  stopped: 'neutral',
};

const toneOfBlob: Readonly<Record<TaskBlob['state'], Tone>> = {
  queued: 'neutral',
  running: 'accent',
  copied: 'ok',
  mounted: 'ok',
  existed: 'neutral',
  failed: 'danger',
  stopped: 'neutral',
};

const toneOfExecution: Readonly<Record<Execution['state'], Tone>> = {
  running: 'accent',
  succeeded: 'ok',
  failed: 'danger',
  stopped: 'neutral',
};

const toneOfActivity: Readonly<Record<Activity['kind'], Tone>> = {
  running: 'accent',
  queued: 'neutral',
  waiting: 'warn',
  held: 'warn',
  maintenance: 'neutral',
  paused: 'neutral',
};

/** What needs a person comes first; what is done comes last. */
export const taskStatesByUrgency = [
  'failed',
  'waiting',
  'running',
  'queued',
  'stopped',
  'succeeded',
] as const satisfies readonly TaskState[];

export const blobTone = (state: TaskBlob['state']): Tone => toneOfBlob[state];
export const activityTone = ({ kind }: Pick<Activity, 'kind'>): Tone => toneOfActivity[kind];
/** Nothing of it runs, or will at once. */
export const isWaiting = (activity: Activity | null): activity is Activity =>
  activity !== null && activity.kind !== 'running' && activity.kind !== 'queued';
/** How a cause stands that is said of tasks together: what is tried again, or what somebody holds, has not failed. */
export function causeTone(reason: { readonly code: string }, activity: Activity | null): Tone {
  const isOfOpen = activity !== null && (activity.reason === null || activity.reason.code === reason.code);
  if (isOfOpen) return isWaiting(activity) ? activityTone(activity) : 'warn';
  if (isOnHold(reason)) return isHeldReason(reason) ? 'warn' : 'neutral';
  return 'danger';
}
export const executionTone = ({ state, activity }: Pick<Execution, 'state' | 'activity'>): Tone =>
  isWaiting(activity) ? activityTone(activity) : toneOfExecution[state];

export const isFinal = (state: TaskState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'stopped';
export const canStopTask = (state: TaskState): boolean => !isFinal(state);
/** A deletion that waits for a person's word waits for nothing else. */
export const isHeldReason = (reason: { readonly code: string } | null): boolean =>
  reason?.code === 'deletions-held-back';
/** Somebody wants it to wait: nothing fails. */
export const isOnHold = (reason: { readonly code: string }): boolean =>
  isHeldReason(reason) || reason.code === 'registry-in-maintenance' || reason.code === 'policy-paused';
export function taskTone({ state, reason }: Pick<Task, 'state' | 'reason'>): Tone {
  if (state === 'waiting' && reason !== null && isOnHold(reason) && !isHeldReason(reason)) return 'neutral';
  // It has failed before and has not got on since.
  return toneOfTask[state === 'running' && reason !== null ? 'waiting' : state];
}
/** A deletion that a person said no to comes up again only with another run of its policy. */
const isDeclined = (reason: { readonly code: string } | null): boolean => reason?.code === 'deletion-declined';
/** A waiting task may be told not to wait, unless somebody wants it to. */
export const canRetryTask = ({ state, reason }: Pick<Task, 'state' | 'reason'>): boolean =>
  state === 'failed' ||
  (state === 'stopped' && !isDeclined(reason)) ||
  (state === 'waiting' && (reason === null || !isOnHold(reason)));

export const canStopExecution = (execution: Pick<Execution, 'state'>): boolean => execution.state === 'running';
/** `read`: those of its tasks that are known one by one; only of these is it known whether somebody declined them. */
export function countRetryable(
  { tasks }: Pick<Execution, 'tasks'>,
  read: readonly Pick<Task, 'state' | 'reason'>[],
): number {
  const declined = read.filter(({ state, reason }) => state === 'stopped' && isDeclined(reason)).length;
  return Math.max(0, tasks.failed + tasks.stopped - declined);
}
export const countTasks = ({ tasks }: Pick<Execution, 'tasks'>): number =>
  tasks.queued + tasks.running + tasks.waiting + tasks.succeeded + tasks.failed + tasks.stopped;
