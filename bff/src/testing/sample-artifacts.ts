import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { RegistryClient } from '../registry-client/index.ts';
import { digestOf, mediaTypes } from '../registry-client/index.ts';

/** Where samples are pushed: a registry client or the target in memory. */
type Destination = Pick<RegistryClient, 'pushBlob' | 'putManifest' | 'pushReferrerFallback'>;

export interface SampleBlob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Sample {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly blobs: readonly SampleBlob[];
}

export interface SampleImage {
  /** A tag; without one the image is pushed by digest. */
  readonly tag?: string;
  /** One layer of random bytes for each. */
  readonly layerSizes?: readonly number[];
  /** Blobs that are there already. */
  readonly layers?: readonly object[];
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What its config says; random bytes without. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function pushSampleBlob(
  to: Destination,
  repository: string,
  bytes: Buffer,
  mediaType: string,
): Promise<SampleBlob> {
  const digest = digestOf(bytes);
  await to.pushBlob(repository, { digest, sizeBytes: bytes.length }, () => Readable.from([bytes]));
  return { mediaType, digest, size: bytes.length };
}

/** An image of random layers. */
export async function pushSampleImage(to: Destination, repository: string, image: SampleImage = {}): Promise<Sample> {
  const bytes =
    image.config === undefined
      ? randomBytes(200)
      : Buffer.from(JSON.stringify({ ...image.config, author: randomBytes(8).toString('hex') }));
  const config = await pushSampleBlob(to, repository, bytes, mediaTypes.ociConfig);
  const layers: SampleBlob[] = [];
  for (const size of image.layerSizes ?? [10_000, 20_000]) {
    layers.push(await pushSampleBlob(to, repository, randomBytes(size), mediaTypes.ociLayer));
  }
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [...layers, ...(image.layers ?? [])],
    ...image.extra,
  };
  return { ...(await put(to, repository, document, image.tag)), blobs: [config, ...layers] };
}

export interface SampleIndexOptions {
  readonly tag?: string | undefined;
  /** Beside each image what BuildKit puts there: a manifest of platform unknown/unknown that names the image. */
  readonly isAttested?: boolean;
}

export interface SampleIndex extends Sample {
  /** One for each architecture. */
  readonly children: readonly Sample[];
  readonly attestations: readonly Sample[];
}

/** An index of one image for each architecture. */
export async function pushSampleIndex(
  to: Destination,
  repository: string,
  architectures: readonly string[],
  { tag, isAttested = false }: SampleIndexOptions = {},
): Promise<SampleIndex> {
  const children: Sample[] = [];
  const attestations: Sample[] = [];
  for (const architecture of architectures) {
    children.push(await pushSampleImage(to, repository, { config: { os: 'linux', architecture } }));
    if (isAttested) attestations.push(await pushSampleImage(to, repository, { layerSizes: [300] }));
  }
  const manifests = [
    ...children.map((child, position) => ({
      ...entryOf(child),
      platform: { os: 'linux', architecture: architectures[position] },
    })),
    ...attestations.map((attestation, position) => ({
      ...entryOf(attestation),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': children[position]?.digest,
      },
    })),
  ];
  const index = await put(to, repository, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }, tag);
  return { ...index, blobs: [...children, ...attestations].flatMap((child) => child.blobs), children, attestations };
}

function entryOf({ mediaType, digest, sizeBytes }: Sample) {
  return { mediaType, digest, size: sizeBytes };
}

/** Something about a subject: an SBOM, a signature. */
export async function pushSampleReferrer(
  to: Destination,
  repository: string,
  subject: Sample,
  artifactType: string,
): Promise<Sample> {
  const about = { mediaType: subject.mediaType, digest: subject.digest, size: subject.sizeBytes };
  const referrer = await pushSampleImage(to, repository, {
    layerSizes: [500],
    extra: { artifactType, subject: about },
  });
  const { digest, mediaType, sizeBytes } = referrer;
  await to.pushReferrerFallback(repository, subject.digest, [{ digest, mediaType, sizeBytes, artifactType }]);
  return referrer;
}

async function put(
  to: Destination,
  repository: string,
  document: object,
  tag: string | undefined,
): Promise<Omit<Sample, 'blobs'>> {
  const bytes = Buffer.from(JSON.stringify(document));
  const mediaType = 'manifests' in document ? mediaTypes.ociIndex : mediaTypes.ociManifest;
  const digest = digestOf(bytes);
  await to.putManifest(repository, tag ?? digest, { bytes, mediaType });
  return { digest, mediaType, sizeBytes: bytes.length };
}
