import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { NextTry } from '../../domain/tasks/NextTry.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { isOnHold } from '../../domain/tasks/task-status.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { CalmLine } from './CalmLine.tsx';
import { FailureButtons } from './FailureButtons.tsx';
import { FailurePolicies } from './FailurePolicies.tsx';
import styles from './operations.module.css';

type Failure = Operations['failures'][number];

interface FailureListProps extends Pick<Operations, 'failures' | 'routes'> {
  /** A wall screen has nobody to press anything. */
  hasControls: boolean;
}

/** What fails now, by cause: twelve tasks that hit one dead registry are one thing to look at. What somebody holds is no failure. */
export function FailureList({ failures, routes, hasControls }: FailureListProps) {
  const failing = failures.filter(({ reason }) => !isOnHold(reason));
  const held = failures.filter(({ reason }) => isOnHold(reason));
  return (
    <>
      {failing.length === 0 ? (
        <CalmLine routes={routes} />
      ) : (
        <FailureGroup kind="failing" failures={failing} hasControls={hasControls} />
      )}
      {held.length === 0 ? null : <FailureGroup kind="onHold" failures={held} hasControls={hasControls} />}
    </>
  );
}

interface FailureGroupProps extends Omit<FailureListProps, 'routes'> {
  kind: 'failing' | 'onHold';
}

function FailureGroup({ kind, failures, hasControls }: FailureGroupProps) {
  const { t } = useTranslation('operations');
  return (
    <section className={styles['failures']} data-kind={kind} aria-labelledby={kind}>
      <h2 id={kind}>{t(kind)}</h2>
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
  const { reason } = failure;
  const isFinal = failure.waitingCount === 0;
  const isHeld = isOnHold(reason);
  const tone = isHeld ? 'neutral' : isFinal ? 'danger' : 'warn';
  return (
    <li className={styles['failure']} data-fit>
      <StatusDot tone={tone} label={t(isHeld ? 'onHold' : 'failing')} isLabelHidden />
      <div className={styles['failureWords']}>
        <p className={styles['failureReason']}>{reasonText(reason)}</p>
        <p className={styles['failureFacts']}>
          <RouteText sourceIds={[failure.sourceRegistryId]} destinationIds={[failure.destinationRegistryId]} />
          <span>{t('failure.tasks', { count: failure.taskCount })}</span>
          {isFinal || isHeld ? null : <span>{t('failure.waiting', { count: failure.waitingCount })}</span>}
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
