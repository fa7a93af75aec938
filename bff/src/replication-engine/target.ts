import type { RegistryClient } from '../registry-client/index.ts';

/**
 * What the engine reads from. A registry client fits as it is; so does anything else that holds manifests and blobs.
 */
export type ReadOnlyTarget = Pick<
  RegistryClient,
  'name' | 'headManifest' | 'getManifest' | 'getBlob' | 'listReferrers'
>;

/**
 * What the engine writes to. Give the same object to concurrent copies: what one of them learned about the
 * destination serves the others.
 */
export type Target = ReadOnlyTarget &
  Pick<
    RegistryClient,
    'hasRepository' | 'hasBlob' | 'pushBlob' | 'verifiesUploads' | 'putManifest' | 'pushReferrerFallback'
  >;
