import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { ReplicationTabs } from '../../domain/ReplicationTabs.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { executionFigures } from '../../domain/tasks/task-figures.ts';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { countTasks } from '../../domain/tasks/task-status.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { Page } from '../../ui/Page.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { PromotionLink, useOriginWords } from './execution-origin.tsx';
import { ExecutionProgress } from './ExecutionProgress.tsx';
import { executionFilters, executionPages } from './replication-queries.ts';
import styles from './replication.module.css';

const urlDefaults = { state: '' };
/** What was copied, and who began it. */
const TWO_LINES_PX = 48;
const stacked = { below: '(max-width: 1279.95px)', rowHeightPx: 98 };

/** Every copy there was, newest first; those that run move while one looks. */
export function ExecutionsPage() {
  const { t } = useTranslation(['replication', 'tasks']);
  const errorWords = useErrorWords();
  const [{ state }, setUrl] = useUrlState(urlDefaults);
  const filter = executionFilters.find((each) => each === state);
  const query = useInfiniteQuery(executionPages({ state: filter }));
  useLiveTasks();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useExecutionColumns();
  return (
    <Page
      title={t('executions.title')}
      fill
      facts={useRunningWords()}
      toolbar={
        <>
          <ReplicationTabs />
          <FilterButtons
            label={t('executions.state')}
            chosen={filter}
            onChoose={(next) => setUrl({ state: next ?? '' }, { replace: false })}
            choices={[
              { key: undefined, label: t('executions.all') },
              ...executionFilters.map((key) => ({
                key,
                label: key === 'held' ? t('executions.held') : t(`tasks:executionState.${key}`),
              })),
            ]}
          />
        </>
      }
    >
      <DataTable
        label={t('executions.title')}
        columns={columns}
        rows={rows}
        rowKey={(execution) => execution.id}
        rowHref={(execution) => paths.execution(execution.id)}
        rowHeightPx={TWO_LINES_PX}
        stacked={stacked}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={query.data?.pages[0]?.total ?? null}
        empty={<NoExecutions isFiltered={filter !== undefined} onShowAll={() => setUrl({ state: '' })} />}
      />
    </Page>
  );
}

/** How many run, whichever are listed: those may be filtered, or newer than one that still runs. */
function useRunningWords(): string | undefined {
  const { t } = useTranslation('replication');
  const { data, hasNextPage } = useInfiniteQuery(executionPages({ state: 'running' }));
  if (data === undefined) return undefined;
  const count = data.pages.reduce((sum, { items }) => sum + items.length, 0);
  if (count === 0) return t('executions.noneRunning');
  return hasNextPage ? t('executions.manyRunning', { count }) : t('executions.facts', { count });
}

function NoExecutions({ isFiltered, onShowAll }: { isFiltered: boolean; onShowAll: () => void }) {
  const { t } = useTranslation('replication');
  if (isFiltered) {
    return (
      <EmptyState
        title={t('executions.emptyFilter')}
        action={
          <Button variant="outlined" onClick={onShowAll}>
            {t('executions.showAll')}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title={t('executions.empty')}
      action={
        <Button variant="outlined" component={Link} to={paths.projects()}>
          {t('executions.toProjects')}
        </Button>
      }
    >
      {t('executions.emptyHint')}
    </EmptyState>
  );
}

function useExecutionColumns(): Column<Execution>[] {
  const { t } = useTranslation(['replication', 'tasks']);
  const { rate } = useCurrentFigures();
  return useMemo((): Column<Execution>[] => {
    const rateOf = (execution: Execution) => rate(executionFigures(execution).rateBytesPerSecond);
    return [
      {
        key: 'what',
        header: t('executions.column.what'),
        narrow: 'title',
        grow: 4,
        minWidth: 240,
        cell: (execution) => (
          <>
            <ExecutionLink execution={execution} />
            <StartedBy execution={execution} />
          </>
        ),
        narrowCell: (execution) => <ExecutionLink execution={execution} />,
      },
      {
        key: 'route',
        header: t('executions.column.route'),
        grow: 3,
        minWidth: 262,
        cell: ({ sourceRegistryIds, destinationRegistryIds }) =>
          // A run of a policy that found nothing to do.
          sourceRegistryIds.length === 0 ? null : (
            <RouteText sourceIds={sourceRegistryIds} destinationIds={destinationRegistryIds} shown={1} />
          ),
      },
      {
        key: 'state',
        header: t('executions.column.state'),
        width: 104,
        narrow: 'end',
        cell: ({ state, heldBack }) =>
          heldBack === null ? <ExecutionState state={state} /> : <StatusDot tone="warn" label={t('executions.held')} />,
      },
      {
        key: 'progress',
        header: t('executions.column.progress'),
        grow: 2,
        minWidth: 230,
        narrow: 'below',
        cell: (execution) => <ExecutionProgress execution={execution} more={[rateOf(execution)]} />,
        narrowCell: (execution) => (
          <>
            <StartedBy execution={execution} />
            {execution.state === 'running' && execution.heldBack === null ? (
              <ExecutionProgress execution={execution} />
            ) : (
              <span className={styles['by']}>{t('executions.tasks', { words: taskWords(t, execution) })}</span>
            )}
          </>
        ),
      },
      {
        key: 'tasks',
        header: t('executions.column.tasks'),
        width: 110,
        align: 'end',
        narrow: 'hidden',
        cell: (execution) => taskWords(t, execution),
      },
      {
        key: 'created',
        header: t('executions.column.created'),
        width: 128,
        align: 'end',
        cell: ({ createdAt }) => <RelativeTime instant={createdAt} />,
      },
    ];
  }, [t, rate]);
}

function ExecutionLink({ execution }: { execution: Execution }) {
  return (
    <Link to={paths.execution(execution.id)}>
      <ExecutionName execution={execution} />
    </Link>
  );
}

function ExecutionName({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const { promotion } = execution;
  const [first] =
    promotion === null ? execution.sample : [{ repository: promotion.repository, reference: promotion.tag }];
  const remaining = countTasks(execution) - 1;
  return (
    <span className={styles['name']}>
      {first === undefined ? (
        t('executions.nothingToDo')
      ) : (
        <ReferenceText repository={first.repository} reference={first.reference} isOneLine />
      )}
      {execution.sample.length > 1 && remaining > 0 ? <span> {t('executions.more', { count: remaining })}</span> : null}
    </span>
  );
}

/** The policy that it is a run of, the promotion whose copy it is, or the person who asked for it. */
function StartedBy({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const originWords = useOriginWords();
  const { policy, promotion, requestedBy } = execution;
  const who = requestedBy === null ? '' : `, ${t('execution.by', { who: requestedBy })}`;
  if (promotion !== null) {
    return (
      <span className={styles['by']} title={`${originWords(execution)}${who}`}>
        <PromotionLink execution={execution} />
        {who}
      </span>
    );
  }
  if (policy === null) {
    return <span className={styles['by']}>{requestedBy === null ? '' : t('execution.by', { who: requestedBy })}</span>;
  }
  return (
    <span className={styles['by']} title={`${policy.name} · ${originWords(execution)}${who}`}>
      {policy.exists ? <Link to={paths.policy(policy.id)}>{policy.name}</Link> : <bdi>{policy.name}</bdi>}
      {who}
    </span>
  );
}

function taskWords(t: TFunction<['replication', 'tasks']>, execution: Execution): string {
  const count = countTasks(execution);
  const { failed, succeeded } = execution.tasks;
  return failed > 0 ? t('executions.failedOf', { failed, count }) : t('executions.doneOf', { done: succeeded, count });
}
