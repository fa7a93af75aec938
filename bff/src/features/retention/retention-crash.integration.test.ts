import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { scanRegistry } from '../../contract/registries.ts';
import {
  createRetentionPlan,
  getRetentionRun,
  listRetentionRuns,
  listRetentionRunTags,
  type RetentionRun,
  runRetention,
} from '../../contract/retention.ts';
import { listTags } from '../../contract/repositories.ts';
import { listTrash, restoreFromTrash } from '../../contract/trash.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { clientOf } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { type KillingProxy, startKillingProxy } from '../trash/testing/killing-proxy.ts';

// Whole processes that are killed and started again: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const project = 'payments';
const params = { project };
let folder: string;
let registry: RealRegistry;
let client: RegistryClient;
let proxy: KillingProxy;
let console_: LongshoreProcess;

const start = async (): Promise<void> => {
  console_ = await startLongshoreProcess({ folder, registries: { dev: proxy.url } });
};
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-retention-crash-'));
  registry = await startRealRegistry();
  client = clientOf(registry);
  proxy = await startKillingProxy(registry.url);
  await start();
});
afterAll(async () => {
  await console_?.kill();
  await proxy?.close();
  await client?.close();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

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
  await console_.kill();
};
const killedAt = (fits: (method: string, path: string) => boolean, when: 'before' | 'after') => {
  return async (): Promise<void> => {
    proxy.killAt(fits, when, () => console_.kill());
    await until('the process to be killed', async () => (proxy.hasKilled ? true : undefined));
  };
};
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
    const { digest } = await pushSampleImage(client, repository, { tag: index < 4 ? `keep-${index}` : `go-${index}` });
    digests.set(index < 4 ? `keep-${index}` : `go-${index}`, digest);
  }
  await console_.client.call(scanRegistry, { params: { registryId: 'dev' } });
  await until(`the catalog to know ${repository}`, async () => {
    const found = await console_.client.call(listTags, { query: { repository } }).catch(() => undefined);
    return found?.items.length === 10 ? true : undefined;
  });
  const plan = await console_.client.call(createRetentionPlan, {
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
  await console_.client
    .call(runRetention, {
      params: { project, retentionPlanId: plan.id },
      body: { version: plan.version, expectedCount: 6, acceptsMany: true },
    })
    .catch(() => undefined);
  await killed;
  await start();
  await ended(plan.id, point.name);
  await expectKept(repository, digests);
});

/** The run there is, at its end; asked for again where the console died before it was written down. */
async function ended(planId: string, name: string): Promise<RetentionRun> {
  const { client: admin } = console_;
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
  const { client: admin } = console_;
  for (const [tag, digest] of digests) {
    const found = await client.headManifest(repository, tag);
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
    const heads = await Promise.all([...digests.keys()].map((tag) => client.headManifest(repository, tag)));
    return heads.every((head) => head !== undefined) ? true : undefined;
  });
  for (const [tag, digest] of digests)
    expect(await client.headManifest(repository, tag), tag).toMatchObject({ digest });
  await expectWhole(client, [repository]);
}
