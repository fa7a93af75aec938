/** A manifest of a repository, as the catalog has it. */
export interface HeldManifest {
  readonly digest: string;
  /** What it refers to: signatures, SBOMs and the like name the image that they are about. */
  readonly subject: string | null;
  /** Of an index, whether they are there or not. */
  readonly children: readonly string[];
}

export interface ReachabilityQuestion {
  readonly held: readonly HeldManifest[];
  /** Digests that tags name, those of Longshore's own tags and of referrers' lists included. */
  readonly tagged: ReadonlySet<string>;
  /** Kept in their own repository by the trash: they are nobody's leftovers. */
  readonly keptByTrash: ReadonlySet<string>;
}

export interface Reachability {
  /** From a tag, or from what may have one. */
  readonly reachable: ReadonlySet<string>;
  /** Only from what the trash keeps there. */
  readonly keptAside: ReadonlySet<string>;
  readonly untagged: readonly string[];
  /** Of the untagged those that go by themselves; the others are below one of them, or refer to one. */
  readonly roots: ReadonlySet<string>;
}

/**
 * What no tag reaches: neither itself, nor through an index, nor by referring to what is reached. Where it is not known
 * whether something is reached, it is: a manifest whose subject is not among the untagged is left alone.
 */
export function findUntagged({ held, tagged, keptByTrash }: ReachabilityQuestion): Reachability {
  const byDigest = new Map(held.map((manifest) => [manifest.digest, manifest]));
  const referrers = Map.groupBy(
    held.filter(({ subject }) => subject !== null),
    ({ subject }) => subject ?? '',
  );
  const reachable = reachedFrom([...tagged], byDigest, referrers);
  const isUnknownSubject = ({ subject }: HeldManifest): boolean => subject !== null && !byDigest.has(subject);
  // Something that the catalog does not hold may be there all the same, and so may what refers to it be of use.
  const doubtful = held.filter((manifest) => isUnknownSubject(manifest)).map(({ digest }) => digest);
  for (const digest of reachedFrom(doubtful, byDigest, referrers)) reachable.add(digest);
  const kept = reachedFrom([...keptByTrash], byDigest, referrers);
  const keptAside = new Set([...kept].filter((digest) => !reachable.has(digest)));
  const untagged = held
    .map(({ digest }) => digest)
    .filter((digest) => !reachable.has(digest) && !keptAside.has(digest));
  return { reachable, keptAside, untagged, roots: rootsOf(untagged, byDigest) };
}

function reachedFrom(
  starts: readonly string[],
  byDigest: ReadonlyMap<string, HeldManifest>,
  referrers: ReadonlyMap<string, readonly HeldManifest[]>,
): Set<string> {
  const reached = new Set<string>();
  const queue = [...starts];
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    if (reached.has(digest)) continue;
    reached.add(digest);
    queue.push(...(byDigest.get(digest)?.children ?? []));
    for (const referrer of referrers.get(digest) ?? []) queue.push(referrer.digest);
  }
  return reached;
}

function rootsOf(untagged: readonly string[], byDigest: ReadonlyMap<string, HeldManifest>): Set<string> {
  const left = new Set(untagged);
  const below = new Set<string>();
  for (const digest of untagged) {
    for (const child of byDigest.get(digest)?.children ?? []) if (child !== digest) below.add(child);
  }
  return new Set(
    untagged.filter((digest) => {
      const subject = byDigest.get(digest)?.subject ?? null;
      return !below.has(digest) && (subject === null || !left.has(subject));
    }),
  );
}
