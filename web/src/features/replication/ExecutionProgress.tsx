import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { executionFraction } from '../../domain/tasks/task-figures.ts';
import { executionTone } from '../../domain/tasks/task-status.ts';
import styles from '../../domain/tasks/tasks.module.css';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';

/** Bar, share and bytes of an execution. */
export function ExecutionProgress({ execution }: { execution: Execution }) {
  const { t } = useTranslation(['replication', 'tasks']);
  const { bytes, percent } = useFormat();
  const fraction = executionFraction(execution);
  if (fraction === undefined && execution.state !== 'running') return <span className={styles['faint']}>–</span>;
  const total = bytes(execution.bytesTotal);
  const words =
    execution.state === 'succeeded' ? total : t('execution.bytesOf', { done: bytes(execution.bytesDone), total });
  const [first] = execution.sample;
  return (
    <div className={styles['progress']}>
      <ProgressBar
        share={fraction ?? null}
        label={t('tasks:progressOf', {
          what: first === undefined ? execution.id : `${first.repository}:${first.reference}`,
        })}
        tone={executionTone(execution.state)}
        valueText={words}
      />
      <span className={styles['share']}>{fraction === undefined ? '' : percent(fraction)}</span>
      <span className={styles['bytes']}>{fraction === undefined ? '' : words}</span>
    </div>
  );
}
