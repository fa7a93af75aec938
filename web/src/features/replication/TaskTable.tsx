import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Task, TaskState as State } from 'bff/contract/replication';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { liveFigures } from '../../domain/tasks/task-figures.ts';
import { taskPages } from '../../domain/tasks/task-queries.ts';
import { taskTone } from '../../domain/tasks/task-status.ts';
import { MarkedName } from '../../domain/tasks/MarkedName.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { TaskNote } from '../../domain/tasks/TaskNote.tsx';
import { useTriesWords } from '../../domain/tasks/tries-words.ts';
import { TaskProgressCell } from '../../domain/tasks/TaskProgressCell.tsx';
import { TaskState } from '../../domain/tasks/TaskState.tsx';
import { workOfTask } from '../../domain/tasks/work-kind.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { TASK_PAGE_ROWS } from './replication-queries.ts';
import styles from './replication.module.css';

interface TaskTableProps {
  executionId: string;
  state: State | undefined;
  q: string;
}

/** A reason, and when it is tried again. */
const TWO_LINES_PX = 48;
/** Where its columns do not fit: the artifact, its way, how far it is, and what is said of it. */
const stacked = { below: '(max-width: 1279.95px)', rowHeightPx: 98 };
const urlDefaults = { state: '', q: '' };

/** The tasks of an execution, those that need a person first. */
export function TaskTable({ executionId, state, q }: TaskTableProps) {
  const { t } = useTranslation(['replication', 'tasks']);
  const errorWords = useErrorWords();
  const [, setUrl] = useUrlState(urlDefaults);
  const query = useInfiniteQuery(
    taskPages({
      executionId,
      sort: 'state',
      limit: TASK_PAGE_ROWS,
      ...(state === undefined ? {} : { state }),
      ...(q === '' ? {} : { q }),
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useTaskColumns();
  return (
    <DataTable
      label={t('executions.column.tasks')}
      columns={columns}
      rows={rows}
      rowKey={(task) => task.id}
      rowHref={(task) => paths.task(executionId, task.id)}
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
        <EmptyState
          title={q === '' ? t('execution.emptyFilter') : t('execution.emptySearch', { q })}
          action={
            <Button variant="outlined" onClick={() => setUrl({ state: '', q: '' })}>
              {t('executions.showAll')}
            </Button>
          }
        />
      }
    />
  );
}

function useTaskColumns(): Column<Task>[] {
  const { t } = useTranslation(['replication', 'tasks']);
  const { rate } = useCurrentFigures();
  const directory = useRegistryDirectory();
  const triesWords = useTriesWords();
  return useMemo((): Column<Task>[] => {
    const rateOf = (task: Task) => rate(liveFigures(task).rateBytesPerSecond);
    return [
      {
        key: 'artifact',
        header: t('execution.column.artifact'),
        narrow: 'title',
        grow: 5,
        minWidth: 240,
        cell: (task) => (
          <Link to={paths.task(task.executionId, task.id)}>
            <MarkedName work={workOfTask(task)}>
              <ReferenceText repository={task.source.repository} reference={task.source.reference} isOneLine />
            </MarkedName>
          </Link>
        ),
      },
      {
        key: 'destination',
        header: t('execution.column.destination'),
        grow: 2,
        minWidth: 130,
        cell: (task) => <Destination task={task} registry={directory.find(task.destination.registryId)} />,
        narrowCell: (task) => <Way task={task} />,
      },
      {
        key: 'state',
        header: t('execution.column.state'),
        width: 130,
        narrow: 'end',
        cell: (task) => <TaskState task={task} />,
      },
      {
        key: 'progress',
        header: t('execution.column.progress'),
        grow: 2,
        minWidth: 230,
        narrow: 'hidden',
        cell: (task) => <TaskProgressCell task={task} what={whatOf(task)} more={[rateOf(task)]} />,
      },
      {
        key: 'attempt',
        header: t('execution.column.attempt'),
        width: 72,
        align: 'end',
        narrow: 'hidden',
        cell: (task) =>
          task.attempt === 0
            ? ''
            : task.state === 'waiting' || task.state === 'failed'
              ? triesWords.figure(task)
              : task.attempt,
      },
      {
        key: 'note',
        header: t('execution.column.note'),
        grow: 4,
        minWidth: 220,
        narrow: 'below',
        cell: (task) => <Note task={task} />,
        narrowCell: (task) =>
          task.state === 'running' ? (
            <TaskProgressCell
              task={task}
              what={whatOf(task)}
              more={[rateOf(task), <TaskNote key="note" task={task} />]}
            />
          ) : (
            <Note task={task} />
          ),
      },
    ];
  }, [t, rate, directory, triesWords]);
}

const whatOf = ({ source }: Task) => `${source.repository}:${source.reference}`;

function Note({ task }: { task: Task }) {
  return (
    <span className={`two-lines ${styles['note']}`} data-tone={taskTone(task)}>
      <TaskNote task={task} />
    </span>
  );
}

interface DestinationProps {
  task: Task;
  registry: { name: string; environment: string };
}

/** The registry; beside it the name there where it is another one. */
function Destination({ task, registry }: DestinationProps) {
  return (
    <>
      <RegistryChip name={registry.name} environment={registry.environment} /> <NameThere task={task} />
    </>
  );
}

/** In a stacked row there is no head that says from where. */
function Way({ task }: { task: Task }) {
  return (
    <>
      <RouteText sourceIds={[task.source.registryId]} destinationIds={[task.destination.registryId]} />{' '}
      <NameThere task={task} />
    </>
  );
}

function NameThere({ task: { source, destination } }: { task: Task }) {
  const isRenamed = destination.repository !== source.repository || (destination.tag ?? '') !== source.reference;
  const isDigestCopy = destination.tag === null && destination.repository === source.repository;
  if (!isRenamed || isDigestCopy) return null;
  return (
    <ReferenceText
      repository={destination.repository}
      {...(destination.tag === null ? {} : { reference: destination.tag })}
    />
  );
}
