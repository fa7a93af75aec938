import { trashRepositoryOf } from '../../access/reserved-names.ts';
import { isRegistryError, type ManifestBytes } from '../../registry-client/index.ts';
import { reservedTagOf, type RepositoryState } from './delete-artifact.ts';
import { isReadable, moveWithin } from './put-aside.ts';
import { removeTagOnly } from './take-away.ts';
import { type ClaimedItem, itemName, type RestoreTarget, TrashRefusal } from './trash.ts';
import { trashReasons } from './trash-reasons.ts';

export interface Restored {
  /** Tags that name the artifact now. */
  readonly tags: readonly string[];
  /** By `performance.now()`: the registry took them after this. */
  readonly afterMs: number;
}

/**
 * The same bytes, under the same digest, back where they were: children first, the tag last.
 * @throws TrashRefusal, RegistryError
 */
export async function restoreArtifact(
  state: RepositoryState,
  item: ClaimedItem,
  checkFence: () => Promise<void>,
): Promise<Restored> {
  const { client, repository, signal } = state;
  const { restore } = item;
  const digest = item.digest ?? '';
  if (restore === null) throw new Error(`${item.id} is to be restored, and it is not said where to.`);
  const wanted = tagsFor(item, restore);
  // Before anything moves: whoever has to choose anew should know at once.
  for (const tag of wanted.strict) await refuseTaken(state, tag, digest, restore);
  const root = await bringBack(state, item, digest, checkFence);
  const tags: string[] = [];
  const afterMs = performance.now();
  for (const tag of [...wanted.strict, ...wanted.ifFree]) {
    if (!(await isFree(state, tag, digest, restore, wanted.ifFree.includes(tag)))) continue;
    const manifest = { bytes: root.bytes, mediaType: root.descriptor.mediaType };
    await client.putManifest(repository, tag, manifest, { signal });
    tags.push(tag);
    state.tags.set(tag, digest);
  }
  return { tags, afterMs };
}

/** Those that the person asked for, and those that a deleted manifest had, as far as nothing else has them by now. */
function tagsFor(item: ClaimedItem, restore: RestoreTarget): { strict: readonly string[]; ifFree: readonly string[] } {
  if (restore.kind === 'digest') return { strict: [], ifFree: [] };
  if (restore.kind === 'tag') return { strict: [restore.tag], ifFree: [] };
  return item.tag === null ? { strict: [], ifFree: item.aliases } : { strict: [item.tag], ifFree: [] };
}

async function bringBack(
  state: RepositoryState,
  item: ClaimedItem,
  digest: string,
  checkFence: () => Promise<void>,
): Promise<ManifestBytes> {
  const { client, repository, limiter, openedAtMs, mounting, signal } = state;
  const lost = (): TrashRefusal => new TrashRefusal(trashReasons.lost(client.name, itemName(item)));
  try {
    if (item.keptIn === 'tag') {
      await checkFence();
      return await client.getManifest(repository, digest, { signal });
    }
    const from = trashRepositoryOf(repository);
    const mounts = !mounting.isKnownMissing();
    const where = { client, limiter, from, to: repository, digest, mounts, begunAtMs: openedAtMs };
    const moved = await moveWithin({ ...where, signal });
    if (moved.bytesMoved > 0) mounting.noteMissing();
    // What the trash holds is given up after this.
    const [isThere] = await Promise.all([isReadable(client, repository, digest, signal), checkFence()]);
    if (!isThere) throw lost();
    return moved.root;
  } catch (error) {
    throw isRegistryError(error, 'not-found') ? lost() : error;
  }
}

async function refuseTaken(state: RepositoryState, tag: string, digest: string, restore: RestoreTarget): Promise<void> {
  if (await isFree(state, tag, digest, restore, true)) return;
  const now = state.tags.get(tag) ?? '';
  throw new TrashRefusal(trashReasons.tagTaken(`${state.repository}:${tag}`, now));
}

/** @throws TrashRefusal unless told that the tag may be left out */
async function isFree(
  state: RepositoryState,
  tag: string,
  digest: string,
  restore: RestoreTarget,
  mayBeLeftOut: boolean,
): Promise<boolean> {
  const { client, repository, signal } = state;
  const found = await client.headManifest(repository, tag, { signal, ifNoneMatch: digest });
  if (found === undefined || found === 'not-modified') return true;
  state.tags.set(tag, found.digest);
  const name = `${repository}:${tag}`;
  if (restore.kind === 'replace' && found.digest === restore.replaces) {
    const rule = await state.findImmutable(tag);
    if (rule !== undefined) throw new TrashRefusal(trashReasons.immutable(name, rule));
    return true;
  }
  if (mayBeLeftOut) return false;
  throw new TrashRefusal(trashReasons.tagTaken(name, found.digest));
}

/** After a restore of what was kept under a tag of ours. */
export async function removeReservedTag(state: RepositoryState, item: ClaimedItem): Promise<void> {
  const { client, repository, signal, tags } = state;
  const tag = reservedTagOf(item.digest ?? '');
  await removeTagOnly({ client, repository, signal }, tag, item.id);
  tags.delete(tag);
}
