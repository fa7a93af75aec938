import { trashRepositoryOf } from '../../access/reserved-names.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import { reservedTagOf, type RepositoryState } from './delete-artifact.ts';
import { findNeeded } from './live-manifests.ts';
import { removeReservedTag } from './restore-artifact.ts';
import { deleteManifests } from './take-away.ts';
import { type ClaimedItem, fallbackTagOf, type KeptManifest } from './trash.ts';

export interface Purge {
  readonly item: ClaimedItem;
  readonly manifests: readonly KeptManifest[];
  /** Of these the ones that another item of the repository is kept by. */
  readonly findKeptByOthers: (digests: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly checkFence: () => Promise<void>;
}

/**
 * Gives up what is kept for an item and for no other. Its bytes come back with the next garbage collection.
 * @returns what can be pulled no more, where it was kept beside the others. Rejects with RegistryError
 */
export async function purgeArtifact(state: RepositoryState, purge: Purge): Promise<readonly string[]> {
  const { item, manifests, findKeptByOthers, checkFence } = purge;
  const others = await findKeptByOthers(manifests.map(({ digest }) => digest));
  await checkFence();
  if (item.keptIn === 'tag') return others.has(item.digest ?? '') ? [] : purgeTag(state, item, manifests);
  const { client, repository, signal } = state;
  const shadow = trashRepositoryOf(repository);
  const doomed = manifests.filter(({ digest }) => !others.has(digest));
  const hasReferrers = manifests.some(({ role }) => role === 'referrer');
  const lists = new Map<string, string>();
  for (const { digest } of hasReferrers ? doomed : []) {
    const tag = fallbackTagOf(digest);
    const found = await client.headManifest(shadow, tag, { signal });
    if (found !== undefined && found !== 'not-modified') lists.set(tag, found.digest);
  }
  await deleteManifests({ client, repository: shadow, signal }, doomed, lists);
  return [];
}

/** The manifest itself goes only where nothing but our tag names it. */
async function purgeTag(
  state: RepositoryState,
  item: ClaimedItem,
  manifests: readonly KeptManifest[],
): Promise<readonly string[]> {
  const { client, repository, signal, tags } = state;
  const digest = item.digest ?? '';
  const left = new Map(tags);
  left.delete(reservedTagOf(digest));
  const parents = [...(await state.findParents([digest])), ...state.unknownParents];
  if (findNeeded({ tags: left, parents, manifests }).size > 0) {
    await removeReservedTag(state, item);
    return [];
  }
  try {
    await client.deleteManifest(repository, digest, { signal });
  } catch (error) {
    if (!isRegistryError(error, 'not-found')) throw error;
  }
  tags.delete(reservedTagOf(digest));
  return [digest];
}
