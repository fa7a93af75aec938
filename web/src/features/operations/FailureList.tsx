import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { secondsUntil } from '../../domain/tasks/task-figures.ts';
import { useNow } from '../../i18n/now.ts';
import { isHeldReason } from '../../domain/tasks/task-status.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { CalmLine } from './CalmLine.tsx';
import { FailureButtons } from './FailureButtons.tsx';
import { FailurePolicies } from './FailurePolicies.tsx';
import styles from './operations.module.css';

type Failure = Operations['failures'][number];

interface FailureListProps {
  failures: Operations['failures'];
  /** A wall screen has nobody to press anything. */
  hasControls: boolean;
}

/** What fails now, by cause: twelve tasks that hit one dead registry are one thing to look at. */
export function FailureList({ failures, hasControls }: FailureListProps) {
  const { t } = useTranslation('operations');
  if (failures.length === 0) return <CalmLine />;
  return (
    <section className={styles['failures']} aria-labelledby="failing">
      <h2 id="failing">{t('failing')}</h2>
      <ul>
        {failures.map((failure) => (
          <FailureRow
            key={`${failure.sourceRegistryId} ${failure.destinationRegistryId} ${failure.reason.code}`}
            failure={failure}
            hasControls={hasControls}
          />
        ))}
      </ul>
    </section>
  );
}

function FailureRow({ failure, hasControls }: { failure: Failure; hasControls: boolean }) {
  const { t } = useTranslation('operations');
  const reasonText = useReasonText();
  const isFinal = failure.waitingCount === 0;
  return (
    <li className={styles['failure']}>
      <StatusDot tone={isFinal ? 'danger' : 'warn'} label={t('failing')} isLabelHidden />
      <div className={styles['failureWords']}>
        <p className={styles['failureReason']}>{reasonText(failure.reason)}</p>
        <p className={styles['failureFacts']}>
          <RouteText sourceIds={[failure.sourceRegistryId]} destinationIds={[failure.destinationRegistryId]} />
          <span>{t('failure.tasks', { count: failure.taskCount })}</span>
          {isFinal || isHeldReason(failure.reason) ? null : (
            <span>{t('failure.waiting', { count: failure.waitingCount })}</span>
          )}
          <span>
            {t('failure.since')} <RelativeTime instant={failure.since} />
          </span>
          <NextTry at={failure.nextAttemptAt} />
          {hasControls ? <FailurePolicies policyIds={failure.policyIds} /> : null}
        </p>
      </div>
      {hasControls ? <FailureButtons failure={failure} /> : null}
    </li>
  );
}

function NextTry({ at }: { at: string | null }) {
  const { t } = useTranslation('operations');
  const { clock } = useFormat();
  const seconds = secondsUntil(at, useNow());
  if (seconds === undefined) return null;
  return <span>{seconds > 0 ? t('failure.nextTry', { clock: clock(seconds) }) : t('failure.tryingNow')}</span>;
}
