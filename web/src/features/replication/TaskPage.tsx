import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { TaskDetail } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { DigestText } from '../../domain/DigestText.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { useIsOwn } from '../../domain/account.ts';
import { useMayPushToAll, useMayStopToAll } from '../../domain/may-push.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { countBlobs } from '../../domain/tasks/blob-groups.ts';
import { BlobList } from '../../domain/tasks/BlobList.tsx';
import { Figures } from '../../domain/tasks/Figures.tsx';
import { elapsedSeconds, liveFigures } from '../../domain/tasks/task-figures.ts';
import { taskDetail, useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { canRetryTask, canStopTask, isHeldReason, taskTone } from '../../domain/tasks/task-status.ts';
import { TaskNote } from '../../domain/tasks/TaskNote.tsx';
import { useTriesWords } from '../../domain/tasks/tries-words.ts';
import { TaskProgressCell } from '../../domain/tasks/TaskProgressCell.tsx';
import { TaskState } from '../../domain/tasks/TaskState.tsx';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { toast } from '../../ui/toast.ts';
import { DecideLink } from './DecideLink.tsx';
import { useTaskActions } from './replication-queries.ts';
import styles from './replication.module.css';
import { TaskAttempts } from './TaskAttempts.tsx';
import { TaskLog } from './TaskLog.tsx';
import { useTaskTitle } from './use-work-title.ts';

/** One artifact on its way to one destination, down to the blob and the line of the log. */
export function TaskPage() {
  const { t } = useTranslation(['replication', 'tasks', 'reasons']);
  const { executionId = '', taskId = '' } = useParams();
  const errorWords = useErrorWords();
  const titleOf = useTaskTitle();
  const { data: task, error, refetch } = useQuery(taskDetail(taskId));
  useLiveTasks();
  const above = (
    <Breadcrumbs
      links={[
        { label: t('executions.title'), to: paths.executions() },
        { label: t(task?.kind === 'delete' ? 'task.deletion' : 'task.execution'), to: paths.execution(executionId) },
      ]}
    />
  );
  if (task === undefined) {
    const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
    return (
      <Page title={t('executions.title')} above={above}>
        {error === null ? null : isGone ? (
          <EmptyState title={t('task.notFound')}>{t('execution.notFoundHint')}</EmptyState>
        ) : (
          <ErrorState title={t('task.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  const what = `${task.source.repository}${task.source.reference.includes(':') ? '@' : ':'}${task.source.reference}`;
  return (
    <Page title={titleOf(task)} above={above} facts={<TaskState task={task} />} action={<TaskButtons task={task} />}>
      <TaskSummary task={task} what={what} />
      <div className={styles['columns']}>
        {task.kind === 'delete' ? null : <TaskBlobs task={task} />}
        <div>
          <TaskFacts task={task} />
          <TaskAttempts task={task} />
        </div>
      </div>
      <TaskLog lines={task.log} fileName={`longshore-task-${task.id}.log`} />
    </Page>
  );
}

function TaskButtons({ task }: { task: TaskDetail }) {
  const { t } = useTranslation('replication');
  const canPush = useMayPushToAll([task.destination]);
  const canStop = useMayStopToAll([task.destination]);
  const isOwn = useIsOwn(task);
  const errorWords = useErrorWords();
  const { stop, retry } = useTaskActions(task.id);
  const onError = (error: Error) => toast({ message: errorWords(error).sentence, tone: 'danger' });
  return (
    <>
      {task.state === 'waiting' && isHeldReason(task.reason) ? <DecideLink executionId={task.executionId} /> : null}
      {canPush && canRetryTask(task) ? (
        <Button variant="outlined" disabled={retry.isPending} onClick={() => retry.mutate(undefined, { onError })}>
          {t(task.state === 'waiting' ? 'task.retryNow' : 'task.retry')}
        </Button>
      ) : null}
      {(canStop || isOwn) && canStopTask(task.state) ? (
        <Button variant="outlined" disabled={stop.isPending} onClick={() => stop.mutate(undefined, { onError })}>
          {t('task.stop')}
        </Button>
      ) : null}
    </>
  );
}

function TaskSummary({ task, what }: { task: TaskDetail; what: string }) {
  const { t } = useTranslation(['replication', 'tasks']);
  const { bytes, clock, duration } = useFormat();
  const current = useCurrentFigures();
  const seconds = elapsedSeconds(task, useNow());
  const { rateBytesPerSecond, etaSeconds } = liveFigures(task);
  const isRunning = task.state === 'running';
  const tries = useTriesWords().figure(task);
  return (
    <div className={styles['summary']}>
      {/* While bytes move, the figures below say it all. */}
      {isMoving(task) ? null : (
        <p className={styles['note']} data-tone={taskTone(task)} role="status">
          <TaskNote task={task} />
        </p>
      )}
      {task.kind === 'delete' ? null : <TaskProgressCell task={task} what={what} />}
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
          ...(seconds === undefined
            ? []
            : [
                {
                  key: 'took',
                  label: isRunning ? t('execution.running') : t('execution.elapsed'),
                  value: isRunning ? clock(seconds) : duration(seconds * 1000),
                },
              ]),
          ...(task.bytesTotal === null || task.kind === 'delete'
            ? []
            : [{ key: 'size', label: t('task.size'), value: bytes(task.bytesTotal) }]),
          ...(task.attempt === 0 ? [] : [{ key: 'attempt', label: t('execution.column.attempt'), value: tries }]),
        ]}
      />
    </div>
  );
}

function isMoving({ state, bytesDone, bytesTotal }: TaskDetail): boolean {
  return state === 'running' && bytesTotal !== null && bytesDone < bytesTotal;
}

function TaskBlobs({ task }: { task: TaskDetail }) {
  const { t } = useTranslation('replication');
  return (
    <section className={styles['section']} aria-labelledby="task-blobs">
      <div className={styles['sectionHead']}>
        <h2 id="task-blobs">{t('task.blobs')}</h2>
        {task.blobs.length === 0 ? null : (
          <span className={styles['muted']}>{t('task.blobsFacts', { ...countBlobs(task.blobs) })}</span>
        )}
      </div>
      {task.blobs.length === 0 ? (
        <p className={styles['muted']}>{t(task.state === 'succeeded' ? 'task.blobsUnasked' : 'task.blobsNone')}</p>
      ) : (
        <BlobList blobs={task.blobs} />
      )}
    </section>
  );
}

function TaskFacts({ task }: { task: TaskDetail }) {
  const { t } = useTranslation('replication');
  const { source, destination, replacesDigest } = task;
  const isDeletion = task.kind === 'delete';
  return (
    <section className={styles['section']} aria-label={t('task.route')}>
      <dl className={styles['facts']}>
        <dt>{t(isDeletion ? 'task.deletedAt' : 'task.from')}</dt>
        <dd>
          <Place
            registryId={source.registryId}
            repository={source.repository}
            reference={source.reference}
            isLinked={!isDeletion}
          />
        </dd>
        <dt>{t(isDeletion ? 'task.deletesAt' : 'task.to')}</dt>
        <dd>
          <Place
            registryId={destination.registryId}
            repository={destination.repository}
            reference={destination.tag ?? task.digest}
            isLinked={task.state === 'succeeded' && !isDeletion}
          />
        </dd>
        <dt>{t('task.digest')}</dt>
        <dd>{task.digest === null ? '–' : <DigestText digest={task.digest} />}</dd>
        {replacesDigest === null ? null : (
          <>
            <dt>{t('task.before')}</dt>
            <dd>
              <DigestText digest={replacesDigest} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

interface PlaceProps {
  registryId: string;
  repository: string;
  reference: string | null;
  isLinked?: boolean;
}

function Place({ registryId, repository, reference, isLinked = true }: PlaceProps) {
  const { name, environment } = useRegistryDirectory().find(registryId);
  const words = <ReferenceText repository={repository} {...(reference === null ? {} : { reference })} />;
  return (
    <>
      <RegistryChip name={name} environment={environment} />{' '}
      {reference !== null && isLinked ? (
        <Link to={paths.artifact(repository, reference, { registry: registryId })}>{words}</Link>
      ) : (
        words
      )}
    </>
  );
}
