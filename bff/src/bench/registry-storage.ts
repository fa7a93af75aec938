import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mediaTypes } from '../registry-client/index.ts';

/**
 * Writes images into the storage of a stopped Distribution registry, in the layout of its filesystem driver: pushing
 * fifty thousand tags would take as long as everything that is measured. Layers are named and not stored; nobody pulls.
 */
export class RegistryStorage {
  readonly #root: string;
  readonly #seed: string;
  #serial = 0;

  constructor(storageDirectory: string, seed: string) {
    this.#root = path.join(storageDirectory, 'docker/registry/v2');
    this.#seed = seed;
  }

  /** An image of `layerCount` layers, half of them shared with every other image. Returns its digest. */
  writeImage(repository: string, layerCount: number, architecture: string, created: Date): string {
    const serial = (this.#serial += 1);
    const layers = Array.from({ length: layerCount }, (_, index) => {
      const isBase = index < layerCount / 2;
      const name = isBase ? `base-${index}` : `${this.#seed}-${serial}-${index}`;
      const digest = `sha256:${createHash('sha256').update(name).digest('hex')}`;
      return { mediaType: mediaTypes.ociLayerGzip, digest, size: 1_000_000 + ((serial * 7919 + index) % 30_000_000) };
    });
    const config = Buffer.from(
      JSON.stringify({
        created: created.toISOString(),
        architecture,
        os: 'linux',
        config: {
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `BUILD=${this.#seed}-${serial}`],
          Entrypoint: ['/usr/bin/tini', '--'],
          Cmd: ['node', 'server.js'],
          Labels: { 'org.opencontainers.image.source': `https://git.example/${repository}` },
        },
        rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
        history: layers.map(({ digest }) => ({
          created: created.toISOString(),
          created_by: `COPY ${digest} / # buildkit`,
        })),
      }),
    );
    const configDigest = this.#writeBlob(config);
    this.#link(repository, '_layers', configDigest);
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: { mediaType: mediaTypes.ociConfig, digest: configDigest, size: config.length },
        layers,
      }),
    );
    const digest = this.#writeBlob(manifest);
    this.#link(repository, '_manifests/revisions', digest);
    return digest;
  }

  writeTag(repository: string, tag: string, digest: string): void {
    const folder = path.join(this.#root, 'repositories', repository, '_manifests/tags', tag, 'current');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'link'), digest);
  }

  #writeBlob(bytes: Buffer): string {
    const hex = createHash('sha256').update(bytes).digest('hex');
    const folder = path.join(this.#root, 'blobs/sha256', hex.slice(0, 2), hex);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'data'), bytes);
    return `sha256:${hex}`;
  }

  #link(repository: string, kind: '_layers' | '_manifests/revisions', digest: string): void {
    const [algorithm = '', hex = ''] = digest.split(':');
    const folder = path.join(this.#root, 'repositories', repository, kind, algorithm, hex);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'link'), digest);
  }
}
