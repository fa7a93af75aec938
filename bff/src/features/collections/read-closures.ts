import {
  isForeignLayer,
  isIndex,
  isManifest,
  isRegistryError,
  parseManifest,
  manifestMaxDepth,
  ManifestError,
  type RegistryClient,
} from '../../registry-client/index.ts';
import type { ReadTag } from './tag-records.store.ts';

export interface ClosuresSource {
  readonly client: Pick<RegistryClient, 'listRepositories' | 'listTags' | 'getManifest' | 'hasBlob'>;
  /** That the catalog knows: a registry may not list its repositories. */
  readonly knownRepositories: readonly string[];
  readonly onRepository: (repository: string, done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface Closures {
  readonly tags: readonly ReadTag[];
  /** Each digest that a tag needs, and the tag. */
  readonly needed: ReadonlyMap<string, string>;
  /** What could not be read below a tag. */
  readonly broken: ReadonlyMap<string, string>;
}

const repositoriesAtOnce = 4;
const tagsAtOnce = 4;
const blobsAtOnce = 8;

/**
 * Reads every tag of a registry and everything below it: manifests by GET, blobs by HEAD. What is missing makes a tag
 * broken; that the registry does not answer rejects with RegistryError.
 */
export async function readClosures(source: ClosuresSource): Promise<Closures> {
  const repositories = await listRepositories(source);
  const tags: ReadTag[] = [];
  const needed = new Map<string, string>();
  const broken = new Map<string, string>();
  let done = 0;
  await inParallel(repositories, repositoriesAtOnce, async (repository) => {
    source.signal.throwIfAborted();
    const reader = new RepositoryReader(source, repository, needed);
    const names = await listTags(source, repository);
    await inParallel(names, tagsAtOnce, async (tag) => {
      const read = await reader.readTag(tag);
      if (read === undefined) return;
      tags.push({ repository, tag, digest: read.digest, isWhole: read.missing === undefined });
      if (read.missing !== undefined) broken.set(`${repository}:${tag}`, read.missing);
    });
    done += 1;
    source.onRepository(repository, done, repositories.length);
  });
  return { tags, needed, broken };
}

class RepositoryReader {
  readonly #source: ClosuresSource;
  readonly #repository: string;
  readonly #needed: Map<string, string>;
  /** Digest → what is missing below it. */
  readonly #manifests = new Map<string, Promise<string | undefined>>();
  readonly #blobs = new Map<string, Promise<boolean>>();

  constructor(source: ClosuresSource, repository: string, needed: Map<string, string>) {
    this.#source = source;
    this.#repository = repository;
    this.#needed = needed;
  }

  /** Undefined for a tag that is gone by now. */
  async readTag(tag: string): Promise<{ readonly digest: string; readonly missing: string | undefined } | undefined> {
    const { client, signal } = this.#source;
    const owner = `${this.#repository}:${tag}`;
    try {
      const raw = await client.getManifest(this.#repository, tag, { signal });
      const { digest } = raw.descriptor;
      return { digest, missing: await this.#below(raw, owner, 0) };
    } catch (error) {
      if (isRegistryError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  /** @returns the first digest that is missing */
  #readManifest(digest: string, owner: string, depth: number): Promise<string | undefined> {
    // Digests are checked, so nothing is below itself and nobody waits in a circle.
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    const reading = this.#fetchManifest(digest, owner, depth);
    this.#manifests.set(digest, reading);
    return reading;
  }

  async #fetchManifest(digest: string, owner: string, depth: number): Promise<string | undefined> {
    const { client, signal } = this.#source;
    this.#needed.set(digest, owner);
    try {
      return await this.#below(await client.getManifest(this.#repository, digest, { signal }), owner, depth);
    } catch (error) {
      if (isRegistryError(error, 'not-found')) return digest;
      throw error;
    }
  }

  async #below(
    { descriptor, bytes }: Awaited<ReturnType<RegistryClient['getManifest']>>,
    owner: string,
    depth: number,
  ): Promise<string | undefined> {
    this.#needed.set(descriptor.digest, owner);
    const parts = partsOf(bytes, descriptor.mediaType);
    if (parts === undefined || depth >= manifestMaxDepth) return undefined;
    for (const child of parts.manifests) {
      const missing = await this.#readManifest(child, owner, depth + 1);
      if (missing !== undefined) return missing;
    }
    let missing: string | undefined;
    await inParallel(parts.blobs, blobsAtOnce, async (digest) => {
      this.#needed.set(digest, owner);
      if (!(await this.#hasBlob(digest))) missing = digest;
    });
    return missing;
  }

  #hasBlob(digest: string): Promise<boolean> {
    const known = this.#blobs.get(digest);
    if (known !== undefined) return known;
    const { client, signal } = this.#source;
    const asking = client.hasBlob(this.#repository, digest, { signal });
    this.#blobs.set(digest, asking);
    return asking;
  }
}

/** Undefined for what is no manifest of a kind that Longshore knows: it is kept alive, and nothing below it is known. */
function partsOf(bytes: Buffer, mediaType: string) {
  try {
    const manifest = parseManifest(bytes, mediaType);
    if (manifest.kind === 'index') {
      const { manifest: manifests = [], blob: blobs = [] } = Object.groupBy(
        manifest.manifests,
        ({ mediaType: type }) => (isIndex(type) || isManifest(type) ? 'manifest' : 'blob'),
      );
      return { manifests: manifests.map(({ digest }) => digest), blobs: blobs.map(({ digest }) => digest) };
    }
    if (manifest.kind !== 'manifest') return { manifests: [], blobs: manifest.blobs.map(({ digest }) => digest) };
    const layers = manifest.layers.filter((layer) => !isForeignLayer(layer));
    return { manifests: [], blobs: [manifest.config, ...layers].map(({ digest }) => digest) };
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

async function listRepositories({ client, knownRepositories, signal }: ClosuresSource): Promise<string[]> {
  const names = new Set(knownRepositories);
  try {
    for await (const page of client.listRepositories({ signal })) for (const name of page) names.add(name);
  } catch (error) {
    if (!isRegistryError(error, 'unsupported') && !isRegistryError(error, 'forbidden')) throw error;
  }
  return [...names];
}

async function listTags({ client, signal }: ClosuresSource, repository: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const page of client.listTags(repository, { signal })) names.push(...page);
  } catch (error) {
    // Every tag was deleted, or only blobs were ever pushed.
    if (!isRegistryError(error, 'not-found')) throw error;
  }
  return names;
}

async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
