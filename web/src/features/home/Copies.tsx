import { useQuery } from '@tanstack/react-query';
import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { PausedPolicies } from '../../domain/policy/PausedPolicies.tsx';
import { ReasonText } from '../../domain/reasons/ReasonText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { NextTry } from '../../domain/tasks/NextTry.tsx';
import { isHeldReason, isOnHold } from '../../domain/tasks/task-status.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { operationsQuery } from './home-queries.ts';
import styles from './Home.module.css';
import { Section } from './Section.tsx';

const FAILURES_SHOWN = 5;

/** What is copying now, and what fails; failures first. */
export function Copies() {
  const { t } = useTranslation('home');
  const words = useErrorWords();
  const operations = useQuery(operationsQuery());
  return (
    <Section
      title={t('copies')}
      facts={operations.data === undefined ? null : <Counts operations={operations.data} />}
      link={{ label: t('allOperations'), to: paths.operations() }}
    >
      <PausedPolicies className={styles['paused']} />
      {operations.data !== undefined ? (
        <Failures failures={operations.data.failures} isQuiet={isQuiet(operations.data)} />
      ) : operations.error !== null ? (
        <ErrorState
          title={t('notRead.operations')}
          error={words(operations.error)}
          onRetry={() => void operations.refetch()}
        />
      ) : (
        <div className={styles['skeletonLine']} aria-busy="true" />
      )}
    </Section>
  );
}

function isQuiet({ counts, failures }: Operations): boolean {
  return counts.running + counts.queued + counts.waiting === 0 && failures.length === 0;
}

function Counts({ operations }: { operations: Operations }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { rate } = useCurrentFigures();
  const { counts, rateBytesPerSecond } = operations;
  const words = (['running', 'queued', 'waiting'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => t(state, { count: counts[state], shown: format.number(counts[state]) }));
  const current = rate(rateBytesPerSecond);
  if (counts.running > 0 && current !== null) words.push(current);
  return words.join(' · ');
}

function Failures({ failures, isQuiet: nothing }: { failures: Operations['failures']; isQuiet: boolean }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const directory = useRegistryDirectory();
  // Who may decide on them is told so above.
  const mayDelete = useCan('artifact.delete');
  const shown = failures.filter(({ reason }) => !(mayDelete && isHeldReason(reason)));
  if (nothing) return <p className={styles['quiet']}>{t('quiet')}</p>;
  if (shown.length === 0) return null;
  return (
    <ul className={styles['failures']} aria-label={t('failing')}>
      {shown.slice(0, FAILURES_SHOWN).map((failure) => (
        <li key={`${failure.sourceRegistryId} ${failure.destinationRegistryId} ${failure.reason.code}`}>
          <StatusDot
            tone={isOnHold(failure.reason) ? 'neutral' : failure.waitingCount > 0 ? 'warn' : 'danger'}
            label={t(isOnHold(failure.reason) ? 'onHold' : 'failing')}
            isLabelHidden
          />
          <Link to={paths.operations()} className={styles['route'] ?? ''}>
            {directory.find(failure.sourceRegistryId).name} → {directory.find(failure.destinationRegistryId).name}
          </Link>
          <span className={styles['reason']}>
            <ReasonText cause={failure.reason} />
          </span>
          <span className={styles['muted']}>
            {t('failureTasks', { count: failure.taskCount, shown: format.number(failure.taskCount) })}
          </span>
          <NextTry at={failure.nextAttemptAt} className={styles['muted']} />
        </li>
      ))}
    </ul>
  );
}
