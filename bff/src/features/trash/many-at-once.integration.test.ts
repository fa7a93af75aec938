import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listAllTrash, restoreFromTrash } from '../../contract/trash.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { project, TrashScene } from './testing/trash-scene.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let scene: TrashScene;
beforeAll(async () => {
  scene = await TrashScene.start('embedded');
});
afterAll(() => scene?.close());

async function pushIndex(repository: string, tag: string, ...images: Array<{ digest: string }>): Promise<string> {
  const manifests = images.map(({ digest }) => ({ mediaType: mediaTypes.ociManifest, digest, size: 1 }));
  const sized = await Promise.all(
    manifests.map(async (one) => ({
      ...one,
      size: (await scene.client.getManifest(repository, one.digest)).bytes.length,
    })),
  );
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: sized, annotations: { tag } };
  const bytes = Buffer.from(JSON.stringify(index));
  const put = await scene.client.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociIndex });
  return put.digest;
}

test('what is deleted together takes along what only they share, and nothing that others need', async () => {
  const repository = 'payments/together';
  const [one, two, shared, lived] = await Promise.all(
    [1, 2, 3, 4].map(() => pushSampleImage(scene.client, repository, { layerSizes: [2000] })),
  );
  if (!one || !two || !shared || !lived) throw new Error('Nothing was pushed.');
  const indexes = [
    await pushIndex(repository, 'a', one, shared, lived),
    await pushIndex(repository, 'b', two, shared, lived),
  ];
  const retag = async (digest: string, tag: string): Promise<void> => {
    const { bytes, descriptor } = await scene.client.getManifest(repository, digest);
    await scene.client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType });
  };
  await retag(one.digest, 'c');
  const twin = await pushSampleImage(scene.client, repository, { tag: 'twin-1', layerSizes: [1000] });
  await retag(twin.digest, 'twin-2');
  indexes.push(twin.digest);
  await pushIndex(repository, 'stays', lived);
  await scene.scan(['a', 'b', 'c', 'stays', 'twin-1', 'twin-2'], repository);
  await scene.deleteSelection({
    kind: 'references',
    registryId: 'dev',
    repository,
    references: ['a', 'b', 'c', 'twin-1', 'twin-2'],
  });
  const { items } = await scene.admin.call(listAllTrash, { query: { repository } });
  for (const item of items) expect(item).toMatchObject({ state: 'deleted', reason: null, keptIn: 'repository' });
  const [a = '', b = '', both = ''] = indexes;
  const gone = { a, b, twin: both, one: one.digest, two: two.digest, shared: shared.digest };
  for (const [name, digest] of Object.entries(gone)) {
    expect(await scene.canPull(digest, repository), `${name} is still there: ${digest}`).toBe(false);
  }
  expect(await scene.canPull(lived.digest, repository)).toBe(true);
  await expectWhole(scene.client, [repository]);
  for (const { id } of items) {
    const target = { kind: 'same' as const };
    await scene.admin.call(restoreFromTrash, { params: { project, trashItemId: id }, body: { target } });
  }
  for (const { id } of items) expect(await scene.ended(id)).toMatchObject({ state: 'restored' });
  await scene.cleaned();
  await scene.collect();
  for (const digest of [...indexes, shared.digest]) expect(await scene.canPull(digest, repository)).toBe(true);
  await expectWhole(scene.client, [repository]);
});

test('a worker on many that take longer than its renewals goes through all of them once', async () => {
  const repository = 'payments/long';
  const tags = Array.from({ length: 60 }, (_, position) => `t${position}`);
  for (const tag of tags) await pushSampleImage(scene.client, repository, { tag, layerSizes: [100] });
  await scene.scan(tags, repository);
  // Far away: the first have ended when it renews, and the others have not begun.
  scene.proxy.answer(() => sleep(100));
  await scene.deleteSelection({ kind: 'repository', registryId: 'dev', repository });
  scene.proxy.answer(() => undefined);
  const rows = await scene.database.kysely
    .selectFrom('trash_items')
    .select(['state', 'attempt', 'fence'])
    .where('repository', '=', repository)
    .execute();
  expect(rows).toHaveLength(tags.length);
  for (const row of rows) expect(row).toMatchObject({ state: 'deleted', attempt: 1 });
});
