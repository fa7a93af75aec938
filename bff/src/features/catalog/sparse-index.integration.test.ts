import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createRegistryClient, type RegistryClient } from '../../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { pushSampleIndex } from '../../testing/sample-artifacts.ts';
import { type SparseDoor, startSparseDoor } from '../../testing/sparse-door.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { type CatalogService, createCatalogService } from './catalog.service.ts';
import { createCatalogStore } from './catalog.store.ts';
import { createRegistryEventsStore } from './registry-events.store.ts';
import { createScanStateStore } from './scan-state.store.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const repository = 'sparse/app';

function clientOf({ url }: { readonly url: string }): RegistryClient {
  return createRegistryClient({ name: 'sparse', endpoints: [{ url }], userAgent: 'test' });
}

describeEachDatabase('the catalog of a registry that takes an index without all its children', (open) => {
  let elsewhere: RealRegistry;
  let registry: RealRegistry;
  let door: SparseDoor;
  let whole: RegistryClient;
  let toSparse: RegistryClient;
  let catalog: CatalogService | undefined;

  beforeAll(async () => {
    elsewhere = await startRealRegistry();
    registry = await startRealRegistry();
    door = await startSparseDoor(registry);
    whole = clientOf(elsewhere);
    toSparse = clientOf(door);
  });
  afterEach(() => catalog?.stop());
  afterAll(async () => {
    await whole?.close();
    await toSparse?.close();
    await door?.stop();
    await registry?.stop();
    await elsewhere?.stop();
  });

  async function startCatalog() {
    const { kysely } = await open();
    const values = { id: 'sparse', name: 'sparse', environment: 'branch' };
    await kysely.insertInto('registries').values(values).execute();
    catalog = createCatalogService({
      store: createCatalogStore(kysely),
      stateStore: createScanStateStore(kysely),
      eventsStore: createRegistryEventsStore(kysely),
      registries: {
        clientFor: () => Promise.resolve(toSparse),
        findRegistry: () => Promise.resolve(undefined),
        onChanged: () => () => {},
      },
      publish: () => {},
      notePulls: () => {},
      clock: { now: () => new Date() },
      logger: { warn: () => {}, info: () => {} },
      userAgent: 'longshore/test',
      instanceId: 'one',
      random: () => 0.5,
    });
    const held = async () => {
      const rows = await kysely
        .selectFrom('repository_manifests')
        .innerJoin('manifests', 'manifests.digest', 'repository_manifests.digest')
        .select(['manifests.digest', 'manifests.total_size_bytes', 'repository_manifests.held_size_bytes'])
        .execute();
      return new Map(rows.map((row) => [row.digest, row]));
    };
    return { catalog, held };
  }

  test('counts what is there, finds nothing to do again, and adds what comes later', async () => {
    const index = await pushSampleIndex(whole, repository, ['amd64', 'arm64'], { tag: 'v1' });
    const [amd, arm] = index.children.map(({ digest }) => digest);
    if (amd === undefined || arm === undefined) throw new Error('The sample has two images.');
    /** With its blobs, and its manifest last. */
    const bring = async (digest: string, reference: string): Promise<void> => {
      const blobs = index.children.find((child) => child.digest === digest)?.blobs ?? [];
      for (const blob of blobs) {
        const content = { digest: blob.digest, sizeBytes: blob.size };
        await toSparse.pushBlob(repository, content, () => whole.getBlob(repository, blob.digest));
      }
      const { bytes, descriptor } = await whole.getManifest(repository, digest);
      await toSparse.putManifest(repository, reference, { bytes, mediaType: descriptor.mediaType });
    };
    await bring(arm, arm);
    await bring(index.digest, 'v1');
    const { catalog: followed, held } = await startCatalog();
    // Nobody knows the other child: the whole has no size, and what is here has.
    expect(await followed.scanRegistry('sparse')).toMatchObject({ outcome: 'complete', tagCount: 1 });
    const first = await held();
    expect([...first.keys()].toSorted()).toEqual([index.digest, arm].toSorted());
    const expected = index.sizeBytes + (first.get(arm)?.total_size_bytes ?? 0);
    expect(first.get(index.digest)).toMatchObject({ total_size_bytes: null, held_size_bytes: expected });
    expect(await followed.scanRegistry('sparse')).toMatchObject({ outcome: 'complete', changedTagCount: 0 });

    await bring(amd, amd);
    expect(await followed.refreshManifest('sparse', repository, amd)).toBe(true);
    expect((await held()).get(index.digest)).toMatchObject({ held_size_bytes: null });
    await toSparse.deleteManifest(repository, amd);
    expect(await followed.refreshManifest('sparse', repository, amd)).toBe(false);
    expect((await held()).get(index.digest)).toMatchObject({ held_size_bytes: expected });
  });
});
