import type { TaskProgress } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { taskFraction } from './task-figures.ts';
import { taskTone } from './task-status.ts';
import styles from './tasks.module.css';

interface TaskProgressCellProps {
  task: TaskProgress;
  /** Names the task for screen readers. */
  what: string;
}

/** Bar, share and bytes of one task. Nothing is drawn before it starts, so that what moves stands out. */
export function TaskProgressCell({ task, what }: TaskProgressCellProps) {
  const { t } = useTranslation('tasks');
  const { bytes, percent } = useFormat();
  const fraction = taskFraction(task);
  const bytesWords = (total: number) =>
    task.state === 'succeeded'
      ? bytes(total)
      : t('figures.bytes', { done: bytes(task.bytesDone), total: bytes(total) });
  if (fraction === undefined && task.state !== 'running') return <span className={styles['faint']}>–</span>;
  const words = task.bytesTotal === null ? undefined : bytesWords(task.bytesTotal);
  return (
    <div className={styles['progress']}>
      <ProgressBar
        share={fraction ?? null}
        label={t('progressOf', { what })}
        tone={taskTone(task)}
        {...(words === undefined ? {} : { valueText: words })}
      />
      <span className={styles['share']}>{fraction === undefined ? '' : percent(fraction)}</span>
      <span className={styles['bytes']}>{words ?? ''}</span>
    </div>
  );
}
