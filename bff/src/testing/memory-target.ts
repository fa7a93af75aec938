import { Readable } from 'node:stream';
import type { Descriptor, Manifest, RegistryClient } from '../registry-client/index.ts';
import { digestOf, parseManifest, RegistryError } from '../registry-client/index.ts';
import type { Target } from '../replication-engine/index.ts';

interface Stored {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

interface Repository {
  readonly manifests: Map<string, Stored>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
}

export interface MemoryTarget extends Target, Pick<RegistryClient, 'hasTagSince'> {
  /** What was asked, in order: `operation repository reference`. */
  readonly calls: string[];
  tag(repository: string, tag: string): string | undefined;
  blob(repository: string, digest: string): Buffer | undefined;
  /** Makes the next calls of an operation fail. */
  failNext(operation: string, error: Error, times?: number): void;
}

export interface MemoryTargetOptions {
  /** It takes an index whose children it has not, as Distribution 3 does where it is told to. */
  readonly takesSparseIndexes?: boolean;
  /** It stores whatever it is sent. */
  readonly takesWrongBytes?: boolean;
}

/**
 * A registry in memory with the manners of Distribution: it refuses manifests whose parts it misses and blobs that do
 * not have their digest, and it has the referrers API.
 */
export function createMemoryTarget(name: string, options: MemoryTargetOptions = {}): MemoryTarget {
  const repositories = new Map<string, Repository>();
  const failures = new Map<string, { error: Error; times: number }>();
  const calls: string[] = [];

  const repositoryOf = (repository: string): Repository => {
    const found = repositories.get(repository) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() };
    repositories.set(repository, found);
    return found;
  };
  const called = (operation: string, repository: string, reference: string): void => {
    calls.push(`${operation} ${repository} ${reference}`);
    const failure = failures.get(operation);
    if (!failure || failure.times <= 0) return;
    failure.times -= 1;
    throw failure.error;
  };
  const find = (repository: string, reference: string): Stored | undefined => {
    const found = repositories.get(repository);
    return found?.manifests.get(reference.includes(':') ? reference : (found.tags.get(reference) ?? ''));
  };
  const descriptorOf = ({ bytes, mediaType }: Stored): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
  });
  const refuse = (code: 'not-found' | 'manifest-incomplete' | 'digest-mismatch', operation: string, what: string) =>
    new RegistryError({
      code,
      sentence: `${name} refused ${what}.`,
      params: {},
      operation,
      host: name,
      retryable: false,
    });

  return {
    name,
    calls,
    tag: (repository, tag) => repositories.get(repository)?.tags.get(tag),
    blob: (repository, digest) => repositories.get(repository)?.blobs.get(digest),
    failNext: (operation, error, times = 1) => void failures.set(operation, { error, times }),
    hasTagSince: async (repository, tag) => {
      called('hasTagSince', repository, tag);
      return repositories.get(repository)?.tags.has(tag) ?? false;
    },
    headManifest: async (repository, reference, { ifNoneMatch } = {}) => {
      called('headManifest', repository, reference);
      const found = find(repository, reference);
      if (!found) return undefined;
      const descriptor = descriptorOf(found);
      return descriptor.digest === ifNoneMatch ? 'not-modified' : descriptor;
    },
    getManifest: async (repository, reference) => {
      called('getManifest', repository, reference);
      const found = find(repository, reference);
      if (!found) throw refuse('not-found', 'get-manifest', `${repository} ${reference}`);
      return { descriptor: descriptorOf(found), bytes: found.bytes };
    },
    putManifest: async (repository, reference, manifest) => {
      called('putManifest', repository, reference);
      const bytes = Buffer.from(manifest.bytes);
      const found = repositoryOf(repository);
      const parsed = parseManifest(bytes, manifest.mediaType);
      const isTaken = options.takesSparseIndexes === true && parsed.kind === 'index';
      for (const part of isTaken ? [] : requiredParts(parsed)) {
        if (found.blobs.has(part) || found.manifests.has(part)) continue;
        throw refuse('manifest-incomplete', 'put-manifest', `${reference} without ${part}`);
      }
      const digest = digestOf(bytes);
      found.manifests.set(digest, { bytes, mediaType: manifest.mediaType });
      if (!reference.includes(':')) found.tags.set(reference, digest);
      return { digest };
    },
    hasRepository: async (repository) => {
      called('hasRepository', repository, '');
      return repositories.has(repository);
    },
    hasBlob: async (repository, digest) => {
      called('hasBlob', repository, digest);
      return repositories.get(repository)?.blobs.has(digest) ?? false;
    },
    getBlob: async (repository, digest, { offsetBytes = 0 } = {}) => {
      called('getBlob', repository, digest);
      const bytes = repositories.get(repository)?.blobs.get(digest);
      if (!bytes) throw refuse('not-found', 'get-blob', `${repository} ${digest}`);
      return Readable.from(pieces(bytes.subarray(offsetBytes)));
    },
    pushBlob: async (repository, blob, open, { mountFrom, onBytes, signal } = {}) => {
      called('pushBlob', repository, blob.digest);
      const mounted = mountFrom === undefined ? undefined : repositories.get(mountFrom)?.blobs.get(blob.digest);
      if (mounted) {
        repositoryOf(repository).blobs.set(blob.digest, mounted);
        return 'mounted';
      }
      const received: Buffer[] = [];
      for await (const piece of await open(signal ?? new AbortController().signal)) {
        received.push(piece as Buffer);
        onBytes?.((piece as Buffer).length);
      }
      const bytes = Buffer.concat(received);
      if (options.takesWrongBytes !== true && digestOf(bytes) !== blob.digest)
        throw refuse('digest-mismatch', 'put-blob', blob.digest);
      repositoryOf(repository).blobs.set(blob.digest, bytes);
      return 'copied';
    },
    verifiesUploads: () => Promise.resolve(options.takesWrongBytes !== true),
    listReferrers: async (repository, subjectDigest) => {
      called('listReferrers', repository, subjectDigest);
      const all = [...(repositories.get(repository)?.manifests.values() ?? [])];
      const descriptors = all.flatMap((stored) => {
        const manifest = parseManifest(stored.bytes, stored.mediaType);
        if (manifest.subject?.digest !== subjectDigest) return [];
        return [{ ...descriptorOf(stored), ...(manifest.artifactType ? { artifactType: manifest.artifactType } : {}) }];
      });
      return { descriptors, by: 'api' };
    },
    pushReferrerFallback: async () => undefined,
  };
}

function requiredParts(manifest: Manifest): string[] {
  if (manifest.kind === 'index') return manifest.manifests.map((child) => child.digest);
  if (manifest.kind === 'artifact') return manifest.blobs.map((blob) => blob.digest);
  const layers = manifest.layers.filter((layer) => layer.urls === undefined);
  return [manifest.config, ...layers].map((blob) => blob.digest);
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}
