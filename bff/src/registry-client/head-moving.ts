import type { ManifestLookup, RegistryClient, RequestOptions } from './client-types.ts';
import { isRegistryError } from './registry-error.ts';

/**
 * What a reference is now. Distribution answers 500 to whoever reads a tag or a manifest while it is written: it is asked
 * once more then. Rejects with RegistryError.
 */
export async function headMovingManifest(
  client: Pick<RegistryClient, 'headManifest'>,
  repository: string,
  reference: string,
  options: RequestOptions & { readonly ifNoneMatch?: string | undefined } = {},
): Promise<ManifestLookup> {
  try {
    return await client.headManifest(repository, reference, options);
  } catch (error) {
    if (!isRegistryError(error, 'server-error')) throw error;
    return client.headManifest(repository, reference, options);
  }
}
