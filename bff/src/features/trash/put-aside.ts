import { isRegistryError, type ManifestBytes, type RegistryClient } from '../../registry-client/index.ts';
import { type CopyLimiter, type CopyPlan, copyArtifact, type Target } from '../../replication-engine/index.ts';
import type { KeptManifest } from './trash.ts';

export type Registry = Target & Pick<RegistryClient, 'deleteManifest' | 'listTags'>;

export interface Move {
  readonly client: Registry;
  readonly limiter: CopyLimiter;
  readonly from: string;
  readonly to: string;
  readonly digest: string;
  /** Set last. Without one the artifact is put by its digest. */
  readonly tag?: string;
  /** Whether the registry mounts, as far as is known. */
  readonly mounts: boolean;
  /** By `performance.now()`: what refers to it then goes with it. */
  readonly begunAtMs: number;
  readonly signal: AbortSignal;
  /** Told before the last of it is put there. */
  readonly onPlanned?: (manifests: readonly KeptManifest[], sizeBytes: number) => Promise<void>;
}

export interface Moved {
  readonly root: ManifestBytes;
  /** Not zero only where the registry does not mount. */
  readonly bytesMoved: number;
}

/**
 * Puts an artifact with its children and referrers into another repository of the same registry. Its blobs are mounted; a
 * registry that does not mount is sent them once. For each blob and manifest the registry has said that it is there now: by
 * its answer to the mount, to the bytes or to the manifest, or by one to a question. Rejects with RegistryError.
 */
export async function moveWithin(move: Move): Promise<Moved> {
  const { client, limiter, from, to, digest, tag, mounts, begunAtMs, signal } = move;
  const root = await client.getManifest(from, digest, { signal });
  const planned: { told?: Promise<void> | undefined } = {};
  const { bytesCopied } = await copyArtifact({
    source: client,
    target: client,
    sourceRepository: from,
    targetRepository: to,
    targetTag: tag,
    digest,
    root,
    includeReferrers: true,
    begunAtMs,
    limiter,
    signal,
    // Blobs that an earlier try has brought are there although Distribution denies the repository. To mount one again costs
    // what a question does; to send one again costs its bytes.
    isResumed: true,
    isPutAnyway: mounts,
    // Nobody sees the tag: it is Longshore's own.
    fence: async () => {
      await planned.told;
      return true;
    },
    findMountSources: () => [from],
    on: {
      planned: (plan) => {
        planned.told = move.onPlanned?.(keptManifests(plan, digest), plan.bytesTotal);
        // Looked at below, when the bytes are there; until then nobody listens.
        planned.told?.catch(() => undefined);
      },
    },
  });
  await planned.told;
  return { root, bytesMoved: bytesCopied };
}

function keptManifests({ manifests }: CopyPlan, root: string): KeptManifest[] {
  return manifests.map(({ digest, isReferrer }) => ({
    digest,
    role: digest === root ? 'root' : isReferrer ? 'referrer' : 'child',
  }));
}

/** Whether it can be read back, whole. Rejects with RegistryError. */
export async function isReadable(
  client: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    // The client checks the bytes against the digest.
    await client.getManifest(repository, digest, { signal });
    return true;
  } catch (error) {
    if (isRegistryError(error, 'not-found')) return false;
    throw error;
  }
}

const writes: ReadonlySet<string> = new Set(['mount-blob', 'start-upload', 'put-blob', 'put-manifest']);

/** The registry takes no repository of that name from us; Harbor says of a project that is not there 404, others 401 or 403. */
export function isNameRefused(error: unknown): boolean {
  if (!isRegistryError(error) || !writes.has(error.operation)) return false;
  return error.code === 'forbidden' || error.code === 'unauthorized' || error.status === 400 || error.status === 404;
}

const unreadable: ReadonlySet<string> = new Set([
  'not-found',
  'manifest-invalid',
  'manifest-incomplete',
  'manifest-too-large',
  'digest-mismatch',
  'answer-invalid',
  'answer-too-large',
]);

/** It cannot be put elsewhere: parts of it are missing, or it is none that a registry of today takes, such as schema 1. */
export function isBroken(error: unknown): boolean {
  if (!isRegistryError(error) || error.retryable) return false;
  // 400 is Distribution’s MANIFEST_INVALID.
  return unreadable.has(error.code) || (error.operation === 'put-manifest' && error.status === 400);
}
