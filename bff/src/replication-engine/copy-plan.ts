import type { Descriptor, Manifest, Platform, RegistryErrorCode } from '../registry-client/index.ts';
import {
  isForeignLayer,
  isIndex,
  isManifest,
  ManifestError,
  manifestMaxDepth,
  parseManifest,
  RegistryError,
  wantedChildren,
} from '../registry-client/index.ts';
import type { CopyLimits, CopyPlan, PlannedBlob, PlannedManifest } from './copy-options.ts';

/** A manifest on its way, with its exact bytes and what must be there before it. */
export interface CopyNode {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
  readonly manifest: Manifest;
  readonly children: readonly CopyNode[];
  readonly blobs: readonly PlannedBlob[];
  /** An index of which only some children are wanted: its bytes, and so its digest, are those of the whole. */
  readonly isSparse: boolean;
}

/** What is known of a manifest from what names it. */
interface Naming {
  /** Of each index on the way down only these. */
  readonly wanted?: readonly Platform[] | undefined;
  readonly platform?: Platform | undefined;
  readonly path?: readonly string[];
}

export interface Referrer {
  readonly subjectDigest: string;
  readonly descriptor: Descriptor;
  readonly node: CopyNode;
}

export interface GraphReader {
  readonly name: string;
  readonly getManifest: (digest: string) => Promise<{ readonly descriptor: Descriptor; readonly bytes: Buffer }>;
  readonly listReferrers: (digest: string) => Promise<readonly Descriptor[]>;
}

/** Reads the artifact graph of the source, each manifest once, under caps. */
export class GraphWalk {
  readonly #reader: GraphReader;
  readonly #limits: CopyLimits;
  readonly #nodes = new Map<string, Promise<CopyNode>>();
  #entryCount = 0;
  #manifestBytes = 0;

  constructor(reader: GraphReader, limits: CopyLimits) {
    this.#reader = reader;
    this.#limits = limits;
  }

  /** Everything below the digest; with `wanted` only these platforms of an index, and what belongs to them. */
  async readRoot(digest: string, wanted: readonly Platform[] | undefined): Promise<CopyNode> {
    const root = await this.read(digest, { wanted });
    const isEmptied = root.isSparse && root.children.length === 0 && root.blobs.length === 0;
    if (isEmptied) throw this.#invalid(digest, 'has none of the wanted platforms', 'no-wanted-platform');
    return root;
  }

  async read(digest: string, naming: Naming = {}): Promise<CopyNode> {
    const { path = [] } = naming;
    // A digest cannot contain itself, but a registry that does not keep to that must not lead us in circles.
    if (path.includes(digest)) throw this.#invalid(digest, 'contains itself');
    if (path.length >= manifestMaxDepth)
      throw this.#invalid(digest, `is nested deeper than ${manifestMaxDepth} indexes`);
    const known = this.#nodes.get(digest);
    if (known) return known;
    const reading = this.#node(digest, { ...naming, path: [...path, digest] });
    this.#nodes.set(digest, reading);
    return reading;
  }

  /** Digests of the manifests below an index, of the wanted platforms or all: only indexes are read for it. */
  async listBelow(digest: string, wanted: readonly Platform[] | undefined, depth = 0): Promise<string[]> {
    if (depth >= manifestMaxDepth) throw this.#invalid(digest, `is nested deeper than ${manifestMaxDepth} indexes`);
    const { manifest } = await this.#fetch(digest);
    if (manifest.kind !== 'index') return [];
    const kept = wanted === undefined ? manifest.manifests : wantedChildren(manifest, wanted);
    this.#count(kept.length, digest);
    const children = kept.filter((child) => !isBlob(child));
    const indexes = children.filter(({ mediaType }) => isIndex(mediaType));
    const below = await Promise.all(indexes.map((child) => this.listBelow(child.digest, wanted, depth + 1)));
    return [...new Set([...children.map((child): string => child.digest), ...below.flat()])];
  }

  /** Referrers of every manifest below, and of those referrers in turn. */
  async readReferrers(roots: readonly CopyNode[]): Promise<Referrer[]> {
    const referrers: Referrer[] = [];
    const visited = new Set<string>();
    let subjects = flatten(roots);
    for (let depth = 0; subjects.length > 0; depth += 1) {
      if (depth >= manifestMaxDepth)
        throw this.#invalid(subjects[0]?.descriptor.digest ?? '', 'has referrers without end');
      const found = await Promise.all(subjects.map((subject) => this.#referrersOf(subject, visited)));
      referrers.push(...found.flat());
      subjects = flatten(found.flat().map((referrer) => referrer.node));
    }
    return referrers;
  }

  async hasReferrers(digest: string): Promise<boolean> {
    return (await this.#reader.listReferrers(digest)).length > 0;
  }

  async #referrersOf(subject: CopyNode, visited: Set<string>): Promise<Referrer[]> {
    const { digest } = subject.descriptor;
    if (visited.has(digest)) return [];
    visited.add(digest);
    const descriptors = await this.#reader.listReferrers(digest);
    this.#count(descriptors.length, digest);
    return Promise.all(
      descriptors.map(async (descriptor) => ({
        subjectDigest: digest,
        descriptor,
        node: await this.read(descriptor.digest),
      })),
    );
  }

  async #node(digest: string, { wanted, platform, path }: Naming): Promise<CopyNode> {
    const fetched = await this.#fetch(digest);
    const { manifest } = fetched;
    if (manifest.kind !== 'index') {
      const layers = manifest.kind === 'artifact' ? manifest.blobs : manifest.layers;
      const own = layers.filter((layer) => !isForeignLayer(layer));
      const blobs = own.map((layer) => this.#blob(layer, 'layer', platform));
      if (manifest.kind === 'manifest') blobs.push(this.#blob(manifest.config, 'config', platform));
      this.#count(blobs.length + 1, digest);
      return { ...fetched, children: [], blobs, isSparse: false };
    }
    const kept = wanted === undefined ? manifest.manifests : wantedChildren(manifest, wanted);
    this.#count(kept.length + 1, digest);
    const blobs = kept.filter(isBlob).map((child) => this.#blob(child, 'layer', child.platform));
    const manifests = kept.filter((child) => !isBlob(child));
    const children = await Promise.all(
      manifests.map((child) => this.read(child.digest, { wanted, platform: child.platform, path: path ?? [] })),
    );
    return { ...fetched, children, blobs, isSparse: kept.length < manifest.manifests.length };
  }

  async #fetch(digest: string): Promise<{ descriptor: Descriptor; bytes: Buffer; manifest: Manifest }> {
    const { descriptor, bytes } = await this.#reader.getManifest(digest);
    this.#manifestBytes += bytes.length;
    if (this.#manifestBytes > this.#limits.manifestBytesMax)
      throw this.#invalid(digest, 'is part of an artifact with too large manifests');
    try {
      return { descriptor, bytes, manifest: parseManifest(bytes, descriptor.mediaType) };
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      throw this.#invalid(digest, `cannot be copied: ${error.message.replace(/\.$/, '')}`);
    }
  }

  #blob(descriptor: Descriptor, kind: PlannedBlob['kind'], platform: Platform | undefined): PlannedBlob {
    const { digest, sizeBytes, mediaType } = descriptor;
    if (sizeBytes > this.#limits.blobMaxBytes) throw this.#invalid(digest, 'is a blob larger than allowed');
    return { digest, sizeBytes, mediaType, kind, platform };
  }

  #count(entries: number, digest: string): void {
    this.#entryCount += entries;
    if (this.#entryCount > this.#limits.entriesMax)
      throw this.#invalid(digest, 'is part of an artifact with too many parts');
  }

  #invalid(digest: string, predicate: string, code: RegistryErrorCode = 'manifest-invalid'): RegistryError {
    const { name } = this.#reader;
    const error = new RegistryError({
      code,
      sentence: `${digest} of ${name} ${predicate}.`,
      params: { registry: name, digest, detail: predicate },
      operation: 'get-manifest',
      host: name,
      retryable: false,
    });
    error.side = 'source';
    return error;
  }
}

/** BuildKit lists the layers of a cache in an index: a child may be a blob. */
function isBlob({ mediaType }: Descriptor): boolean {
  return !isIndex(mediaType) && !isManifest(mediaType);
}

/** Every manifest once, children before their parents. */
export function flatten(roots: readonly CopyNode[]): CopyNode[] {
  const ordered = new Map<string, CopyNode>();
  const visit = (node: CopyNode): void => {
    if (ordered.has(node.descriptor.digest)) return;
    for (const child of node.children) visit(child);
    ordered.set(node.descriptor.digest, node);
  };
  for (const root of roots) visit(root);
  return [...ordered.values()];
}

export function planOf(root: CopyNode, referrers: readonly Referrer[]): CopyPlan {
  const own = flatten([root]);
  const ownDigests = new Set<string>(own.map((node) => node.descriptor.digest));
  const nodes = [
    ...own,
    ...flatten(referrers.map((referrer) => referrer.node)).filter((node) => !ownDigests.has(node.descriptor.digest)),
  ];
  const platforms = platformsOf(nodes);
  const blobs = new Map<string, PlannedBlob>();
  for (const blob of nodes.flatMap((node) => node.blobs)) {
    if (!blobs.has(blob.digest)) blobs.set(blob.digest, blob);
  }
  const manifests = nodes.map(
    ({ descriptor }): PlannedManifest => ({
      digest: descriptor.digest,
      sizeBytes: descriptor.sizeBytes,
      mediaType: descriptor.mediaType,
      platform: platforms.get(descriptor.digest),
      isReferrer: !ownDigests.has(descriptor.digest),
    }),
  );
  const sorted = [...blobs.values()].toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  const bytesTotal = [...sorted, ...manifests].reduce((sum, entry) => sum + entry.sizeBytes, 0);
  return { blobs: sorted, manifests, bytesTotal };
}

function platformsOf(nodes: readonly CopyNode[]): Map<string, Platform> {
  const platforms = new Map<string, Platform>();
  for (const { manifest } of nodes) {
    for (const child of manifest.kind === 'index' ? manifest.manifests : []) {
      if (child.platform) platforms.set(child.digest, child.platform);
    }
  }
  return platforms;
}
