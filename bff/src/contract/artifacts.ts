import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Digest, Instant, Platform, Reference, RegistryId, RepositoryName, TagName } from './words.ts';

const annotations = z.record(z.string(), z.string());

/** One line of an image's history; `layer` is null for steps that add no bytes (ENV, CMD, …). */
export const HistoryStep = z.object({
  createdBy: z.nullable(z.string()),
  createdAt: z.nullable(Instant),
  comment: z.nullable(z.string()),
  layer: z.nullable(z.int()),
});

export const Layer = z.object({
  digest: Digest,
  mediaType: z.string(),
  sizeBytes: z.number(),
  /** From `org.opencontainers.image.title`, as artifacts that are not images name their files. */
  title: z.nullable(z.string()),
  /** Other repositories that hold the same blob, over all registries the caller may read. */
  alsoInRepositories: z.int(),
});

export const ImageConfig = z.object({
  createdAt: z.nullable(Instant),
  author: z.nullable(z.string()),
  user: z.nullable(z.string()),
  workingDirectory: z.nullable(z.string()),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  environment: z.array(z.string()),
  exposedPorts: z.array(z.string()),
  volumes: z.array(z.string()),
  labels: annotations,
  stopSignal: z.nullable(z.string()),
});

export const PlatformEntry = z.object({
  digest: Digest,
  mediaType: z.string(),
  platform: z.nullable(Platform),
  /** An attestation or similar that rides in the index but runs nowhere. */
  isAttestation: z.boolean(),
  /** Closure of this entry; null while it is not in the catalog. */
  totalSizeBytes: z.nullable(z.number()),
  isPresent: z.boolean(),
});

export const Artifact = z
  .object({
    registryId: RegistryId,
    repository: RepositoryName,
    /** The tag asked for; null when a digest was asked for. */
    tag: z.nullable(TagName),
    digest: Digest,
    mediaType: z.string(),
    artifactType: z.nullable(z.string()),
    kind: z.enum(['image', 'index', 'artifact']),
    /** The manifest's own bytes. */
    sizeBytes: z.number(),
    /** The manifest and everything it refers to, each blob once; null while parts are unknown. */
    totalSizeBytes: z.nullable(z.number()),
    createdAt: z.nullable(Instant),
    pushedAt: z.nullable(Instant),
    pushedBy: z.nullable(z.string()),
    annotations,
    /** Tags of this repository in this registry with this digest. */
    tags: z.array(TagName),
    platform: z.nullable(Platform),
    platforms: z.array(PlatformEntry),
    layers: z.array(Layer),
    history: z.array(HistoryStep),
    config: z.nullable(ImageConfig),
    /** The config blob as the registry holds it, when it is JSON. */
    configJson: z.nullable(z.string()),
    /** The manifest's bytes as text. */
    manifestJson: z.string(),
    subject: z.nullable(Digest),
    /** Where else the same repository holds this digest or this tag. */
    elsewhere: z.array(
      z.object({ registryId: RegistryId, digest: Digest, isSame: z.boolean(), pushedAt: z.nullable(Instant) }),
    ),
    asOf: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'Artifact' });
export type Artifact = z.infer<typeof Artifact>;

export interface ReferrerShape {
  digest: string;
  mediaType: string;
  artifactType: string | null;
  sizeBytes: number;
  createdAt: string | null;
  annotations: Record<string, string>;
  referrers: ReferrerShape[];
}
export const Referrer: z.ZodMiniType<ReferrerShape, ReferrerShape> = z
  .object({
    digest: Digest,
    mediaType: z.string(),
    artifactType: z.nullable(z.string()),
    sizeBytes: z.number(),
    createdAt: z.nullable(Instant),
    annotations,
    get referrers() {
      return z.array(Referrer);
    },
  })
  .register(z.globalRegistry, { id: 'Referrer' });

const coordinates = z.strictObject({ registryId: RegistryId, repository: RepositoryName, reference: Reference });

export const getArtifact = endpoint({
  method: 'GET',
  path: '/artifact',
  summary: 'One artifact; read from the catalog, and from the registry for what the catalog does not hold yet',
  permission: 'catalog.read',
  query: coordinates,
  response: Artifact,
  errors: ['registry-not-found', 'artifact-not-found', 'registry-unavailable'],
});
export const listReferrers = endpoint({
  method: 'GET',
  path: '/artifact/referrers',
  summary: 'What refers to an artifact: signatures, SBOMs, attestations, as a tree',
  permission: 'catalog.read',
  query: coordinates,
  response: z.object({ items: z.array(Referrer) }),
  errors: ['registry-not-found', 'artifact-not-found', 'registry-unavailable'],
});

export const artifactEndpoints = { getArtifact, listReferrers };
