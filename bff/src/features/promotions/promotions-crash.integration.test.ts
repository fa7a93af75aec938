import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import {
  approvePromotion,
  createPromotion,
  getPromotion,
  type Promotion,
  updatePromotionPath,
} from '../../contract/promotions.ts';
import { createUser } from '../../contract/users.ts';
import { type Database, openDatabase } from '../../database/index.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { createApiClient } from '../../testing/api-client.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';

// Whole processes that are killed and started again: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

interface Scene {
  readonly start: () => Promise<LongshoreProcess>;
  readonly database: Database;
  readonly target: RegistryClient;
  readonly digest: string;
}

/** An image in `main`, and `north` behind it on the path, into which a second person has to approve. */
async function setScene(): Promise<Scene> {
  const [main, north] = [await startRealRegistry(), await startRealRegistry()];
  const [source, target] = [clientOf(main), clientOf(north)];
  const databaseUrl = await createPostgresDatabase();
  const database = await openDatabase({ kind: 'postgres', url: databaseUrl });
  toStop.push(async () => {
    await Promise.all([source.close(), target.close(), database.close()]);
    await Promise.all([main.stop(), north.stop()]);
  });
  const { digest } = await pushImage(source, repository, '1.0', { layerSizes: [200_000] });
  const start = async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-crash-'));
    const started = await startLongshoreProcess({
      folder,
      databaseUrl,
      registries: { main: main.url, north: north.url },
    });
    toStop.push(async () => {
      await started.kill();
      await rm(folder, { recursive: true, force: true });
    });
    return started;
  };
  return { start, database, target, digest };
}

async function askForApproval({ client }: LongshoreProcess, { database, digest }: Scene): Promise<Promotion> {
  await until('the project to be known', async () => {
    const known = await database.kysely.selectFrom('projects').select('name').execute();
    return known.length > 0 ? true : undefined;
  });
  const steps = [
    { environment: 'main', needsApproval: false },
    { environment: 'north', needsApproval: true },
  ];
  await client.call(updatePromotionPath, { params: { project: 'payments' }, body: { version: 0, steps } });
  return client.call(createPromotion, {
    body: { registryId: 'main', repository, tag: '1.0', digest, environment: 'north' },
  });
}

/** A second administrator, who may approve what the first asked for. */
async function secondPerson({ client, url }: LongshoreProcess) {
  const { username, password } = await client.call(createUser, {
    body: { username: 'otto', displayName: 'Otto', isSystemAdmin: true },
  });
  const signIn = async (at: string) => {
    const other = createApiClient(at);
    await other.signIn(username, password);
    return other;
  };
  return { client: await signIn(url), signIn };
}

async function executionCount({ database }: Scene): Promise<number> {
  return (await database.kysely.selectFrom('executions').select('id').execute()).length;
}

test('killed in the middle of beginning it, the promotion waits as before, and there is no execution', async () => {
  const scene = await setScene();
  const first = await scene.start();
  const asked = await askForApproval(first, scene);
  const otto = await secondPerson(first);
  const approval = { params: { promotionId: asked.id }, body: {} };

  // Nobody can write down the targets: the execution is made and the state set, and nothing of it committed.
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const held = scene.database.kysely.transaction().execute(async (transaction) => {
    await sql`lock table promotion_targets in exclusive mode`.execute(transaction);
    const answer = otto.client.call(approvePromotion, approval).catch(() => 'cut');
    await until('the approval to be in its transaction', async () => {
      const { rows } = await sql`
        select from pg_locks where relation = 'promotion_targets'::regclass and not granted`.execute(
        scene.database.kysely,
      );
      return rows.length > 0 ? true : undefined;
    });
    await first.kill();
    expect(await answer).toBe('cut');
    await isReleased;
  });
  release();
  await held;

  const second = await scene.start();
  const found = await second.client.call(getPromotion, { params: { promotionId: asked.id } });
  expect(found).toMatchObject({ state: 'waiting', executionId: null, decision: null });
  expect(await executionCount(scene)).toBe(0);
  await (await otto.signIn(second.url)).call(approvePromotion, approval);
  await until('the promotion to be done', async () => {
    const { state } = await second.client.call(getPromotion, { params: { promotionId: asked.id } });
    return state === 'done' ? true : undefined;
  });
  expect(await scene.target.headManifest(repository, '1.0')).toMatchObject({ digest: scene.digest });
  expect(await executionCount(scene)).toBe(1);
});

test('killed when it has just begun, the promotion is done by whoever starts next', async () => {
  const scene = await setScene();
  const first = await scene.start();
  const asked = await askForApproval(first, scene);
  const otto = await secondPerson(first);
  const begun = await otto.client.call(approvePromotion, { params: { promotionId: asked.id }, body: {} });
  await first.kill();
  expect(begun.executionId).not.toBeNull();

  const second = await scene.start();
  const done = await until('the promotion to be done', async () => {
    const found = await second.client.call(getPromotion, { params: { promotionId: asked.id } });
    return found.state === 'done' ? found : undefined;
  });
  expect(done).toMatchObject({ executionId: begun.executionId, decision: { by: 'otto' } });
  expect(await scene.target.headManifest(repository, '1.0')).toMatchObject({ digest: scene.digest });
  expect(await executionCount(scene)).toBe(1);
});
