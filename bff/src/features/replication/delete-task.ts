import { isRegistryError, type RegistryClient, type Side } from '../../registry-client/index.ts';
import type { AttemptEnd, ClaimedTask, Reason, TaskLogEntry } from './replication.ts';
import { logLines, sentences } from './task-outcome.ts';

/** What became of a tag that was to go into the destination’s trash. */
export type Trashed =
  | { readonly outcome: 'deleted' | 'gone' | 'moved' }
  | { readonly outcome: 'failed' | 'waiting'; readonly reason: Reason };

export interface DeleteTaskContext {
  readonly task: Pick<ClaimedTask, 'source' | 'destination' | 'digest' | 'isSuperseded'>;
  readonly source: Pick<RegistryClient, 'headManifest'>;
  readonly destination: Pick<RegistryClient, 'name' | 'headManifest'>;
  readonly signal: AbortSignal;
  /** Asked directly before the tag goes. */
  readonly holdsFence: () => Promise<boolean>;
  readonly findImmutable: () => Promise<string | undefined>;
  readonly onLog: (entry: TaskLogEntry) => void;
  /** Puts it aside, and leaves other tags of the digest where they are. */
  readonly moveToTrash: (tag: string, digest: string) => Promise<Trashed>;
}

/** It is tried again by the trash itself; looking again costs no attempt. */
const lookAgainMs = 10_000;

/** Takes a tag away that the source no longer has, as long as it is what the source deleted. Rejects with RegistryError. */
export async function deleteTask(context: DeleteTaskContext): Promise<{ end: AttemptEnd; isChanged: boolean }> {
  const { task, destination, signal } = context;
  const { repository, tag } = task.destination;
  const { digest } = task;
  if (tag === null || digest === null) throw new Error('A deletion without a tag and a digest was planned.');
  const ended = (end: AttemptEnd, isChanged = false) => ({ end, isChanged });
  if (task.isSuperseded) return ended({ state: 'stopped', reason: sentences.superseded(tag) });
  const found = await on('destination', () =>
    destination.headManifest(repository, tag, { signal, ifNoneMatch: digest }),
  );
  if (found === undefined) return gone(context, tag);
  const isKept = { state: 'succeeded', reason: kept(tag, destination.name) } as const;
  if (found !== 'not-modified' && found.digest !== digest) return ended(isKept, true);
  const rule = await context.findImmutable();
  if (rule !== undefined) {
    const reason = sentences.tagImmutable({ registry: destination.name, repository, tag, rule });
    return ended({ state: 'failed', reason });
  }
  // Whoever has pushed or restored it there since means it to be everywhere: the news of it may still be on its way.
  if (await isThereAgain(context)) return ended({ state: 'stopped', reason: sentences.movedOn() });
  if (!(await context.holdsFence())) return ended({ state: 'stopped', reason: sentences.superseded(tag) });
  const trashed = await context.moveToTrash(tag, digest);
  if (trashed.outcome === 'moved') return ended(isKept, true);
  if (trashed.outcome === 'failed') return ended({ state: 'failed', reason: trashed.reason });
  if (trashed.outcome === 'waiting') {
    return ended({ state: 'waiting', reason: trashed.reason, delayMs: lookAgainMs, isFree: true });
  }
  if (trashed.outcome === 'gone') return gone(context, tag);
  context.onLog(logLines.deleted({ tag, digest }));
  return ended({ state: 'succeeded', reason: null }, true);
}

function gone({ onLog }: DeleteTaskContext, tag: string): { end: AttemptEnd; isChanged: boolean } {
  onLog(logLines.alreadyGone({ tag }));
  return { end: { state: 'succeeded', reason: null }, isChanged: true };
}

async function isThereAgain({ task, source, signal }: DeleteTaskContext): Promise<boolean> {
  const { repository, reference } = task.source;
  return (await on('source', () => source.headManifest(repository, reference, { signal }))) !== undefined;
}

async function on<T>(side: Side, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRegistryError(error)) error.side ??= side;
    throw error;
  }
}

function kept(tag: string, registry: string): Reason {
  return {
    code: 'kept-newer',
    sentence: `${registry} has another image under ${tag} by now; it stays.`,
    params: { tag, registry },
  };
}
