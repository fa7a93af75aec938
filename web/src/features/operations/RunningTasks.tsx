import Button from '@mui/material/Button';
import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isHeldReason } from '../../domain/tasks/task-status.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { countActive, useActiveTasks, useMovingBlobs } from './operations-queries.ts';
import styles from './operations.module.css';
import { RunningTaskList } from './RunningTaskList.tsx';

/** What copies now, each with its bytes, rate, remaining time and the blobs that move. */
export function RunningTasks({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = useActiveTasks();
  const moving = useMovingBlobs();
  const active = data?.pages.flatMap(({ items }) => items) ?? [];
  // Deletions that wait for a person's word are announced above; nothing of them moves, and they come last.
  const tasks = active.filter(({ reason }) => !isHeldReason(reason));
  return (
    <section className={styles['section']} aria-labelledby="copying-now">
      <h2 id="copying-now">{t('tasks.title')}</h2>
      {data === undefined ? null : tasks.length === 0 ? (
        // They are counted before they are listed: for that moment nothing is said.
        countActive(operations) > 0 ? (
          <div className={styles['skeleton']} style={{ height: 40 }} aria-hidden="true" />
        ) : (
          <NothingRuns />
        )
      ) : (
        <RunningTaskList
          tasks={tasks}
          moving={moving}
          // After an error it is the live refresh that reads again, not the next drawing.
          onNearEnd={
            hasNextPage && !isFetchingNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined
          }
        />
      )}
    </section>
  );
}

function NothingRuns() {
  const { t } = useTranslation('operations');
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
