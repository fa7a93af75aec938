import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isHeldReason } from '../../domain/tasks/task-status.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useActiveTasks, useMovingBlobs } from './operations-queries.ts';
import styles from './operations.module.css';
import { RunningTaskList } from './RunningTaskList.tsx';
import { RunningTaskRow } from './RunningTaskRow.tsx';

/** On the wall nobody scrolls: what has no room there is counted. */
const WALL_TASKS = 40;

interface RunningTasksProps {
  /** All there are, read or not. */
  activeCount: number;
  hasControls: boolean;
}

/** What copies now, each with its bytes, rate, remaining time and the blobs that move. */
export function RunningTasks({ activeCount, hasControls }: RunningTasksProps) {
  const { t } = useTranslation('operations');
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = useActiveTasks();
  const moving = useMovingBlobs();
  const active = data?.pages.flatMap(({ items }) => items) ?? [];
  // Deletions that wait for a person's word are announced above; nothing of them moves, and they come last.
  const tasks = active.filter(({ reason }) => !isHeldReason(reason));
  const onWall = tasks.slice(0, WALL_TASKS);
  const remaining = activeCount - (active.length - tasks.length) - onWall.length;
  return (
    <section className={styles['section']} aria-labelledby="copying-now">
      <h2 id="copying-now">{t('tasks.title')}</h2>
      {data === undefined ? null : tasks.length === 0 ? (
        <NothingRuns hasControls={hasControls} />
      ) : hasControls ? (
        <RunningTaskList
          tasks={tasks}
          moving={moving}
          // After an error it is the live refresh that reads again, not the next drawing.
          onNearEnd={
            hasNextPage && !isFetchingNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined
          }
        />
      ) : (
        <ul className={styles['tasks']}>
          {onWall.map((task) => (
            <li key={task.id}>
              <RunningTaskRow task={task} moving={moving.get(task.id) ?? []} />
            </li>
          ))}
        </ul>
      )}
      {hasControls || remaining <= 0 ? null : (
        <p className={styles['muted']}>{t('tasks.more', { count: remaining })}</p>
      )}
    </section>
  );
}

function NothingRuns({ hasControls }: { hasControls: boolean }) {
  const { t } = useTranslation('operations');
  if (!hasControls) return <EmptyState title={t('tasks.empty')} />;
  return (
    <EmptyState
      title={t('tasks.empty')}
      action={
        <>
          <Button variant="outlined" component={Link} to={paths.projects()}>
            {t('tasks.toProjects')}
          </Button>
          <Button component={Link} to={paths.executions()}>
            {t('tasks.toExecutions')}
          </Button>
        </>
      }
    >
      {t('tasks.emptyHint')}
    </EmptyState>
  );
}
