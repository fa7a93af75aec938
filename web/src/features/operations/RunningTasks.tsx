import Button from '@mui/material/Button';
import type { Task, TaskBlob } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { shortenDigest } from '../../domain/digest.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { liveFigures } from '../../domain/tasks/task-figures.ts';
import { taskTone } from '../../domain/tasks/task-status.ts';
import { TaskNote } from '../../domain/tasks/TaskNote.tsx';
import { TaskProgressCell } from '../../domain/tasks/TaskProgressCell.tsx';
import { TaskState } from '../../domain/tasks/TaskState.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useMovingBlobs } from './operations-queries.ts';
import styles from './operations.module.css';

const SHOWN_BLOBS = 3;

interface RunningTasksProps {
  tasks: readonly Task[];
  /** All there are, shown or not. */
  activeCount: number;
  hasControls: boolean;
}

/** What copies now, each with its bytes, rate, remaining time and the blobs that move. */
export function RunningTasks({ tasks, activeCount, hasControls }: RunningTasksProps) {
  const { t } = useTranslation('operations');
  const moving = useMovingBlobs();
  const remaining = activeCount - tasks.length;
  return (
    <section className={styles['section']} aria-labelledby="copying-now">
      <h2 id="copying-now">{t('tasks.title')}</h2>
      {tasks.length === 0 ? (
        <NothingRuns hasControls={hasControls} />
      ) : (
        <ul className={styles['tasks']}>
          {tasks.map((task) => (
            <TaskRow key={task.id} task={task} moving={moving.get(task.id) ?? []} />
          ))}
        </ul>
      )}
      {remaining > 0 ? (
        <p className={styles['muted']}>
          <Link to={paths.executions({ state: 'running' })}>{t('tasks.more', { count: remaining })}</Link>
        </p>
      ) : null}
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

function TaskRow({ task, moving }: { task: Task; moving: readonly TaskBlob[] }) {
  const { rate } = useFormat();
  const { rateBytesPerSecond } = liveFigures(task);
  const { source, destination } = task;
  return (
    <li className={styles['task']} data-moves={task.state === 'running'}>
      <Link to={paths.task(task.executionId, task.id)} className={styles['taskName']}>
        <ReferenceText repository={source.repository} reference={source.reference} isOneLine />
      </Link>
      <RouteText sourceIds={[source.registryId]} destinationIds={[destination.registryId]} />
      {task.state === 'running' ? (
        <TaskProgressCell task={task} what={`${source.repository}:${source.reference}`} />
      ) : (
        <TaskState state={task.state} />
      )}
      <span className={styles['number']}>{rateBytesPerSecond === null ? '' : rate(rateBytesPerSecond)}</span>
      <span className={styles['taskNote']} data-tone={taskTone(task.state)}>
        <TaskNote task={task} />
      </span>
      {moving.length === 0 ? null : <MovingBlobs blobs={moving} />}
    </li>
  );
}

function MovingBlobs({ blobs }: { blobs: readonly TaskBlob[] }) {
  const { t } = useTranslation(['operations', 'tasks']);
  const { bytes } = useFormat();
  const remaining = blobs.length - SHOWN_BLOBS;
  return (
    <span className={styles['moving']}>
      {blobs.slice(0, SHOWN_BLOBS).map((blob) => (
        <span key={blob.digest} title={blob.digest}>
          <code>{shortenDigest(blob.digest)}</code>{' '}
          {t('tasks:figures.bytes', { done: bytes(blob.bytesDone), total: bytes(blob.sizeBytes) })}
        </span>
      ))}
      {remaining > 0 ? <span>{t('tasks.more', { count: remaining })}</span> : null}
    </span>
  );
}
