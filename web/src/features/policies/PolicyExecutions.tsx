import { useInfiniteQuery } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import type { Execution } from 'bff/contract/replication';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { executionAsKnown } from '../../domain/tasks/known-activity.ts';
import { countTasks } from '../../domain/tasks/task-status.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { isHeldBack } from './HeldBack.tsx';
import { LastLookLine } from './LastLook.tsx';
import { policyExecutionPages } from './policies-queries.ts';
import styles from './policies.module.css';

/** What the policy has done, newest first. */
export function PolicyExecutions({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const query = useInfiniteQuery(policyExecutionPages(policy.id));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const columns = useExecutionColumns();
  return (
    <div className={styles['tall']}>
      <p className={styles['allRuns']}>
        {policy.lastLook === null ? null : <LastLookLine look={policy.lastLook} />}
        <Link to={paths.executions({ policy: policy.id })}>{t('executions.all')}</Link>
      </p>
      <DataTable
        label={t('tab.executions')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.execution(id)}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={query.data?.pages[0]?.total ?? null}
        empty={
          policy.lastLook === null ? (
            <EmptyState title={t('executions.empty')}>{t('executions.emptyHint')}</EmptyState>
          ) : (
            <EmptyState title={t('done.runNothing', { name: policy.name })} />
          )
        }
      />
    </div>
  );
}

function useExecutionColumns(): Column<Execution>[] {
  const { t } = useTranslation(['policies', 'tasks']);
  const { bytes, number } = useFormat();
  const directory = useRegistryDirectory();
  return useMemo(
    (): Column<Execution>[] => [
      {
        key: 'started',
        header: t('executions.column.started'),
        minWidth: 150,
        narrow: 'title',
        cell: ({ id, createdAt }) => (
          <Link to={paths.execution(id)}>
            <RelativeTime instant={createdAt} />
          </Link>
        ),
      },
      {
        key: 'trigger',
        header: t('executions.column.trigger'),
        minWidth: 170,
        cell: ({ trigger, requestedBy }) =>
          requestedBy === null
            ? t(`tasks:startedBy.${trigger}`)
            : `${t(`tasks:startedBy.${trigger}`)}, ${t('versions.by', { who: requestedBy })}`,
      },
      {
        key: 'version',
        header: t('executions.column.version'),
        width: 80,
        align: 'end',
        narrow: 'hidden',
        cell: ({ policy }) => policy?.version ?? '',
      },
      {
        key: 'state',
        header: t('executions.column.state'),
        width: 160,
        narrow: 'end',
        cell: (execution) =>
          isHeldBack(execution) ? (
            <StatusDot tone="warn" label={t('executions.held')} />
          ) : (
            <ExecutionState execution={executionAsKnown(execution, directory)} />
          ),
      },
      {
        key: 'counts',
        header: t('executions.column.counts'),
        minWidth: 300,
        grow: 3,
        cell: ({ planned }) => {
          if (planned === null) return <span className={styles['muted']}>{t('executions.unplanned')}</span>;
          const { copy, replace, upToDate } = planned;
          const words = t('executions.counts', {
            copy: number(copy),
            replace: number(replace),
            delete: number(planned.delete),
            upToDate: number(upToDate),
          });
          return (
            <span className={styles['cut']} title={words}>
              {words} · {bytes(planned.bytes)}
            </span>
          );
        },
      },
      {
        key: 'done',
        header: t('executions.column.done'),
        width: 170,
        cell: (execution) => {
          const { tasks } = execution;
          const done = t('executions.tasks', { done: number(tasks.succeeded), count: countTasks(execution) });
          return tasks.failed === 0 ? done : `${done}, ${t('executions.failed', { count: tasks.failed })}`;
        },
      },
    ],
    [t, bytes, number, directory],
  );
}
