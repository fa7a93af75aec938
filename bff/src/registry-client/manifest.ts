import type { Digest } from './reference.ts';
import { isDigest } from './reference.ts';
import { isIndex, isManifest, isSchema1, mediaTypes } from './media-types.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly osVersion?: string | undefined;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly platform?: Platform | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Foreign layers: where the bytes live instead of a registry. */
  readonly urls?: readonly string[] | undefined;
}

/** An image or any other artifact in the form of an image manifest. */
export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The artifact manifest of an OCI 1.1 release candidate, which some tools wrote: blobs and no config. */
export interface ArtifactManifest {
  readonly kind: 'artifact';
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly blobs: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Manifest = ImageManifest | ImageIndex | ArtifactManifest;

// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests names 4 MiB.
export const manifestMaxBytes = 4 * 1024 * 1024;
/** Indexes in indexes: real ones have two levels; a hostile registry makes them endless. */
export const manifestMaxDepth = 8;
// A 4 MiB index can hold about 20,000 descriptors; no real one is near.
const descriptorsMax = 10_000;

export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads a manifest of any kind that can be copied. The bytes stay what they are: this is a view of them.
 * @param mediaType the Content-Type of the answer; the document's own `mediaType` must agree with it
 * @throws ManifestError with a sentence that says what is wrong
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): Manifest {
  if (bytes.byteLength > manifestMaxBytes) throw new ManifestError('The manifest is larger than 4 MiB.');
  const document = parseDocument(bytes);
  const type = typeof document['mediaType'] === 'string' ? document['mediaType'] : mediaType;
  if (isSchema1(type) || isSchema1(mediaType) || document['schemaVersion'] === 1) {
    throw new ManifestError('The manifest is of schema 1, which cannot be copied: rebuild or convert the image.');
  }
  if ((isIndex(mediaType) || isManifest(mediaType)) && type !== mediaType) {
    throw new ManifestError('The manifest says another media type than the registry does.');
  }
  const isList = Array.isArray(document['manifests']);
  const isImage = 'config' in document || 'layers' in document;
  const isArtifact = 'blobs' in document;
  // https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
  if (Number(isList) + Number(isImage) + Number(isArtifact) > 1) {
    throw new ManifestError('The manifest is an index and an image at once; it is refused.');
  }
  if (isList && (isIndex(type) || !isManifest(type))) return index(document, type);
  if (isArtifact && type === mediaTypes.ociArtifact) return artifact(document, type);
  if (isImage && type !== mediaTypes.ociArtifact && !isIndex(type)) return image(document, type);
  throw new ManifestError('The manifest is neither an image nor an index.');
}

type Json = Readonly<Record<string, unknown>>;

function parseDocument(bytes: Uint8Array): Json {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ManifestError('The manifest is not JSON.');
  }
  if (!isObject(document)) throw new ManifestError('The manifest is not a JSON object.');
  return document;
}

function index(document: Json, mediaType: string): ImageIndex {
  const known = isIndex(mediaType) ? mediaType : mediaTypes.ociIndex;
  return { kind: 'index', mediaType: known, manifests: list(document, 'manifests'), ...shared(document) };
}

function image(document: Json, mediaType: string): ImageManifest {
  const known = isManifest(mediaType) ? mediaType : mediaTypes.ociManifest;
  const config = descriptor(document['config'], 'config');
  return { kind: 'manifest', mediaType: known, config, layers: list(document, 'layers'), ...shared(document) };
}

function artifact(document: Json, mediaType: string): ArtifactManifest {
  return { kind: 'artifact', mediaType, blobs: list(document, 'blobs'), ...shared(document) };
}

function shared(document: Json): Pick<Manifest, 'artifactType' | 'subject' | 'annotations'> {
  const artifactType = document['artifactType'];
  const subject = document['subject'];
  return {
    ...(typeof artifactType === 'string' && artifactType !== '' ? { artifactType } : {}),
    ...(subject === undefined || subject === null ? {} : { subject: descriptor(subject, 'subject') }),
    annotations: annotations(document['annotations']) ?? {},
  };
}

function list(document: Json, key: string): Descriptor[] {
  const value = document[key] ?? [];
  if (!Array.isArray(value)) throw new ManifestError(`The manifest's ${key} are not a list.`);
  if (value.length > descriptorsMax) throw new ManifestError(`The manifest has more than ${descriptorsMax} ${key}.`);
  return value.map((entry: unknown, position) => descriptor(entry, `${key}[${position}]`));
}

/** @throws ManifestError */
export function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw new ManifestError(`The manifest's ${where} is not a descriptor.`);
  const { mediaType, digest, size, artifactType, urls } = value;
  if (typeof mediaType !== 'string') throw new ManifestError(`The manifest's ${where} has no media type.`);
  if (typeof digest !== 'string' || !isDigest(digest))
    throw new ManifestError(`The manifest's ${where} has no valid digest.`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new ManifestError(`The manifest's ${where} has no valid size.`);
  }
  const platform = parsePlatform(value['platform']);
  const notes = annotations(value['annotations']);
  const addresses = Array.isArray(urls) ? urls.filter((url): url is string => typeof url === 'string') : [];
  return {
    mediaType,
    digest,
    sizeBytes: size,
    ...(platform ? { platform } : {}),
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(notes ? { annotations: notes } : {}),
    ...(addresses.length > 0 ? { urls: addresses } : {}),
  };
}

/** Back to the specification's JSON, as an index holds it. */
export function descriptorJson(value: Descriptor): Record<string, unknown> {
  const { platform } = value;
  return {
    mediaType: value.mediaType,
    digest: value.digest,
    size: value.sizeBytes,
    ...(value.artifactType === undefined ? {} : { artifactType: value.artifactType }),
    ...(platform === undefined
      ? {}
      : {
          platform: {
            architecture: platform.architecture,
            os: platform.os,
            ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
            ...(platform.variant === undefined ? {} : { variant: platform.variant }),
          },
        }),
    ...(value.annotations === undefined ? {} : { annotations: value.annotations }),
    ...(value.urls === undefined ? {} : { urls: value.urls }),
  };
}

/** The layers whose bytes are elsewhere: never copied, never fetched. */
export function isForeignLayer(layer: Descriptor): boolean {
  return (
    (layer.urls?.length ?? 0) > 0 ||
    layer.mediaType === mediaTypes.dockerForeignLayer ||
    layer.mediaType.includes('.nondistributable.')
  );
}

function parsePlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  const osVersion = value['os.version'];
  return {
    os,
    architecture,
    ...(typeof variant === 'string' && variant !== '' ? { variant } : {}),
    ...(typeof osVersion === 'string' && osVersion !== '' ? { osVersion } : {}),
  };
}

function annotations(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
