import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createImmutableRule } from '../../contract/immutable-rules.ts';
import { listTrash } from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleImage, pushSampleIndex } from '../../testing/sample-artifacts.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { project, TrashScene } from './testing/trash-scene.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.each(databaseKinds)('DELETE at the front door (%s)', (kind) => {
  let scene: TrashScene;
  beforeAll(async () => {
    scene = await TrashScene.start(kind);
  });
  afterEach(() => scene?.proxy.answer(() => undefined));
  afterAll(() => scene?.close());

  const statusOf = async (repository: string, reference: string, method = 'GET') =>
    (await scene.door(`${repository}/manifests/${reference}`, { method })).status;
  const itemOf = async (repository: string) => {
    const { items } = await scene.admin.call(listTrash, {
      params: { project },
      query: { repository, sort: '-created' },
    });
    return items[0] ?? { id: '', state: 'none' as const };
  };
  const retag = async (repository: string, digest: string, tag: string) => {
    const { bytes, descriptor } = await scene.client.getManifest(repository, digest);
    await scene.client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType });
  };

  test('puts it into the trash, from where it comes back; what is not there is 404', async () => {
    const repository = 'payments/api';
    const index = await pushSampleIndex(scene.client, repository, ['amd64', 'arm64'], { tag: '1' });
    await retag(repository, index.digest, 'same');
    await scene.scan(['1', 'same'], repository);
    expect(await statusOf(repository, '1', 'DELETE')).toBe(202);
    for (const [reference, status] of [
      ['1', 404],
      ['same', 200],
      [index.digest, 200],
    ] as const)
      expect(await statusOf(repository, reference), reference).toBe(status);
    expect(await statusOf(repository, '1', 'DELETE')).toBe(404);
    expect(await statusOf(repository, index.digest, 'DELETE')).toBe(202);
    for (const { digest } of [index, ...index.children]) expect(await statusOf(repository, digest)).toBe(404);
    const item = await itemOf(repository);
    expect(item).toMatchObject({ state: 'deleted', tag: null, aliases: ['same'], deletedBy: 'admin', why: 'person' });
    await scene.collect();
    expect(await scene.restore(item)).toMatchObject({ state: 'restored' });
    expect(await statusOf(repository, 'same')).toBe(200);
    await expectWhole(scene.client, [repository]);
  });

  test('refuses what a rule holds, and what is part of something that stays', async () => {
    const repository = 'payments/held';
    const index = await pushSampleIndex(scene.client, repository, ['amd64'], { tag: 'r1' });
    await scene.scan(['r1'], repository);
    const body = { environment: null, repositoryPattern: 'held', tagPattern: 'r*' };
    await scene.admin.call(createImmutableRule, { params: { project }, body });
    for (const [reference, why] of [
      ['r1', 'is immutable and cannot be deleted'],
      [index.digest, 'The tag r1 of dev/payments/held is immutable, has this digest and cannot be deleted'],
      [index.children[0]?.digest ?? '', 'it would be left incomplete'],
    ] as const) {
      const answer = await scene.door(`${repository}/manifests/${reference}`, { method: 'DELETE' });
      expect(answer.status, reference).toBe(403);
      expect(await answer.text()).toContain(why.replace(' is immutable, has', ' is immutable and has'));
    }
    await expectWhole(scene.client, [repository]);
  });

  test('hides what is being deleted from the first moment, and gives up where the registry is away', async () => {
    const repository = 'payments/slow';
    const image = await pushSampleImage(scene.client, repository, { tag: 'last' });
    const shared = await pushSampleImage(scene.client, repository, { tag: 'one' });
    await retag(repository, shared.digest, 'two');
    await scene.scan(['last', 'one', 'two'], repository);
    scene.proxy.answer(({ method, path }) =>
      method !== 'GET' && path.includes('/longshore-trash/')
        ? { status: 503, headers: { 'retry-after': '2' } }
        : undefined,
    );
    const answer = await scene.door(`${repository}/manifests/last`, { method: 'DELETE' });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('Nothing was deleted.');
    expect(await statusOf(repository, 'last')).toBe(200);
    const deleted = Promise.all([scene.delete(repository, 'last'), scene.delete(repository, 'one')]);
    await until('the deletions to be under way', async () =>
      (await itemOf(repository)).state === 'deleting' ? true : undefined,
    );
    await until('both to be hidden', async () => ((await statusOf(repository, 'one')) === 404 ? true : undefined));
    expect(await statusOf(repository, 'last')).toBe(404);
    expect(await statusOf(repository, image.digest, 'HEAD')).toBe(404);
    // The registry itself still has them, and a tag that stays keeps its digest.
    expect(await scene.canPull('last', repository)).toBe(true);
    expect(await statusOf(repository, shared.digest)).toBe(200);
    expect(await statusOf(repository, 'two')).toBe(200);
    scene.proxy.answer(() => undefined);
    for (const item of await deleted) expect(item).toMatchObject({ state: 'deleted' });
    expect(await statusOf(repository, shared.digest)).toBe(200);
    expect(await scene.canPull(image.digest, repository)).toBe(false);
    await expectWhole(scene.client, [repository]);
  });
});
