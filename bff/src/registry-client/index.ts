export { giveBack, keepForSeveral, readIntoKeptBuffers } from './blob-buffers.ts';
export type {
  AnswerMark,
  BlobSight,
  CapabilityName,
  CapabilityReasonCode,
  CapabilityResult,
  Clock,
  Credential,
  EndpointCheck,
  EndpointState,
  ForwardingEndpoint,
  GetBlobOptions,
  ManifestBytes,
  ManifestLookup,
  MintToken,
  Ping,
  PushBlobOptions,
  Referrers,
  RegistryCapabilities,
  RegistryClient,
  RegistryClientOptions,
  RegistryLoad,
  RequestOptions,
  RequestRecord,
  Timeouts,
} from './client-types.ts';
export { capabilityNames } from './client-types.ts';
export type { ArtifactManifest, Descriptor, ImageIndex, ImageManifest, Manifest, Platform } from './manifest.ts';
export {
  isForeignLayer,
  ManifestError,
  manifestMaxBytes,
  manifestMaxDepth,
  parseManifest,
} from './manifest.ts';
export { isIndex, isManifest, manifestAccept, mediaTypes } from './media-types.ts';
export type { NamedPlatform } from './platforms.ts';
export { hasWantedPlatform, parsePlatformName, wantedChildren } from './platforms.ts';
export type { Digest, ImageReference, Reference, RepositoryName, Tag } from './reference.ts';
export {
  isDigest,
  isRepositoryName,
  isTag,
  parseDigest,
} from './reference.ts';
export { headMovingManifest } from './head-moving.ts';
export { createRegistryClient } from './registry-client.ts';
export { passingCodes, patientCodes } from './error-sentences.ts';
export type { RegistryErrorCode, RegistryErrorFields, Side } from './registry-error.ts';
export { isRegistryError, RegistryError } from './registry-error.ts';
export { Secret } from './secret.ts';
export { type BlobSource, digestOf, openVerifiedBlob } from './verified-blob.ts';
export { notificationEndpoint } from './notification-endpoint.ts';
