import { Readable } from 'node:stream';
import { digestOf } from '../../registry-client/index.ts';
import type { SeedBlob, SeedLayer } from './layer.ts';

export interface SeedPlatform {
  readonly os: string;
  readonly architecture: string;
}

/** A manifest or index with everything below it, ready to be pushed anywhere. */
export interface SeedArtifact {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
  readonly platform?: SeedPlatform;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly blobs: readonly SeedBlob[];
  readonly children: readonly SeedArtifact[];
  /** What it refers to, for signatures, SBOMs and the like. */
  readonly subjectDigest?: string;
}

/** The part of an image's config that says how it runs, in the specification's own spelling. */
export interface RunSettings {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly User?: string;
  readonly WorkingDir?: string;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

export function blobOf(
  mediaType: string,
  content: string | Uint8Array,
  annotations?: Record<string, string>,
): SeedBlob {
  const bytes = Buffer.from(content);
  return {
    mediaType,
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
    ...(annotations === undefined ? {} : { annotations }),
    open: () => Readable.from([bytes], { objectMode: false }),
  };
}

export interface ImageParts {
  readonly layers: readonly SeedLayer[];
  readonly run: RunSettings;
  readonly createdAt: Date;
  readonly platform: SeedPlatform;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function composeImage({ layers, run, createdAt, platform, annotations }: ImageParts): SeedArtifact {
  const created = createdAt.toISOString();
  const config = blobOf(
    CONFIG_TYPE,
    JSON.stringify({
      created,
      architecture: platform.architecture,
      os: platform.os,
      config: run,
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
      history: [
        ...layers.map((layer) => ({ created, created_by: layer.createdBy })),
        ...settingsHistory(run).map((line) => ({ created, created_by: line, empty_layer: true })),
      ],
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { ...sealed(manifest, MANIFEST_TYPE), platform, blobs: [config, ...layers], children: [] };
}

export function composeIndex(
  children: readonly SeedArtifact[],
  annotations?: Readonly<Record<string, string>>,
): SeedArtifact {
  const index = {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: children.map((child) => ({
      mediaType: child.mediaType,
      digest: child.digest,
      size: child.bytes.length,
      platform: child.platform,
      annotations: child.annotations,
    })),
    annotations,
  };
  return { ...sealed(index, INDEX_TYPE), blobs: [], children };
}

export interface OtherParts {
  /** Absent where the config's media type says it, as Helm does. */
  readonly artifactType?: string;
  readonly config?: SeedBlob;
  readonly layers: readonly SeedBlob[];
  readonly subject?: SeedArtifact;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An artifact that is no image: a chart, an SBOM, a signature. */
export function composeArtifact({ artifactType, config, layers, subject, annotations }: OtherParts): SeedArtifact {
  const blob = config ?? blobOf(EMPTY_TYPE, '{}');
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: descriptorOf(blob),
    layers: layers.map(descriptorOf),
    ...(subject === undefined
      ? {}
      : { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length } }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return {
    ...sealed(manifest, MANIFEST_TYPE),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
    blobs: [blob, ...layers],
    children: [],
    ...(subject === undefined ? {} : { subjectDigest: subject.digest }),
  };
}

/**
 * What BuildKit puts beside a platform's image in an index: a statement about it, of platform unknown/unknown.
 * https://github.com/moby/buildkit/blob/v0.17.0/docs/attestations/attestation-storage.md
 */
export function composeAttestation(image: SeedArtifact, statement: object, createdAt: Date): SeedArtifact {
  const platform = { os: 'unknown', architecture: 'unknown' };
  const layer = blobOf('application/vnd.in-toto+json', JSON.stringify(statement), {
    'in-toto.io/predicate-type': 'https://spdx.dev/Document',
  });
  const config = blobOf(
    CONFIG_TYPE,
    JSON.stringify({
      created: createdAt.toISOString(),
      ...platform,
      config: {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptorOf(config),
    layers: [descriptorOf(layer)],
  };
  return {
    ...sealed(manifest, MANIFEST_TYPE),
    platform,
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.digest,
    },
    blobs: [config, layer],
    children: [],
  };
}

function sealed(document: object, mediaType: string): { mediaType: string; digest: string; bytes: Buffer } {
  const bytes = Buffer.from(JSON.stringify(document));
  return { mediaType, digest: digestOf(bytes), bytes };
}

function descriptorOf(blob: SeedBlob): object {
  return {
    mediaType: blob.mediaType,
    digest: blob.digest,
    size: blob.sizeBytes,
    ...(blob.annotations === undefined ? {} : { annotations: blob.annotations }),
  };
}

function settingsHistory(run: RunSettings): string[] {
  const lines = (run.Env ?? []).map((entry) => `ENV ${entry}`);
  if (run.ExposedPorts !== undefined) lines.push(`EXPOSE ${Object.keys(run.ExposedPorts).join(' ')}`);
  if (run.User !== undefined) lines.push(`USER ${run.User}`);
  if (run.WorkingDir !== undefined) lines.push(`WORKDIR ${run.WorkingDir}`);
  if (run.Entrypoint !== undefined) lines.push(`ENTRYPOINT ${JSON.stringify(run.Entrypoint)}`);
  if (run.Cmd !== undefined) lines.push(`CMD ${JSON.stringify(run.Cmd)}`);
  return lines;
}
