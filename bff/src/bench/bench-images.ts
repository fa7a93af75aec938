import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRegistryClient, mediaTypes, type RegistryClient } from '../registry-client/index.ts';
import type { RealRegistry } from '../testing/real-registry.ts';

export const mebibyte = 1024 * 1024;

interface Blob {
  readonly repository: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly file: string;
}

export interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly bytes: Buffer;
  readonly blobs: readonly Blob[];
}

/** Repositories `app-01` and so on; each image has layers of its own. */
export async function pushMany(
  registry: RealRegistry,
  directory: string,
  { repositories, tags, layers }: { repositories: number; tags: number; layers: number },
): Promise<Image[]> {
  const images: Image[] = [];
  for (let repository = 1; repository <= repositories; repository += 1) {
    for (let tag = 1; tag <= tags; tag += 1) {
      const name = { repository: `app-${String(repository).padStart(2, '0')}`, tag: `1.0.${tag}` };
      images.push(await pushImage(registry, directory, name, layers, mebibyte));
    }
  }
  return images;
}

/** An image of random layers; its blobs stay as files in the directory. */
export async function pushImage(
  registry: RealRegistry,
  directory: string,
  { repository, tag }: { repository: string; tag: string },
  layers: number,
  layerBytes: number,
): Promise<Image> {
  const push = benchClient(registry);
  try {
    const files = path.join(directory, 'blobs');
    await mkdir(files, { recursive: true });
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        created: new Date().toISOString(),
        config: {},
        rootfs: { type: 'layers', diff_ids: [] },
        comment: `${repository}:${tag}`,
      }),
    );
    const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
    const configBlob = { repository, digest, sizeBytes: config.length, file: path.join(files, digest.slice(7)) };
    await writeFile(configBlob.file, config);
    const layerBlobs: Blob[] = [];
    for (let layer = 1; layer <= layers; layer += 1) {
      layerBlobs.push(
        await writeLayer(
          path.join(files, `${repository.replaceAll('/', '-')}-${tag}-${layer}`),
          repository,
          layerBytes,
        ),
      );
    }
    const blobs = [configBlob, ...layerBlobs];
    for (const blob of blobs) await push.pushBlob(repository, blob, () => createReadStream(blob.file));
    const describe = (blob: Blob, mediaType: string) => ({ mediaType, digest: blob.digest, size: blob.sizeBytes });
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: describe(configBlob, mediaTypes.ociConfig),
      layers: layerBlobs.map((blob) => describe(blob, mediaTypes.ociLayer)),
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await push.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociManifest });
    return { repository, tag, bytes, blobs };
  } finally {
    await push.close();
  }
}

/** Piece by piece: layers of gigabytes would not fit into a buffer. */
async function writeLayer(file: string, repository: string, sizeBytes: number): Promise<Blob> {
  const hash = createHash('sha256');
  const target = await open(file, 'w');
  try {
    for (let written = 0; written < sizeBytes; ) {
      const piece = randomBytes(Math.min(16 * mebibyte, sizeBytes - written));
      hash.update(piece);
      await target.writeFile(piece);
      written += piece.length;
    }
  } finally {
    await target.close();
  }
  return { repository, digest: `sha256:${hash.digest('hex')}`, sizeBytes, file };
}

export function benchClient(registry: { readonly url: string }): RegistryClient {
  return createRegistryClient({ name: 'bench', endpoints: [{ url: registry.url }], userAgent: 'longshore-bench' });
}

/** All that a destination without any of it has to be given. */
export function bytesOf(images: readonly Image[]): number {
  const blobs = new Map(images.flatMap((image) => image.blobs.map(({ digest, sizeBytes }) => [digest, sizeBytes])));
  const ofBlobs = [...blobs.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0);
  return ofBlobs + images.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
