import { throwawayType } from '../../access/reserved-names.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import type { CatalogStore, SeenTag } from './catalog.store.ts';
import type { IndexedManifest } from './indexed-manifest.ts';
import { isUnusableContent, readClosure } from './manifest-closure.ts';
import { inParallel } from './in-parallel.ts';
import { semverKey } from './semver-key.ts';
import { isShownTag } from './shown-names.ts';

export interface RepositorySource {
  readonly store: CatalogStore;
  readonly client: RegistryClient;
  readonly repository: string;
  readonly signal: AbortSignal | undefined;
}

/** What HEAD says of one tag. `unchanged` costs the registry one look and makes no event. */
export type TagAnswer =
  | { readonly name: string; readonly state: 'unchanged' | 'gone' }
  | { readonly name: string; readonly state: 'found'; readonly digest: string };

export async function askTag(
  { client, repository, signal }: RepositorySource,
  name: string,
  knownDigest: string | undefined,
): Promise<TagAnswer> {
  const answer = await client.headManifest(repository, name, {
    signal,
    ...(knownDigest === undefined ? {} : { ifNoneMatch: knownDigest }),
  });
  if (answer === undefined) return { name, state: 'gone' };
  if (answer === 'not-modified') return { name, state: 'unchanged' };
  if (answer.digest === knownDigest) return { name, state: 'unchanged' };
  return { name, state: 'found', digest: answer.digest };
}

// More than the client's own slots for one registry would only wait in its queue.
const requestsAtOnce = 8;

export async function askTags(
  source: RepositorySource,
  names: readonly string[],
  known: ReadonlyMap<string, string>,
): Promise<TagAnswer[]> {
  const answers: TagAnswer[] = [];
  await inParallel(names, requestsAtOnce, async (name) => {
    answers.push(await askTag(source, name, known.get(name)));
  });
  return answers;
}

/** Reads what the catalog does not hold of these manifests and of what is below them; the unusable is left out. */
export async function readManifests(
  { store, client, repository, signal }: RepositorySource,
  digests: readonly string[],
): Promise<IndexedManifest[]> {
  const wanted = [...new Set(digests)];
  const known = await store.findKnownDigests(wanted);
  const manifests = new Map<string, IndexedManifest>();
  const unknown = wanted.filter((digest) => !known.has(digest));
  await inParallel(unknown, requestsAtOnce, async (digest) => {
    if (manifests.has(digest)) return;
    try {
      const findKnown = (below: readonly string[]) => store.findKnownDigests(below);
      for (const manifest of await readClosure({ client, repository, findKnown, signal }, digest)) {
        manifests.set(manifest.digest, manifest);
      }
    } catch (error) {
      if (!isUnusableContent(error)) throw error;
    }
  });
  return [...manifests.values()];
}

/**
 * Of what is below these the digests that the registry has not: the catalog may know an index from another one, that has
 * more of its children. What was read here just now, or is known to be here, is not asked for.
 */
export async function findAbsent(
  { store, client, repository, signal }: RepositorySource,
  registryId: string,
  digests: readonly string[],
  read: readonly IndexedManifest[],
): Promise<string[]> {
  const proven = new Set([...digests, ...read.map(({ digest }) => digest)]);
  const below = read.flatMap(({ childDigests }) => childDigests);
  const unproven = await store.listUnproven(registryId, repository, [...new Set([...proven, ...below])]);
  const absent: string[] = [];
  await inParallel(
    unproven.filter((digest) => !proven.has(digest)),
    requestsAtOnce,
    async (digest) => {
      // A right guess costs the registry no pull event.
      const answer = await client
        .headManifest(repository, digest, { signal, ifNoneMatch: digest })
        .catch(unlessUnusable);
      if (answer === undefined) absent.push(digest);
    },
  );
  return absent;
}

function unlessUnusable(error: unknown): undefined {
  if (!isUnusableContent(error)) throw error;
}

export function seenTag(
  name: string,
  digest: string,
  push: { readonly at: Date | null; readonly by: string | null },
): SeenTag {
  return {
    name,
    digest,
    semverKey: semverKey(name),
    isShown: isShownTag(name),
    pushedAt: push.at,
    pushedBy: push.by,
  };
}

/** What is under a tag for the moment in which the trash takes the tag away: it is not what the tag is. */
export function throwawaysIn(manifests: readonly IndexedManifest[]): ReadonlySet<string> {
  return new Set(manifests.filter(({ artifactType }) => artifactType === throwawayType).map(({ digest }) => digest));
}
