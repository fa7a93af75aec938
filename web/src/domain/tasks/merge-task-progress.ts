import type { TaskBlob, TaskProgress } from 'bff/contract/replication';

const progressFields = [
  'state',
  'attempt',
  'tries',
  'triesAllowed',
  'bytesTotal',
  'bytesDone',
  'bytesSkipped',
  'rateBytesPerSecond',
  'etaSeconds',
  'blobsTotal',
  'blobsDone',
  'nextAttemptAt',
  'reason',
  'startedAt',
  'finishedAt',
  'at',
] as const satisfies readonly (keyof TaskProgress)[];

/** The known task with the figures of a message of the stream; a message that is older than what is known changes nothing. */
export function mergeTaskProgress<T extends TaskProgress>(known: T, update: TaskProgress): T {
  if (update.id !== known.id || Date.parse(update.at) < Date.parse(known.at)) return known;
  return { ...known, ...pickProgress(update) };
}

/**
 * A snapshot that was read while messages came in: it decides, but within one state of one attempt it does not set
 * newer figures back. (Its state always counts, so a clock that is off can never keep a finished task running.)
 */
export function mergeTaskSnapshot<T extends TaskProgress>(known: T | undefined, snapshot: T): T {
  if (known === undefined || known.id !== snapshot.id) return snapshot;
  const isSamePhase = known.state === snapshot.state && known.attempt === snapshot.attempt;
  if (!isSamePhase || Date.parse(known.at) <= Date.parse(snapshot.at)) return snapshot;
  return { ...snapshot, ...pickProgress(known) };
}

/** Blobs by digest: changed ones replaced in place, new ones behind. */
export function mergeBlobs(known: readonly TaskBlob[], changed: readonly TaskBlob[]): TaskBlob[] {
  if (changed.length === 0) return known as TaskBlob[];
  const updates = new Map(changed.map((blob) => [blob.digest, blob]));
  const merged = known.map((blob) => {
    const update = updates.get(blob.digest);
    updates.delete(blob.digest);
    return update ?? blob;
  });
  return [...merged, ...updates.values()];
}

function pickProgress(progress: TaskProgress): Partial<TaskProgress> {
  return Object.fromEntries(progressFields.map((field) => [field, progress[field]]));
}
