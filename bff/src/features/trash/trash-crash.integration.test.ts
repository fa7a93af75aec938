import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deleteToTrash, listTrash, purgeFromTrash, restoreFromTrash, type TrashItem } from '../../contract/trash.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleIndex, pushSampleReferrer } from '../../testing/sample-artifacts.ts';
import { until } from '../replication/testing/waiting.ts';
import { type CrashScene, openCrashScene } from './testing/crash-scene.ts';

// Whole processes that are killed and started again: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const project = 'payments';
let scene: CrashScene;
beforeAll(async () => {
  scene = await openCrashScene();
});
afterAll(() => scene?.close());

async function itemOf(repository: string): Promise<TrashItem> {
  const { items } = await scene.admin.call(listTrash, {
    params: { project },
    query: { repository, sort: '-created' },
  });
  const [item] = items;
  if (item === undefined) throw new Error(`Nothing of ${repository} is in the trash.`);
  return item;
}

const untilState = (repository: string, state: TrashItem['state']): Promise<TrashItem> =>
  until(`${repository} to be ${state}`, async () => {
    const item = await itemOf(repository);
    return item.state === state ? item : undefined;
  });

/** Has the console killed at a request, and starts it again. */
async function killedAt(
  fits: (method: string, path: string) => boolean,
  when: 'before' | 'after',
  ask: () => Promise<unknown>,
): Promise<void> {
  const killed = scene.killAt(fits, when);
  await ask().catch(() => undefined);
  await killed();
  await scene.start();
}

async function canPull(repository: string, reference: string): Promise<boolean> {
  try {
    await scene.registry.getManifest(repository, reference);
    return true;
  } catch (error) {
    if (isRegistryError(error, 'not-found')) return false;
    throw error;
  }
}

const inTrash = (part: string) => (method: string, url: string) =>
  url.includes('/longshore-trash/') && `${method} ${url}`.includes(part);
const ofRepository = (wanted: string, count = 1) => {
  let left = count;
  return (method: string, url: string): boolean => {
    if (url.includes('/longshore-trash/') || url.includes('sha256:000000') || method !== wanted) return false;
    if (!url.includes('/manifests/')) return false;
    left -= 1;
    return left === 0;
  };
};

const points: Array<[string, (method: string, path: string) => boolean, 'before' | 'after']> = [
  ['before a blob is mounted', inTrash('POST '), 'before'],
  ['between the manifests that are put aside', inTrash('PUT '), 'after'],
  ['before the tag goes', ofRepository('DELETE'), 'before'],
  ['after the tag went, before anybody knows', ofRepository('DELETE'), 'after'],
  ['between what is below it', ofRepository('DELETE', 3), 'after'],
];

test.each(points)('a deletion killed %s is finished by the next process', async (name, fits, when) => {
  const repository = `payments/${name.replaceAll(/[^a-z]+/g, '-')}`;
  const index = await pushSampleIndex(scene.registry, repository, ['amd64', 'arm64'], { tag: '1' });
  const about = await pushSampleReferrer(scene.registry, repository, index, 'application/vnd.test.sbom');
  await scene.known(repository, 1);
  const selection = { kind: 'references' as const, registryId: 'dev', repository, references: ['1'] };
  await killedAt(fits, when, () => scene.admin.call(deleteToTrash, { params: { project }, body: { selection } }));
  const { id } = await untilState(repository, 'deleted');
  const parts = [index, ...index.children, about].map(({ digest }) => digest);
  for (const reference of ['1', ...parts]) expect(await canPull(repository, reference), reference).toBe(false);
  await scene.collect();
  const params = { project, trashItemId: id };
  await killedAt(ofRepository('PUT', 2), 'after', () =>
    scene.admin.call(restoreFromTrash, { params, body: { target: { kind: 'same' } } }),
  );
  await untilState(repository, 'restored');
  expect(await scene.registry.headManifest(repository, '1')).toMatchObject({ digest: index.digest });
  await expectWhole(scene.registry, [repository]);
  expect((await scene.registry.listReferrers(repository, index.digest)).descriptors).toMatchObject([
    { digest: about.digest },
  ]);
});

test('a shared tag killed under its throwaway, and a killed purge, leave the other tag whole', async () => {
  const repository = 'payments/throwaway';
  const index = await pushSampleIndex(scene.registry, repository, ['amd64', 'arm64'], { tag: '1' });
  const { bytes, descriptor } = await scene.registry.getManifest(repository, '1');
  await scene.registry.putManifest(repository, 'other', { bytes, mediaType: descriptor.mediaType });
  await scene.known(repository, 2);
  const selection = { kind: 'references' as const, registryId: 'dev', repository, references: ['1'] };
  await killedAt(ofRepository('PUT'), 'after', () =>
    scene.admin.call(deleteToTrash, { params: { project }, body: { selection } }),
  );
  const { id } = await untilState(repository, 'deleted');
  expect(await canPull(repository, '1')).toBe(false);
  expect(await scene.registry.headManifest(repository, 'other')).toMatchObject({ digest: index.digest });
  await killedAt(inTrash('DELETE '), 'after', () =>
    scene.admin.call(purgeFromTrash, { params: { project, trashItemId: id } }),
  );
  await untilState(repository, 'purged');
  expect(await canPull(`longshore-trash/${repository}`, index.digest)).toBe(false);
  await scene.collect();
  await expectWhole(scene.registry, [repository]);
});
