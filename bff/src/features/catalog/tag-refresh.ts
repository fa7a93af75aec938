import { isRegistryError } from '../../registry-client/index.ts';
import type { ChangedTag, SeenTag } from './catalog.store.ts';
import type { RepositoryWork } from './event-handler.ts';
import { inParallel } from './in-parallel.ts';
import { isUnusableContent } from './manifest-closure.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import {
  askTag,
  findAbsent,
  readManifests,
  type RepositorySource,
  seenTag,
  type TagAnswer,
  throwawaysIn,
} from './tag-reader.ts';

export interface TagPush {
  readonly how: 'push' | 'copy' | 'scan' | 'restore';
  readonly actor: string | null;
  readonly pushedAt: Date | null;
  /** What was pushed; null: whatever is there. */
  readonly digest: string | null;
}

/** The tag is something else than what was pushed by then: its own news will come. */
const untold: TagPush = { how: 'scan', actor: null, pushedAt: null, digest: null };

export interface RefreshedTags {
  /** What each tag points to now; null for one that is gone. A tag that could not be asked for is missing. */
  readonly digests: ReadonlyMap<string, string | null>;
  readonly changed: readonly ChangedTag[];
  /** Why a tag could not be asked for; of several such errors one that may pass. */
  readonly error: Error | undefined;
  /** A tag is still what it was before its last push. */
  readonly isEarly: boolean;
}

// A burst of pushes must not take every slot of the registry's client from the pages that wait for it.
const tagsAtOnce = 4;

/** A registry that took a manifest under a tag has said what the tag is. */
export interface SeenAnswer {
  readonly digest: string;
  /** By `performance.now()`: it said so after this. */
  readonly afterMs: number;
}

export interface RefreshOptions {
  /** Tags whose news is old: what they are is not waited for. */
  readonly overtaken?: ReadonlySet<string>;
  /** Tags that need not be asked for. */
  readonly seen?: ReadonlyMap<string, SeenAnswer>;
}

/**
 * Brings tags of one repository to what the registry holds: asked one by one, written together.
 * @param pushes of each tag what may have made it what it is, the likeliest first
 */
export async function refreshTags(
  source: RepositorySource,
  registryId: string,
  pushes: ReadonlyMap<string, readonly TagPush[]>,
  { overtaken = new Set(), seen = new Map() }: RefreshOptions = {},
): Promise<RefreshedTags> {
  if (pushes.size === 0) return { digests: new Map(), changed: [], error: undefined, isEarly: false };
  const { store, repository } = source;
  const askedAt = earliestOf(await store.now(), seen);
  const known = await store.findTags(registryId, repository, [...pushes.keys()]);
  const unseen = [...pushes.keys()].filter((name) => !seen.has(name));
  const { digests, error } = await askForAll(source, unseen, known);
  for (const [name, { digest }] of seen) digests.set(name, digest);
  const read = await readManifests(source, [...digests.values()].filter(isDigest));
  const throwaways = throwawaysIn(read);
  for (const [name, digest] of digests) if (digest !== null && throwaways.has(digest)) digests.delete(name);
  const manifests = read.filter(({ digest }) => !throwaways.has(digest));
  const found = [...digests.values()].filter(isDigest);
  const absent = await findAbsent(source, registryId, found, manifests);
  const changed: ChangedTag[] = [];
  const asked = [...digests].map(([name, digest]) => ({ name, digest, push: pushOf(pushes.get(name) ?? [], digest) }));
  for (const [how, ofKind] of Map.groupBy(asked, ({ push }) => push.how)) {
    const tags = ofKind.flatMap(({ name, digest, push }) =>
      isDigest(digest) ? [pushedTag(name, digest, push, known.get(name), askedAt)] : [],
    );
    const gone = ofKind.filter(({ digest }) => digest === null).map(({ name }) => name);
    if (tags.length > 0) {
      const own = tags.map(({ digest }) => digest);
      const seen = { registryId, repository, askedAt, how, tags, manifests, digests: own, absent };
      changed.push(...(await store.save(seen)));
    }
    const removal = how === 'scan' ? 'scan' : 'delete';
    changed.push(...(await store.removeTags(registryId, repository, gone, askedAt, removal)));
  }
  const isEarly = [...digests].some(
    ([name, digest]) => !overtaken.has(name) && isToldEarly(pushes.get(name)?.[0], known.get(name), digest),
  );
  return { digests, changed, error, isEarly };
}

/** By the database's clock: what has been seen is as old as it is, and whoever asked later knows better. */
function earliestOf(now: Date, seen: ReadonlyMap<string, SeenAnswer>): Date {
  const agesMs = [...seen.values()].map(({ afterMs }) => performance.now() - afterMs);
  return new Date(now.getTime() - Math.max(0, ...agesMs));
}

/** Distribution tells of a manifest before it has moved the tag to it: whoever asks at once gets what was there before. */
function isToldEarly(last: TagPush | undefined, known: string | undefined, digest: string | null): boolean {
  if (last === undefined || last.digest === null || last.digest === digest) return false;
  return (digest ?? undefined) === known;
}

/** A push of something else says nothing about what the tag is now, above all not since when. */
function pushOf(pushes: readonly TagPush[], digest: string | null): TagPush {
  if (digest === null) return pushes[0] ?? untold;
  return pushes.find((push) => push.digest === null || push.digest === digest) ?? untold;
}

async function askForAll(
  source: RepositorySource,
  names: readonly string[],
  known: ReadonlyMap<string, string>,
): Promise<{ digests: Map<string, string | null>; error: Error | undefined }> {
  const digests = new Map<string, string | null>();
  let error: Error | undefined;
  await inParallel(names, tagsAtOnce, async (name) => {
    try {
      digests.set(name, digestOf(await askTag(source, name, known.get(name)), known.get(name)));
    } catch (thrown) {
      // One that may work later outweighs those that never will: its tag must be asked for again.
      if (error === undefined || (isFinal(error) && !isFinal(thrown))) error = asError(thrown);
    }
  });
  return { digests, error };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function isFinal(error: unknown): boolean {
  return isRegistryError(error) && !error.retryable;
}

function digestOf(answer: TagAnswer, known: string | undefined): string | null {
  if (answer.state === 'gone') return null;
  const digest = answer.state === 'found' ? answer.digest : known;
  if (digest === undefined) throw new Error(`${answer.name} is unchanged but was not known.`);
  return digest;
}

function isDigest(digest: string | null | undefined): digest is string {
  return typeof digest === 'string';
}

function pushedTag(name: string, digest: string, push: TagPush, known: string | undefined, askedAt: Date): SeenTag {
  // A copy that a person asked for ended now; a push that only a scan found has no better time than now either.
  const told = push.pushedAt ?? (digest === known && push.how === 'scan' ? null : askedAt);
  // It was there when the registry was asked, however far ahead the registry's clock is.
  const at = told !== null && told > askedAt ? askedAt : told;
  return seenTag(name, digest, { at, by: push.actor });
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
  if ((manifests.length === 0 && !known.has(digest)) || throwawaysIn(manifests).has(digest)) return false;
  const absent = await findAbsent(source, registryId, [digest], manifests);
  await store.save({ registryId, repository, askedAt, how: 'push', tags: [], manifests, digests: [digest], absent });
  return true;
}

/** What one repository's events come down to: the tags that changed, and why some could not be asked for. */
export async function handleRepositoryWork(
  source: RepositorySource,
  registryId: string,
  work: RepositoryWork,
): Promise<Pick<RefreshedTags, 'changed' | 'error' | 'isEarly'>> {
  const pushes = new Map(
    [...work.tags].map(([tag, told]) => [tag, told.map((push) => ({ how: 'push', ...push }) as const)]),
  );
  const refreshed = await refreshTags(source, registryId, pushes, { overtaken: work.overtaken });
  if (refreshed.error !== undefined) return refreshed;
  const changed = [...refreshed.changed];
  // Children of an index come by their own events just before it: reading them here is what its tag needs next.
  for (const digest of work.digests) await refreshManifest(source, registryId, digest).catch(ignoreUnusable);
  if (work.digests.size > 0) {
    await source.store.notePushedUntagged(registryId, source.repository, [...work.digests]);
  }
  if (work.isListingDue) changed.push(...(await applyDeletions(source, registryId, work.deletedDigests)));
  return { changed, error: undefined, isEarly: refreshed.isEarly && !work.isListingDue };
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
