import PQueue from 'p-queue';
import { type Descriptor, parseDigest, type RegistryClient } from '../../registry-client/index.ts';
import type { SeedArtifact } from './image.ts';
import type { SeedBlob } from './layer.ts';

/** One artifact under its tags in one repository of one registry. */
export interface Placement {
  readonly registryId: string;
  readonly repository: string;
  readonly artifact: SeedArtifact;
  /** None for a referrer, which is found by its subject. */
  readonly tags: readonly string[];
  /** A repository of the same registry that already holds some of the layers. */
  readonly mountFrom?: string;
}

/** Pushes what the registry does not have yet: children, blobs, manifest, tags, in the order that is never half. */
export async function pushPlacement(client: RegistryClient, placement: Placement, signal: AbortSignal): Promise<void> {
  const { repository, artifact, tags } = placement;
  if (tags.length > 0 && (await hasEveryTag(client, placement, signal))) return;
  await pushContent(client, placement, artifact, signal);
  const references = tags.length > 0 ? tags : [artifact.digest];
  for (const reference of references) {
    await client.putManifest(repository, reference, artifact, { signal });
  }
  if (artifact.subjectDigest !== undefined) {
    await client.pushReferrerFallback(repository, artifact.subjectDigest, [referrerDescriptor(artifact)], { signal });
  }
}

async function hasEveryTag(client: RegistryClient, placement: Placement, signal: AbortSignal): Promise<boolean> {
  for (const tag of placement.tags) {
    const found = await client.headManifest(placement.repository, tag, {
      ifNoneMatch: placement.artifact.digest,
      signal,
    });
    if (found !== 'not-modified') return false;
  }
  return true;
}

async function pushContent(
  client: RegistryClient,
  placement: Placement,
  artifact: SeedArtifact,
  signal: AbortSignal,
): Promise<void> {
  for (const child of artifact.children) {
    await pushContent(client, placement, child, signal);
    await client.putManifest(placement.repository, child.digest, child, { signal });
  }
  const queue = new PQueue({ concurrency: 3 });
  await Promise.all(artifact.blobs.map((blob) => queue.add(() => pushBlob(client, placement, blob, signal))));
}

async function pushBlob(
  client: RegistryClient,
  { repository, mountFrom }: Placement,
  blob: SeedBlob,
  signal: AbortSignal,
): Promise<void> {
  if (await client.hasBlob(repository, blob.digest, { signal })) return;
  await client.pushBlob(repository, blob, () => blob.open(), { mountFrom, signal });
}

function referrerDescriptor(artifact: SeedArtifact): Descriptor {
  return {
    mediaType: artifact.mediaType,
    digest: parseDigest(artifact.digest),
    sizeBytes: artifact.bytes.length,
    artifactType: artifact.artifactType,
    annotations: artifact.annotations,
  };
}
