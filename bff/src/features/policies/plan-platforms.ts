import {
  isIndex,
  isManifest,
  ManifestError,
  manifestMaxDepth,
  parseManifest,
  parsePlatformName,
  type Platform,
  wantedChildren,
} from '../../registry-client/index.ts';
import type { PlanPlatformsView, WantedPart } from './plan-platforms.view.ts';
import { type PlanRow, type PolicyContent, sentences } from './policy.ts';

export interface PlatformPlan {
  readonly rows: readonly PlanRow[];
  /** Manifests that stay behind: what is only below them is not copied. */
  readonly left: readonly string[];
}

type PlannedContent = Pick<PolicyContent, 'sourceRegistryId'> & {
  readonly filters: Pick<PolicyContent['filters'], 'platforms'>;
};

/**
 * What the policy's platforms change of a plan: a destination that has the index already may lack what is wanted of it,
 * and of the others only what is wanted counts. One that has more than that is up to date.
 */
export async function withPlatforms(
  view: PlanPlatformsView,
  { sourceRegistryId, filters }: PlannedContent,
  rows: readonly PlanRow[],
): Promise<PlatformPlan> {
  const sparse = await listSparseRows(view, rows);
  if (filters.platforms === null) return { rows: await withAll(view, sourceRegistryId, rows, sparse), left: [] };
  const moved = rows.filter(({ outcome }) => outcome === 'copy' || outcome === 'replace');
  const digests = new Set([...moved, ...sparse.map(({ row }) => row)].map(({ digest }) => digest));
  const wanted = filters.platforms.map((name) => parsePlatformName(name));
  const indexes = await readIndexes(view, [...digests], wanted);
  const parts = new Map<string, readonly string[]>();
  for (const digest of digests) if (indexes.has(digest)) parts.set(digest, wantedBelow(indexes, digest));
  const lacking = await listLackingRows(view, sourceRegistryId, sparse, parts);
  const sizes = parts.size === 0 ? new Map<string, number>() : await view.sumParts(parts);
  const planned = rows.map((row, place): PlanRow => {
    const totalSizeBytes = parts.has(row.digest) ? (sizes.get(row.digest) ?? null) : row.totalSizeBytes;
    if (!lacking.has(place)) return { ...row, totalSizeBytes };
    return { ...row, totalSizeBytes, outcome: 'copy', reason: sentences.platformsMissing() };
  });
  const kept = new Set([...parts.values()].flat());
  const left = [...indexes.values()].flatMap((index) => index.left).filter((digest) => !kept.has(digest));
  return { rows: planned, left: [...new Set(left)] };
}

interface SparseRow {
  readonly place: number;
  readonly row: PlanRow;
}

/** Whose destination has the index without all its children. */
async function listSparseRows(view: PlanPlatformsView, rows: readonly PlanRow[]): Promise<SparseRow[]> {
  const same = rows.flatMap((row, place) => (row.outcome === 'up-to-date' ? [{ place, row }] : []));
  const sparse: SparseRow[] = [];
  for (const [registryId, ofRegistry] of Map.groupBy(same, ({ row }) => row.destination.registryId)) {
    const known = await view.listSparse(registryId);
    sparse.push(...ofRegistry.filter(({ row }) => known.has(`${row.destination.repository}@${row.digest}`)));
  }
  return sparse;
}

/** A policy of all platforms: the destination gets what the source has of the index. */
async function withAll(
  view: PlanPlatformsView,
  sourceRegistryId: string,
  rows: readonly PlanRow[],
  sparse: readonly SparseRow[],
): Promise<readonly PlanRow[]> {
  if (sparse.length === 0) return rows;
  const atSource = await view.listSparse(sourceRegistryId);
  const isWhole = ({ source, digest }: PlanRow): boolean => !atSource.has(`${source.repository}@${digest}`);
  const lacking = new Set(sparse.filter(({ row }) => isWhole(row)).map(({ place }) => place));
  const reason = sentences.platformsMissing();
  return rows.map((row, place) => (lacking.has(place) ? { ...row, outcome: 'copy', reason } : row));
}

/** Places of rows whose destination lacks something wanted that the source has. */
async function listLackingRows(
  view: PlanPlatformsView,
  sourceRegistryId: string,
  sparse: readonly SparseRow[],
  parts: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlySet<number>> {
  const lacking = new Set<number>();
  const pairs = sparse.flatMap(({ place, row }) =>
    (parts.get(row.digest) ?? []).map((digest) => ({ place, row, digest })),
  );
  if (pairs.length === 0) return lacking;
  const numbered = (nameOf: (row: PlanRow) => string): WantedPart[] =>
    pairs.map(({ row, digest }, place) => ({ place, repository: nameOf(row), digest }));
  const notAtSource = await view.listLacking(
    sourceRegistryId,
    numbered(({ source }) => source.repository),
  );
  const there = numbered(({ destination }) => destination.repository);
  for (const [registryId, ofRegistry] of Map.groupBy(there, ({ place }) => pairs[place]?.row.destination.registryId)) {
    for (const place of await view.listLacking(registryId ?? '', ofRegistry)) {
      const row = pairs[place]?.place;
      if (row !== undefined && !notAtSource.has(place)) lacking.add(row);
    }
  }
  return lacking;
}

interface ReadIndex {
  readonly wanted: readonly string[];
  readonly left: readonly string[];
}

const indexesAtOnce = 100;

/** The indexes among the digests and those below them; what cannot be read is left to the copy. */
async function readIndexes(
  view: PlanPlatformsView,
  digests: readonly string[],
  platforms: readonly Platform[],
): Promise<ReadonlyMap<string, ReadIndex>> {
  const indexes = new Map<string, ReadIndex>();
  let open: readonly string[] = digests;
  for (let depth = 0; open.length > 0 && depth < manifestMaxDepth; depth += 1) {
    const nested = new Set<string>();
    for (let from = 0; from < open.length; from += indexesAtOnce) {
      for (const { digest, mediaType, content } of await view.listIndexes(open.slice(from, from + indexesAtOnce))) {
        const index = readIndex(content, mediaType, platforms);
        if (index === undefined) continue;
        indexes.set(digest, index);
        for (const child of index.nested) nested.add(child);
      }
    }
    open = [...nested].filter((digest) => !indexes.has(digest));
  }
  return indexes;
}

function readIndex(content: Buffer, mediaType: string, platforms: readonly Platform[]) {
  try {
    const manifest = parseManifest(content, mediaType);
    if (manifest.kind !== 'index') return undefined;
    const manifests = manifest.manifests.filter((child) => isIndex(child.mediaType) || isManifest(child.mediaType));
    const kept = new Set<string>(wantedChildren(manifest, platforms).map(({ digest }) => digest));
    const named = (children: typeof manifests): string[] => children.map(({ digest }) => digest);
    const wanted = manifests.filter(({ digest }) => kept.has(digest));
    return {
      wanted: named(wanted),
      left: named(manifests.filter(({ digest }) => !kept.has(digest))),
      nested: named(wanted.filter((child) => isIndex(child.mediaType))),
    };
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

function wantedBelow(indexes: ReadonlyMap<string, ReadIndex>, digest: string): string[] {
  const found = new Set<string>();
  const open = [digest];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of indexes.get(at)?.wanted ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return [...found];
}
