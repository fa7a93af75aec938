import type { Task, TaskBlob } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { shortenDigest } from '../../domain/digest.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { MarkedName } from '../../domain/tasks/MarkedName.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { liveFigures } from '../../domain/tasks/task-figures.ts';
import { taskTone } from '../../domain/tasks/task-status.ts';
import { useTriesWords } from '../../domain/tasks/tries-words.ts';
import { TaskNote } from '../../domain/tasks/TaskNote.tsx';
import { TaskProgressCell } from '../../domain/tasks/TaskProgressCell.tsx';
import { TaskState } from '../../domain/tasks/TaskState.tsx';
import { workOfTask } from '../../domain/tasks/work-kind.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import styles from './operations.module.css';

const SHOWN_BLOBS = 3;

/** One artifact on its way to one destination, and the blobs of it that move now. */
export function RunningTaskRow({ task, moving }: { task: Task; moving: readonly TaskBlob[] }) {
  const triesWords = useTriesWords();
  const { rate } = useCurrentFigures();
  const { source, destination } = task;
  return (
    <div className={styles['task']} data-moves={task.state === 'running'}>
      <Link to={paths.task(task.executionId, task.id)} className={styles['taskName']}>
        <MarkedName work={workOfTask(task)}>
          <ReferenceText repository={source.repository} reference={source.reference} isOneLine />
        </MarkedName>
      </Link>
      <RouteText sourceIds={[source.registryId]} destinationIds={[destination.registryId]} />
      {task.state === 'running' && task.kind === 'copy' ? (
        <TaskProgressCell task={task} what={`${source.repository}:${source.reference}`} />
      ) : (
        <TaskState task={task} />
      )}
      <span className={styles['number']}>{rate(liveFigures(task).rateBytesPerSecond)}</span>
      <span className={styles['taskNote']} data-tone={taskTone(task)}>
        {task.attempt > 1 && task.state !== 'queued' ? `${triesWords.phrase(task)} · ` : null}
        <TaskNote task={task} />
      </span>
      {moving.length === 0 ? null : <MovingBlobs blobs={moving} />}
    </div>
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
