import { setTimeout as sleep } from 'node:timers/promises';
import { isRegistryError } from '../../registry-client/index.ts';
import type { ChangedTag, SeenTag } from './catalog.store.ts';
import type { EventPush, RepositoryWork } from './event-handler.ts';
import { inParallel } from './in-parallel.ts';
import { isUnusableContent } from './manifest-closure.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import { askTag, readManifests, type RepositorySource, seenTag, type TagAnswer } from './tag-reader.ts';

export interface TagPush {
  readonly how: 'push' | 'copy' | 'scan';
  readonly actor: string | null;
  readonly pushedAt: Date | null;
}

export interface RefreshedTags {
  /** What each tag points to now; null for one that is gone. A tag that could not be asked for is missing. */
  readonly digests: ReadonlyMap<string, string | null>;
  readonly changed: readonly ChangedTag[];
  /** Why a tag could not be asked for; of several such errors one that may pass. */
  readonly error: Error | undefined;
}

/** Mostly the tag has moved within a millisecond; on a busy disk it takes longer. */
const restsMs = [50, 150, 500, 2000];

// A burst of pushes must not take every slot of the registry's client from the pages that wait for it.
const tagsAtOnce = 4;

/** Brings tags of one repository to what the registry holds: asked one by one, written together. */
export async function refreshTags(
  source: RepositorySource,
  registryId: string,
  pushes: ReadonlyMap<string, TagPush>,
): Promise<RefreshedTags> {
  if (pushes.size === 0) return { digests: new Map(), changed: [], error: undefined };
  return write(source, registryId, await ask(source, registryId, pushes));
}

/**
 * The same for tags that the registry has told of. Distribution tells of a push before it moves the tag: whoever asks at
 * once hears what the tag was before, and asks again after a rest. A tag that is still not what was pushed has been moved
 * back or deleted meanwhile.
 */
async function refreshPushedTags(
  source: RepositorySource,
  registryId: string,
  { tags, deletedDigests }: RepositoryWork,
): Promise<Pick<RefreshedTags, 'changed' | 'error'>> {
  const changed: ChangedTag[] = [];
  let open = new Map([...tags].map(([tag, push]) => [tag, { how: 'push', ...push } as const]));
  for (const restMs of [...restsMs, undefined]) {
    const asked = await ask(source, registryId, open);
    const early = restMs === undefined ? new Map<never, never>() : findEarly(open, asked, deletedDigests);
    const settled = new Map([...asked.pushes].filter(([tag]) => !early.has(tag)));
    const refreshed = await write(source, registryId, { ...asked, pushes: settled });
    changed.push(...refreshed.changed);
    if (refreshed.error !== undefined) return { changed, error: refreshed.error };
    if (early.size === 0) break;
    await sleep(restMs, undefined, { signal: source.signal });
    open = early;
  }
  return { changed, error: undefined };
}

/** Tags that are still what the catalog has, and not what they were pushed as, although that has not been deleted since. */
function findEarly<Push extends Pick<EventPush, 'digest'>>(
  pushes: ReadonlyMap<string, Push>,
  { digests, known }: Asked,
  deletedDigests: ReadonlySet<string>,
): Map<string, Push> {
  const early = [...pushes].filter(([tag, { digest }]) => {
    const found = digests.get(tag);
    if (digest === null || deletedDigests.has(digest) || found === undefined || found === digest) return false;
    return (found ?? undefined) === known.get(tag);
  });
  return new Map(early);
}

interface Asked extends Pick<RefreshedTags, 'digests' | 'error'> {
  readonly pushes: ReadonlyMap<string, TagPush>;
  readonly known: ReadonlyMap<string, string>;
  readonly askedAt: Date;
}

async function ask(source: RepositorySource, registryId: string, pushes: ReadonlyMap<string, TagPush>): Promise<Asked> {
  const { store, repository } = source;
  const names = [...pushes.keys()];
  const askedAt = await store.now();
  const known = await store.findTags(registryId, repository, names);
  return { pushes, known, askedAt, ...(await askForAll(source, names, known)) };
}

async function write(
  source: RepositorySource,
  registryId: string,
  { pushes, known, askedAt, digests, error }: Asked,
): Promise<RefreshedTags> {
  const { store, repository } = source;
  const read = [...pushes.keys()].map((name) => digests.get(name));
  const manifests = await readManifests(source, read.filter(isDigest));
  const changed: ChangedTag[] = [];
  for (const [how, ofKind] of Map.groupBy(pushes, ([, push]) => push.how)) {
    const asked = ofKind.filter(([name]) => digests.has(name));
    const tags = asked.flatMap(([name, push]) => {
      const digest = digests.get(name);
      return isDigest(digest) ? [pushedTag(name, digest, push, known.get(name), askedAt)] : [];
    });
    const gone = asked.filter(([name]) => digests.get(name) === null).map(([name]) => name);
    if (tags.length > 0) {
      const own = tags.map(({ digest }) => digest);
      changed.push(...(await store.save({ registryId, repository, askedAt, how, tags, manifests, digests: own })));
    }
    const removal = how === 'scan' ? 'scan' : 'delete';
    changed.push(...(await store.removeTags(registryId, repository, gone, askedAt, removal)));
  }
  return { digests, changed, error };
}

async function askForAll(
  source: RepositorySource,
  names: readonly string[],
  known: ReadonlyMap<string, string>,
): Promise<Pick<RefreshedTags, 'digests' | 'error'>> {
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
  const at = push.pushedAt ?? (digest === known && push.how === 'scan' ? null : askedAt);
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
  if (manifests.length === 0 && !known.has(digest)) return false;
  await store.save({ registryId, repository, askedAt, how: 'push', tags: [], manifests, digests: [digest] });
  return true;
}

/** What one repository's events come down to: the tags that changed, and why some could not be asked for. */
export async function handleRepositoryWork(
  source: RepositorySource,
  registryId: string,
  work: RepositoryWork,
): Promise<Pick<RefreshedTags, 'changed' | 'error'>> {
  const refreshed = await refreshPushedTags(source, registryId, work);
  if (refreshed.error !== undefined) return refreshed;
  const changed = [...refreshed.changed];
  // Children of an index come by their own events just before it: reading them here is what its tag needs next.
  for (const digest of work.digests) await refreshManifest(source, registryId, digest).catch(ignoreUnusable);
  if (work.isListingDue) changed.push(...(await applyDeletions(source, registryId, work.deletedDigests)));
  return { changed, error: undefined };
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
