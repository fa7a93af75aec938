import type { TaskProgress } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { useCurrentFigures } from '../current-figures.ts';
import { useReasonText } from '../reasons/reason-text.ts';
import { elapsedSeconds, secondsUntil } from './task-figures.ts';

/** What is going on with a task, in words: why it waits and until when, what it is doing, what it took. */
export function TaskNote({ task }: { task: TaskProgress }) {
  const reasonText = useReasonText();
  const reason = task.reason === null ? null : reasonText(task.reason);
  if (task.state === 'waiting') return <WaitingNote nextAttemptAt={task.nextAttemptAt} reason={reason} />;
  if (task.state === 'running') return <RunningNote task={task} />;
  // With a reason the tag was left as it is: how much moved would say the opposite.
  if (task.state === 'succeeded') return reason === null ? <DoneNote task={task} /> : <>{reason}</>;
  return <>{reason}</>;
}

function WaitingNote({ nextAttemptAt, reason }: { nextAttemptAt: string | null; reason: string | null }) {
  const { t } = useTranslation('tasks');
  const { clock } = useFormat();
  const seconds = secondsUntil(nextAttemptAt, useNow());
  const next =
    seconds === undefined
      ? null
      : seconds > 0
        ? t('figures.nextTry', { clock: clock(seconds) })
        : t('figures.tryingNow');
  return <>{[reason, next].filter(Boolean).join(' · ')}</>;
}

function RunningNote({ task }: { task: TaskProgress }) {
  const { t } = useTranslation('tasks');
  const clock = useCurrentFigures().clock(task.etaSeconds);
  if (task.bytesTotal === null) return <>{t('figures.planning')}</>;
  if (task.bytesDone >= task.bytesTotal) return <>{t('figures.finishing')}</>;
  const remaining = clock === null ? null : t('figures.remaining', { clock });
  const blobs = task.blobsTotal === null ? null : t('figures.blobs', { done: task.blobsDone, count: task.blobsTotal });
  return <>{[remaining, blobs].filter(Boolean).join(' · ')}</>;
}

function DoneNote({ task }: { task: TaskProgress }) {
  const { t } = useTranslation('tasks');
  const { bytes, duration } = useFormat();
  const seconds = elapsedSeconds(task, 0);
  const moved = task.bytesDone - task.bytesSkipped;
  const parts = [
    moved > 0 ? t('figures.moved', { size: bytes(moved) }) : t('figures.nothingMoved'),
    task.bytesSkipped > 0 ? t('figures.alreadyThere', { size: bytes(task.bytesSkipped) }) : null,
    seconds === undefined ? null : t('figures.inTime', { duration: duration(seconds * 1000) }),
  ];
  return <>{parts.filter(Boolean).join(' · ')}</>;
}
