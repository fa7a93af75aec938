import { isRepositoryName } from '../../registry-client/index.ts';
import type { CopyLimiter } from '../../replication-engine/index.ts';
import { trashRepositoryOf } from '../../access/reserved-names.ts';
import { findNeeded, type ParentOf } from './live-manifests.ts';
import { findMissing, isNameRefused, type Moved, moveWithin, type Registry } from './put-aside.ts';
import { deleteManifests, removeTagOnly, throwawayFor } from './take-away.ts';
import { type ClaimedItem, hexOf, itemName, type KeptIn, type KeptManifest, TrashRefusal } from './trash.ts';
import { trashReasons } from './trash-reasons.ts';

/** A repository while this worker is alone with it: nobody else deletes or restores in it, or moves its held tags. */
export interface RepositoryState {
  readonly client: Registry;
  readonly repository: string;
  readonly limiter: CopyLimiter;
  readonly signal: AbortSignal;
  /** Read from the registry; what is deleted is taken out. */
  readonly tags: Map<string, string>;
  /** Read from tags that the catalog does not know. */
  readonly unknownParents: readonly ParentOf[];
  /** What the catalog knows of the parents of these in this repository. */
  readonly findParents: (digests: readonly string[]) => Promise<readonly ParentOf[]>;
  /** The rule that holds a tag, as people write it. */
  readonly findImmutable: (tag: string) => Promise<string | undefined>;
}

export interface PlannedDeletion {
  readonly manifests: readonly KeptManifest[];
  readonly sizeBytes: number;
  readonly keptIn: KeptIn;
  readonly aliases: readonly string[];
}

export interface Deletion {
  readonly item: ClaimedItem;
  /** Asked directly before anything goes. Throws where another worker has taken over. */
  readonly checkFence: () => Promise<void>;
  /** What is about to be put aside, written down before it is. */
  readonly onPlanned: (plan: PlannedDeletion) => Promise<void>;
  /** What an earlier try has put aside. */
  readonly findKept: () => Promise<readonly KeptManifest[]>;
  readonly onPinned: (digest: string) => Promise<void>;
}

export interface Deleted {
  /** Of a tag: those that stayed. Of a manifest: those that went with it. */
  readonly aliases: readonly string[];
  readonly keptIn: KeptIn;
  readonly goneTags: readonly string[];
  readonly goneDigests: readonly string[];
}

/**
 * One artifact into the trash: steps 2 to 6 of docs/decisions/060-trash.md. Each can be done again after a crash.
 * @throws TrashRefusal, RegistryError
 */
export async function deleteArtifact(state: RepositoryState, deletion: Deletion): Promise<Deleted> {
  const { item } = deletion;
  const pinned = await pin(state, deletion);
  if (pinned === 'gone') return finishAfterCrash(state, deletion);
  const aliases = aliasesOf(state, item, pinned);
  await refuseImmutable(state, item, aliases);
  const kept = await keep(state, { ...deletion, aliases }, pinned);
  if (item.tag !== null) await refuseMoved(state, item, item.tag, pinned);
  await deletion.checkFence();
  return takeAway(state, item, { ...kept, aliases, digest: pinned });
}

/** @returns the digest to delete; `gone` where the tag was taken away before this worker came */
async function pin(state: RepositoryState, { item, onPinned }: Deletion): Promise<string> {
  const { client, repository, signal } = state;
  const { tag, digest } = item;
  const name = itemName(item);
  const reference = tag ?? digest ?? '';
  const ifNoneMatch = tag === null || digest === null ? undefined : digest;
  const found = await client.headManifest(repository, reference, { signal, ifNoneMatch });
  if (found === undefined || (found !== 'not-modified' && found.digest === throwawayFor(item.id).digest)) {
    if (item.hasShadow) return 'gone';
    throw new TrashRefusal(trashReasons.gone(client.name, name));
  }
  if (found === 'not-modified') return digest ?? '';
  if (digest === null) await onPinned(found.digest);
  else if (found.digest !== digest) throw new TrashRefusal(trashReasons.movedBeforeDeletion(client.name, name));
  return found.digest;
}

function aliasesOf({ tags }: RepositoryState, { tag }: ClaimedItem, digest: string): string[] {
  return [...tags]
    .filter(([name, points]) => points === digest && name !== tag)
    .map(([name]) => name)
    .toSorted();
}

async function refuseImmutable(state: RepositoryState, item: ClaimedItem, aliases: readonly string[]): Promise<void> {
  for (const tag of item.tag === null ? aliases : [item.tag]) {
    const rule = await state.findImmutable(tag);
    if (rule !== undefined) throw new TrashRefusal(trashReasons.immutable(`${state.repository}:${tag}`, rule));
  }
}

type Keeping = Deletion & Pick<PlannedDeletion, 'aliases'>;

interface Kept {
  readonly keptIn: KeptIn;
  readonly manifests: readonly KeptManifest[];
}

async function keep(state: RepositoryState, deletion: Keeping, digest: string): Promise<Kept> {
  const { client, repository, limiter, signal } = state;
  const { item, aliases } = deletion;
  const to = trashRepositoryOf(repository);
  if (item.keptIn === 'tag' || !isRepositoryName(to)) return keepUnderTag(state, deletion, digest);
  let manifests: readonly KeptManifest[] = [];
  let moved: Moved;
  try {
    const onPlanned = (planned: readonly KeptManifest[], sizeBytes: number): Promise<void> => {
      manifests = planned;
      return deletion.onPlanned({ manifests, sizeBytes, keptIn: 'repository', aliases });
    };
    moved = await moveWithin({ client, limiter, from: repository, to, digest, signal, onPlanned });
  } catch (error) {
    if (isNameRefused(error)) return keepUnderTag(state, deletion, digest);
    throw error;
  }
  const { root } = moved;
  const manifest = { bytes: root.bytes, mediaType: root.descriptor.mediaType };
  await client.putManifest(to, hexOf(digest), manifest, { signal });
  const missing = await findMissing(client, to, moved, signal);
  if (missing !== undefined) throw new TrashRefusal(trashReasons.notKept(client.name, itemName(item), missing));
  return { keptIn: 'repository', manifests };
}

/** A tag of ours beside the others keeps it, its children and its blobs where they are. */
async function keepUnderTag(state: RepositoryState, deletion: Keeping, digest: string): Promise<Kept> {
  const { client, repository, signal, tags } = state;
  const { bytes, descriptor } = await client.getManifest(repository, digest, { signal });
  const manifests: KeptManifest[] = [{ digest, role: 'root' }];
  const { aliases } = deletion;
  await deletion.onPlanned({ manifests, sizeBytes: descriptor.sizeBytes, keptIn: 'tag', aliases });
  const tag = reservedTagOf(digest);
  await client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType }, { signal });
  const found = await client.headManifest(repository, tag, { signal, ifNoneMatch: digest });
  if (found !== 'not-modified') {
    throw new TrashRefusal(trashReasons.notKept(client.name, itemName(deletion.item), digest));
  }
  tags.set(tag, digest);
  return { keptIn: 'tag', manifests };
}

/** Nothing compares and sets: who pushes between this and the deletion of a shared tag loses the tag, not the bytes. */
async function refuseMoved(state: RepositoryState, item: ClaimedItem, tag: string, digest: string): Promise<void> {
  const { client, repository, signal } = state;
  const found = await client.headManifest(repository, tag, { signal, ifNoneMatch: digest });
  if (found === 'not-modified' || found === undefined) return;
  if (found.digest === throwawayFor(item.id).digest) return;
  throw new TrashRefusal(trashReasons.movedBeforeDeletion(client.name, itemName(item)));
}

async function takeAway(
  state: RepositoryState,
  item: ClaimedItem,
  { keptIn, manifests, aliases, digest }: Kept & { readonly aliases: readonly string[]; readonly digest: string },
): Promise<Deleted> {
  const { client, repository, signal, tags } = state;
  const removal = { client, repository, signal };
  const left = new Map(tags);
  if (item.tag !== null) left.delete(item.tag);
  else for (const alias of aliases) if (keptIn === 'repository') left.delete(alias);
  const needed = await neededOf(state, left, manifests);
  const parent = needed.get(digest);
  if (parent === undefined) {
    // By digest: a tag that has moved since keeps what it is now.
    const goneDigests = await deleteManifests(
      removal,
      manifests.filter((one) => !needed.has(one.digest)),
      tags,
    );
    const goneTags = [...(item.tag === null ? aliases : [item.tag]), ...tagsOf(left, goneDigests)];
    forget(state, goneTags);
    return { aliases, keptIn, goneTags, goneDigests };
  }
  const names = item.tag === null ? aliases.filter((alias) => alias !== reservedTagOf(digest)) : [item.tag];
  if (item.tag === null && keptIn === 'repository') throw new TrashRefusal(trashReasons.needed(digest, parent));
  for (const name of names) await removeTagOnly(removal, name, item.id);
  forget(state, names);
  return { aliases: item.tag === null ? names : aliases, keptIn, goneTags: names, goneDigests: [] };
}

/** The tag went, and its worker too: what nobody else needs of it goes now. */
async function finishAfterCrash(state: RepositoryState, { item, findKept, checkFence }: Deletion): Promise<Deleted> {
  const { client, repository, signal, tags } = state;
  const { tag, digest, keptIn } = item;
  const removal = { client, repository, signal };
  const manifests = await findKept();
  await checkFence();
  // A throwaway that was put there and not deleted.
  if (tag !== null) await client.deleteManifest(repository, throwawayFor(item.id).digest, { signal });
  const left = new Map(tags);
  if (tag !== null) left.delete(tag);
  const needed = await neededOf(state, left, manifests);
  const doomed = keptIn === 'tag' ? [] : manifests.filter((one) => !needed.has(one.digest));
  const goneDigests = await deleteManifests(removal, doomed, tags);
  const goneTags = [...(tag === null ? item.aliases : [tag]), ...tagsOf(left, goneDigests)];
  forget(state, goneTags);
  const aliases = tag === null ? item.aliases : aliasesOf(state, item, digest ?? '');
  return { aliases, keptIn, goneTags, goneDigests };
}

async function neededOf(
  state: RepositoryState,
  tags: ReadonlyMap<string, string>,
  manifests: readonly KeptManifest[],
): Promise<Map<string, string>> {
  const known = await state.findParents(manifests.map(({ digest }) => digest));
  return findNeeded({ tags, parents: [...known, ...state.unknownParents], manifests });
}

function tagsOf(tags: ReadonlyMap<string, string>, digests: readonly string[]): string[] {
  const gone = new Set(digests);
  return [...tags].filter(([, digest]) => gone.has(digest)).map(([name]) => name);
}

function forget({ tags }: RepositoryState, names: readonly string[]): void {
  for (const name of names) tags.delete(name);
}

export function reservedTagOf(digest: string): string {
  return `longshore-trash-${hexOf(digest)}`.slice(0, 128);
}
