import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Execution, Task } from 'bff/contract/replication';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useIsOwn } from '../../domain/account.ts';
import { useMayPushToAll, useMayStopToAll } from '../../domain/may-push.ts';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ExecutionTries } from '../../domain/tasks/ExecutionTries.tsx';
import { executionAsKnown } from '../../domain/tasks/known-activity.ts';
import { useActivityWords } from '../../domain/tasks/activity-words.ts';
import { Figures } from '../../domain/tasks/Figures.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { executionFigures } from '../../domain/tasks/task-figures.ts';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import {
  canStopExecution,
  canStopTask,
  countRetryable,
  countTasks,
  isWaiting,
  taskStatesByUrgency,
} from '../../domain/tasks/task-status.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { DecideLink } from './DecideLink.tsx';
import { PromotionLink, useOriginWords } from './execution-origin.tsx';
import { ExecutionProgress } from './ExecutionProgress.tsx';
import { allTaskPages, executionQuery, useExecutionActions } from './replication-queries.ts';
import styles from './replication.module.css';
import { StopExecutionDialog } from './StopExecutionDialog.tsx';
import { TaskTable } from './TaskTable.tsx';
import { useExecutionTitle } from './use-work-title.ts';

const urlDefaults = { state: '', q: '' };

/** One copy: its tasks by state, how far it is, and what can be done about it. */
export function ExecutionPage() {
  const { t } = useTranslation(['replication', 'tasks']);
  const { executionId = '' } = useParams();
  const errorWords = useErrorWords();
  const titleOf = useExecutionTitle();
  const { data, error, refetch } = useQuery(executionQuery(executionId));
  const directory = useRegistryDirectory();
  const execution = data === undefined ? undefined : executionAsKnown(data, directory);
  useLiveTasks();
  if (execution === undefined && error !== null) {
    const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
    return (
      <Page title={t('executions.title')}>
        {isGone ? (
          <EmptyState
            title={t('execution.notFound')}
            action={
              <Button variant="outlined" component={Link} to={paths.executions()}>
                {t('execution.toList')}
              </Button>
            }
          >
            {t('execution.notFoundHint')}
          </EmptyState>
        ) : (
          <ErrorState title={t('execution.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={execution === undefined ? t('executions.title') : titleOf(execution)}
      fill
      above={<Breadcrumbs links={[{ label: t('executions.title'), to: paths.executions() }]} />}
      facts={execution === undefined ? undefined : <ExecutionFacts execution={execution} />}
      action={execution === undefined ? undefined : <ExecutionButtons execution={execution} />}
    >
      {execution === undefined ? null : <ExecutionSummary execution={execution} />}
      <ExecutionTasks executionId={executionId} execution={execution} />
    </Page>
  );
}

function ExecutionFacts({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const originWords = useOriginWords();
  const count = countTasks(execution);
  const { deletions } = execution;
  const others = count - 1;
  return (
    <>
      {execution.sample.length > 1 && others > 0 ? <span>{t('executions.more', { count: others })}</span> : null}
      {deletions > 0 && deletions < count ? <span>{t('execution.mixed', { count: deletions })}</span> : null}
      <ExecutionState execution={execution} hasCause={execution.heldBack === null} />
      <ExecutionTries execution={execution} />
      <RouteText sourceIds={execution.sourceRegistryIds} destinationIds={execution.destinationRegistryIds} />
      <ExecutionPolicy execution={execution} />
      <PromotionLink execution={execution} />
      <span>
        {execution.promotion === null && (execution.requestedBy === null || execution.policy !== null)
          ? originWords(execution)
          : null}{' '}
        {execution.requestedBy === null ? null : t('execution.by', { who: execution.requestedBy })}
        {' · '}
        <RelativeTime instant={execution.createdAt} />
      </span>
    </>
  );
}

/** Whose run it is, and with which of its versions; why its deletions wait, which is decided on the policy's page. */
function ExecutionPolicy({ execution: { policy, heldBack, state } }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const reasonText = useReasonText();
  if (policy === null) return null;
  const words = t('execution.policy', { name: policy.name, version: policy.version });
  return (
    <>
      {policy.exists ? <Link to={paths.policy(policy.id)}>{words}</Link> : <span>{words}</span>}
      {heldBack === null || state !== 'running' ? null : <StatusDot tone="warn" label={reasonText(heldBack)} wraps />}
    </>
  );
}

function ExecutionButtons({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const tasks = useReadTasks(execution.id);
  const canRetry = useMayPushToAll(destinationsOf(tasks, ({ state }) => state === 'failed' || state === 'stopped'));
  const canStop = useMayStopToAll(destinationsOf(tasks, ({ state }) => canStopTask(state)));
  const isOwn = useIsOwn(execution);
  const errorWords = useErrorWords();
  const activityWords = useActivityWords();
  const { stop, retry } = useExecutionActions(execution.id);
  const [isAsking, setIsAsking] = useState(false);
  const retryable = countRetryable(execution, tasks);
  const sayRetried = ({ activity }: Execution) => {
    const words = t('execution.retried', { count: retryable });
    const cause = isWaiting(activity) ? activityWords(activity).cause : null;
    toast({ message: cause === null ? words : t('execution.retriedWaits', { words, cause }), tone: 'ok' });
  };
  const sayRefusal = (error: Error) => {
    const isNothing = error instanceof ApiError && error.code === 'task-not-retryable';
    toast({ message: isNothing ? t('execution.nothingToRetry') : errorWords(error).sentence, tone: 'danger' });
  };
  return (
    <>
      <DecideLink executionId={execution.id} />
      {canRetry && retryable > 0 ? (
        <Button
          variant="outlined"
          disabled={retry.isPending}
          onClick={() => retry.mutate(undefined, { onSuccess: sayRetried, onError: sayRefusal })}
        >
          {t('execution.retryFailed', { count: retryable })}
        </Button>
      ) : null}
      {(canStop || isOwn) && canStopExecution(execution) ? (
        <Button variant="outlined" onClick={() => setIsAsking(true)}>
          {t('execution.stop')}
        </Button>
      ) : null}
      <StopExecutionDialog
        execution={execution}
        isOpen={isAsking}
        isBusy={stop.isPending}
        error={errorWords(stop.error)}
        onConfirm={() => stop.mutate(undefined, { onSuccess: () => setIsAsking(false) })}
        onClose={() => setIsAsking(false)}
      />
    </>
  );
}

/** Its tasks as far as they are read: the most urgent ones, which are those one would stop or retry. */
function useReadTasks(executionId: string): Task[] {
  const { data } = useInfiniteQuery(allTaskPages(executionId));
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

/** Where the tasks go that an action is about; where all go, if none of those is read. */
function destinationsOf(tasks: readonly Task[], isConcerned: (task: Task) => boolean) {
  const concerned = tasks.filter(isConcerned);
  return (concerned.length === 0 ? tasks : concerned).map(({ destination }) => destination);
}

function ExecutionSummary({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const { bytes, clock, duration } = useFormat();
  const current = useCurrentFigures();
  const { rateBytesPerSecond, etaSeconds } = executionFigures(execution);
  const { bytesDone, bytesSkipped, bytesTotal } = execution;
  const nowMs = useNow();
  const isRunning = execution.state === 'running';
  const endMs = execution.finishedAt === null ? nowMs : Date.parse(execution.finishedAt);
  const tookMs = Math.max(0, endMs - Date.parse(execution.createdAt));
  return (
    <div className={styles['summary']}>
      <ExecutionProgress execution={execution} />
      <Figures
        figures={[
          ...(isRunning
            ? [
                {
                  key: 'rate',
                  label: t('execution.rate'),
                  value: current.rate(rateBytesPerSecond) ?? '–',
                },
                {
                  key: 'remaining',
                  label: t('execution.remaining'),
                  value: current.clock(etaSeconds) ?? '–',
                },
              ]
            : []),
          // The bar counts what has to move; what was there belongs to the size, and to nobody's work.
          ...(bytesSkipped === 0
            ? []
            : [
                // Of a copy that is tried again, what earlier tries have moved is there: “0 B” would deny it.
                ...(isRunning && bytesDone <= bytesSkipped
                  ? []
                  : [
                      {
                        key: 'moved',
                        label: t('execution.moved'),
                        value: bytes(Math.max(0, bytesDone - bytesSkipped)),
                      },
                    ]),
                { key: 'there', label: t('execution.wasThere'), value: bytes(bytesSkipped) },
                { key: 'size', label: t('execution.size'), value: bytes(bytesTotal) },
              ]),
          {
            key: 'took',
            label: t(
              isWaiting(execution.activity) ? 'execution.open' : isRunning ? 'execution.running' : 'execution.elapsed',
            ),
            value: isRunning ? clock(tookMs / 1000) : duration(tookMs),
          },
        ]}
      />
    </div>
  );
}

function ExecutionTasks({ executionId, execution }: { executionId: string; execution: Execution | undefined }) {
  const { t } = useTranslation(['replication', 'tasks']);
  const [{ state, q }, setUrl] = useUrlState(urlDefaults);
  const filter = taskStatesByUrgency.find((each) => each === state);
  const counted = execution === undefined ? {} : { count: countTasks(execution) };
  return (
    <>
      <div className={styles['sectionHead']}>
        <FilterButtons
          label={t('execution.filters')}
          chosen={filter}
          onChoose={(next) => setUrl({ state: next ?? '' }, { replace: false })}
          choices={[
            { key: undefined, label: t('execution.all'), ...counted },
            ...taskStatesByUrgency.map((key) => ({
              key,
              label: key === 'waiting' ? t('tasks:waiting') : t(`tasks:state.${key}`),
              ...(execution === undefined ? {} : { count: execution.tasks[key] }),
            })),
          ]}
        />
        <span className={styles['grow']} />
        <SearchField value={q} label={t('execution.search')} onChange={(next) => setUrl({ q: next })} />
      </div>
      <TaskTable executionId={executionId} state={filter} q={q} />
    </>
  );
}
