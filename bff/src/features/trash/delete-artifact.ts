import { isRegistryError, isRepositoryName, parseManifest } from '../../registry-client/index.ts';
import type { CopyLimiter } from '../../replication-engine/index.ts';
import { isReservedTag, trashRepositoryOf } from '../../access/reserved-names.ts';
import { findNeeded, type ParentOf } from './live-manifests.ts';
import { isBroken, isNameRefused, isReadable, type Moved, moveWithin, type Registry } from './put-aside.ts';
import type { SharedManifests } from './shared-manifests.ts';
import { deleteManifests, removeTagOnly, throwawayFor } from './take-away.ts';
import {
  type ClaimedItem,
  fallbackTagOf,
  hexOf,
  itemName,
  type KeptIn,
  type KeptManifest,
  type Reason,
  TrashRefusal,
} from './trash.ts';
import { keptBrokenCode, trashReasons } from './trash-reasons.ts';

/** A repository while this worker is alone with it: nobody else deletes or restores in it, or moves its held tags. */
export interface RepositoryState {
  readonly client: Registry;
  readonly repository: string;
  readonly limiter: CopyLimiter;
  readonly signal: AbortSignal;
  /** By `performance.now()`. */
  readonly openedAtMs: number;
  /** Whether the registry mounts blobs, as far as is known; who finds out says so. */
  readonly mounting: { readonly isKnownMissing: () => boolean; readonly noteMissing: () => void };
  readonly shared: SharedManifests;
  /** Read from the registry; what is deleted is taken out. */
  readonly tags: Map<string, string>;
  /** Read from tags that the catalog does not know. */
  readonly unknownParents: readonly ParentOf[];
  /** What the catalog knows of the parents of these in this repository. */
  readonly findParents: (digests: readonly string[]) => Promise<readonly ParentOf[]>;
  /** Tags of a digest by the catalog as it is now, which pushes are told to. */
  readonly findTagsOf: (digest: string) => Promise<readonly string[]>;
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
  /** What is to be known of how it is kept. */
  readonly reason: Reason | null;
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
  if (item.why === 'untagged') await refuseInUse(state, item, aliases, pinned);
  const kept = await keep(state, { ...deletion, aliases }, pinned);
  return state.shared.alone(digestsOf(kept.manifests), async () => {
    await Promise.all([
      kept.keptIn === 'repository' && refuseUnreadable(state, item, pinned),
      item.tag !== null && refuseMoved(state, item, item.tag, pinned),
      // What was put aside took a while.
      item.why === 'untagged' && refuseTaggedSince(state, item, pinned),
      deletion.checkFence(),
    ]);
    // Others of this hold may have taken some of them away since.
    return takeAway(state, item, { ...kept, aliases: aliasesOf(state, item, pinned), digest: pinned });
  });
}

function digestsOf(manifests: readonly KeptManifest[]): string[] {
  return manifests.map(({ digest }) => digest);
}

/** @returns the digest to delete; `gone` where the tag was taken away before this worker came */
async function pin(state: RepositoryState, { item, onPinned }: Deletion): Promise<string> {
  const { client, repository, tags } = state;
  const { tag, digest } = item;
  const name = itemName(item);
  // Read when the repository was opened; before it goes it is asked for once more.
  const found = (tag === null ? undefined : tags.get(tag)) ?? (await ask(state, tag ?? digest ?? ''));
  if (found === undefined || found === throwawayFor(item.id).digest) {
    if (item.hasShadow) return 'gone';
    throw new TrashRefusal(trashReasons.gone(client.name, name));
  }
  if (tag !== null) tags.set(tag, found);
  if (digest === null) await onPinned(found);
  else if (found !== digest) throw new TrashRefusal(trashReasons.movedBeforeDeletion(client.name, name));
  return found;

  async function ask({ signal }: RepositoryState, reference: string): Promise<string | undefined> {
    const answer = await client.headManifest(repository, reference, { signal });
    return answer === undefined || answer === 'not-modified' ? undefined : answer.digest;
  }
}

function aliasesOf({ tags }: RepositoryState, { tag }: ClaimedItem, digest: string): string[] {
  return [...tags]
    .filter(([name, points]) => points === digest && name !== tag && !isReservedTag(name))
    .map(([name]) => name)
    .toSorted();
}

async function refuseImmutable(state: RepositoryState, item: ClaimedItem, aliases: readonly string[]): Promise<void> {
  for (const tag of item.tag === null ? aliases : [item.tag]) {
    const rule = await state.findImmutable(tag);
    if (rule !== undefined) throw new TrashRefusal(trashReasons.immutable(`${state.repository}:${tag}`, rule));
  }
}

/**
 * Of the plan for what no tag reaches: it may have been tagged since, or be about something that is there. What an index
 * needs is refused when it is to go (`takeAway`).
 */
async function refuseInUse(
  state: RepositoryState,
  item: ClaimedItem,
  [alias]: readonly string[],
  digest: string,
): Promise<void> {
  const { client, repository, signal, tags } = state;
  const name = itemName(item);
  if (alias !== undefined) throw new TrashRefusal(trashReasons.inUse(name, `${repository}:${alias}`));
  const list = tags.get(fallbackTagOf(digest));
  if (list === digest) throw new TrashRefusal(trashReasons.inUse(name, `${repository}:${fallbackTagOf(digest)}`));
  const { bytes, descriptor } = await client.getManifest(repository, digest, { signal });
  const subject = subjectOf(bytes, descriptor.mediaType);
  if (subject === undefined) return;
  const found = await client.headManifest(repository, subject, { signal });
  if (found !== undefined) throw new TrashRefusal(trashReasons.inUse(name, `${repository}@${subject}`));
}

/** Pushes may have come since the tags were read: of new names the registry is asked, of others the catalog was told. */
async function refuseTaggedSince(state: RepositoryState, item: ClaimedItem, digest: string): Promise<void> {
  const { client, repository, signal, tags, findTagsOf } = state;
  for (const tag of await findTagsOf(digest)) if (!isReservedTag(tag)) await askFor(tag);
  if (tags.size <= listedMax) {
    for await (const page of client.listTags(repository, { signal })) {
      for (const tag of page) if (!tags.has(tag) && !isReservedTag(tag)) await askFor(tag);
    }
  }
  await refuseInUse(state, item, aliasesOf(state, item, digest), digest);

  async function askFor(tag: string): Promise<void> {
    const found = await client.headManifest(repository, tag, { signal });
    if (found !== undefined && found !== 'not-modified') tags.set(tag, found.digest);
  }
}

/** Undefined for what refers to nothing, and for what cannot be read. */
function subjectOf(bytes: Buffer, mediaType: string): string | undefined {
  try {
    return parseManifest(bytes, mediaType).subject?.digest;
  } catch (error) {
    if (isRegistryError(error)) return undefined;
    throw error;
  }
}

/** In larger repositories the names are not listed for each manifest. */
const listedMax = 1000;

type Keeping = Deletion & Pick<PlannedDeletion, 'aliases'>;

interface Kept {
  readonly keptIn: KeptIn;
  readonly manifests: readonly KeptManifest[];
  readonly reason: Reason | null;
}

async function keep(state: RepositoryState, deletion: Keeping, digest: string): Promise<Kept> {
  const { client, repository, limiter, openedAtMs, mounting, signal } = state;
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
    const mounts = !mounting.isKnownMissing();
    const tag = hexOf(digest);
    const where = { client, limiter, from: repository, to, digest, tag, mounts, begunAtMs: openedAtMs };
    moved = await moveWithin({ ...where, signal, onPlanned });
  } catch (error) {
    if (isNameRefused(error) || isBroken(error)) return keepUnderTag(state, deletion, digest);
    throw error;
  }
  if (moved.bytesMoved > 0) mounting.noteMissing();
  return { keptIn: 'repository', manifests, reason: null };
}

async function refuseUnreadable(state: RepositoryState, item: ClaimedItem, digest: string): Promise<void> {
  const { client, repository, signal } = state;
  if (await isReadable(client, trashRepositoryOf(repository), digest, signal)) return;
  throw new TrashRefusal(trashReasons.notKept(client.name, itemName(item), digest));
}

/**
 * A tag of ours beside the others keeps it, its children and its blobs where they are. What is broken so that the registry
 * takes it under no tag any more stays there without one, and the item says so.
 */
async function keepUnderTag(state: RepositoryState, deletion: Keeping, digest: string): Promise<Kept> {
  const { client, repository, signal, tags } = state;
  const manifests: KeptManifest[] = [{ digest, role: 'root' }];
  const { aliases, item } = deletion;
  const tag = reservedTagOf(digest);
  try {
    const { bytes, descriptor } = await client.getManifest(repository, digest, { signal });
    await deletion.onPlanned({ manifests, sizeBytes: descriptor.sizeBytes, keptIn: 'tag', aliases });
    await client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType }, { signal });
  } catch (error) {
    if (!isRegistryError(error) || !isBroken(error)) throw error;
    if ((await client.headManifest(repository, digest, { signal })) === undefined) throw error;
    await deletion.onPlanned({ manifests, sizeBytes: 0, keptIn: 'tag', aliases });
    const reason = trashReasons.keptBroken(client.name, itemName(item), error.sentence);
    return { keptIn: 'tag', manifests, reason };
  }
  const found = await client.headManifest(repository, tag, { signal, ifNoneMatch: digest });
  if (found !== 'not-modified') throw new TrashRefusal(trashReasons.notKept(client.name, itemName(item), digest));
  tags.set(tag, digest);
  return { keptIn: 'tag', manifests, reason: null };
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
  {
    keptIn,
    manifests,
    reason,
    aliases,
    digest,
  }: Kept & { readonly aliases: readonly string[]; readonly digest: string },
): Promise<Deleted> {
  const { client, repository, signal, tags, shared } = state;
  const removal = { client, repository, signal };
  const left = new Map(tags);
  if (item.tag !== null) left.delete(item.tag);
  else for (const alias of aliases) if (keptIn === 'repository') left.delete(alias);
  const needed = await neededOf(state, left, manifests);
  // What is kept where it is must stay there, whatever names it.
  const parent = keptIn === 'tag' ? reservedTagOf(digest) : needed.get(digest);
  if (parent === undefined) {
    // By digest: a tag that has moved since keeps what it is now.
    const goneDigests = await deleteManifests(
      removal,
      manifests.filter((one) => !needed.has(one.digest)),
      tags,
    );
    const goneTags = [...(item.tag === null ? aliases : [item.tag]), ...tagsOf(left, goneDigests)];
    forget(state, goneTags);
    for (const gone of goneDigests) shared.gone.add(gone);
    return { aliases, keptIn, goneTags, goneDigests, reason };
  }
  const names = item.tag === null ? aliases : [item.tag];
  if (item.tag === null && keptIn === 'repository') throw new TrashRefusal(trashReasons.needed(digest, parent));
  for (const name of names) await removeTagOnly(removal, name, item.id);
  forget(state, names);
  return { aliases: item.tag === null ? names : aliases, keptIn, goneTags: names, goneDigests: [], reason };
}

/** The tag went, and its worker too: what nobody else needs of it goes now. */
async function finishAfterCrash(state: RepositoryState, deletion: Deletion): Promise<Deleted> {
  const manifests = await deletion.findKept();
  return state.shared.alone(digestsOf(manifests), () => finishTogether(state, deletion, manifests));
}

async function finishTogether(
  state: RepositoryState,
  { item, checkFence }: Deletion,
  manifests: readonly KeptManifest[],
): Promise<Deleted> {
  const { client, repository, signal, tags, shared } = state;
  const { tag, digest, keptIn } = item;
  const removal = { client, repository, signal };
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
  for (const gone of goneDigests) shared.gone.add(gone);
  const aliases = tag === null ? item.aliases : aliasesOf(state, item, digest ?? '');
  // Of how it is kept; why it was tried again is over.
  const reason = item.reason?.code === keptBrokenCode ? item.reason : null;
  return { aliases, keptIn, goneTags, goneDigests, reason };
}

async function neededOf(
  state: RepositoryState,
  tags: ReadonlyMap<string, string>,
  manifests: readonly KeptManifest[],
): Promise<Map<string, string>> {
  const known = await state.findParents(digestsOf(manifests));
  const parents: ParentOf[] = [];
  for (const link of [...known, ...state.unknownParents]) if (!(await isGone(state, link.parent))) parents.push(link);
  return findNeeded({ tags, parents, manifests });
}

/** Deleted in this hold, and not pushed anew since. */
async function isGone({ client, repository, signal, shared }: RepositoryState, digest: string): Promise<boolean> {
  return shared.gone.has(digest) && (await client.headManifest(repository, digest, { signal })) === undefined;
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
