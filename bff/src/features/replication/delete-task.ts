import { isRegistryError, type RegistryClient } from '../../registry-client/index.ts';
import type { AttemptEnd, ClaimedTask, Reason } from './replication.ts';
import { sentences } from './task-outcome.ts';

export interface DeleteTaskContext {
  readonly task: Pick<ClaimedTask, 'destination' | 'digest' | 'isSuperseded'>;
  readonly destination: Pick<RegistryClient, 'name' | 'headManifest' | 'deleteManifest'>;
  readonly signal: AbortSignal;
  /** Asked directly before the tag goes. */
  readonly holdsFence: () => Promise<boolean>;
  readonly findImmutable: () => Promise<string | undefined>;
  /** Other names of the digest there, as far as the catalog knows: they would go with it. */
  readonly findSiblings: () => Promise<readonly string[]>;
}

/** Takes a tag away that the source no longer has, as long as it is what the source deleted. Rejects with RegistryError. */
export async function deleteTask(context: DeleteTaskContext): Promise<{ end: AttemptEnd; isChanged: boolean }> {
  const { task, destination, signal } = context;
  const { repository, tag } = task.destination;
  const { digest } = task;
  if (tag === null || digest === null) throw new Error('A deletion without a tag and a digest was planned.');
  const ended = (end: AttemptEnd, isChanged = false) => ({ end, isChanged });
  if (task.isSuperseded) return ended({ state: 'stopped', reason: sentences.superseded(tag) });
  const found = await onDestination(() => destination.headManifest(repository, tag, { signal, ifNoneMatch: digest }));
  if (found === undefined) return ended({ state: 'succeeded', reason: null }, true);
  if (found !== 'not-modified' && found.digest !== digest) {
    return ended({ state: 'succeeded', reason: kept(tag, destination.name) }, true);
  }
  const rule = await context.findImmutable();
  if (rule !== undefined) {
    const reason = sentences.tagImmutable({ registry: destination.name, repository, tag, rule });
    return ended({ state: 'failed', reason });
  }
  if (!(await context.holdsFence())) return ended({ state: 'stopped', reason: sentences.superseded(tag) });
  if (await deleteByTag(context, repository, tag)) return ended({ state: 'succeeded', reason: null }, true);
  const siblings = await context.findSiblings();
  if (siblings.length > 0) return ended({ state: 'failed', reason: shared(tag, destination.name, siblings) });
  await onDestination(() => destination.deleteManifest(repository, digest, { signal }));
  return ended({ state: 'succeeded', reason: null }, true);
}

/** Distribution 2.8 deletes by digest only, and says so. */
async function deleteByTag(
  { destination, signal }: DeleteTaskContext,
  repository: string,
  tag: string,
): Promise<boolean> {
  try {
    return await onDestination(() => destination.deleteManifest(repository, tag, { signal }));
  } catch (error) {
    if (isRegistryError(error) && (error.status === 405 || error.status === 400)) return false;
    throw error;
  }
}

async function onDestination<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRegistryError(error)) error.side ??= 'destination';
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

function shared(tag: string, registry: string, siblings: readonly string[]): Reason {
  const names = siblings.slice(0, 3).join(', ');
  return {
    code: 'delete-shared-digest',
    sentence: `${registry} can only delete whole images, and ${names} ${siblings.length === 1 ? 'is' : 'are'} the same image as ${tag}: deleting it would take them too.`,
    params: { tag, registry, siblings: names },
  };
}
