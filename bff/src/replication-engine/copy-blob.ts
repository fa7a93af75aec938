import { Readable } from 'node:stream';
import { digestOf, isRegistryError, openVerifiedBlob } from '../registry-client/index.ts';
import type { RegistryError, Side } from '../registry-client/index.ts';
import type { BlobOutcome, CopyOptions, PlannedBlob } from './copy-options.ts';
import type { TargetMemory } from './target-memory.ts';
import { withAbort } from './abort.ts';

/** Names the side that failed, unless it is named already. */
export async function onSide<Result>(side: Side, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isRegistryError(error)) error.side ??= side;
    throw error;
  }
}

// Kept small: the task has its own attempts, with a pause and a person watching.
const triesMax = 3;
const worthTryingAgain: ReadonlySet<string> = new Set([
  'connection-lost',
  'timeout',
  'server-error',
  'unavailable',
  'truncated',
]);

function mayRetryByDefault(error: RegistryError, attempt: number): Promise<boolean> {
  // A token that ran out in between.
  const isNewTokenDue = error.code === 'unauthorized' && error.retryable;
  return Promise.resolve(attempt < triesMax && (isNewTokenDue || worthTryingAgain.has(error.code)));
}

/**
 * Brings one blob to the destination by the cheapest way: nothing, where it is there; waiting, where another copy
 * brings it; a mount; else its bytes. With `isForced` it is sent whatever the destination says.
 */
export async function copyBlob(
  options: CopyOptions,
  memory: TargetMemory,
  blob: PlannedBlob,
  isForced: boolean,
): Promise<BlobOutcome> {
  const { targetRepository: repository, signal } = options;
  const { digest } = blob;
  for (;;) {
    signal?.throwIfAborted();
    if (!isForced && memory.isPresent(repository, digest)) return 'existed';
    const flight = memory.findFlight(digest);
    if (!flight) break;
    // Whoever brings it may be waiting for this copy to come to the blob, too.
    options.fanOut?.pass(digest);
    await withAbort(flight, signal);
  }
  return memory.fly(repository, digest, async () => {
    try {
      const isBrought = isForced || options.isPutAnyway === true || !(await exists(options, memory, digest));
      const outcome = isBrought ? await bring(options, memory, blob, isForced) : 'existed';
      memory.remember(repository, digest);
      return outcome;
    } finally {
      options.fanOut?.pass(digest);
    }
  });
}

async function exists(options: CopyOptions, memory: TargetMemory, digest: string): Promise<boolean> {
  const { target, targetRepository: repository, signal } = options;
  return isKnownThere(
    options,
    async () => !(await isNewRepository(options, memory)) && (await target.hasBlob(repository, digest, { signal })),
  );
}

/**
 * Whether the destination says that it has something. After a crash Distribution may hold a link without content, and answers
 * 500 to whoever asks for what it names until that is written anew: a further attempt writes what it is told nothing of.
 */
export async function isKnownThere({ isResumed }: CopyOptions, ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await onSide('destination', ask);
  } catch (error) {
    if (isResumed === true && isRegistryError(error, 'server-error') && error.status === 500) return false;
    throw error;
  }
}

/** Asked for all copies into the repository: that one of them is stopped takes the answer from no other. */
export function isNewRepository(options: CopyOptions, memory: TargetMemory): Promise<boolean> {
  const { target, targetRepository: repository, signal } = options;
  const asked = memory.isNewRepository(repository, () => target.hasRepository(repository));
  return onSide('destination', () => withAbort(asked, signal));
}

async function bring(
  options: CopyOptions,
  memory: TargetMemory,
  blob: PlannedBlob,
  isForced: boolean,
): Promise<'copied' | 'mounted'> {
  const { targetRepository: repository, on, findMountSources } = options;
  const mayRetry = options.mayRetryBlob ?? mayRetryByDefault;
  const candidates = findMountSources?.(blob.digest).filter((name) => name !== repository) ?? [];
  const mountFrom = isForced ? undefined : (memory.findHolder(blob.digest, repository) ?? candidates[0]);
  let isHashedHere = await mustHash(options, blob);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await push(options, blob, attempt === 1 ? mountFrom : undefined, isHashedHere);
    } catch (error) {
      if (!isRegistryError(error) || options.signal?.aborted) throw error;
      // Wrong bytes came, and nobody knows yet from where.
      const isToBeHashed = !isHashedHere && error.code === 'digest-mismatch';
      if (!isToBeHashed && !(await mayRetry(error, attempt))) throw error;
      isHashedHere ||= isToBeHashed;
      on?.blobRestarted?.(blob.digest, error);
    }
  }
}

// Of smaller ones it costs less than to ask whether the destination does it.
const cheapToHashBytes = 256 * 1024;

/**
 * A destination that checks what it is sent saves doing the same here, which is as much work as all else that a large blob
 * takes. It is asked before the upload: what it is asked with is an upload, too.
 */
async function mustHash(
  { target, targetRepository, signal }: CopyOptions,
  { digest, sizeBytes }: PlannedBlob,
): Promise<boolean> {
  if (sizeBytes < cheapToHashBytes || !digest.startsWith('sha256:')) return true;
  return !(await withAbort(target.verifiesUploads(targetRepository), signal));
}

function push(
  options: CopyOptions,
  blob: PlannedBlob,
  mountFrom: string | undefined,
  isHashedHere: boolean,
): Promise<'copied' | 'mounted'> {
  const { source, target, sourceRepository, targetRepository, signal, on, fanOut } = options;
  const known = options.findContent?.(blob.digest);
  const isKnown = known?.byteLength === blob.sizeBytes && digestOf(known) === blob.digest;
  const open = async (cut: AbortSignal): Promise<Readable> => {
    if (isKnown) return Readable.from([known]);
    const body = await onSide('source', async () =>
      fanOut === undefined || fanOut.isLate
        ? openVerifiedBlob(source, sourceRepository, blob, { signal: cut, isHashedByReader: !isHashedHere })
        : fanOut.read({ source, repository: sourceRepository, ...blob }, cut),
    );
    // Named before the upload sees the error and passes it on.
    body.on('error', (error) => {
      if (isRegistryError(error)) error.side ??= 'source';
    });
    return body;
  };
  const onBytes = (byteCount: number): void => on?.blobBytes?.(blob.digest, byteCount);
  return onSide('destination', () => target.pushBlob(targetRepository, blob, open, { signal, onBytes, mountFrom }));
}
