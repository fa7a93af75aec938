import {
  type Descriptor,
  type ImageManifest,
  isIndex,
  isManifest,
  type Manifest,
  type ManifestBytes,
  ManifestError,
  mediaTypes,
  parseManifest,
} from '../../registry-client/index.ts';
import { type ConfigFacts, type PlatformFacts, readConfigFacts } from './config-facts.ts';
import { readDate, storable } from './storable-values.ts';

/** A manifest as the catalog keeps it. */
export interface IndexedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly kind: 'image' | 'index' | 'artifact';
  readonly content: Buffer;
  readonly platforms: readonly PlatformFacts[];
  /** The config and layers, each once. */
  readonly blobs: readonly { readonly digest: string; readonly sizeBytes: number }[];
  readonly childDigests: readonly string[];
  readonly configDigest: string | null;
  readonly config: Buffer | null;
  readonly subjectDigest: string | null;
  readonly createdAt: Date | null;
  /** False for what cannot be read, such as schema 1: its size stays unknown. */
  readonly isReadable: boolean;
}

// A config is JSON of some kilobytes; one beyond this is shown by its size only.
export const configMaxBytes = 4 * 1024 * 1024;

/** The config that says what an image is; undefined for artifacts, whose config means something else or nothing. */
export function imageConfigOf(manifest: Manifest): Descriptor | undefined {
  if (manifest.kind !== 'manifest') return undefined;
  const { config } = manifest;
  return isImageConfig(config.mediaType) && config.sizeBytes <= configMaxBytes ? config : undefined;
}

function isImageConfig(mediaType: string): boolean {
  return mediaType === mediaTypes.ociConfig || mediaType === mediaTypes.dockerConfig;
}

/** Undefined for a document that is no manifest Longshore can read; its bytes are kept all the same. */
export function tryParseManifest(manifest: ManifestBytes): Manifest | undefined {
  try {
    return parseManifest(manifest.bytes, manifest.descriptor.mediaType);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

/** Children of an index that are manifests; BuildKit's caches list blobs there. */
export function childManifestsOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.manifests.filter(isManifestDescriptor) : [];
}

function isManifestDescriptor({ mediaType }: Descriptor): boolean {
  return isIndex(mediaType) || isManifest(mediaType);
}

/** @param config the config's bytes, where `imageConfigOf` named one and it could be read */
export function indexManifest(
  raw: ManifestBytes,
  manifest: Manifest | undefined,
  config: Buffer | null,
): IndexedManifest {
  const facts = config === null ? undefined : readConfigFacts(config);
  return {
    digest: raw.descriptor.digest,
    mediaType: storable(manifest?.mediaType ?? raw.descriptor.mediaType),
    artifactType: manifest === undefined ? null : artifactTypeOf(manifest),
    kind: kindOf(manifest),
    content: raw.bytes,
    platforms: platformsOf(manifest, facts),
    blobs: manifest === undefined ? [] : blobsOf(manifest),
    childDigests: manifest === undefined ? [] : childManifestsOf(manifest).map(({ digest }) => digest),
    configDigest: manifest?.kind === 'manifest' ? manifest.config.digest : null,
    config,
    subjectDigest: manifest?.subject?.digest ?? null,
    createdAt: facts?.createdAt ?? annotatedDate(manifest),
    isReadable: manifest !== undefined,
  };
}

function kindOf(manifest: Manifest | undefined): IndexedManifest['kind'] {
  if (manifest?.kind === 'index') return 'index';
  return manifest?.kind === 'manifest' && isImageConfig(manifest.config.mediaType) ? 'image' : 'artifact';
}

function artifactTypeOf(manifest: Manifest): string | null {
  if (manifest.artifactType !== undefined) return storable(manifest.artifactType);
  return manifest.kind === 'manifest' ? typeByConfig(manifest) : null;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage */
function typeByConfig({ config: { mediaType } }: ImageManifest): string | null {
  return isImageConfig(mediaType) || mediaType === mediaTypes.ociEmpty ? null : storable(mediaType);
}

function platformsOf(manifest: Manifest | undefined, facts: ConfigFacts | undefined): PlatformFacts[] {
  if (manifest?.kind !== 'index') return facts?.platform == null ? [] : [facts.platform];
  const byText = new Map<string, PlatformFacts>();
  for (const { platform } of manifest.manifests) {
    // Attestations ride along as unknown/unknown and run nowhere.
    if (platform === undefined || platform.os === 'unknown') continue;
    const entry: PlatformFacts = {
      os: storable(platform.os),
      architecture: storable(platform.architecture),
      variant: platform.variant === undefined ? null : storable(platform.variant),
      osVersion: platform.osVersion === undefined ? null : storable(platform.osVersion),
    };
    byText.set(JSON.stringify(entry), entry);
  }
  return [...byText.values()].slice(0, 200);
}

function blobsOf(manifest: Manifest): { digest: string; sizeBytes: number }[] {
  const descriptors =
    manifest.kind === 'manifest'
      ? [manifest.config, ...manifest.layers]
      : manifest.kind === 'artifact'
        ? manifest.blobs
        : manifest.manifests.filter((child) => !isManifestDescriptor(child));
  const sizes = new Map(descriptors.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  return [...sizes].map(([digest, sizeBytes]) => ({ digest, sizeBytes }));
}

function annotatedDate(manifest: Manifest | undefined): Date | null {
  return readDate(manifest?.annotations['org.opencontainers.image.created']);
}
