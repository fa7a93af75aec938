import type { Refresh } from './refresh-queue.ts';
import { isDigestReference } from './replication.ts';
import type { RunningTask } from './running-task.ts';

export interface RefreshedTag {
  readonly tag: string;
  readonly how: 'copy' | 'scan';
  readonly actor: string | undefined;
  /** What the registry has taken under the tag, after that moment of `performance.now()`. */
  readonly seen: { readonly digest: string; readonly afterMs: number } | undefined;
}

/** Those of tags, as the catalog wants them. */
export function tagsOf(refreshes: readonly Refresh[]): RefreshedTag[] {
  return refreshes.flatMap(({ tag, digest, how, actor, seenAfterMs }) => {
    if (tag === null) return [];
    const seen = digest === null || seenAfterMs === undefined ? undefined : { digest, afterMs: seenAfterMs };
    return [{ tag, how, actor: actor ?? undefined, seen }];
  });
}

/** What the catalog has to learn from a task that has succeeded. */
export function refreshesAfter({ task, digest, isChanged, tagMovedAfterMs }: RunningTask): Refresh[] {
  const { source, destination } = task;
  const refreshes: Refresh[] = [];
  // A tag that had the digest before stays as old as it is: only its children are looked at.
  if (task.isSparseThere && task.isBelievedThere) {
    refreshes.push({ ...destination, digest, how: 'scan', actor: null });
  } else if (isChanged) {
    refreshes.push({ ...destination, digest, how: 'copy', actor: task.requestedBy, seenAfterMs: tagMovedAfterMs });
  }
  // The copy found the source ahead of the catalog.
  if (digest !== task.catalogDigest && !isDigestReference(source.reference)) {
    const { registryId, repository, reference } = source;
    refreshes.push({ registryId, repository, tag: reference, digest, how: 'scan', actor: null });
  }
  return refreshes;
}
