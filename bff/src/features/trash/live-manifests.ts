import { isRegistryError, parseManifest, type RegistryClient } from '../../registry-client/index.ts';
import { fallbackTagOf, type KeptManifest } from './trash.ts';

export interface ParentOf {
  readonly child: string;
  readonly parent: string;
}

export interface NeededQuestion {
  /** As the registry has them, without what is deleted. */
  readonly tags: ReadonlyMap<string, string>;
  /** What the catalog knows of this repository, and what was read of tags that it does not know. */
  readonly parents: readonly ParentOf[];
  readonly manifests: readonly KeptManifest[];
}

/**
 * Of an artifact’s manifests those that something else in the repository needs: they have a tag, or another index names
 * them. What the catalog knows of a digest cannot be out of date, only what it knows of a tag.
 * @returns the needed digest and what needs it
 */
export function findNeeded({ tags, parents, manifests }: NeededQuestion): Map<string, string> {
  const roles = new Map(manifests.map(({ digest, role }) => [digest, role]));
  const tagged = new Set(tags.values());
  // Distribution’s list of a manifest’s referrers is no root of its own: it stands for what it is about.
  const subjects = new Map<string, string>();
  for (const digest of roles.keys()) {
    const list = tags.get(fallbackTagOf(digest));
    if (list !== undefined) subjects.set(list, digest);
  }
  const lists = new Set([...roles.keys()].map(fallbackTagOf));
  const needed = new Map<string, string>();
  for (const [name, digest] of tags) if (roles.has(digest) && !lists.has(name)) needed.set(digest, name);
  const links = parents
    // A list that was replaced by a longer one is still there, without a tag.
    .filter(({ child, parent }) => roles.has(child) && (roles.get(child) !== 'referrer' || tagged.has(parent)))
    .map(({ child, parent }) => ({ child, parent: subjects.get(parent) ?? parent }));
  const listed = new Set(links.map(({ child }) => child));
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const { child, parent } of links) {
      if (needed.has(child) || (roles.has(parent) && !needed.has(parent))) continue;
      needed.set(child, parent);
      isSettled = false;
    }
  }
  const [first] = [...needed.keys()].filter((digest) => roles.get(digest) !== 'referrer');
  // With a registry that has no lists it is not known here what each referrer is about: then all of them stay.
  if (first !== undefined) {
    for (const [digest, role] of roles) if (role === 'referrer' && !listed.has(digest)) needed.set(digest, first);
  }
  return needed;
}

export interface UnknownQuestion {
  readonly client: Pick<RegistryClient, 'getManifest'>;
  readonly repository: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Which of these manifests the catalog holds with everything below them. */
  readonly findKnown: (digests: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal: AbortSignal;
}

// Nested deeper than this is nothing that a registry's clients make.
const depthMax = 8;

/** Reads what has a tag and is not in the catalog yet: which manifests it names. Rejects with RegistryError. */
export async function readUnknownParents(question: UnknownQuestion): Promise<ParentOf[]> {
  const found: ParentOf[] = [];
  let digests = [...new Set(question.tags.values())];
  for (let depth = 0; digests.length > 0 && depth < depthMax; depth += 1) {
    const known = await question.findKnown(digests);
    const next: string[] = [];
    for (const parent of digests.filter((digest) => !known.has(digest))) {
      for (const child of await childrenOf(question, parent)) {
        found.push({ child, parent });
        next.push(child);
      }
    }
    digests = next;
  }
  return found;
}

async function childrenOf({ client, repository, signal }: UnknownQuestion, digest: string): Promise<string[]> {
  try {
    const { bytes, descriptor } = await client.getManifest(repository, digest, { signal });
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === 'index' ? manifest.manifests.map((child) => child.digest) : [];
  } catch (error) {
    if (signal.aborted || (isRegistryError(error) && error.retryable)) throw error;
    // Gone since, or nothing that names manifests.
    return [];
  }
}
