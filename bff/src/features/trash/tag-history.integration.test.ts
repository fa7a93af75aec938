import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { scanRegistry } from '../../contract/registries.ts';
import { createExecution } from '../../contract/replication.ts';
import { listTagHistory } from '../../contract/tag-history.ts';
import { deleteToTrash, listTrash } from '../../contract/trash.ts';
import { signInAs } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { project, TrashScene } from './testing/trash-scene.ts';

// Whole registries, and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.each(databaseKinds)('The history of a tag (%s)', (kind) => {
  const repository = 'payments/moves';
  let scene: TrashScene;
  beforeAll(async () => {
    scene = await TrashScene.start(kind);
  });
  afterAll(() => scene?.close());
  const history = (tag: string, query: { limit?: number; cursor?: string } = {}) =>
    scene.admin.call(listTagHistory, { query: { repository, tag, ...query } });
  const momentsOf = async (tag: string) =>
    (await history(tag)).items.map(({ digest, how, standing }) => [digest, how, standing]);

  test('says what it was, what of that still exists, and how it came back', async () => {
    const old = await pushSampleImage(scene.client, repository, { tag: 'v1' });
    await scene.scan(['v1'], repository);
    const fresh = await pushSampleImage(scene.client, repository, { tag: 'v1' });
    await scene.admin.call(scanRegistry, { params: { registryId: 'dev' } });
    await until('the push to be found', async () =>
      (await history('v1')).now[0]?.digest === fresh.digest ? true : undefined,
    );
    expect(await momentsOf('v1')).toEqual([
      [fresh.digest, 'scan', 'current'],
      [old.digest, 'scan', 'there'],
    ]);

    // Set back: a copy by digest onto the tag of the same repository.
    const { id: executionId } = await scene.admin.call(createExecution, {
      body: {
        source: { registryId: 'dev', repository },
        references: [old.digest],
        destinations: [{ registryId: 'dev', repository, tag: 'v1' }],
        whenDifferent: 'replace',
      },
    });
    const [reverted] = await until('the tag to be set back', async () => {
      const { items } = await history('v1');
      return items[0]?.digest === old.digest ? items : undefined;
    });
    expect(reverted).toMatchObject({ how: 'copy', actor: 'admin', executionId, standing: 'current', until: null });
    expect(await scene.client.headManifest(repository, 'v1')).toMatchObject({ digest: old.digest });

    const body = {
      selection: { kind: 'references' as const, registryId: 'dev', repository, references: ['v1'] },
      comment: ' Leaks memory. ',
    };
    const { items: ids } = await scene.admin.call(deleteToTrash, { params: { project }, body });
    const item = await scene.ended(ids[0] ?? '');
    expect(item).toMatchObject({ state: 'deleted', comment: 'Leaks memory.' });
    const after = await history('v1');
    expect(after.now).toEqual([]);
    expect(after.items[0]).toMatchObject({ digest: null, how: 'delete', actor: 'admin', standing: null });
    expect(after.items[1]).toMatchObject({
      digest: old.digest,
      standing: 'trash',
      trashItem: { id: item.id, tag: 'v1' },
      until: after.items[0]?.at,
    });
    // Untagged, and whole.
    expect(after.items.find(({ digest }) => digest === fresh.digest)).toMatchObject({ standing: 'there' });

    await scene.restore(item);
    expect((await momentsOf('v1')).slice(0, 2)).toEqual([
      [old.digest, 'restore', 'current'],
      [null, 'delete', null],
    ]);
    expect((await history('v1')).now).toEqual([{ registryId: 'dev', digest: old.digest }]);
  });

  test('knows its own work again where the registry told of it first, and named nobody', async () => {
    const told = (how: 'copy' | 'restore') =>
      scene.database.kysely
        .updateTable('tag_history')
        .set({ how: 'push', actor: null })
        .where('repository', '=', repository)
        .where('how', '=', how)
        .execute();
    const before = await momentsOf('v1');
    await told('copy');
    await told('restore');
    expect(await momentsOf('v1')).toEqual(before);
    const { items } = await history('v1');
    expect(items.filter(({ how }) => how === 'copy' || how === 'restore').map(({ actor }) => actor)).toEqual([
      'admin',
      'admin',
    ]);
  });

  test('is read in pages, and lists of the trash know what is in it now', async () => {
    const whole = await history('v1');
    const first = await history('v1', { limit: 2 });
    expect(first.items).toEqual(whole.items.slice(0, 2));
    const rest = await history('v1', { cursor: first.nextCursor ?? '' });
    expect([...first.items, ...rest.items]).toEqual(whole.items);
    expect((await problemOf(history('v1', { cursor: 'bm90aGluZw' }))).code).toBe('cursor-invalid');
    const kept = (state?: 'kept') =>
      scene.admin.call(listTrash, {
        params: { project },
        query: { repository, ...(state === undefined ? {} : { state }) },
      });
    expect((await kept()).items).toMatchObject([{ state: 'restored' }]);
    expect((await kept('kept')).items).toEqual([]);
  });

  test('is for who may read the repository', async () => {
    const other = await signInAs(scene.bff, 'other', { ledger: { '': 'maintainer' } });
    const asked = other.call(listTagHistory, { query: { repository, tag: 'v1' } });
    expect((await problemOf(asked)).code).toBe('repository-not-found');
    const guest = await signInAs(scene.bff, 'guest', { payments: { '': 'limited-guest' } });
    expect((await guest.call(listTagHistory, { query: { repository, tag: 'v1' } })).items).not.toHaveLength(0);
  });
});
