import type { Execution, TaskBlob, TaskState } from 'bff/contract/replication';

/** What the colour of a dot or bar says; `ui` knows the colours. */
export type TaskTone = 'neutral' | 'active' | 'warning' | 'good' | 'bad';

const toneOfTask: Readonly<Record<TaskState, TaskTone>> = {
  queued: 'neutral',
  running: 'active',
  waiting: 'warning',
  succeeded: 'good',
  failed: 'bad',
  stopped: 'neutral',
};

const toneOfBlob: Readonly<Record<TaskBlob['state'], TaskTone>> = {
  queued: 'neutral',
  running: 'active',
  copied: 'good',
  mounted: 'good',
  existed: 'neutral',
  failed: 'bad',
};

const toneOfExecution: Readonly<Record<Execution['state'], TaskTone>> = {
  running: 'active',
  succeeded: 'good',
  failed: 'bad',
  stopped: 'neutral',
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

export const taskTone = (state: TaskState): TaskTone => toneOfTask[state];
export const blobTone = (state: TaskBlob['state']): TaskTone => toneOfBlob[state];
export const executionTone = (state: Execution['state']): TaskTone => toneOfExecution[state];

export const isFinal = (state: TaskState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'stopped';
export const canStopTask = (state: TaskState): boolean => !isFinal(state);
/** A waiting task may be told not to wait. */
export const canRetryTask = (state: TaskState): boolean =>
  state === 'failed' || state === 'stopped' || state === 'waiting';

export const canStopExecution = (execution: Pick<Execution, 'state'>): boolean => execution.state === 'running';
export const countRetryable = (execution: Pick<Execution, 'tasks'>): number =>
  execution.tasks.failed + execution.tasks.stopped;
export const countTasks = ({ tasks }: Pick<Execution, 'tasks'>): number =>
  tasks.queued + tasks.running + tasks.waiting + tasks.succeeded + tasks.failed + tasks.stopped;
