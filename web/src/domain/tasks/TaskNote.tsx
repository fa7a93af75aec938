import type { Task, TaskProgress } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { useCurrentFigures } from '../current-figures.ts';
import { useReasonText } from '../reasons/reason-text.ts';
import { shortenDigest } from '../digest.ts';
import { useRegistryDirectory } from '../registry-directory.ts';
import { useNextTry } from './next-try.ts';
import { elapsedSeconds } from './task-figures.ts';
import { useMovedWords } from './use-moved-words.ts';
import { workOfTask } from './work-kind.ts';

type NotedTask = TaskProgress &
  Pick<Task, 'kind' | 'movesTagOnly' | 'digest' | 'replacesDigest' | 'source' | 'destination'>;

/** What is going on with a task, in words: why it waits and until when, what it is doing, what it took. */
export function TaskNote({ task }: { task: NotedTask }) {
  const reasonText = useReasonText();
  const reason = task.reason === null ? null : reasonText(task.reason);
  if (task.state === 'waiting') return <WaitingNote nextAttemptAt={task.nextAttemptAt} reason={reason} />;
  if (task.state === 'running') return <RunningNote task={task} />;
  // With a reason the tag was left as it is, or a push replaced: how much moved would hide it.
  if (task.state === 'succeeded') return reason === null ? <DoneNote task={task} /> : <>{reason}</>;
  return <>{reason}</>;
}

function WaitingNote({ nextAttemptAt, reason }: { nextAttemptAt: string | null; reason: string | null }) {
  const next = useNextTry(nextAttemptAt);
  return <>{next === null ? reason : [reason === null ? null : beforeDot(reason), next].filter(Boolean).join(' · ')}</>;
}

/** A sentence before a dot has no full stop. */
const beforeDot = (sentence: string): string => sentence.replace(/[.。]$/, '');

function RunningNote({ task }: { task: NotedTask }) {
  const { t } = useTranslation('tasks');
  const clock = useCurrentFigures().clock(task.etaSeconds);
  const reasonText = useReasonText();
  const waits = useWaitsFor(task);
  if (task.reason !== null) return <>{`${beforeDot(reasonText(task.reason))} · ${t('figures.tryingAgain')}`}</>;
  if (task.kind === 'delete') return <>{waits ?? t('figures.trashing')}</>;
  // The catalog may know the size before it is known what of it is to be moved.
  if (task.bytesTotal === null || task.blobsTotal === null) return <>{waits ?? t('figures.planning')}</>;
  if (task.bytesDone >= task.bytesTotal) return <>{waits ?? t('figures.finishing')}</>;
  const still = waits ?? (task.rateBytesPerSecond === 0 ? t('figures.still') : null);
  const remaining = clock === null ? still : t('figures.remaining', { clock });
  const blobs = t('figures.blobs', { done: task.blobsDone, count: task.blobsTotal });
  return <>{[remaining, blobs].filter(Boolean).join(' · ')}</>;
}

/** Which registry nothing moves for, as far as that is known before the try ends; null while anything does. */
function useWaitsFor({ rateBytesPerSecond, source, destination }: NotedTask): string | null {
  const { t } = useTranslation('tasks');
  const directory = useRegistryDirectory();
  if ((rateBytesPerSecond ?? 0) > 0) return null;
  const down = directory.findDown([destination.registryId, source.registryId]);
  return down === undefined ? null : t('figures.stillFor', { registry: down.name });
}

function DoneNote({ task }: { task: NotedTask }) {
  const { t } = useTranslation('tasks');
  const { duration } = useFormat();
  const movedWords = useMovedWords();
  const registry = useRegistryDirectory().find(task.destination.registryId).name;
  const seconds = elapsedSeconds(task, 0);
  const { replacesDigest, digest } = task;
  const work = workOfTask(task);
  const parts =
    work === 'delete'
      ? [t('figures.trashed', { registry })]
      : work === 'move'
        ? [
            replacesDigest === null || digest === null
              ? t('figures.tagOnly')
              : t('figures.tagMoved', { from: shortenDigest(replacesDigest), to: shortenDigest(digest) }),
            t('figures.allThere'),
          ]
        : movedWords(task);
  const time = seconds === undefined ? null : t('figures.inTime', { duration: duration(seconds * 1000) });
  return <>{[...parts, time].filter(Boolean).join(' · ')}</>;
}
