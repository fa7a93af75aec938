import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createImmutableRule } from '../../contract/immutable-rules.ts';
import { listTrash } from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { skopeo } from '../../gateway/testing/run-skopeo.ts';
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

  test('is what skopeo means: nobody pulls it then, and it comes back with the same digest', async () => {
    const repository = 'payments/by-skopeo';
    const index = await pushSampleIndex(scene.client, repository, ['amd64', 'arm64'], { tag: '1' });
    await scene.scan(['1'], repository);
    const { host } = new URL(scene.bff.url);
    const creds = `admin:${scene.bff.adminPassword}`;
    const at = (tag: string) => `docker://${host}/dev/${repository}:${tag}`;
    const inspect = () => skopeo(`inspect --raw --tls-verify=false --creds ${creds} ${at('1')}`);
    expect((await skopeo(`delete --tls-verify=false --creds ${creds} ${at('1')}`)).code).toBe(0);
    const refused = await inspect();
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain('manifest unknown');
    const item = await itemOf(repository);
    expect(item).toMatchObject({ state: 'deleted', digest: index.digest, aliases: ['1'], deletedBy: 'admin' });
    await scene.collect();
    expect(await scene.restore(item)).toMatchObject({ state: 'restored' });
    const copied = await skopeo(
      `copy --all --preserve-digests --src-tls-verify=false --dest-tls-verify=false --src-creds ${creds} ${at('1')} docker://${new URL(scene.registry.url).host}/pulled/by-skopeo:1`,
    );
    expect(copied.code).toBe(0);
    expect(await scene.client.headManifest('pulled/by-skopeo', '1')).toMatchObject({ digest: index.digest });
  });

  test('asks once more where the registry stumbles over a manifest that is being written', async () => {
    const repository = 'payments/stumbles';
    await pushSampleImage(scene.client, repository, { tag: '1' });
    await scene.scan(['1'], repository);
    let stumbles = 1;
    scene.proxy.answer(({ method, path }) =>
      method === 'HEAD' && path.endsWith('/manifests/1') && stumbles-- > 0 ? { status: 500, headers: {} } : undefined,
    );
    expect(await statusOf(repository, '1', 'DELETE')).toBe(202);
    expect(stumbles).toBeLessThan(1);
  });

  test('reserved names are taken by nobody who pushes', async () => {
    const image = await pushSampleImage(scene.client, 'payments/plain', { tag: '1' });
    const { bytes, descriptor } = await scene.client.getManifest('payments/plain', image.digest);
    const put = (path: string) =>
      scene.door(path, { method: 'PUT', body: new Blob([bytes], { type: descriptor.mediaType }) });
    const hex = image.digest.slice('sha256:'.length);
    for (const path of [
      `payments/plain/manifests/longshore-trash-${hex}`,
      `longshore-trash/payments/plain/manifests/1`,
    ]) {
      const answer = await put(path);
      expect([403, 404], path).toContain(answer.status);
      expect(JSON.parse(await answer.text()), path).toMatchObject({ errors: [expect.anything()] });
    }
    expect(await scene.client.headManifest('payments/plain', `longshore-trash-${hex}`)).toBeUndefined();
    expect(await scene.canPull('1', 'longshore-trash/payments/plain')).toBe(false);
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
