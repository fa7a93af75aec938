import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createRetentionPlan,
  getRetentionRun,
  listRetentionRuns,
  listRetentionRunTags,
  type RetentionRun,
  runRetention,
} from '../../contract/retention.ts';
import { listTrash, restoreFromTrash } from '../../contract/trash.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { until } from '../replication/testing/waiting.ts';
import { type CrashScene, openCrashScene } from '../trash/testing/crash-scene.ts';

// Whole processes that are killed and started again: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const project = 'payments';
const params = { project };
let scene: CrashScene;
beforeAll(async () => {
  scene = await openCrashScene();
});
afterAll(() => scene?.close());

const isDeletion = (count: number) => {
  let left = count;
  return (method: string, url: string): boolean => {
    if (method !== 'DELETE' || url.includes('/longshore-trash/')) return false;
    left -= 1;
    return left === 0;
  };
};

interface Point {
  readonly name: string;
  /** Kills the console somewhere within the run. */
  readonly kill: () => Promise<void>;
}

const killedAfter = (delayMs: number) => async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  await scene.kill();
};
const killedAt = (fits: (method: string, path: string) => boolean, when: 'before' | 'after') => () =>
  scene.killAt(fits, when)();
const points: readonly Point[] = [
  { name: 'as-it-is-asked-for', kill: killedAfter(0) },
  { name: 'while-it-is-planned', kill: killedAfter(25) },
  { name: 'before-the-first-tag-goes', kill: killedAt(isDeletion(1), 'before') },
  { name: 'after-the-third-tag-went', kill: killedAt(isDeletion(3), 'after') },
  { name: 'between-the-end-of-the-last-and-the-sum', kill: killedAt(isDeletion(6), 'after') },
];

test.each(points)('a run killed $name is finished, deletes nothing twice and nothing that is kept', async (point) => {
  const repository = `${project}/${point.name}`;
  const digests = new Map<string, string>();
  for (let index = 0; index < 10; index += 1) {
    const { digest } = await pushSampleImage(scene.registry, repository, {
      tag: index < 4 ? `keep-${index}` : `go-${index}`,
    });
    digests.set(index < 4 ? `keep-${index}` : `go-${index}`, digest);
  }
  await scene.known(repository, 10);
  const plan = await scene.admin.call(createRetentionPlan, {
    params,
    body: {
      environment: 'dev',
      isEnabled: true,
      repositories: { include: [point.name], exclude: [] },
      rules: [{ kind: 'tags', patterns: ['keep-*'] }],
      schedule: null,
    },
  });
  const killed = point.kill();
  await scene.admin
    .call(runRetention, {
      params: { project, retentionPlanId: plan.id },
      body: { version: plan.version, expectedCount: 6, acceptsMany: true },
    })
    .catch(() => undefined);
  await killed;
  await scene.start();
  await ended(plan.id, point.name);
  await expectKept(repository, digests);
});

/** The run there is, at its end; asked for again where the console died before it was written down. */
async function ended(planId: string, name: string): Promise<RetentionRun> {
  const { admin } = scene;
  const list = () => admin.call(listRetentionRuns, { params, query: { planId } });
  const [first] = (await list()).items;
  if (first === undefined) {
    expect(name).toBe('as-it-is-asked-for');
    await admin.call(runRetention, {
      params: { project, retentionPlanId: planId },
      body: { version: 1, expectedCount: 6, acceptsMany: true },
    });
  }
  const [run] = (await list()).items;
  const id = run?.id ?? '';
  const over = await until('the run to end', async () => {
    const found = await admin.call(getRetentionRun, { params: { retentionRunId: id } });
    return found.finishedAt === null ? undefined : found;
  });
  expect(over).toMatchObject({
    state: 'done',
    keepCount: 4,
    deleteCount: 6,
    trashedCount: 6,
    sparedCount: 0,
    failedCount: 0,
  });
  const { items } = await admin.call(listRetentionRunTags, { params: { retentionRunId: id }, query: {} });
  expect(items.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'trashed'));
  return over;
}

/** What a rule keeps is there and whole; everything else is in the trash once, and comes back as it was. */
async function expectKept(repository: string, digests: ReadonlyMap<string, string>): Promise<void> {
  const { admin } = scene;
  for (const [tag, digest] of digests) {
    const found = await scene.registry.headManifest(repository, tag);
    if (tag.startsWith('keep-')) expect(found, tag).toMatchObject({ digest });
    else expect(found, tag).toBeUndefined();
  }
  const { items } = await admin.call(listTrash, { params, query: { repository, limit: 100 } });
  expect(items.map(({ tag, state, why }) => `${tag} ${state} ${why}`).toSorted()).toEqual(
    [...digests.keys()].filter((tag) => tag.startsWith('go-')).map((tag) => `${tag} deleted retention`),
  );
  for (const { id } of items) {
    await admin.call(restoreFromTrash, {
      params: { project, trashItemId: id },
      body: { target: { kind: 'same' } },
    });
  }
  await until('everything to be back', async () => {
    const heads = await Promise.all([...digests.keys()].map((tag) => scene.registry.headManifest(repository, tag)));
    return heads.every((head) => head !== undefined) ? true : undefined;
  });
  for (const [tag, digest] of digests)
    expect(await scene.registry.headManifest(repository, tag), tag).toMatchObject({ digest });
  await expectWhole(scene.registry, [repository]);
}
