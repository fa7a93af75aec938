import { getStorage, measureRegistryStorage } from '../../contract/storage.ts';
import { until } from '../../features/replication/testing/waiting.ts';
import { digestOf, mediaTypes } from '../../registry-client/index.ts';
import type { TestBff } from '../../testing/start-bff.ts';

/** Until the bytes of both registries are known, as they are now. */
export async function measureAll(bff: TestBff): Promise<void> {
  const admin = await bff.signIn();
  for (const registryId of Object.keys(untaggedBytes))
    await admin.call(measureRegistryStorage, { params: { registryId } });
  await until('the registries to be measured', async () => {
    const { items } = await admin.call(getStorage, {});
    return items.every((one) => one.manifestCount > 0 && !one.isMeasuring && one.changedCount === 0) ? true : undefined;
  });
}

/** Of each project its own sizes in each registry: a sum over others is seen by its digits. */
export const untaggedBytes = { development: 700_000_007, production: 30_003 } as const;

/** In each registry one that no tag reaches, as the next measuring finds it. */
export async function addUntagged(
  bff: TestBff,
  { project, repository }: { readonly project: string; readonly repository: string },
  registryIds: ReadonlyArray<keyof typeof untaggedBytes>,
): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  for (const registryId of registryIds) {
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, left: registryId, project }));
    const digest = digestOf(content);
    const { id } = await kysely
      .selectFrom('repositories')
      .select('id')
      .where('registry_id', '=', registryId)
      .where('name', '=', repository)
      .executeTakeFirstOrThrow();
    const size_bytes = untaggedBytes[registryId];
    await kysely
      .insertInto('manifests')
      .values({
        digest,
        media_type: mediaTypes.ociManifest,
        kind: 'artifact',
        content,
        size_bytes,
        total_size_bytes: size_bytes,
      })
      .execute();
    await kysely.insertInto('repository_manifests').values({ repository_id: id, digest }).execute();
  }
}
