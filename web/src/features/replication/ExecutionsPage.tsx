import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { policyQuery } from '../../domain/policy/policy-changes.ts';
import { ReplicationTabs } from '../../domain/ReplicationTabs.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ExecutionTries } from '../../domain/tasks/ExecutionTries.tsx';
import { executionAsKnown } from '../../domain/tasks/known-activity.ts';
import { Joined } from '../../domain/tasks/Joined.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { executionFigures } from '../../domain/tasks/task-figures.ts';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { countTasks, isWaiting } from '../../domain/tasks/task-status.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { workOfExecution } from '../../domain/tasks/work-kind.ts';
import { WorkMark } from '../../domain/tasks/WorkMark.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { Page } from '../../ui/Page.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { PromotionLink, useOriginWords } from './execution-origin.tsx';
import { ExecutionCause, ExecutionProgress, ExecutionRemark } from './ExecutionProgress.tsx';
import { executionFilters, executionPages, openExecutionPages } from './replication-queries.ts';
import styles from './replication.module.css';

const urlDefaults = { state: '', policy: '' };
/** What was copied, and who began it. */
const TWO_LINES_PX = 52;
const stacked = { below: '(max-width: 1279.95px)', rowHeightPx: 98 };

/** Every copy there was, newest first; those that run move while one looks. */
export function ExecutionsPage() {
  const { t } = useTranslation(['replication', 'tasks', 'reasons']);
  const errorWords = useErrorWords();
  const [{ state, policy }, setUrl] = useUrlState(urlDefaults);
  const filter = executionFilters.find((each) => each === state);
  const policyId = policy === '' ? undefined : policy;
  const query = useInfiniteQuery(executionPages({ state: filter, policyId }));
  useLiveTasks();
  const directory = useRegistryDirectory();
  const rows = useMemo(
    () => query.data?.pages.flatMap(({ items }) => items.map((each) => executionAsKnown(each, directory))) ?? [],
    [query.data, directory],
  );
  const columns = useExecutionColumns();
  return (
    <Page
      title={t('executions.title')}
      fill
      facts={<OpenCounts />}
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
                label: key === 'held' || key === 'waiting' ? t(`executions.${key}`) : t(`tasks:executionState.${key}`),
              })),
            ]}
          />
          {policyId === undefined ? null : (
            <OfPolicy policyId={policyId} onShowAll={() => setUrl({ policy: '' }, { replace: false })} />
          )}
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
        empty={
          <NoExecutions
            isFiltered={filter !== undefined || policyId !== undefined}
            onShowAll={() => setUrl(urlDefaults)}
          />
        }
      />
    </Page>
  );
}

/** How many run and how many wait, whichever are listed: those may be filtered, or newer than one that still runs. */
function OpenCounts() {
  const { t } = useTranslation('replication');
  const { number } = useFormat();
  const { data, hasNextPage } = useInfiniteQuery(openExecutionPages());
  const directory = useRegistryDirectory();
  if (data === undefined) return null;
  const open = data.pages.flatMap(({ items }) => items.map((each) => executionAsKnown(each, directory)));
  const waiting = open.filter(({ activity }) => isWaiting(activity)).length;
  const shown = (count: number) => ({ count, shown: hasNextPage ? `${number(count)}+` : number(count) });
  return (
    <>
      <span>
        {open.length === waiting ? t('executions.noneRunning') : t('executions.facts', shown(open.length - waiting))}
      </span>
      {waiting === 0 ? null : <span>{t('executions.waiting', shown(waiting))}</span>}
    </>
  );
}

/** That only one policy's are listed, which one's, and the way back to all. */
function OfPolicy({ policyId, onShowAll }: { policyId: string; onShowAll: () => void }) {
  const { t } = useTranslation('replication');
  const { data: policy } = useQuery(policyQuery(policyId));
  return (
    <span className={styles['ofPolicy']}>
      <span>
        {policy === undefined ? (
          t('executions.somePolicy')
        ) : (
          <Sentence
            text={t('executions.ofPolicy')}
            parts={{
              name: (
                <Link to={paths.policy(policy.id)}>
                  <bdi>{policy.name}</bdi>
                </Link>
              ),
            }}
          />
        )}
      </span>
      <Button onClick={onShowAll}>{t('executions.ofAll')}</Button>
    </span>
  );
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
          <div className={styles['twoLinks']}>
            <ExecutionLink execution={execution} />
            <StartedBy execution={execution} />
          </div>
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
        cell: (execution) =>
          execution.heldBack === null ? (
            <ExecutionState execution={execution} />
          ) : (
            <StatusDot tone="warn" label={t('executions.held')} />
          ),
      },
      {
        key: 'progress',
        header: t('executions.column.progress'),
        grow: 2,
        minWidth: 230,
        narrow: 'below',
        cell: (execution) => <ExecutionProgress execution={execution} more={[rateOf(execution), triesOf(execution)]} />,
        narrowCell: (execution) => (
          <>
            <StartedBy execution={execution} />
            {isWaiting(execution.activity) ? (
              <span className={styles['by']}>
                <ExecutionCause execution={execution} />
              </span>
            ) : execution.state === 'running' ? (
              <ExecutionProgress execution={execution} />
            ) : (
              <span className={styles['by']}>
                <Joined
                  parts={[
                    execution.remark === null ? null : <ExecutionRemark key="remark" execution={execution} />,
                    t('executions.tasks', { words: taskWords(t, execution) }),
                    triesOf(execution),
                  ]}
                />
              </span>
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

/** Null, not nothing, where one try was enough: what is joined has a dot before it. */
const triesOf = (execution: Execution) =>
  execution.retried === null ? null : <ExecutionTries key="tries" execution={execution} />;

function ExecutionLink({ execution }: { execution: Execution }) {
  return (
    <Link to={paths.execution(execution.id)}>
      <ExecutionName execution={execution} />
    </Link>
  );
}

function ExecutionName({ execution }: { execution: Execution }) {
  const { t } = useTranslation('replication');
  const first = nameOf(execution);
  const remaining = countTasks(execution) - 1;
  return (
    <span className={styles['name']}>
      <WorkMark work={workOfExecution(execution)} />
      {first === undefined ? (
        t('executions.nothingToDo')
      ) : (
        <ReferenceText repository={first.repository} reference={first.reference} isOneLine />
      )}
      {execution.sample.length > 1 && remaining > 0 ? <span> {t('executions.more', { count: remaining })}</span> : null}
    </span>
  );
}

/** What is no copy is known by what it is called where it is done. */
function nameOf(execution: Execution): { repository: string; reference: string } | undefined {
  const { promotion, sample } = execution;
  if (promotion !== null) return { repository: promotion.repository, reference: promotion.tag };
  const [first] = sample;
  if (first === undefined || first.destination.tag === null || workOfExecution(execution) === 'copy') return first;
  return { repository: first.destination.repository, reference: first.destination.tag };
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
