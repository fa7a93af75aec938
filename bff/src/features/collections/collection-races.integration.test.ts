import { afterEach, expect, test, vi } from 'vitest';
import { scanRegistry } from '../../contract/registries.ts';
import { deleteToTrash, listTrash, purgeFromTrash, restoreFromTrash, type TrashItem } from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleIndex, pushSampleReferrer } from '../../testing/sample-artifacts.ts';
import { until } from '../replication/testing/waiting.ts';
import { CollectingConsole, params } from './testing/collecting-console.ts';
import { repositories } from './testing/collection-scene.ts';

// A real registry, its own program, restarts; and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let at: CollectingConsole;
afterEach(() => at?.close());

const project = 'payments';
const repository = 'payments/raced';

async function find(id: string): Promise<TrashItem> {
  const { items } = await at.admin.call(listTrash, { params: { project }, query: { itemId: id } });
  const [item] = items;
  if (item === undefined) throw new Error(`There is no item ${id}.`);
  return item;
}

const reached = (id: string, state: TrashItem['state']) =>
  until(`${id} to be ${state}`, async () => ((await find(id)).state === state ? true : undefined));

async function remove(tag: string): Promise<string> {
  const selection = { kind: 'references' as const, registryId: 'dev', repository, references: [tag] };
  const { items } = await at.admin.call(deleteToTrash, { params: { project }, body: { selection } });
  return items[0] ?? '';
}

/** Images of two platforms each, with something that refers to them, that share no blob. */
async function pushRaced(tags: readonly string[]) {
  const pushed = new Map<string, string>();
  for (const tag of tags) {
    const index = await pushSampleIndex(at.scene.client, repository, ['amd64', 'arm64'], { tag });
    await pushSampleReferrer(at.scene.client, repository, index, 'application/spdx+json');
    pushed.set(tag, index.digest);
  }
  await at.admin.call(scanRegistry, { params });
  await until('the catalog to know every tag', async () => {
    const { kysely } = at.bff.running.foundation.database;
    const rows = await kysely.selectFrom('tags').select('name').where('repository', '=', repository).execute();
    return tags.every((tag) => rows.some(({ name }) => name === tag)) ? true : undefined;
  });
  return pushed;
}

test.each([
  ['dry-run', 'before', 2],
  ['collect', 'before', 1],
  ['collect', 'after', 1],
  ['restart', 'before', 1],
] as const)(
  'what is asked of the trash at “%s” (%s its work) is done afterwards, and all of it is whole',
  async (...point) => {
    at = await CollectingConsole.start();
    await at.fill(20_000);
    const pushed = await pushRaced(['restored', 'deleted', 'purged', 'stays']);
    const [restored, purged] = [await remove('restored'), await remove('purged')];
    await Promise.all([restored, purged].map((id) => reached(id, 'deleted')));
    const [command, when, inRuns] = point;
    const held = await at.scene.hold(command, when, inRuns);
    const { id } = await at.begin();
    await held.reached();

    await at.admin.call(restoreFromTrash, {
      params: { project, trashItemId: restored },
      body: { target: { kind: 'same' } },
    });
    await at.admin.call(purgeFromTrash, { params: { project, trashItemId: purged } });
    const deleted = await remove('deleted');
    await held.release();

    expect((await at.ended(id)).collection).toMatchObject({ state: 'done', reason: null });
    await Promise.all([reached(restored, 'restored'), reached(purged, 'purged'), reached(deleted, 'deleted')]);
    expect(await at.scene.client.headManifest(repository, 'restored')).toMatchObject({
      digest: pushed.get('restored'),
    });
    await at.admin.call(restoreFromTrash, {
      params: { project, trashItemId: deleted },
      body: { target: { kind: 'same' } },
    });
    await reached(deleted, 'restored');

    // A second collection takes what was purged, and nothing else.
    expect((await at.run()).collection).toMatchObject({ state: 'done', reason: null });
    for (const tag of ['restored', 'deleted', 'stays']) {
      expect(await at.scene.client.headManifest(repository, tag), tag).toMatchObject({ digest: pushed.get(tag) });
    }
    expect(await at.scene.client.headManifest(repository, 'purged')).toBeUndefined();
    expect(await at.scene.hasStored(pushed.get('purged') ?? '')).toBe(false);
    await expectWhole(at.scene.client, [...repositories, repository]);
  },
);
