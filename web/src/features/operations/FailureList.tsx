import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { secondsUntil } from '../../domain/tasks/task-figures.ts';
import { taskDetail } from '../../domain/tasks/task-queries.ts';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { useRetryTasks } from './operations-queries.ts';
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
  if (failures.length === 0) {
    return (
      <p className={styles['calm']} role="status">
        <StatusDot tone="ok" label={t('nothingFails')} />
      </p>
    );
  }
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
          {isFinal ? null : <span>{t('failure.waiting', { count: failure.waitingCount })}</span>}
          <span>
            {t('failure.since')} <RelativeTime instant={failure.since} />
          </span>
          <NextTry at={failure.nextAttemptAt} />
        </p>
      </div>
      {hasControls ? <FailureButtons failure={failure} /> : null}
    </li>
  );
}

/** To the registry that the reason names: it is repaired there, or put into maintenance so that nothing is tried. */
function CauseLink({ failure: { reason, sourceRegistryId, destinationRegistryId } }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const canRead = useCan('registry.read');
  const directory = useRegistryDirectory();
  const ends = [destinationRegistryId, sourceRegistryId].map((id) => directory.find(id));
  const { registry, registryId } = reason.params;
  const cause = ends.find(({ id, name }) => id === registryId || name === registry);
  if (!canRead || cause === undefined) return null;
  return (
    <Button component={Link} to={paths.registry(cause.id)}>
      {t('failure.registry', { registry: cause.name })}
    </Button>
  );
}

function NextTry({ at }: { at: string | null }) {
  const { t } = useTranslation('operations');
  const { clock } = useFormat();
  const seconds = secondsUntil(at, useNow());
  if (seconds === undefined) return null;
  return <span>{seconds > 0 ? t('failure.nextTry', { clock: clock(seconds) }) : t('failure.tryingNow')}</span>;
}

function FailureButtons({ failure }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const canPush = useCan('artifact.push');
  const retry = useRetryTasks();
  const [firstTaskId = ''] = failure.taskIds;
  // A group names tasks only; the copy they belong to is where they are shown together.
  const { data: first } = useQuery({ ...taskDetail(firstTaskId), enabled: firstTaskId !== '' });
  const run = () =>
    retry.mutate(failure.taskIds, {
      onSuccess: ({ retried, refused }) => {
        const words = [
          retried > 0 ? t('failure.retried', { count: retried }) : null,
          refused > 0 ? t('failure.someNotRetried', { count: refused }) : null,
        ];
        toast({ message: words.filter(Boolean).join(' '), tone: refused > 0 ? 'warn' : 'ok' });
      },
    });
  return (
    <div className={styles['buttons']}>
      <CauseLink failure={failure} />
      {first === undefined ? null : (
        <Button
          component={Link}
          to={paths.execution(first.executionId, { state: failure.waitingCount > 0 ? 'waiting' : 'failed' })}
        >
          {t('failure.show')}
        </Button>
      )}
      {canPush ? (
        <Button variant="outlined" disabled={retry.isPending} onClick={run}>
          {t('failure.retry')}
        </Button>
      ) : null}
    </div>
  );
}
