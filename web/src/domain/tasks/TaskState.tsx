import type { Execution, Task } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { useActivityWords } from './activity-words.ts';
import { executionTone, isHeldReason, isOnHold, isWaiting, taskTone } from './task-status.ts';

export function TaskState({ task: { state, reason, kind } }: { task: Pick<Task, 'state' | 'reason' | 'kind'> }) {
  const { t } = useTranslation('tasks');
  return <StatusDot tone={taskTone({ state, reason })} label={label()} isActive={state === 'running'} />;

  function label(): string {
    if (state === 'running' && kind === 'delete') return t('work.deleting');
    if (state !== 'waiting' || reason === null || !isOnHold(reason)) return t(`state.${state}`);
    return t(isHeldReason(reason) ? 'held' : 'onHold');
  }
}

interface ExecutionStateProps {
  execution: Pick<Execution, 'state' | 'activity'>;
  /** Also what it waits for, beside the word. */
  hasCause?: boolean;
}

export function ExecutionState({ execution: { state, activity }, hasCause = false }: ExecutionStateProps) {
  const { t } = useTranslation('tasks');
  const words = useActivityWords();
  const tone = executionTone({ state, activity });
  if (!isWaiting(activity)) {
    return <StatusDot tone={tone} label={t(`executionState.${state}`)} isActive={state === 'running'} />;
  }
  const { state: label, cause, long } = words(activity);
  return (
    <span title={long}>
      <StatusDot tone={tone} label={hasCause ? [label, cause].join(' · ') : label} wraps={hasCause} />
    </span>
  );
}
