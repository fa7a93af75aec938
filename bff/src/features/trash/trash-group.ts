import { createCopyLimiter } from '../../replication-engine/index.ts';
import { deleteArtifact, type RepositoryState } from './delete-artifact.ts';
import { type ParentOf, readUnknownParents } from './live-manifests.ts';
import { purgeArtifact } from './purge-artifact.ts';
import { readTags } from './repository-tags.ts';
import { removeReservedTag, restoreArtifact } from './restore-artifact.ts';
import { isDeletionEnabled } from './take-away.ts';
import { type ClaimedItem, type ItemEnd, type Place, TakenOverError } from './trash.ts';
import { SharedManifests } from './shared-manifests.ts';
import type { TrashGroupDeps } from './trash-work.ts';
import { EndedItems } from './ended-items.ts';
import { endOfFailure, refuseUndeletable } from './trash-retry.ts';

/** Artifacts at once in one repository. */
const itemsAtOnce = 8;

/** For so long new ones are begun: whoever moves a held tag of the repository, or purges in it, waits for less than a lease’s patience. */
const holdMs = 10_000;
/** At the least, however long it took to read the repository's tags. */
const leastHoldMs = 3000;

/** Restores come first, so that a deletion of the same digest sees their tags; purges when nothing is put aside any more. */
const phases: ReadonlyArray<(item: ClaimedItem) => boolean> = [
  ({ state }) => state === 'restoring',
  ({ state }) => state === 'deleting',
  ({ state }) => state !== 'restoring' && state !== 'deleting',
];

/** Everything that is due in one repository, while this worker is alone with it. Failures are outcomes of the items. */
export async function workOnRepository(
  deps: TrashGroupDeps,
  place: Place,
  items: readonly ClaimedItem[],
): Promise<void> {
  const ended = new EndedItems(deps, place);
  const endsAtMs = performance.now() + holdMs;
  const state = await openRepository(deps, place, items).catch((error: unknown) => {
    // What the registry says concerns all of them. What is cut is given back by its lease, to whoever comes next.
    if (!deps.signal.aborted) for (const item of items) ended.add(item, endOf(deps, item, error));
  });
  const untilMs = Math.max(endsAtMs, performance.now() + leastHoldMs);
  const left = state === undefined ? [] : await workUntil(untilMs, deps, state, items, ended);
  await ended.flush();
  await ended.giveBack(left);
}

/** @returns those for which there was no time */
async function workUntil(
  endsAtMs: number,
  deps: TrashGroupDeps,
  state: RepositoryState,
  items: readonly ClaimedItem[],
  ended: EndedItems,
): Promise<ClaimedItem[]> {
  const left: ClaimedItem[] = [];
  for (const isDue of phases) {
    const queue = items.filter(isDue).values();
    const work = async (): Promise<void> => {
      for (const item of queue) {
        if (deps.signal.aborted) return;
        if (performance.now() > endsAtMs) left.push(item);
        else await runItem(deps, state, item, ended);
      }
    };
    await Promise.all(Array.from({ length: itemsAtOnce }, work));
  }
  return left;
}

async function openRepository(
  deps: TrashGroupDeps,
  { registryId, repository }: Place,
  items: readonly ClaimedItem[],
): Promise<RepositoryState> {
  const { client, store, signal, findImmutable, withoutMount } = deps;
  const openedAtMs = performance.now();
  const doomed = new Set(items.flatMap(({ digest }) => digest ?? []));
  const findKnown = (digests: readonly string[]) => store.findKnown(digests);
  const find = (digests: readonly string[]) => store.findParents(registryId, repository, digests);
  // Restores ask for their own tags only, and are refused nothing where nothing can be deleted.
  const isDeleting = items.some(({ state }) => state !== 'restoring');
  const readAll = async (): Promise<Map<string, string>> => {
    if (!isDeleting) return new Map();
    const known = await store.listTags(registryId, repository);
    // A tag that names by now what no tag named is found only by asking for every one of them.
    const isStrict = items.some(({ why, state }) => why === 'untagged' && state === 'deleting');
    return readTags({ client, repository, known, doomed, isStrict, signal });
  };
  const [isEnabled, tags, parents] = await Promise.all([
    isDeleting ? isDeletionEnabled({ client, repository, signal }) : true,
    readAll(),
    isDeleting ? find([...doomed]) : [],
  ]);
  refuseUndeletable(client, isEnabled);
  return {
    client,
    repository,
    limiter: createCopyLimiter(),
    signal,
    openedAtMs,
    mounting: {
      isKnownMissing: () => withoutMount.has(registryId),
      noteMissing: () => void withoutMount.add(registryId),
    },
    shared: new SharedManifests(),
    tags,
    unknownParents: await readUnknownParents({ client, repository, tags, findKnown, signal }),
    findParents: parentsOf(parents, doomed, find),
    findTagsOf: (digest) => store.findTagsOf(registryId, repository, digest),
    findImmutable: (tag) => findImmutable({ registryId, repository, tag }),
  };
}

/** What was asked for together is not asked for again one by one. */
function parentsOf(
  known: readonly ParentOf[],
  asked: ReadonlySet<string>,
  find: (digests: readonly string[]) => Promise<readonly ParentOf[]>,
) {
  const byChild = Map.groupBy(known, ({ child }) => child);
  return async (digests: readonly string[]): Promise<readonly ParentOf[]> => {
    const fresh = digests.filter((digest) => !asked.has(digest));
    const found = fresh.length === 0 ? [] : await find(fresh);
    return [...digests.flatMap((digest) => byChild.get(digest) ?? []), ...found];
  };
}

/** Never throws: the others go on, and whoever holds the repository must not let it go before all have ended. */
async function runItem(
  deps: TrashGroupDeps,
  state: RepositoryState,
  item: ClaimedItem,
  ended: EndedItems,
): Promise<void> {
  const work = async (): Promise<ItemEnd> => {
    try {
      return await workOf(deps, state, item, ended);
    } catch (error) {
      if (deps.signal.aborted || error instanceof TakenOverError) throw error;
      return endOf(deps, item, error);
    }
  };
  try {
    await ended.take(item, work);
  } catch (error) {
    // Cut, taken over, or the database is away: it is given back by its lease.
    if (!deps.signal.aborted && !(error instanceof TakenOverError)) deps.onFault(error);
  }
}

function endOf({ random, onFault }: TrashGroupDeps, item: ClaimedItem, error: unknown): ItemEnd {
  const end = endOfFailure(error, item, random);
  if ('reason' in end && end.reason?.code === 'unexpected') onFault(error);
  return end;
}

/** The root goes first: where it is, everything is. */
async function isStillThere(
  { client, repository, signal }: RepositoryState,
  { digest }: ClaimedItem,
): Promise<boolean> {
  return (await client.headManifest(repository, digest ?? '', { signal })) !== undefined;
}

async function workOf(
  { claims, owner }: TrashGroupDeps,
  state: RepositoryState,
  item: ClaimedItem,
  ended: EndedItems,
): Promise<ItemEnd> {
  const checkFence = async (): Promise<void> => {
    if (!(await claims.holdsFence(owner, item))) throw new TakenOverError();
  };
  const purge = async (): Promise<void> => {
    const manifests = await claims.listKept(item.id);
    const findKeptByOthers = (digests: readonly string[]) => claims.findKeptByOthers(item, digests);
    const gone = await purgeArtifact(state, { item, manifests, findKeptByOthers, checkFence });
    if (gone.length > 0) await ended.removed(item, [], gone);
  };
  if (item.state === 'deleting') {
    const deleted = await deleteArtifact(state, {
      item,
      checkFence,
      onPlanned: (plan) => claims.notePlan(item, plan),
      findKept: () => claims.listKept(item.id),
      onPinned: (digest) => claims.pin(item, digest),
    });
    await ended.removed(item, deleted.goneTags, deleted.goneDigests);
    const { aliases, keptIn, reason } = deleted;
    return { state: 'deleted', aliases, keptIn, reason };
  }
  if (item.state === 'restoring') {
    await ended.restored(item, await restoreArtifact(state, item, checkFence));
    return { state: 'restored' };
  }
  if (item.state === 'failed' && !(await isStillThere(state, item))) {
    // It failed when it had gone already: what was put aside is all there is of it.
    return { state: 'deleted', aliases: item.aliases, keptIn: item.keptIn, reason: null };
  }
  // Of what was restored, or not deleted after all, only what was put aside goes.
  if (item.keptIn === 'tag' && item.state !== 'purging') await removeReservedTag(state, item);
  else await purge();
  return { state: item.state === 'purging' ? 'purged' : 'cleaned' };
}
