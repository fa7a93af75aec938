import { setTimeout as sleep } from 'node:timers/promises';
import { isRegistryError } from '../../registry-client/index.ts';
import type { FiguresStore, UntaggedRow } from './figures.store.ts';
import type { CatalogManifest, MeasureStore, StoredBlob } from './measure.store.ts';
import { findUntagged, type Reachability } from './reachability.ts';
import { blobKeyOf, type ChangedRepository, heldBy, rangeStart, type TakenRegistry } from './storage.ts';
import { StorageSums } from './storage-sums.ts';
import type { UnheardManifests } from './storage-claims.store.ts';

export interface Measuring {
  readonly taken: TakenRegistry;
  readonly measures: MeasureStore;
  readonly figures: FiguresStore;
  /** Manifests that notifications told of, and that the catalog has not heard of since; each time other ones. */
  readonly nextUnheard: () => Promise<UnheardManifests>;
  /** Has the catalog look whether it is there. Rejects where the registry does not answer. */
  readonly lookAt: (manifest: UnheardManifests['manifests'][number]) => Promise<void>;
  /** The next one of which something has changed; each time another one, until there is none. */
  readonly nextChanged: (after: string | null) => Promise<ChangedRepository | undefined>;
  /** It is measured as it was with so many marks. */
  readonly noteMeasured: (changed: ChangedRepository) => Promise<void>;
  /** Rejects with MeasuringLostError where another instance is at it. */
  readonly holdOn: () => Promise<void>;
  /** How long a manifest stays that no tag reaches. */
  readonly graceMs: number;
  readonly now: () => Promise<Date>;
  readonly signal: AbortSignal;
}

/** Of one range of blobs, mostly. */
const blobsInRange = 4000;

/**
 * Measures what has changed, repository by repository, and then adds the registry up anew from what is known of each. All
 * statements are short, and between them everybody else has as much of the database's time as this has taken.
 */
export async function measureRegistry(measuring: Measuring): Promise<StorageSums> {
  await learnOfPushed(measuring);
  let after: string | null = null;
  for (;;) {
    const changed = await measuring.nextChanged(after);
    if (changed === undefined) break;
    await paced(measuring, () => measureRepository(measuring, changed.repository));
    await measuring.noteMeasured(changed);
    after = changed.repository;
  }
  return addUp(measuring);
}

/**
 * Of a tag that is pushed several times in a moment the catalog reads what it is in the end. What it was meanwhile is in the
 * registry all the same, without a tag.
 */
async function learnOfPushed({ nextUnheard, lookAt, holdOn, signal }: Measuring): Promise<void> {
  for (let left = true; left; ) {
    const { manifests, isLast, noteSeen } = await nextUnheard();
    for (const manifest of manifests) {
      signal.throwIfAborted();
      await holdOn();
      // Where the registry does not answer, these are asked about the next time; what is known is measured all the same.
      if (!(await succeeds(() => lookAt(manifest)))) return;
    }
    await noteSeen();
    left = !isLast;
  }
}

async function succeeds(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isRegistryError(error)) return !error.retryable;
    throw error;
  }
}

async function addUp(measuring: Measuring): Promise<StorageSums> {
  const { taken, measures, figures } = measuring;
  const repositories = await figures.listRepositories(taken);
  const sums = new StorageSums((id) => repositories.get(id)?.project ?? '');
  const count = await measures.countBlobs(taken);
  const ranges = Math.min(2 ** Math.ceil(Math.log2(Math.max(1, count / blobsInRange))), 2 ** 16);
  for (let index = 0; index < ranges; index += 1) {
    const from = rangeStart(index, ranges) ?? '';
    await paced(measuring, async () => {
      for (const group of await measures.listGroups(taken, from, rangeStart(index + 1, ranges))) sums.add(group);
    });
  }
  await figures.writeSums(taken, sums, [...repositories.keys()]);
  return sums;
}

/** With a rest afterwards that is as long. */
async function paced(measuring: Measuring, work: () => Promise<void>): Promise<void> {
  const { signal, holdOn } = measuring;
  signal.throwIfAborted();
  await holdOn();
  const beganMs = performance.now();
  await work();
  await sleep(performance.now() - beganMs, undefined, { signal });
}

async function measureRepository(measuring: Measuring, repository: string): Promise<void> {
  const { taken, measures, figures, holdOn } = measuring;
  const { registryId } = taken;
  const manifests = new Map<string, CatalogManifest>();
  for await (const page of measures.listManifests(registryId, repository)) {
    for (const manifest of page) manifests.set(manifest.digest, manifest);
  }
  const tagged = await measures.listTagged(registryId, repository);
  const kept = await measures.listKept(registryId, repository);
  const indexes = [...manifests.values()].filter(({ isIndex }) => isIndex).map(({ digest }) => digest);
  const children = await measures.listChildren(indexes);
  const held = [...manifests.values()].map(({ digest, subject }) => ({
    digest,
    subject,
    children: children.get(digest) ?? [],
  }));
  const reachability = findUntagged({ held, tagged, keptByTrash: kept.inPlace });
  const ripe = await noteUntagged(measuring, repository, manifests, reachability);
  await holdOn();
  const trashed = new Set([...kept.kept, ...kept.inPlace]);
  const blobs = await weigh(measuring, manifests, { reachability, ripe, trashed });
  await holdOn();
  await storeDifference(measuring, repository, blobs);
  const unread = [...manifests.values()].filter(({ isUnread }) => isUnread).length;
  await figures.writeCounts(taken, repository, {
    manifestCount: manifests.size,
    untaggedCount: reachability.untagged.length,
    ripeCount: ripe.size,
    unreadCount: unread + [...tagged].filter((digest) => !manifests.has(digest)).length,
  });
}

/** @returns those that are old enough to go */
async function noteUntagged(
  { taken, measures, figures, graceMs, now }: Measuring,
  repository: string,
  manifests: ReadonlyMap<string, CatalogManifest>,
  { untagged, roots }: Reachability,
): Promise<ReadonlySet<string>> {
  const known = await figures.listUntagged(taken, repository);
  if (known.size === 0 && untagged.length === 0) return new Set();
  const left = new Map(
    (await measures.findLeftTags(taken.registryId, repository, untagged)).map((one) => [one.digest, one]),
  );
  const at = await now();
  const rows = untagged.map((digest): UntaggedRow => {
    const leftTag = left.get(digest);
    const since = latest(known.get(digest)?.since ?? leftTag?.leftAt ?? at, leftTag?.leftAt ?? null);
    const sizeBytes = manifests.get(digest)?.totalBytes ?? null;
    const isRipe = at.getTime() - since.getTime() >= graceMs;
    return { digest, since, lastTag: leftTag?.tag ?? null, sizeBytes, isRoot: roots.has(digest), isRipe };
  });
  const stillThere = new Set(untagged);
  const gone = [...known.keys()].filter((digest) => !stillThere.has(digest));
  await figures.removeUntagged(taken, repository, gone);
  const changed = rows.filter((row) => JSON.stringify(row) !== JSON.stringify(known.get(row.digest)));
  await figures.writeUntagged(taken, repository, changed);
  return new Set(rows.filter(({ isRipe }) => isRipe).map(({ digest }) => digest));
}

function latest(one: Date, other: Date | null): Date {
  return other !== null && other > one ? other : one;
}

interface Classes {
  readonly reachability: Reachability;
  readonly ripe: ReadonlySet<string>;
  readonly trashed: ReadonlySet<string>;
}

/** Every blob and manifest of the repository and of its trash, with how it is held. */
async function weigh(
  { measures, holdOn }: Measuring,
  manifests: ReadonlyMap<string, CatalogManifest>,
  { reachability, ripe, trashed }: Classes,
): Promise<Map<string, StoredBlob>> {
  const classOf = (digest: string): number => {
    if (reachability.reachable.has(digest)) return heldBy.tag;
    if (reachability.keptAside.has(digest)) return heldBy.trash;
    return ripe.has(digest) ? heldBy.untagged : heldBy.young;
  };
  const byClass = Map.groupBy(manifests.keys(), classOf);
  const blobs = new Map<string, StoredBlob>();
  const add = (digest: string, sizeBytes: number, held: number): void => {
    const blob = blobKeyOf(digest);
    const before = blobs.get(blob);
    blobs.set(blob, {
      blob,
      sizeBytes: Math.max(sizeBytes, before?.sizeBytes ?? 0),
      held: held | (before?.held ?? 0),
    });
  };
  for (const [held, digests] of byClass) {
    for (const digest of digests) add(digest, manifests.get(digest)?.sizeBytes ?? 0, held);
    for (const { digest, sizeBytes } of await measures.weighBlobs(digests)) add(digest, sizeBytes, held);
    await holdOn();
  }
  const kept = [...trashed];
  for (const { digest, sizeBytes } of await measures.weighManifests(kept)) add(digest, sizeBytes, heldBy.trash);
  for (const { digest, sizeBytes } of await measures.weighBlobs(kept)) add(digest, sizeBytes, heldBy.trash);
  return blobs;
}

/** Only what is another one is written: a push changes a few blobs of thousands. */
async function storeDifference(
  { taken, measures, figures }: Measuring,
  repository: string,
  blobs: Map<string, StoredBlob>,
): Promise<void> {
  const repositoryId = await figures.findOrMakeRepository(taken, repository);
  const gone: string[] = [];
  for await (const page of measures.listStored(repositoryId)) {
    for (const stored of page) {
      const found = blobs.get(stored.blob);
      if (found === undefined) gone.push(stored.blob);
      else if (found.sizeBytes === stored.sizeBytes && found.held === stored.held) blobs.delete(stored.blob);
    }
  }
  await measures.removeBlobs(taken, repositoryId, gone);
  await measures.writeBlobs(taken, repositoryId, [...blobs.values()]);
}
