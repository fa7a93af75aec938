import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

/** Content that a manifest names: a layer, a config, or any other file. */
export interface SeedBlob {
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly annotations?: Readonly<Record<string, string>>;
  open(): Readable | Promise<Readable>;
}

/** A layer knows in addition what the image's config and history say of it. */
export interface SeedLayer extends SeedBlob {
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  readonly createdBy: string;
}

export type LayerEntry =
  | { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number }
  | { readonly path: string; readonly copyOf: string; readonly mode?: number }
  | { readonly path: string; readonly linkTo: string }
  | { readonly path: string; readonly directory: true; readonly mode?: number };

const IMAGE_LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';
/** One time for every file: the same content must give the same digest at every build. */
const FILE_TIME = new Date('2024-01-01T00:00:00Z');

export interface LayerSettings {
  /** The command that the image's history shows for it. */
  readonly createdBy: string;
  readonly mediaType?: string;
  /** zlib's, 1 to 9. */
  readonly compressionLevel?: number;
}

/** Packs `entries`, in their order, into a gzipped tar at `file`. */
export async function buildLayer(
  file: string,
  entries: readonly LayerEntry[],
  { createdBy, mediaType = IMAGE_LAYER_TYPE, compressionLevel = 6 }: LayerSettings,
): Promise<SeedLayer> {
  const tar = pack();
  const uncompressed = createHash('sha256');
  const compressed = createHash('sha256');
  const writing = pipeline(
    tar as unknown as Readable,
    hashThrough(uncompressed),
    createGzip({ level: compressionLevel }),
    hashThrough(compressed),
    createWriteStream(file),
  );
  await Promise.all([writing, packEntries(tar, entries)]);
  const { size } = await stat(file);
  return {
    mediaType,
    digest: `sha256:${compressed.digest('hex')}`,
    diffId: `sha256:${uncompressed.digest('hex')}`,
    sizeBytes: size,
    createdBy,
    open: () => createReadStream(file),
  };
}

function hashThrough(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk);
      callback(undefined, chunk);
    },
  });
}

async function packEntries(tar: Pack, entries: readonly LayerEntry[]): Promise<void> {
  const written = new Set<string>();
  for (const entry of entries) {
    for (const folder of foldersAbove(entry.path)) {
      if (written.has(folder)) continue;
      written.add(folder);
      tar.entry({ name: `${folder}/`, type: 'directory', mode: 0o755, mtime: FILE_TIME });
    }
    if (written.has(entry.path)) continue;
    written.add(entry.path);
    await packEntry(tar, entry);
  }
  tar.finalize();
}

async function packEntry(tar: Pack, entry: LayerEntry): Promise<void> {
  if ('directory' in entry) {
    tar.entry({ name: `${entry.path}/`, type: 'directory', mode: entry.mode ?? 0o755, mtime: FILE_TIME });
    return;
  }
  if ('linkTo' in entry) {
    tar.entry({ name: entry.path, type: 'symlink', linkname: entry.linkTo, mtime: FILE_TIME });
    return;
  }
  const mode = entry.mode ?? 0o644;
  if ('content' in entry) {
    const content = Buffer.from(entry.content);
    tar.entry({ name: entry.path, mode, mtime: FILE_TIME, size: content.length }, content);
    return;
  }
  await packFile(tar, entry.path, entry.copyOf, mode);
}

/** Small files at once; large ones as a stream, so that the Node runtime never lies in memory as a whole. */
async function packFile(tar: Pack, name: string, source: string, mode: number): Promise<void> {
  const { size } = await stat(source);
  if (size < 1024 * 1024) {
    const content = await readFile(source);
    tar.entry({ name, mode, mtime: FILE_TIME, size: content.length }, content);
    return;
  }
  await pipeline(createReadStream(source), tar.entry({ name, mode, mtime: FILE_TIME, size }));
}

function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
