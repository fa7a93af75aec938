import type { Task, TaskProgress } from 'bff/contract/replication';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { Joined } from './Joined.tsx';
import { taskFraction } from './task-figures.ts';
import { taskTone } from './task-status.ts';
import styles from './tasks.module.css';
import { useMovedWords } from './use-moved-words.ts';

interface TaskProgressCellProps {
  task: TaskProgress & Pick<Task, 'kind'>;
  /** Names the task for screen readers. */
  what: string;
  /** Puts the numbers on a line of their own below the bar, and this behind them. */
  more?: readonly ReactNode[];
  /** Without the bytes, where there is room for the bar only. */
  isShort?: boolean;
}

/** Bar, share and bytes of one task. Nothing is drawn before it starts, so that what moves stands out. */
export function TaskProgressCell({ task, what, more, isShort = false }: TaskProgressCellProps) {
  const { t } = useTranslation('tasks');
  const { bytes, percent } = useFormat();
  const movedWords = useMovedWords();
  const fraction = taskFraction(task);
  if (task.kind === 'delete' || (fraction === undefined && task.state !== 'running')) {
    return <span className={styles['faint']}>–</span>;
  }
  const { bytesDone, bytesSkipped, bytesTotal } = task;
  const progressWords = (total: number) => [
    t('figures.bytes', { done: bytes(bytesDone - bytesSkipped), total: bytes(total - bytesSkipped) }),
  ];
  const [words, rest] =
    bytesTotal === null ? [] : task.state === 'succeeded' ? movedWords(task) : progressWords(bytesTotal);
  return (
    <div className={styles['progress']} data-lines={isShort ? 'short' : more === undefined ? 'one' : 'two'}>
      <ProgressBar
        share={fraction ?? null}
        label={t('progressOf', { what })}
        tone={taskTone(task)}
        {...(words === undefined ? {} : { valueText: [words, rest].filter(Boolean).join(' · ') })}
      />
      <span className={styles['share']}>{fraction === undefined ? '' : percent(fraction)}</span>
      {isShort ? null : (
        <span className={styles['bytes']} title={rest}>
          <Joined parts={[words, ...(more ?? [])]} />
        </span>
      )}
    </div>
  );
}
