import {
  isRegistryError,
  type Manifest,
  type ManifestBytes,
  manifestMaxDepth,
  type RegistryClient,
  type RegistryErrorCode,
} from '../../registry-client/index.ts';
import {
  childManifestsOf,
  configMaxBytes,
  type IndexedManifest,
  imageConfigOf,
  indexManifest,
  tryParseManifest,
} from './indexed-manifest.ts';

// A real index has tens of children. A hostile one must not fill the memory of a scan.
const manifestsMax = 2_000;

/** The registry answers, but what it answers is no manifest Longshore can keep: the tag is shown, its content unknown. */
const unusableCodes: ReadonlySet<RegistryErrorCode> = new Set([
  'not-found',
  'manifest-too-large',
  'manifest-invalid',
  'digest-mismatch',
  'answer-invalid',
  'answer-too-large',
  'unsupported',
]);

export function isUnusableContent(error: unknown): boolean {
  return isRegistryError(error) && unusableCodes.has(error.code);
}

export interface ClosureSource {
  readonly client: Pick<RegistryClient, 'getManifest' | 'readBlob'>;
  readonly repository: string;
  /** Which of these the catalog holds already, with everything below them. */
  readonly findKnown: (digests: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a manifest and what is below it, except what the catalog holds. Children come before their parents. A child that
 * cannot be read is left out: the index then has no known size.
 * Rejects with RegistryError when the registry does not answer, or when `digest` itself is unusable.
 */
export async function readClosure(source: ClosureSource, digest: string): Promise<IndexedManifest[]> {
  const found: IndexedManifest[] = [];
  const seen = new Set([digest]);
  await readInto(source, digest, 0, seen, found);
  return found;
}

async function readInto(
  source: ClosureSource,
  digest: string,
  depth: number,
  seen: Set<string>,
  found: IndexedManifest[],
): Promise<void> {
  const { client, repository, signal } = source;
  const raw = await client.getManifest(repository, digest, { signal });
  const manifest = tryParseManifest(raw);
  if (manifest !== undefined && depth < manifestMaxDepth) await readChildren(source, manifest, depth, seen, found);
  found.push(await withConfig(source, raw, manifest));
}

async function readChildren(
  source: ClosureSource,
  manifest: Manifest,
  depth: number,
  seen: Set<string>,
  found: IndexedManifest[],
): Promise<void> {
  const fresh = childManifestsOf(manifest)
    .map((child) => child.digest)
    .filter((child) => !seen.has(child));
  if (fresh.length === 0) return;
  const known = await source.findKnown(fresh);
  for (const child of fresh) {
    if (seen.has(child) || known.has(child) || seen.size > manifestsMax) continue;
    seen.add(child);
    try {
      await readInto(source, child, depth + 1, seen, found);
    } catch (error) {
      if (!isUnusableContent(error)) throw error;
    }
  }
}

async function withConfig(
  source: ClosureSource,
  raw: ManifestBytes,
  manifest: Manifest | undefined,
): Promise<IndexedManifest> {
  const config = manifest === undefined ? undefined : imageConfigOf(manifest);
  if (config === undefined) return indexManifest(raw, manifest, null);
  try {
    const { client, repository, signal } = source;
    const bytes = await client.readBlob(repository, config.digest, { signal, maxBytes: configMaxBytes });
    return indexManifest(raw, manifest, bytes);
  } catch (error) {
    if (!isUnusableContent(error)) throw error;
    return indexManifest(raw, manifest, null);
  }
}
