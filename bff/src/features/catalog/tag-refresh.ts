import type { ChangedTag } from './catalog.store.ts';
import type { RepositoryWork } from './event-handler.ts';
import { inParallel } from './in-parallel.ts';
import { isUnusableContent } from './manifest-closure.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import { askTag, readManifests, type RepositorySource, seenTag } from './tag-reader.ts';

export interface TagPush {
  readonly how: 'push' | 'copy' | 'scan';
  readonly actor: string | null;
  readonly pushedAt: Date | null;
}

/** Brings one tag to what the registry holds. Returns its digest, null for none, and whether that is news. */
export async function refreshTag(
  source: RepositorySource,
  registryId: string,
  name: string,
  push: TagPush,
): Promise<{ readonly digest: string | null; readonly changed: readonly ChangedTag[] }> {
  const { store, repository } = source;
  const askedAt = await store.now();
  const known = await store.findTag(registryId, repository, name);
  const answer = await askTag(source, name, known?.digest);
  if (answer.state === 'gone') {
    const how = push.how === 'scan' ? 'scan' : 'delete';
    return { digest: null, changed: await store.removeTags(registryId, repository, [name], askedAt, how) };
  }
  const digest = answer.state === 'found' ? answer.digest : known?.digest;
  if (digest === undefined) throw new Error(`${repository}:${name} is unchanged but was not known.`);
  const manifests = await readManifests(source, [digest]);
  // A copy that a person asked for ended now; a push that only a scan found has no better time than now either.
  const at = push.pushedAt ?? (digest === known?.digest && push.how === 'scan' ? null : askedAt);
  const tags = [seenTag(name, digest, { at, by: push.actor })];
  const { how } = push;
  const changed = await store.save({ registryId, repository, askedAt, how, tags, manifests, digests: [digest] });
  return { digest, changed };
}

/** A manifest by its digest. False where the registry has none that can be used. */
export async function refreshManifest(source: RepositorySource, registryId: string, digest: string): Promise<boolean> {
  const { store, client, repository, signal } = source;
  const askedAt = await store.now();
  const known = await store.findKnownDigests([digest]);
  if (known.has(digest)) {
    const answer = await client.headManifest(repository, digest, { signal, ifNoneMatch: digest });
    if (answer === undefined) {
      await store.forgetManifests(registryId, repository, [digest]);
      return false;
    }
  }
  const manifests = await readManifests(source, [digest]);
  if (manifests.length === 0 && !known.has(digest)) return false;
  await store.save({ registryId, repository, askedAt, how: 'push', tags: [], manifests, digests: [digest] });
  return true;
}

// A burst of pushes must not take every slot of the registry's client from the pages that wait for it.
const tagsAtOnce = 4;

/** What one repository's events come down to. Returns the tags that changed. */
export async function handleRepositoryWork(
  source: RepositorySource,
  registryId: string,
  work: RepositoryWork,
): Promise<ChangedTag[]> {
  const changed: ChangedTag[] = [];
  await inParallel(work.tags, tagsAtOnce, async ([tag, { actor, pushedAt }]) => {
    changed.push(...(await refreshTag(source, registryId, tag, { how: 'push', actor, pushedAt })).changed);
  });
  // Children of an index come by their own events just before it: reading them here is what its tag needs next.
  for (const digest of work.digests) await refreshManifest(source, registryId, digest).catch(ignoreUnusable);
  if (work.isListingDue) changed.push(...(await applyDeletions(source, registryId, work.deletedDigests)));
  return changed;
}

async function applyDeletions(
  source: RepositorySource,
  registryId: string,
  deletedDigests: ReadonlySet<string>,
): Promise<ChangedTag[]> {
  const { store, client, repository, signal } = source;
  const options = { registryId, depth: 'listing', wasScanned: true } as const;
  const { changed, missing, askedAt } = await reconcileRepository(source, options);
  // The registry said that it deleted something, the listing lacks these, and it denied each one: that is enough.
  const removed = await store.removeTags(registryId, repository, missing, askedAt, 'delete');
  for (const digest of deletedDigests) {
    const answer = await client.headManifest(repository, digest, { signal, ifNoneMatch: digest });
    if (answer === undefined) await store.forgetManifests(registryId, repository, [digest]);
  }
  return [...changed, ...removed];
}

function ignoreUnusable(error: unknown): boolean {
  if (!isUnusableContent(error)) throw error;
  return false;
}
