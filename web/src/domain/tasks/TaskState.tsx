import type { Execution, TaskState as State } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { executionTone, taskTone } from './task-status.ts';

export function TaskState({ state }: { state: State }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={taskTone(state)} label={t(`state.${state}`)} isActive={state === 'running'} />;
}

export function ExecutionState({ state }: { state: Execution['state'] }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={executionTone(state)} label={t(`executionState.${state}`)} isActive={state === 'running'} />;
}
