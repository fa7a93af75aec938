import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPolicy, type Policy, previewPolicy, runPolicy } from '../../contract/policies.ts';
import { listRegistries, scanRegistry } from '../../contract/registries.ts';
import { getExecution, getTask, listTasks } from '../../contract/replication.ts';
import { type Database, openDatabase } from '../../database/index.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { seededRandom } from '../../testing/chaos-proxy.ts';
import { faultSeeds } from '../../testing/fault-seeds.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { contentOf } from './testing/policy-content.ts';

// Whole processes, and leases that run out.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const aheadMs = 600_000;
/** Before anything else of the program runs: its clock is ten minutes ahead. */
const clockAhead = `--import=data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() + ${aheadMs}) : super(...given); }
    static now() { return Real.now() + ${aheadMs}; }
  };
`)}`;

let registries: Record<'main' | 'north' | 'south', RealRegistry>;
let at: Record<'main' | 'north' | 'south', RegistryClient>;
let databaseUrl: string;
let database: Database;
const folders: string[] = [];
const consoles: LongshoreProcess[] = [];
let count = 0;

beforeAll(async () => {
  const [main, north, south] = [await startRealRegistry(), await startRealRegistry(), await startRealRegistry()];
  registries = { main, north, south };
  at = { main: clientOf(main), north: clientOf(north), south: clientOf(south) };
  databaseUrl = await createPostgresDatabase();
  database = await openDatabase({ kind: 'postgres', url: databaseUrl });
});
afterAll(async () => {
  for (const console of consoles) await console.kill();
  await database?.close();
  for (const client of Object.values(at ?? {})) await client.close();
  for (const registry of Object.values(registries ?? {})) await registry.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<LongshoreProcess> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-killed-'));
  folders.push(folder);
  const urls = Object.fromEntries(Object.entries(registries).map(([id, { url }]) => [id, url]));
  const started = await startLongshoreProcess({ folder, databaseUrl, registries: urls, environment });
  consoles.push(started);
  return started;
}

/** A policy to both destinations, with the catalog knowing all that it is about to copy. */
async function prepare({ client }: LongshoreProcess, tags: number): Promise<{ repository: string; policy: Policy }> {
  const repository = `killed/app-${(count += 1)}`;
  for (let tag = 0; tag < tags; tag += 1) {
    await pushImage(at.main, repository, `v${tag}`, { layerSizes: [400_000, 300_000, 2000] });
  }
  const filters = { repositories: { include: [repository], exclude: [] } };
  const content = contentOf('main', ['north', 'south'], { filters, onPush: false });
  const body = { name: repository, project: null, isEnabled: true, content };
  const policy = await client.call(createPolicy, { body });
  await until('the first scans', async () => {
    const { items } = await client.call(listRegistries, {});
    return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
  });
  await client.call(scanRegistry, { params: { registryId: 'main' } });
  await until('the catalog to know them', async () => {
    const { planned } = await client.call(previewPolicy, { params: { policyId: policy.id } });
    return planned.copy === 2 * tags ? true : undefined;
  });
  return { repository, policy };
}

const converged = (repository: string) =>
  expectConverged({
    kysely: database.kysely,
    source: at.main,
    destinations: [at.north, at.south],
    repositories: [repository],
  });

test.each(faultSeeds(2))('killed at any moment of a run, others finish its work (seed %i)', async (seed) => {
  const random = seededRandom(seed);
  const [survivor, victim] = [await start(), await start()];
  const { repository, policy } = await prepare(survivor, 8);
  const execution = await survivor.client.call(runPolicy, { params: { policyId: policy.id } });
  await sleep(random() * 1500);
  await victim.kill();
  await converged(repository);
  const ended = await survivor.client.call(getExecution, { params: { executionId: execution.id } });
  expect(ended).toMatchObject({ state: 'succeeded', tasks: { succeeded: 16 } });
  // Never two at once: of each task all attempts but the last were lost with the one that was killed.
  const { items } = await survivor.client.call(listTasks, { query: { executionId: execution.id, limit: 100 } });
  for (const { id } of items) {
    const { attempts } = await survivor.client.call(getTask, { params: { taskId: id } });
    expect(attempts.at(-1)?.outcome).toBe('succeeded');
    expect(attempts.slice(0, -1).filter(({ outcome }) => outcome !== 'lost')).toEqual([]);
  }
  await survivor.kill();
});

test('a console whose clock is ten minutes ahead takes nothing from another', async () => {
  const [right, ahead] = [await start(), await start({ NODE_OPTIONS: clockAhead })];
  const stream = await ahead.client.openEvents('of-no-event');
  const { at: said } = await stream.waitFor('reset');
  stream.close();
  expect(new Date(said).getTime() - Date.now()).toBeGreaterThan(aheadMs / 2);
  const { repository, policy } = await prepare(right, 12);
  // Long enough for the one that is ahead to believe every lease of the other to have run out.
  registries.north.freeze();
  const execution = await right.client.call(runPolicy, { params: { policyId: policy.id } });
  try {
    await until('copies that run', async () => {
      const { tasks } = await right.client.call(getExecution, { params: { executionId: execution.id } });
      return tasks.running > 0 ? true : undefined;
    });
    await sleep(5000);
  } finally {
    registries.north.thaw();
  }
  await converged(repository);
  const { items } = await ahead.client.call(listTasks, { query: { executionId: execution.id, limit: 100 } });
  expect(items).toHaveLength(24);
  expect(items.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(items.map(() => 'succeeded 1'));
});
