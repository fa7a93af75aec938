import type { Execution } from 'bff/contract/replication';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Joined } from '../../domain/tasks/Joined.tsx';
import { executionFraction } from '../../domain/tasks/task-figures.ts';
import { executionTone } from '../../domain/tasks/task-status.ts';
import styles from '../../domain/tasks/tasks.module.css';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';

interface ExecutionProgressProps {
  execution: Execution;
  /** Puts the bytes on a line of their own below the bar, and this behind them. */
  more?: readonly ReactNode[];
}

/** Bar, share and bytes of an execution. */
export function ExecutionProgress({ execution, more }: ExecutionProgressProps) {
  const { t } = useTranslation(['replication', 'tasks']);
  const { bytes, percent } = useFormat();
  const fraction = executionFraction(execution);
  // What waits for a person does not move.
  const isStill = execution.state !== 'running' || execution.heldBack !== null;
  if (fraction === undefined && isStill) return <span className={styles['faint']}>–</span>;
  const total = bytes(execution.bytesTotal);
  const words =
    execution.state === 'succeeded' ? total : t('execution.bytesOf', { done: bytes(execution.bytesDone), total });
  const [first] = execution.sample;
  return (
    <div className={styles['progress']} data-lines={more === undefined ? 'one' : 'two'}>
      <ProgressBar
        share={fraction ?? null}
        label={t('tasks:progressOf', {
          what: first === undefined ? execution.id : `${first.repository}:${first.reference}`,
        })}
        tone={executionTone(execution.state)}
        valueText={words}
      />
      <span className={styles['share']}>{fraction === undefined ? '' : percent(fraction)}</span>
      <span className={styles['bytes']}>
        <Joined parts={[fraction === undefined || execution.bytesTotal === 0 ? null : words, ...(more ?? [])]} />
      </span>
    </div>
  );
}
