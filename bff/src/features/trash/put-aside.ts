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
  readonly signal: AbortSignal;
  /** Told before anything is put there. */
  readonly onPlanned?: (manifests: readonly KeptManifest[], sizeBytes: number) => Promise<void>;
}

export interface Moved {
  readonly root: ManifestBytes;
  readonly plan: CopyPlan;
  /** Not zero only where the registry does not mount. */
  readonly bytesMoved: number;
}

/**
 * Puts an artifact with its children and referrers into another repository of the same registry. Its blobs are mounted; a
 * registry that does not mount is sent them once. Everything is by digest: no tag is set. Rejects with RegistryError.
 */
export async function moveWithin(move: Move): Promise<Moved> {
  const { client, limiter, from, to, digest, signal } = move;
  const root = await client.getManifest(from, digest, { signal });
  const planned: { plan?: CopyPlan; told?: Promise<void> | undefined } = {};
  const { bytesCopied } = await copyArtifact({
    source: client,
    target: client,
    sourceRepository: from,
    targetRepository: to,
    digest,
    root,
    includeReferrers: true,
    limiter,
    signal,
    // Blobs that an earlier try has brought are there although Distribution denies the repository.
    isResumed: true,
    findMountSources: () => [from],
    on: {
      planned: (plan) => {
        planned.plan = plan;
        planned.told = move.onPlanned?.(keptManifests(plan, digest), plan.bytesTotal);
        // Looked at below, when the bytes are there; until then nobody listens.
        planned.told?.catch(() => undefined);
      },
    },
  });
  await planned.told;
  if (planned.plan === undefined) throw new Error(`${digest} was moved without a plan.`);
  return { root, plan: planned.plan, bytesMoved: bytesCopied };
}

function keptManifests({ manifests }: CopyPlan, root: string): KeptManifest[] {
  return manifests.map(({ digest, isReferrer }) => ({
    digest,
    role: digest === root ? 'root' : isReferrer ? 'referrer' : 'child',
  }));
}

/** More at once than the client has slots for would only wait in its queue. */
const askedAtOnce = 12;

/** @returns the first blob or manifest that the repository does not have. Rejects with RegistryError. */
export async function findMissing(
  client: Registry,
  repository: string,
  { root, plan }: Pick<Moved, 'root' | 'plan'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { digest } = root.descriptor;
  const questions = [
    ...plan.blobs.map(
      (blob) => async () => ((await client.hasBlob(repository, blob.digest, { signal })) ? [] : [blob.digest]),
    ),
    ...plan.manifests
      .filter((manifest) => manifest.digest !== digest)
      .map(({ digest: part }) => async () => {
        const found = await client.headManifest(repository, part, { signal });
        return found === undefined ? [part] : [];
      }),
    async () => ((await isReadable(client, repository, digest, signal)) ? [] : [digest]),
  ];
  const missing: string[] = [];
  const queue = questions.values();
  await Promise.all(
    Array.from({ length: askedAtOnce }, async () => {
      for (const ask of queue) missing.push(...(await ask()));
    }),
  );
  return missing[0];
}

async function isReadable(client: Registry, repository: string, digest: string, signal: AbortSignal): Promise<boolean> {
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
