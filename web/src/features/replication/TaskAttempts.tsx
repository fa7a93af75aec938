import type { TaskDetail } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import styles from './replication.module.css';

type Attempt = TaskDetail['attempts'][number];

const tones: Readonly<Record<Attempt['outcome'], Tone>> = {
  running: 'accent',
  succeeded: 'ok',
  failed: 'danger',
  stopped: 'neutral',
  lost: 'warn',
};

/** Every try of a task, the newest first, each with what ended it. */
export function TaskAttempts({ task: { attempts, tries, triesAllowed } }: { task: TaskDetail }) {
  const { t } = useTranslation('replication');
  return (
    <section className={styles['section']} aria-labelledby="task-attempts">
      <div className={styles['sectionHead']}>
        <h2 id="task-attempts">{t('task.attempts')}</h2>
        {attempts.length > tries ? (
          <span className={styles['muted']}>{t('task.attemptsCount', { done: tries, all: triesAllowed })}</span>
        ) : null}
      </div>
      {attempts.length === 0 ? (
        <p className={styles['muted']}>{t('task.attemptsNone')}</p>
      ) : (
        <ol className={styles['attempts']}>
          {attempts
            .toSorted((left, right) => right.number - left.number)
            .map((attempt) => (
              <AttemptRow key={attempt.number} attempt={attempt} />
            ))}
        </ol>
      )}
    </section>
  );
}

function AttemptRow({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation(['replication', 'tasks']);
  const { duration } = useFormat();
  const reasonText = useReasonText();
  const { number, startedAt, finishedAt, outcome, reason } = attempt;
  return (
    <li className={styles['attempt']}>
      <span className={styles['muted']}>{t('tasks:figures.attempt', { number })}</span>
      <StatusDot tone={tones[outcome]} label={t(`task.attemptOutcome.${outcome}`)} isActive={outcome === 'running'} />
      <span className={styles['muted']}>
        <RelativeTime instant={startedAt} />
        {finishedAt === null ? null : ` · ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`}
      </span>
      {reason === null ? null : <p className={styles['reason']}>{reasonText(reason)}</p>}
    </li>
  );
}
