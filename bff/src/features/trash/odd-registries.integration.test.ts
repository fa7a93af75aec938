import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { listTags } from '../../contract/repositories.ts';
import { purgeFromTrash } from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleImage, pushSampleIndex } from '../../testing/sample-artifacts.ts';
import { until } from '../replication/testing/waiting.ts';
import { project, TrashScene } from './testing/trash-scene.ts';

// Whole registries, real collections, and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let scene: TrashScene;
beforeAll(async () => {
  scene = await TrashScene.start('embedded');
});
afterEach(() => scene?.proxy.answer(() => undefined));
afterAll(() => scene?.close());

const refusal = { status: 403, body: '{"errors":[{"code":"DENIED","message":"no such project"}]}' };
const isAside = (url: string): boolean => url.includes('/longshore-trash/');

async function retag(repository: string, digest: string, tag: string): Promise<void> {
  const { bytes, descriptor } = await scene.client.getManifest(repository, digest);
  await scene.client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType });
}

test('a registry that takes no repository of ours keeps it under a tag of ours, which nobody sees here', async () => {
  const repository = 'payments/reserved';
  const index = await pushSampleIndex(scene.client, repository, ['amd64', 'arm64'], { tag: '1' });
  await scene.scan(['1'], repository);
  scene.proxy.answer(({ path: url, method }) => (isAside(url) && method !== 'GET' ? refusal : undefined));
  const item = await scene.delete(repository, '1');
  expect(item).toMatchObject({ state: 'deleted', keptIn: 'tag', digest: index.digest });
  const kept = `longshore-trash-${index.digest.slice('sha256:'.length)}`;
  expect(await scene.client.headManifest(repository, kept)).toMatchObject({ digest: index.digest });
  // At the front door neither that tag, nor what is under it by its digest, nor its platforms.
  const parts = [index.digest, ...index.children.map(({ digest }) => digest)];
  for (const reference of ['1', kept, index.digest]) {
    const answer = await scene.door(`${repository}/manifests/${reference}`);
    expect(answer.status, reference).toBe(404);
    expect(await answer.text()).toContain('MANIFEST_UNKNOWN');
  }
  expect(await (await scene.door(`${repository}/tags/list`)).json()).toMatchObject({ tags: [] });
  expect((await scene.door(`${repository}/manifests/${kept}`, { method: 'DELETE' })).status).toBe(404);
  await scene.scan([], repository);
  // Nothing but the throwaway that took the tag away.
  expect(await scene.collect()).toContain(' 1 blobs and 0 manifests eligible for deletion');
  expect(await scene.restore(item)).toMatchObject({ state: 'restored' });
  await scene.cleaned();
  expect(await scene.client.headManifest(repository, kept)).toBeUndefined();
  for (const reference of ['1', ...parts]) {
    expect((await scene.door(`${repository}/manifests/${reference}`)).status, reference).toBe(200);
  }
  await expectWhole(scene.client, [repository]);
  const again = await scene.delete(repository, '1');
  await scene.admin.call(purgeFromTrash, { params: { project, trashItemId: again.id } });
  expect(await scene.ended(again.id)).toMatchObject({ state: 'purged' });
  expect(await scene.canPull(index.digest, repository)).toBe(false);
});

test('a registry that does not mount is sent the bytes once, and what comes back is the same', async () => {
  const repository = 'payments/unmounted';
  const image = await pushSampleImage(scene.client, repository, { tag: '1', layerSizes: [50_000, 60_000] });
  await scene.scan(['1'], repository);
  scene.proxy.answer(({ path: url }) => (url.includes('mount=') ? { onwardPath: url.replace(/\?.*/, '') } : undefined));
  const sent = () =>
    scene.proxy.requests.filter(({ method, path: url }) => method === 'PUT' && url.includes('/blobs/'));
  const item = await scene.delete(repository, '1');
  expect(item).toMatchObject({ state: 'deleted', keptIn: 'repository' });
  expect(sent()).toHaveLength(3);
  await scene.collect();
  expect(await scene.restore(item)).toMatchObject({ state: 'restored' });
  expect(await scene.client.headManifest(repository, '1')).toMatchObject({ digest: image.digest });
  await scene.cleaned();
  // Both repositories have them by now: no byte moves a second time.
  const before = sent().length;
  await scene.delete(repository, '1');
  expect(sent()).toHaveLength(before);
});

test('a registry that deletes nothing keeps everything, and says how deletion is turned on', async () => {
  const strict = await TrashScene.start('embedded', { isDeletionEnabled: false });
  try {
    const repository = 'payments/undeletable';
    const image = await pushSampleImage(strict.client, repository, { tag: '1' });
    await strict.scan(['1'], repository);
    const item = await strict.delete(repository, '1');
    expect(item).toMatchObject({ state: 'failed', reason: { code: 'trash-deletion-disabled' } });
    expect(item.reason?.sentence).toContain('set storage.delete.enabled to true');
    const answer = await strict.door(`${repository}/manifests/1`, { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(await answer.text()).toContain('nothing was deleted: set storage.delete.enabled to true');
    expect(await strict.client.headManifest(repository, '1')).toMatchObject({ digest: image.digest });
    expect(strict.proxy.requests.filter(({ path: url }) => isAside(url))).toEqual([]);
  } finally {
    await strict.close();
  }
});

test('a broken image can be deleted: what there is of it stays, without a tag and hidden', async () => {
  const repository = 'payments/broken';
  const image = await pushSampleImage(scene.client, repository, { tag: '1', layerSizes: [40_000] });
  await scene.scan(['1'], repository);
  const [blob] = image.blobs;
  await scene.client.deleteBlob(repository, blob?.digest ?? '');
  const hex = blob?.digest.slice('sha256:'.length) ?? '';
  const stored = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  await rm(path.join(scene.registry.storageDirectory, stored), { recursive: true });
  await scene.registry.kill();
  scene.registry = await scene.registry.restart();
  const item = await scene.delete(repository, '1');
  expect(item).toMatchObject({ state: 'deleted', keptIn: 'tag', reason: { code: 'trash-kept-broken' } });
  expect(await scene.canPull('1', repository)).toBe(false);
  expect((await scene.door(`${repository}/manifests/${image.digest}`)).status).toBe(404);
  // The registry does not take it under its tag while a part is missing; it stays in the trash, and says why.
  const refused = await scene.restore(item);
  expect(refused.state).toBe('deleted');
  expect(refused.reason).not.toBeNull();
  await scene.admin.call(purgeFromTrash, { params: { project, trashItemId: item.id } });
  expect(await scene.ended(item.id)).toMatchObject({ state: 'purged' });
  expect(await scene.canPull(image.digest, repository)).toBe(false);
});

test('what is under a tag only to take it away is never taken for what the tag is', async () => {
  const repository = 'payments/throwaway-seen';
  const image = await pushSampleImage(scene.client, repository, { tag: '1' });
  await retag(repository, image.digest, 'other');
  await scene.scan(['1', 'other'], repository);
  // Its deletion waits for a registry that answers; meanwhile whoever looks sees the throwaway.
  scene.proxy.answer(({ method, path: url }) =>
    method === 'DELETE' && !url.includes('sha256:0000') && !isAside(url) && url.includes('sha256:')
      ? { status: 503, headers: { 'retry-after': '3' } }
      : undefined,
  );
  const deleted = scene.delete(repository, '1');
  await until('the throwaway to be there', async () => {
    const found = await scene.client.headManifest(repository, '1');
    return found !== undefined && found !== 'not-modified' && found.digest !== image.digest ? true : undefined;
  });
  await scene.scan(['1', 'other'], repository);
  const { items } = await scene.admin.call(listTags, { query: { repository } });
  expect(JSON.stringify(items)).not.toContain('longshore.throwaway');
  scene.proxy.answer(() => undefined);
  expect(await deleted).toMatchObject({ state: 'deleted', aliases: ['other'] });
  const history = await scene.database.kysely
    .selectFrom('tag_history')
    .select(['name', 'digest', 'how'])
    .where('repository', '=', repository)
    .orderBy('id')
    .execute();
  expect(history.map(({ digest }) => digest)).toEqual([image.digest, image.digest, null]);
  await expectWhole(scene.client, [repository]);
});
