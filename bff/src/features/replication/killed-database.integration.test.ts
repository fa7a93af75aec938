import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { createExecution, getExecution } from '../../contract/replication.ts';
import { getSession } from '../../contract/session.ts';
import { type Database, openDatabase } from '../../database/index.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { endpointPath } from '../../testing/api-client.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { startPostgres, type TestPostgres } from '../../testing/postgres-server.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { type LongshoreProcess, startLongshoreProcess } from './testing/longshore-process.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { until } from './testing/waiting.ts';

// A whole console and a whole database, which comes back: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

/** For how long the database is away. Beyond 15 s the copies that run lose their leases and are done again. */
const outageMs = Number(process.env['FAULT_OUTAGE_SECONDS'] ?? 4) * 1000;
const repository = 'payments/api';
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

interface World {
  readonly postgres: TestPostgres;
  readonly console: LongshoreProcess;
  readonly north: RealRegistry;
  readonly at: Record<'main' | 'north', RegistryClient>;
}

async function startWorld(): Promise<World> {
  const postgres = await startPostgres();
  toStop.push(() => postgres.close());
  const [main, north] = [await startRealRegistry(), await startRealRegistry()];
  const at = { main: clientOf(main), north: clientOf(north) };
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-database-'));
  const registries = { main: main.url, north: north.url };
  for (const tag of firstTags) await pushImage(at.main, repository, tag, { layerSizes: [200_000, 3000] });
  const started = await startLongshoreProcess({ folder, databaseUrl: postgres.url, registries });
  toStop.push(
    () => rm(folder, { recursive: true, force: true }),
    () => Promise.all([main.stop(), north.stop()]),
    () => Promise.all([at.main.close(), at.north.close()]),
    () => started.kill(),
  );
  return { postgres, console: started, north, at };
}

const firstTags = ['1', '2', '3', '4', '5', '6'];

async function trigger({ url, client }: LongshoreProcess, references: readonly string[]): Promise<Response> {
  const destinations = [{ registryId: 'north' }];
  const source = { registryId: 'main', repository };
  return client.fetch(endpointPath(createExecution.path), {
    method: createExecution.method,
    headers: { origin: new URL(url).origin, 'content-type': 'application/json' },
    body: JSON.stringify({ source, references, destinations, whenDifferent: 'replace' }),
  });
}

const idOf = async (response: Response): Promise<string> => ((await response.json()) as { id: string }).id;

async function converged({ postgres, at }: World): Promise<void> {
  const database: Database = await openDatabase({ kind: 'postgres', url: postgres.url });
  try {
    const [source, destinations] = [at.main, [at.north]];
    await expectConverged({ kysely: database.kysely, source, destinations, repositories: [repository] });
  } finally {
    await database.close();
  }
}

const succeeded = ({ client }: LongshoreProcess, executionId: string) =>
  until(`the end of execution ${executionId}`, async () => {
    const { state } = await client.call(getExecution, { params: { executionId } });
    if (state === 'failed' || state === 'stopped') throw new Error(`It is ${state}.`);
    return state === 'succeeded' ? true : undefined;
  });

test('a database that is killed and comes back has lost no trigger, and the console lives on', async () => {
  const world = await startWorld();
  const { console, postgres, north } = world;
  north.freeze();
  const acknowledged = [await idOf(await trigger(console, firstTags))];
  await until('copies that run', async () => {
    const { tasks } = await console.client.call(getExecution, { params: { executionId: acknowledged[0] ?? '' } });
    return tasks.running > 0 ? true : undefined;
  });
  const refused: Response[] = [];
  const over = new AbortController();
  // Each asks until somebody says yes.
  const triggers = (async () => {
    for (let place = 0; !over.signal.aborted; place += 1) {
      const tag = `then-${place}`;
      await pushImage(world.at.main, repository, tag, { layerSizes: [1000] });
      for (;;) {
        const response = await trigger(console, [tag]);
        if (response.status === 201) {
          acknowledged.push(await idOf(response));
          break;
        }
        refused.push(response);
        await sleep(100);
      }
    }
  })();
  await postgres.kill();
  // What runs ends while nobody can write down that it did.
  north.thaw();
  await sleep(outageMs);
  expect((await fetch(`${console.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${console.url}/readyz`)).status).toBe(503);
  await postgres.start();
  await until('the console to be ready', async () => ((await fetch(`${console.url}/readyz`)).ok ? true : undefined));
  over.abort();
  await triggers;
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, headers } of refused) {
    expect({ status, retryAfter: Number(headers.get('retry-after')) > 0 }).toEqual({ status: 503, retryAfter: true });
  }
  for (const executionId of acknowledged) await succeeded(console, executionId);
  await converged(world);
  // The same process, which left no promise alone with its error.
  expect(console.isAlive()).toBe(true);
  expect(console.log()).not.toContain('left alone');
});

test('a database that falls silent is noticed, and streams catch up when it speaks again', async () => {
  const world = await startWorld();
  const { console, postgres } = world;
  const stream = await console.client.openEvents();
  const first = await idOf(await trigger(console, firstTags));
  await stream.waitFor('execution', ({ executionId }) => executionId === first);
  const { id } = stream.events.at(-1) ?? expect.fail();
  await postgres.freeze();
  try {
    // Without the heartbeat that cuts silent connections it would be a minute; the stream would never end.
    const asked = await fetch(`${console.url}${endpointPath(getSession.path)}`, {
      headers: { cookie: console.client.cookie },
      signal: AbortSignal.timeout(45_000),
    });
    expect(asked.status).toBe(503);
    expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(0);
    await stream.ended;
  } finally {
    await postgres.thaw();
  }
  await until('the console to be ready', async () => ((await fetch(`${console.url}/readyz`)).ok ? true : undefined));
  const resumed = await console.client.openEvents(id);
  // What was said meanwhile on other instances is not known here: the page is to read everything again.
  await resumed.waitFor('reset');
  await pushImage(world.at.main, repository, 'later', { layerSizes: [1000] });
  const second = await idOf(await trigger(console, ['later']));
  await resumed.waitFor('execution', ({ executionId }) => executionId === second);
  resumed.close();
  for (const executionId of [first, second]) await succeeded(console, executionId);
  await converged(world);
  expect(console.log()).not.toContain('left alone');
});
