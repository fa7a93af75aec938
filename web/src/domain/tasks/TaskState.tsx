import type { Execution, Task } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { executionTone, isHeldReason, taskTone } from './task-status.ts';

export function TaskState({ task: { state, reason } }: { task: Pick<Task, 'state' | 'reason'> }) {
  const { t } = useTranslation('tasks');
  const label = state === 'waiting' && isHeldReason(reason) ? t('held') : t(`state.${state}`);
  return <StatusDot tone={taskTone(state)} label={label} isActive={state === 'running'} />;
}

export function ExecutionState({ state }: { state: Execution['state'] }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={executionTone(state)} label={t(`executionState.${state}`)} isActive={state === 'running'} />;
}
