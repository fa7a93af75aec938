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

/** Pushes to one registry and remembers what it found there, so that two thousand tags cost two thousand requests. */
export interface Pusher {
  /** Pushes what the registry does not have yet: children, blobs, manifest, tags, in the order that is never half. */
  push(placement: Placement): Promise<void>;
}

const BLOBS_AT_ONCE = 3;

export function createPusher(client: RegistryClient, signal: AbortSignal): Pusher {
  const tagsOf = new Map<string, Promise<ReadonlySet<string>>>();
  const blobs = new Map<string, Promise<void>>();
  const children = new Map<string, Promise<void>>();

  const listTags = (repository: string): Promise<ReadonlySet<string>> => {
    const known = tagsOf.get(repository) ?? collectTags(client, repository, signal);
    tagsOf.set(repository, known);
    return known;
  };

  const pushBlob = (blob: SeedBlob, { repository, mountFrom }: Placement): Promise<void> => {
    const key = `${repository}@${blob.digest}`;
    const running = blobs.get(key) ?? pushMissingBlob(client, repository, blob, { mountFrom, signal });
    blobs.set(key, running);
    return running;
  };

  /** Once: Distribution empties a manifest's link before it writes it anew, and refuses an index that names it meanwhile. */
  const pushChild = (child: SeedArtifact, placement: Placement): Promise<void> => {
    const key = `${placement.repository}@${child.digest}`;
    const put = async (): Promise<void> => {
      await pushContent(child, placement);
      await client.putManifest(placement.repository, child.digest, child, { signal });
    };
    const running = children.get(key) ?? put();
    children.set(key, running);
    return running;
  };

  const pushContent = async (artifact: SeedArtifact, placement: Placement): Promise<void> => {
    for (const child of artifact.children) await pushChild(child, placement);
    const queue = new PQueue({ concurrency: BLOBS_AT_ONCE });
    await Promise.all(artifact.blobs.map((blob) => queue.add(() => pushBlob(blob, placement))));
  };

  return {
    async push(placement) {
      const { repository, artifact, tags } = placement;
      const present = await listTags(repository);
      if (tags.length > 0 && (await areTagged(client, placement, present, signal))) return;
      await pushContent(artifact, placement);
      for (const reference of tags.length > 0 ? tags : [artifact.digest]) {
        await client.putManifest(repository, reference, artifact, { signal });
      }
      if (artifact.subjectDigest !== undefined) {
        const referrers = [referrerDescriptor(artifact)];
        await client.pushReferrerFallback(repository, artifact.subjectDigest, referrers, { signal });
      }
    },
  };
}

async function collectTags(client: RegistryClient, repository: string, signal: AbortSignal): Promise<Set<string>> {
  const tags = new Set<string>();
  for await (const page of client.listTags(repository, { signal })) {
    for (const tag of page) tags.add(tag);
  }
  return tags;
}

async function areTagged(
  client: RegistryClient,
  { repository, artifact, tags }: Placement,
  present: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  for (const tag of tags) {
    if (!present.has(tag)) return false;
    const found = await client.headManifest(repository, tag, { ifNoneMatch: artifact.digest, signal });
    if (found !== 'not-modified') return false;
  }
  return true;
}

async function pushMissingBlob(
  client: RegistryClient,
  repository: string,
  blob: SeedBlob,
  options: { mountFrom: string | undefined; signal: AbortSignal },
): Promise<void> {
  if (await client.hasBlob(repository, blob.digest, { signal: options.signal })) return;
  await client.pushBlob(repository, blob, () => blob.open(), options);
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
