import { Readable } from 'node:stream';
import { createRegistryClient, digestOf, mediaTypes, type RegistryClient } from '../../../registry-client/index.ts';
import { randomBlob, type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';

export interface PushedImage {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly layerDigests: readonly string[];
}

export function clientOf(registry: { readonly url: string }): RegistryClient {
  return createRegistryClient({ name: 'test', endpoints: [{ url: registry.url }], userAgent: 'test' });
}

async function push(client: RegistryClient, repository: string, bytes: Buffer, mediaType: string) {
  const digest = digestOf(bytes);
  await client.pushBlob(repository, { digest, sizeBytes: bytes.length }, () => Readable.from([bytes]));
  return { mediaType, digest, size: bytes.length };
}

/** An image of random layers of these sizes. Without a tag it is pushed by digest. */
export async function pushImage(
  client: RegistryClient,
  repository: string,
  tag: string | undefined,
  options: { layerSizes: readonly number[]; architecture?: string; subject?: PushedImage },
): Promise<PushedImage> {
  const { architecture = 'amd64', subject } = options;
  const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }));
  const layers = [];
  for (const sizeBytes of options.layerSizes) {
    layers.push(await push(client, repository, randomBlob(sizeBytes).bytes, mediaTypes.ociLayerGzip));
  }
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: await push(client, repository, config, mediaTypes.ociConfig),
    layers,
    ...(subject && {
      artifactType: 'application/vnd.test.sbom',
      subject: { mediaType: mediaTypes.ociIndex, digest: subject.digest, size: subject.sizeBytes },
    }),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = digestOf(bytes);
  await client.putManifest(repository, tag ?? digest, { bytes, mediaType: mediaTypes.ociManifest });
  if (subject) {
    const descriptor = { mediaType: mediaTypes.ociManifest, digest, sizeBytes: bytes.length };
    await client.pushReferrerFallback(repository, subject.digest, [
      { ...descriptor, artifactType: 'application/vnd.test.sbom' },
    ]);
  }
  return { digest, sizeBytes: bytes.length, layerDigests: layers.map((layer) => layer.digest) };
}

/** An index of two platforms and, beside it, an SBOM that refers to it. */
export async function pushIndexWithReferrer(
  client: RegistryClient,
  repository: string,
  tag: string,
): Promise<PushedImage> {
  const children = [];
  for (const architecture of ['amd64', 'arm64']) {
    const image = await pushImage(client, repository, undefined, { layerSizes: [300_000, 20_000], architecture });
    const platform = { os: 'linux', architecture };
    children.push({ mediaType: mediaTypes.ociManifest, digest: image.digest, size: image.sizeBytes, platform });
  }
  const document = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: children };
  const bytes = Buffer.from(JSON.stringify(document));
  await client.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociIndex });
  const index = { digest: digestOf(bytes), sizeBytes: bytes.length, layerDigests: [] };
  await pushImage(client, repository, undefined, { layerSizes: [5000], subject: index });
  return index;
}

/** What somebody does at a registry that no console can reach: another process, on another port, serves its storage. */
export async function whileAway<Result>(
  { storageDirectory }: RealRegistry,
  act: (client: RegistryClient) => Promise<Result>,
): Promise<Result> {
  const aside = await startRealRegistry({ storageDirectory });
  const client = clientOf(aside);
  try {
    return await act(client);
  } finally {
    await client.close();
    await aside.kill();
  }
}
