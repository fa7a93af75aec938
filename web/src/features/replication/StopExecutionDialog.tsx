import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { workOfExecution } from '../../domain/tasks/work-kind.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import type { ErrorWords } from '../../ui/ErrorState.tsx';

interface StopExecutionDialogProps {
  execution: Execution;
  isOpen: boolean;
  isBusy: boolean;
  error: ErrorWords | null;
  onConfirm: () => void;
  onClose: () => void;
}

export function StopExecutionDialog({ execution, ...dialog }: StopExecutionDialogProps) {
  const { t } = useTranslation('replication');
  const { queued, running, waiting } = execution.tasks;
  const isDeletion = workOfExecution(execution) === 'delete';
  return (
    <ConfirmDialog
      {...dialog}
      title={t(isDeletion ? 'execution.stopConfirm.deletionTitle' : 'execution.stopConfirm.title')}
      confirmLabel={t(isDeletion ? 'execution.stopConfirm.deletionAction' : 'execution.stopConfirm.action')}
      isDangerous
    >
      <p>{t('execution.stopConfirm.body', { count: queued + running + waiting })}</p>
      <p>{t(isDeletion ? 'execution.stopConfirm.deletionUntouched' : 'execution.stopConfirm.untouched')}</p>
    </ConfirmDialog>
  );
}
