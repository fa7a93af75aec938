import { digestOf, isRegistryError, mediaTypes, type RegistryClient } from '../../registry-client/index.ts';
import { throwawayType } from '../../access/reserved-names.ts';
import { fallbackTagOf, type KeptManifest } from './trash.ts';

type Deletes = Pick<RegistryClient, 'headManifest' | 'putManifest' | 'deleteManifest'>;

export interface Removal {
  readonly client: Deletes;
  readonly repository: string;
  readonly signal: AbortSignal;
}

const noDigest = `sha256:${'0'.repeat(64)}`;

/** Asks for an impossible deletion: 404 where deletion is on, and nothing is changed. Rejects with RegistryError. */
export async function isDeletionEnabled({ client, repository, signal }: Removal): Promise<boolean> {
  try {
    await client.deleteManifest(repository, noDigest, { signal });
    return true;
  } catch (error) {
    if (isRegistryError(error, 'unsupported')) return error.status === 400;
    throw error;
  }
}

/**
 * Put under a tag to take the tag off a manifest that others name, then deleted by its own digest. Its bytes follow from
 * the item, so that whoever goes on after a crash knows it again. An index without children: no blob has to be there.
 */
export function throwawayFor(itemId: string): { readonly bytes: Buffer; readonly digest: string } {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      artifactType: throwawayType,
      manifests: [],
      annotations: { 'io.longshore.trash.item': itemId },
    }),
  );
  return { bytes, digest: digestOf(bytes) };
}

/** Takes one tag away and leaves its manifest, and every other tag of it, where they are. Rejects with RegistryError. */
export async function removeTagOnly(removal: Removal, tag: string, itemId: string): Promise<void> {
  const { client, repository, signal } = removal;
  if (await deleteByTag(removal, tag)) return;
  const { bytes, digest } = throwawayFor(itemId);
  await client.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociIndex }, { signal });
  await client.deleteManifest(repository, digest, { signal });
}

/** Distribution 2.8 deletes by digest only, and says so with 400; others with 405. */
async function deleteByTag({ client, repository, signal }: Removal, tag: string): Promise<boolean> {
  try {
    await client.deleteManifest(repository, tag, { signal });
    return true;
  } catch (error) {
    if (isRegistryError(error, 'unsupported') && (error.status === 400 || error.status === 405)) return false;
    throw error;
  }
}

const order: ReadonlyArray<KeptManifest['role']> = ['root', 'child', 'referrer'];

/**
 * Deletes manifests by digest: first the root, with which its tag goes, so that whoever goes on after a crash sees by the
 * tag whether anything is gone; then what is below it, parents before their children, and what refers to it, with the lists
 * of that. What is gone already is passed over.
 * @param manifests children before their parents, as they were put aside
 */
export async function deleteManifests(
  removal: Removal,
  manifests: readonly KeptManifest[],
  tags: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { client, repository, signal } = removal;
  const deleted: string[] = [];
  const ordered = order.flatMap((role) => manifests.filter((manifest) => manifest.role === role).toReversed());
  for (const { digest } of ordered) {
    await client.deleteManifest(repository, digest, { signal });
    deleted.push(digest);
    const listOfReferrers = tags.get(fallbackTagOf(digest));
    if (listOfReferrers === undefined) continue;
    await client.deleteManifest(repository, listOfReferrers, { signal });
    deleted.push(listOfReferrers);
  }
  return deleted;
}
