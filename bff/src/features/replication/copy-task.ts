import {
  copyArtifact,
  type CopyLimiter,
  type CopyPlan,
  type CopyResult,
  type FanOutMember,
  type ReadOnlyTarget,
  type TagMove,
  type Target,
} from '../../replication-engine/index.ts';
import {
  isRegistryError,
  type ManifestBytes,
  parsePlatformName,
  type RegistryClient,
} from '../../registry-client/index.ts';
import {
  type AttemptEnd,
  type ClaimedTask,
  isDigestReference,
  type Reason,
  type TaskLogEntry,
  type WeighedPushes,
} from './replication.ts';
import { logLines, sentences } from './task-outcome.ts';
import type { FenceAnswer, StopCause } from './task-claims.store.ts';
import type { TaskProgress } from './task-progress.ts';

export interface CopyTaskContext {
  readonly task: ClaimedTask;
  /** By `performance.now()`. */
  readonly claimedAtMs: number;
  readonly source: ReadOnlyTarget & Pick<RegistryClient, 'hasTagSince'>;
  readonly destination: Target;
  readonly limiter: CopyLimiter;
  readonly fanOutFor: (digest: string) => FanOutMember | undefined;
  readonly progress: TaskProgress;
  readonly signal: AbortSignal;
  /** Asked directly before the tag is moved. */
  readonly askFence: () => Promise<Exclude<FenceAnswer, StopCause>>;
  /** The rule that holds the destination's tag, as people write it: asked before anything is sent, and before the tag is moved. */
  readonly findImmutable: () => Promise<string | undefined>;
  readonly holdTag: (move: TagMove) => Promise<void>;
  /** Whose push counts, where the destination is a master of the tag too: asked before the tag is moved. */
  readonly weighPushes: () => Promise<WeighedPushes | undefined>;
  readonly findMountSources: (digest: string) => readonly string[];
  readonly findContent: (digest: string) => Uint8Array | undefined;
  /** As the catalog keeps it. */
  readonly findManifest: (digest: string) => ManifestBytes | undefined;
  readonly onPinned: (digest: string) => void;
  readonly onLog: (entry: TaskLogEntry) => void;
}

export interface CopiedTask {
  readonly end: AttemptEnd;
  /** Whether the destination has something now that it had not before. */
  readonly isChanged: boolean;
}

/** One attempt, from the pinned digest to the tag. Rejects with RegistryError. */
export async function copyTask(context: CopyTaskContext): Promise<CopiedTask> {
  const { task, destination } = context;
  const { tag } = task.destination;
  if (task.isSuperseded && tag !== null) {
    return { end: { state: 'stopped', reason: sentences.superseded(tag) }, isChanged: false };
  }
  const { digest: pinned, root } = task.digest === null ? await pin(context) : { digest: task.digest };
  if (pinned === undefined) return { end: { state: 'failed', reason: missing(context) }, isChanged: false };
  const kept = task.whenDifferent === 'skip' && tag !== null ? await keptDigest(context, tag, pinned) : undefined;
  if (kept !== undefined && tag !== null) {
    context.progress.skipAll(task.catalogSizeBytes);
    const reason = sentences.keptDifferent(tag, destination.name, kept);
    return { end: { state: 'succeeded', reason }, isChanged: false };
  }
  const held = await heldTag(context, pinned);
  if (held !== undefined) return { end: { state: 'failed', reason: held }, isChanged: false };
  return copyAndTell(context, pinned, root);
}

async function copyAndTell(context: CopyTaskContext, pinned: string, root?: ManifestBytes): Promise<CopiedTask> {
  const { task } = context;
  const { tag } = task.destination;
  let result: CopyResult | undefined;
  let weighed: WeighedPushes | undefined;
  const weighPushes = async () => (weighed = await context.weighPushes());
  try {
    result = await copyPinned({ ...context, weighPushes }, pinned, root);
  } catch (error) {
    if (error instanceof TagHeldError) return { end: { state: error.state, reason: error.reason }, isChanged: false };
    throw error;
  }
  if (result === undefined) return { end: { state: 'failed', reason: missing(context) }, isChanged: false };
  if (result.outcome === 'up-to-date' && result.plan === undefined) context.progress.skipAll(task.catalogSizeBytes);
  context.onLog(lastLine(result, tag, context.progress.bytesSent));
  const isChanged = result.outcome === 'copied';
  // That another push was replaced is no plain success: somebody misses it.
  return { end: { state: 'succeeded', reason: isChanged ? (weighed?.reason ?? null) : null }, isChanged };
}

/** Copies the pinned digest; where the source has lost it, what its tag points to by now. */
async function copyPinned(
  context: CopyTaskContext,
  pinned: string,
  root: ManifestBytes | undefined,
): Promise<CopyResult | undefined> {
  const { task } = context;
  try {
    return await copy(context, pinned, root);
  } catch (error) {
    const isGone = isRegistryError(error, 'not-found') && error.side === 'source';
    if (!isGone || isDigestReference(task.source.reference)) throw error;
    const digest = await resolve(context, undefined);
    if (digest === undefined) return undefined;
    if (digest === pinned) throw error;
    context.onPinned(digest);
    context.onLog(logLines.repinned({ reference: task.source.reference, digest }));
    return copy(context, digest);
  }
}

/** Somebody made or moved the tag, or made a rule for it, while the blobs were on their way. */
class TagHeldError extends Error {
  override readonly name = 'TagHeldError';
  readonly reason: Reason;
  readonly state: 'failed' | 'succeeded';
  constructor(reason: Reason, state: 'failed' | 'succeeded') {
    super(reason.sentence);
    this.reason = reason;
    this.state = state;
  }
}

/** Why the destination's tag may not be moved to the digest; making a new tag is always allowed. */
async function heldTag(context: CopyTaskContext, digest: string): Promise<Reason | undefined> {
  const { repository, tag } = context.task.destination;
  const { expectedDigest } = context.task;
  const rule = tag === null ? undefined : await context.findImmutable();
  if (tag === null || (rule === undefined && expectedDigest === undefined)) return undefined;
  const other = await keptDigest(context, tag, digest);
  if (other === undefined) return undefined;
  const registry = context.destination.name;
  if (rule !== undefined) return sentences.tagImmutable({ registry, repository, tag, rule });
  return other === expectedDigest ? undefined : sentences.tagMoved({ registry, repository, tag, digest: other });
}

function copy(context: CopyTaskContext, digest: string, root?: ManifestBytes): Promise<CopyResult> {
  const { task, source, destination, limiter, progress, signal, onLog } = context;
  return copyArtifact({
    source,
    target: destination,
    sourceRepository: task.source.repository,
    digest,
    root,
    targetRepository: task.destination.repository,
    targetTag: task.destination.tag ?? undefined,
    includeReferrers: task.includeReferrers,
    begunAtMs: context.claimedAtMs,
    isResumed: task.attempt > 1,
    isExpected: task.isBelievedThere,
    platforms: task.platforms?.map(parsePlatformName),
    isPerhapsSparse: task.isSparseThere,
    limiter,
    fanOut: context.fanOutFor(digest),
    signal,
    fence: async () => {
      const held = await heldTag(context, digest);
      if (held !== undefined) throw new TagHeldError(held, 'failed');
      const weighed = await context.weighPushes();
      // What should be there is there: nothing has failed.
      if (weighed?.isLost === true) throw new TagHeldError(weighed.reason, 'succeeded');
      const answer = await context.askFence();
      if (answer === 'deleted-at-source') throw new TagHeldError(missing(context), 'failed');
      return answer === 'held';
    },
    holdTag: context.holdTag,
    findMountSources: context.findMountSources,
    findContent: context.findContent,
    findManifest: knownManifests(context),
    on: {
      ...progress.observer,
      planned: (plan) => {
        progress.observer.planned(plan);
        onLog(plannedLine(plan));
      },
      blobRestarted: (blob, error) => {
        progress.observer.blobRestarted(blob, error);
        onLog(logLines.blobRestarted(blob, error));
      },
    },
  });
}

/**
 * The catalog's manifests, as long as the source lists the tag that they were planned by: what somebody has deleted there
 * is not brought anywhere.
 */
function knownManifests({ task, source, claimedAtMs, findManifest }: CopyTaskContext) {
  const { repository, reference } = task.source;
  let isListed: Promise<boolean | undefined> | undefined;
  return async (digest: string): Promise<ManifestBytes | undefined> => {
    const known = findManifest(digest);
    if (known === undefined || isDigestReference(reference)) return undefined;
    isListed ??= source.hasTagSince(repository, reference, claimedAtMs);
    return (await isListed) === true ? known : undefined;
  };
}

async function pin(
  context: CopyTaskContext,
): Promise<{ digest: string | undefined; root?: ManifestBytes | undefined }> {
  const { source, isBelievedThere, whenDifferent, catalogDigest } = context.task;
  const { reference } = source;
  if (isDigestReference(reference)) return noteTo(context, { digest: reference });
  // What will most likely be copied is read at once. Only bytes that two answers agree on are taken: a tag vouches for none.
  if (catalogDigest !== null && !isBelievedThere && whenDifferent === 'replace') {
    const root = await readTagged(context);
    const digest = root?.descriptor.digest;
    return noteTo(context, { digest, root: digest === catalogDigest ? root : undefined });
  }
  return noteTo(context, { digest: await resolve(context, catalogDigest) });
}

function noteTo<Pinned extends { digest: string | undefined }>(context: CopyTaskContext, pinned: Pinned): Pinned {
  const { digest } = pinned;
  if (digest === undefined) return pinned;
  context.onPinned(digest);
  context.onLog(logLines.pinned({ reference: context.task.source.reference, digest }));
  return pinned;
}

/** The manifest that the source has under the tag; undefined where it has none. */
async function readTagged({ task, source, signal }: CopyTaskContext): Promise<ManifestBytes | undefined> {
  const { repository, reference } = task.source;
  try {
    return await on('source', () => source.getManifest(repository, reference, { signal }));
  } catch (error) {
    if (isRegistryError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** What the tag points to at the source. A right guess costs the registry no pull event. */
async function resolve(context: CopyTaskContext, guess: string | null | undefined): Promise<string | undefined> {
  const { task, source, signal } = context;
  const { repository, reference } = task.source;
  const found = await on('source', () =>
    source.headManifest(repository, reference, { signal, ifNoneMatch: guess ?? undefined }),
  );
  if (found === 'not-modified') return guess ?? undefined;
  return found?.digest;
}

/** What the destination has under the tag, where it is something else. */
async function keptDigest(context: CopyTaskContext, tag: string, digest: string): Promise<string | undefined> {
  const { task, destination, signal } = context;
  const { repository } = task.destination;
  const found = await on('destination', () =>
    destination.headManifest(repository, tag, { signal, ifNoneMatch: digest }),
  );
  return found === 'not-modified' || found === undefined || found.digest === digest ? undefined : found.digest;
}

async function on<Result>(side: 'source' | 'destination', work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isRegistryError(error)) error.side ??= side;
    throw error;
  }
}

function missing({ task, source }: CopyTaskContext): Reason {
  return sentences.sourceMissing(source.name, task.source.repository, task.source.reference);
}

function plannedLine(plan: CopyPlan): TaskLogEntry {
  return logLines.planned({
    blobs: String(plan.blobs.length),
    manifests: String(plan.manifests.length),
    bytes: String(plan.bytesTotal),
  });
}

function lastLine(result: CopyResult, tag: string | null, bytesSent: number): TaskLogEntry {
  if (result.outcome === 'up-to-date') return logLines.upToDate({});
  const { digest } = result;
  const bytes = String(bytesSent);
  return tag === null ? logLines.pushed({ digest, bytes }) : logLines.tagged({ tag, digest, bytes });
}
