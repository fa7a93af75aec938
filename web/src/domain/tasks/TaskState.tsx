import type { Execution, Task } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { executionTone, isHeldReason, isOnHold, taskTone } from './task-status.ts';

export function TaskState({ task: { state, reason } }: { task: Pick<Task, 'state' | 'reason'> }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={taskTone({ state, reason })} label={label()} isActive={state === 'running'} />;

  function label(): string {
    if (state !== 'waiting' || reason === null || !isOnHold(reason)) return t(`state.${state}`);
    return t(isHeldReason(reason) ? 'held' : 'onHold');
  }
}

export function ExecutionState({ state }: { state: Execution['state'] }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={executionTone(state)} label={t(`executionState.${state}`)} isActive={state === 'running'} />;
}
