import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { restoreFromTrash } from '../../contract/trash.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { project, RetentionScene } from './testing/retention-scene.ts';

// Whole registries, and on a busy machine their time.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

describe.each(databaseKinds)('Retention (%s)', (kind) => {
  let scene: RetentionScene;
  beforeAll(async () => {
    scene = await RetentionScene.start(kind);
  });
  afterAll(() => scene?.close());

  test('puts what no rule keeps into the trash, with reasons, and it can be restored', async () => {
    const repository = 'payments/api';
    const digests = await scene.push(repository, { v1: 90, v2: 60, v3: 2, v4: 1 });
    const draft = scene.draft(repository, [
      { kind: 'newest', count: 1 },
      { kind: 'pushed-within', days: 30 },
    ]);
    const preview = await scene.preview(draft);
    expect(preview).toMatchObject({ tagCount: 4, keepCount: 2, deleteCount: 2, leftOut: [], rowCount: 4 });
    expect(preview.freedBytes).toBeGreaterThan(0);
    expect(preview.rows.map(({ tag, verdict }) => [tag, verdict])).toEqual([
      ['v4', 'keep'],
      ['v3', 'keep'],
      ['v2', 'delete'],
      ['v1', 'delete'],
    ]);
    const plan = await scene.create(draft);
    const run = await scene.settled(await scene.run(plan));
    expect(run).toMatchObject({ state: 'done', keepCount: 2, deleteCount: 2, trashedCount: 2, sparedCount: 0 });
    expect(await scene.tagsIn('dev', repository)).toEqual(['v3', 'v4']);
    const trash = await scene.trash(repository);
    expect(trash.map(({ tag, state, why, digest, deletedBy }) => ({ tag, state, why, digest, deletedBy }))).toEqual(
      expect.arrayContaining(
        ['v1', 'v2'].map((tag) => ({
          tag,
          state: 'deleted',
          why: 'retention',
          digest: digests[tag],
          deletedBy: 'admin',
        })),
      ),
    );
    expect(await scene.tagsOf(run)).toMatchObject([
      {
        tag: 'v2',
        outcome: 'trashed',
        reasons: [{ code: 'retention-not-newest' }, { code: 'retention-pushed-before' }],
      },
      { tag: 'v1', outcome: 'trashed' },
    ]);
    for (const { id } of trash) {
      await scene.admin.call(restoreFromTrash, {
        params: { project, trashItemId: id },
        body: { target: { kind: 'same' } },
      });
    }
    await until('both to be back', async () =>
      (await scene.tagsIn('dev', repository)).length === 4 ? true : undefined,
    );
  });
});
