import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createImmutableRule, deleteImmutableRule } from '../../contract/immutable-rules.ts';
import {
  getTrashWindow,
  listAllTrash,
  listTrash,
  previewDeletion,
  purgeFromTrash,
  restoreFromTrash,
  updateTrashWindow,
} from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { signInAs } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { pushSampleImage, pushSampleIndex, pushSampleReferrer } from '../../testing/sample-artifacts.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { project, TrashScene } from './testing/trash-scene.ts';

// Whole registries, a real collection, and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.each(databaseKinds)('The trash (%s)', (kind) => {
  let scene: TrashScene;
  beforeAll(async () => {
    scene = await TrashScene.start(kind);
  });
  afterAll(() => scene?.close());
  const history = (repository: string, name: string) =>
    scene.database.kysely
      .selectFrom('tag_history')
      .select(['digest', 'how', 'actor'])
      .where('repository', '=', repository)
      .where('name', '=', name)
      .orderBy('id')
      .execute();
  const retag = async (repository: string, digest: string, tag: string) => {
    const { bytes, descriptor } = await scene.client.getManifest(repository, digest);
    await scene.client.putManifest(repository, tag, { bytes, mediaType: descriptor.mediaType });
  };

  test('takes a tag away, keeps it through a collection, gives it back, and purges it for good', async () => {
    const repository = 'payments/api';
    const image = await pushSampleImage(scene.client, repository, { tag: '1.0' });
    await scene.scan(['1.0'], repository);
    const stream = await scene.admin.openEvents();
    const told = () => stream.waitFor('trash', ({ registryId, project: of }) => registryId === 'dev' && of === project);
    const [deleted] = await Promise.all([scene.delete(repository, '1.0'), told()]);
    expect(deleted).toMatchObject({ state: 'deleted', digest: image.digest, deletedBy: 'admin', keptIn: 'repository' });
    expect(await scene.canPull('1.0', repository)).toBe(false);
    expect(await scene.canPull(image.digest, repository)).toBe(false);
    expect(await scene.collect()).not.toMatch(/blob eligible for deletion/);
    expect(await scene.restore(deleted)).toMatchObject({ state: 'restored', actedBy: 'admin' });
    expect(await scene.client.headManifest(repository, '1.0')).toMatchObject({ digest: image.digest });
    await scene.cleaned();
    await scene.collect();
    await expectWhole(scene.client, [repository]);
    expect(await history(repository, '1.0')).toMatchObject([
      { digest: image.digest, how: 'scan' },
      { digest: null, how: 'delete', actor: 'admin' },
      { digest: image.digest, how: 'restore', actor: 'admin' },
    ]);
    const again = await scene.delete(repository, '1.0');
    stream.close();
    await scene.admin.call(purgeFromTrash, { params: { project, trashItemId: again.id } });
    expect(await scene.ended(again.id)).toMatchObject({ state: 'purged' });
    expect(await scene.collect()).toMatch(/blob eligible for deletion/);
  });

  test('leaves a tag that shares the digest, and keeps an index with its platforms and what refers to it', async () => {
    const repository = 'payments/web';
    const index = await pushSampleIndex(scene.client, repository, ['amd64', 'arm64'], { tag: '2.0' });
    const about = await pushSampleReferrer(scene.client, repository, index, 'application/vnd.test.sbom');
    await retag(repository, index.digest, 'latest');
    await scene.scan(['2.0', 'latest'], repository);
    const preview = await scene.preview({ kind: 'references', registryId: 'dev', repository, references: ['2.0'] });
    expect(preview).toMatchObject({ total: 1, siblingCount: 1, manifestCount: 0, freedBytes: 0, windowDays: 14 });
    expect(preview.siblings).toMatchObject([{ tag: 'latest', digest: index.digest }]);
    const first = await scene.delete(repository, '2.0');
    expect(first).toMatchObject({ state: 'deleted', aliases: ['latest'] });
    expect(await scene.canPull('2.0', repository)).toBe(false);
    expect(await scene.canPull('latest', repository)).toBe(true);
    await scene.collect();
    await expectWhole(scene.client, [repository]);

    const all = await scene.preview({ kind: 'repository', registryId: 'dev', repository });
    expect(all).toMatchObject({ total: 1, siblingCount: 0, manifestCount: 1, childCount: 2, referrerCount: 1 });
    const second = await scene.delete(repository, 'latest');
    expect(second).toMatchObject({ state: 'deleted', aliases: [] });
    const parts = [index, ...index.children, about].map(({ digest }) => digest);
    for (const digest of parts) expect(await scene.canPull(digest, repository), digest).toBe(false);
    expect(await scene.collect()).not.toMatch(/blob eligible for deletion/);
    expect(await scene.restore(second)).toMatchObject({ state: 'restored' });
    await scene.cleaned();
    await scene.collect();
    for (const digest of parts) expect(await scene.canPull(digest, repository), digest).toBe(true);
    expect((await scene.client.listReferrers(repository, index.digest)).descriptors).toMatchObject([
      { digest: about.digest },
    ]);
    await expectWhole(scene.client, [repository]);
  });

  test('spares a platform that another index, or a tag of its own, still needs', async () => {
    const repository = 'payments/shared';
    const index = await pushSampleIndex(scene.client, repository, ['amd64', 'arm64'], { tag: 'one' });
    const [kept, gone] = index.children;
    await retag(repository, kept?.digest ?? '', 'amd64-only');
    await scene.scan(['one', 'amd64-only'], repository);
    await scene.delete(repository, 'one');
    expect(await scene.canPull(gone?.digest ?? '', repository)).toBe(false);
    await scene.collect();
    await expectWhole(scene.client, [repository]);
    // A part of an index that is there is not deleted from under it.
    const other = await pushSampleIndex(scene.client, repository, ['amd64'], { tag: 'two' });
    await scene.scan(['amd64-only', 'two'], repository);
    const refused = await scene.delete(repository, other.children[0]?.digest ?? '');
    expect(refused).toMatchObject({ state: 'failed', reason: { code: 'trash-needed' } });
    await scene.cleaned();
    await expectWhole(scene.client, [repository]);
  });

  test('restores as the person chooses where the tag was pushed anew', async () => {
    const repository = 'payments/choice';
    const old = await pushSampleImage(scene.client, repository, { tag: 'v1' });
    await scene.scan(['v1'], repository);
    const deleted = await scene.delete(repository, 'v1');
    const tagNow = async () =>
      (await scene.admin.call(listTrash, { params: { project: 'payments' }, query: { itemId: deleted.id } })).items.map(
        (item) => item.tagNow,
      );
    expect(await tagNow()).toEqual([null]);
    const fresh = await pushSampleImage(scene.client, repository, { tag: 'v1' });
    // The catalog does not know of the push yet: the worker finds it.
    expect(await scene.restore(deleted)).toMatchObject({ state: 'deleted', reason: { code: 'trash-tag-taken' } });
    await scene.scan(['v1'], repository);
    expect(await tagNow()).toEqual([fresh.digest]);
    const restore = (target: Parameters<TrashScene['restore']>[1]) => scene.restore(deleted, target);
    expect((await problemOf(restore({ kind: 'same' }))).code).toBe('trash-tag-taken');
    expect((await problemOf(restore({ kind: 'replace', replaces: old.digest }))).code).toBe('trash-tag-taken');
    expect(await scene.client.headManifest(repository, 'v1')).toMatchObject({ digest: fresh.digest });
    expect(await restore({ kind: 'replace', replaces: fresh.digest })).toMatchObject({ state: 'restored' });
    expect(await scene.client.headManifest(repository, 'v1')).toMatchObject({ digest: old.digest });
    expect((await problemOf(restore({ kind: 'digest' }))).code).toBe('trash-item-busy');
    const second = await scene.delete(repository, 'v1');
    expect(await scene.restore(second, { kind: 'tag', tag: 'v1-old' })).toMatchObject({ state: 'restored' });
    expect(await scene.client.headManifest(repository, 'v1-old')).toMatchObject({ digest: old.digest });
    const third = await scene.delete(repository, 'v1-old');
    expect(await scene.restore(third, { kind: 'digest' })).toMatchObject({ state: 'restored' });
    expect(await scene.canPull('v1-old', repository)).toBe(false);
    expect(await scene.canPull(old.digest, repository)).toBe(true);
    await scene.cleaned();
    await expectWhole(scene.client, [repository]);
  });

  test('deletes a digest with its tags and gives both back', async () => {
    const repository = 'payments/digest';
    const image = await pushSampleImage(scene.client, repository, { tag: 'a' });
    await retag(repository, image.digest, 'b');
    await scene.scan(['a', 'b'], repository);
    const deleted = await scene.delete(repository, image.digest);
    expect(deleted).toMatchObject({ state: 'deleted', tag: null, aliases: ['a', 'b'] });
    for (const reference of ['a', 'b', image.digest]) expect(await scene.canPull(reference, repository)).toBe(false);
    await scene.collect();
    expect(await scene.restore(deleted)).toMatchObject({ state: 'restored' });
    for (const reference of ['a', 'b', image.digest]) expect(await scene.canPull(reference, repository)).toBe(true);
    await scene.cleaned();
    await expectWhole(scene.client, [repository]);
  });

  test('does not delete what was pushed anew, what is not there any more, or what a rule holds', async () => {
    const repository = 'payments/refused';
    await pushSampleImage(scene.client, repository, { tag: 'moved' });
    const gone = await pushSampleImage(scene.client, repository, { tag: 'gone' });
    await pushSampleImage(scene.client, repository, { tag: 'held-1' });
    await scene.scan(['gone', 'held-1', 'moved'], repository);
    const fresh = await pushSampleImage(scene.client, repository, { tag: 'moved' });
    await scene.client.deleteManifest(repository, gone.digest);
    const rule = await scene.admin.call(createImmutableRule, {
      params: { project },
      body: { environment: null, repositoryPattern: 'refused', tagPattern: 'held-*' },
    });
    const preview = await scene.preview({ kind: 'repository', registryId: 'dev', repository });
    expect(preview).toMatchObject({ total: 3, heldCount: 1, held: [{ tag: 'held-1' }] });
    expect(await scene.delete(repository, 'moved')).toMatchObject({ reason: { code: 'trash-moved-before-deletion' } });
    expect(await scene.delete(repository, 'gone')).toMatchObject({ reason: { code: 'trash-gone' } });
    expect(await scene.delete(repository, 'held-1')).toMatchObject({ reason: { code: 'trash-immutable' } });
    expect(await scene.client.headManifest(repository, 'moved')).toMatchObject({ digest: fresh.digest });
    await scene.admin.call(deleteImmutableRule, { params: { project, ruleId: rule.id } });
    const missing = scene.delete(repository, 'never-there');
    expect((await problemOf(missing)).code).toBe('artifact-not-found');
  });

  test('takes tags by pattern, and of a restore and a purge at once lets one win', async () => {
    const repository = 'payments/many';
    for (const tag of ['pr-1', 'pr-2', 'pr-3', 'main']) await pushSampleImage(scene.client, repository, { tag });
    await scene.scan(['main', 'pr-1', 'pr-2', 'pr-3'], repository);
    const selection = {
      kind: 'pattern' as const,
      registryIds: ['dev'],
      repositoryPattern: 'many',
      tagPattern: 'pr-*',
    };
    const preview = await scene.preview(selection);
    expect(preview).toMatchObject({ total: 3, manifestCount: 3, siblingCount: 0 });
    expect(preview.freedBytes).toBeGreaterThan(90_000);
    await scene.deleteSelection(selection);
    expect(await scene.canPull('main', repository)).toBe(true);
    const { items } = await scene.admin.call(listAllTrash, { query: { repository, state: 'deleted' } });
    expect(new Set(items.map(({ tag }) => tag))).toEqual(new Set(['pr-1', 'pr-2', 'pr-3']));
    for (const { id, tag, digest } of items) {
      const params = { project, trashItemId: id };
      const settled = await Promise.allSettled([
        scene.admin.call(restoreFromTrash, { params, body: { target: { kind: 'same' } } }),
        scene.admin.call(purgeFromTrash, { params }),
      ]);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { state } = await scene.ended(id);
      expect(['restored', 'purged']).toContain(state);
      expect(await scene.canPull(tag ?? '', repository)).toBe(state === 'restored');
      expect(await scene.canPull(digest ?? '', repository)).toBe(state === 'restored');
    }
    await scene.cleaned();
    await scene.collect();
    await expectWhole(scene.client, [repository]);
  });

  test('purges what has been there for its time, which each project sets', async () => {
    const repository = 'payments/old';
    const kept = await pushSampleImage(scene.client, repository, { tag: 'old' });
    await retag(repository, kept.digest, 'older');
    await scene.scan(['old', 'older'], repository);
    await scene.admin.call(updateTrashWindow, { params: { project }, body: { days: 3 } });
    expect(await scene.admin.call(getTrashWindow, { params: { project } })).toEqual({ days: 3 });
    const first = await scene.delete(repository, 'old');
    const second = await scene.delete(repository, 'older');
    const daysLeft = (Date.parse(first.expiresAt ?? '') - Date.parse(first.deletedAt ?? '')) / 86_400_000;
    expect(daysLeft).toBeCloseTo(3, 3);
    await scene.expire(first.id);
    expect(await scene.ended(first.id)).toMatchObject({ state: 'purged', actedBy: null });
    // The other item is kept by the same bytes.
    await scene.collect();
    expect(await scene.restore(second)).toMatchObject({ state: 'restored' });
    await expectWhole(scene.client, [repository]);
    const audited = await scene.database.kysely
      .selectFrom('audit_log')
      .select(['action', 'outcome', 'target'])
      .where('actor_kind', '=', 'system')
      .where('action', '=', 'purgeFromTrash')
      .execute();
    expect(audited).toContainEqual({
      action: 'purgeFromTrash',
      outcome: 'done',
      target: `${first.registryId}/${repository}:old`,
    });
  });

  test('is seen and used by whom the table of permissions says', async () => {
    const repository = 'payments/rights';
    await pushSampleImage(scene.client, repository, { tag: '1' });
    await scene.scan(['1'], repository);
    const maintainer = await signInAs(scene.bff, 'maintainer', { payments: { '': 'maintainer' } });
    const developer = await signInAs(scene.bff, 'developer', { payments: { '': 'developer' } });
    const selection = { kind: 'references' as const, registryId: 'dev', repository, references: ['1'] };
    const asked = (client: typeof developer) =>
      client.call(previewDeletion, { params: { project }, body: { selection } });
    expect((await problemOf(asked(developer))).needed).toMatchObject({ action: 'artifact.delete' });
    expect(await asked(maintainer)).toMatchObject({ total: 1 });
    const item = await scene.delete(repository, '1');
    const params = { project, trashItemId: item.id };
    const purge = maintainer.call(purgeFromTrash, { params });
    expect((await problemOf(purge)).needed).toMatchObject({ action: 'trash.purge', roles: ['project-admin'] });
    await maintainer.call(restoreFromTrash, { params, body: { target: { kind: 'same' } } });
    expect(await scene.ended(item.id)).toMatchObject({ state: 'restored', actedBy: 'maintainer' });
  });
});
