import type { Execution } from 'bff/contract/replication';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { Joined } from '../../domain/tasks/Joined.tsx';
import { executionFraction } from '../../domain/tasks/task-figures.ts';
import { useActivityWords } from '../../domain/tasks/activity-words.ts';
import { countTasks, executionTone, isWaiting } from '../../domain/tasks/task-status.ts';
import { useMovedWords } from '../../domain/tasks/use-moved-words.ts';
import { workOfExecution } from '../../domain/tasks/work-kind.ts';
import styles from '../../domain/tasks/tasks.module.css';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import own from './replication.module.css';

interface ExecutionProgressProps {
  execution: Execution;
  /** Puts the bytes, or what it waits for, on a line of their own below the bar, and this behind them. */
  more?: readonly ReactNode[];
}

/** Bar, share and bytes of an execution. */
export function ExecutionProgress({ execution, more }: ExecutionProgressProps) {
  const { t } = useTranslation(['replication', 'tasks']);
  const { bytes, percent } = useFormat();
  const movedWords = useMovedWords();
  const fraction = executionFraction(execution);
  const isStill = isWaiting(execution.activity);
  if (fraction === undefined && execution.state !== 'running') {
    return execution.remark === null ? (
      <span className={styles['faint']}>–</span>
    ) : (
      <ExecutionRemark execution={execution} />
    );
  }
  const work = workOfExecution(execution);
  const isEmpty = work === 'copy' && execution.bytesTotal === 0;
  const [words, rest] = progressWords();
  const [first] = execution.sample;
  return (
    <div className={styles['progress']} data-lines={more === undefined ? 'one' : 'two'}>
      <ProgressBar
        share={fraction ?? (isStill ? 0 : null)}
        label={t('tasks:progressOf', {
          what: first === undefined ? execution.id : `${first.repository}:${first.reference}`,
        })}
        tone={executionTone(execution)}
        valueText={[words, rest].filter(Boolean).join(' · ')}
      />
      <span className={styles['share']}>{fraction === undefined ? '' : percent(fraction)}</span>
      <span className={styles['bytes']} title={rest}>
        {isStill && more !== undefined ? (
          <ExecutionCause execution={execution} />
        ) : (
          <Joined
            parts={[
              more === undefined || execution.remark === null ? null : (
                <ExecutionRemark key="remark" execution={execution} />
              ),
              fraction === undefined || isEmpty ? null : words,
              ...(more ?? []),
            ]}
          />
        )}
      </span>
    </div>
  );

  /** What has to move, and, of what is done, how much was there already. */
  function progressWords(): [string] | [string, string] {
    const { state, tasks, deletions, tagMoves, bytesDone, bytesSkipped, bytesTotal } = execution;
    if (work === 'delete') return [t('execution.deletedOf', { done: tasks.succeeded, count: deletions })];
    if (state !== 'succeeded') {
      const total = bytes(bytesTotal - bytesSkipped);
      return [t('execution.bytesOf', { done: bytes(bytesDone - bytesSkipped), total })];
    }
    return work === 'move' ? [t('execution.tagsSet', { count: tagMoves })] : movedWords(execution);
  }
}

const shortened = ['replaced-earlier', 'lost-to-later', 'kept-different'] as const;

/** Why what was done is no plain success, in a few words; nothing of one that is. */
export function ExecutionRemark({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const reasonText = useReasonText();
  const { remark } = execution;
  if (remark === null) return null;
  const { code } = remark.reason;
  const long = reasonText(remark.reason);
  const short = shortened.find((each) => each === code);
  const words = short === undefined ? long : t(`executions.remark.${short}`);
  const isOfAll = remark.taskCount === countTasks(execution);
  return (
    <span className={own['remark']} data-code={code} title={long}>
      {isOfAll ? words : t('executions.remarkOf', { words, count: remark.taskCount })}
    </span>
  );
}

/** What it waits for; nothing of one that does not. */
export function ExecutionCause({ execution: { activity } }: { execution: Execution }) {
  const words = useActivityWords();
  if (!isWaiting(activity)) return null;
  const { cause, long } = words(activity);
  return <span title={long}>{cause}</span>;
}
