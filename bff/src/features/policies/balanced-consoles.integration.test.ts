import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { listRegistries } from '../../contract/registries.ts';
import { createExecution, getExecution } from '../../contract/replication.ts';
import { getSession } from '../../contract/session.ts';
import { openDatabase } from '../../database/index.ts';
import { createApiClient, endpointPath, type TestApiClient, type TestEventStream } from '../../testing/api-client.ts';
import { startBalancer } from '../../testing/balancer.ts';
import { freePort } from '../../testing/free-port.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startRedis } from '../../testing/redis-server.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { startLongshoreProcess } from '../replication/testing/longshore-process.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';

// Two whole consoles, and leases of one that run out.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const tags = Array.from({ length: 8 }, (_, place) => `v${place}`);
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function startWorld() {
  const [main, north] = [await startRealRegistry(), await startRealRegistry()];
  toStop.push(() => Promise.all([main.stop(), north.stop()]));
  const [atMain, atNorth] = [clientOf(main), clientOf(north)];
  toStop.push(() => Promise.all([atMain.close(), atNorth.close()]));
  for (const tag of tags) await pushImage(atMain, repository, tag, { layerSizes: [200_000, 3000] });
  const redis = await startRedis();
  toStop.push(() => redis.close());
  const databaseUrl = await createPostgresDatabase();
  const ports = [await freePort(), await freePort()];
  const balancer = await startBalancer(ports);
  // For the stream: it is on the console that is going to be killed.
  const ordered = await startBalancer(ports, { isOrdered: true });
  toStop.push(() => Promise.all([balancer.stop(), ordered.stop()]));
  const start = async (port: number | undefined) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-balanced-'));
    toStop.push(() => rm(folder, { recursive: true, force: true }));
    const registries = { main: main.url, north: north.url };
    const environment = { LONGSHORE_PUBLIC_URL: balancer.url, REDIS_URL: redis.url };
    const started = await startLongshoreProcess({ folder, databaseUrl, registries, environment, port: port ?? 0 });
    toStop.push(() => started.kill());
    return started;
  };
  const [victim, survivor] = [await start(ports[0]), await start(ports[1])];
  const directUrl = `http://127.0.0.1:${ports[1] ?? 0}`;
  return { atMain, atNorth, north, databaseUrl, ordered, directUrl, victim, survivor };
}

/** What a browser does: a GET whose connection broke is sent once more. */
async function load(client: TestApiClient, isOver: () => boolean): Promise<number[]> {
  const statuses: number[] = [];
  const paths = [getSession, listRegistries].map(({ path: asked }) => endpointPath(asked));
  const ask = async (asked: string): Promise<number> => {
    const response = await client.fetch(asked);
    await response.arrayBuffer();
    return response.status;
  };
  for (let place = 0; !isOver(); place += 1) {
    const asked = paths[place % paths.length] ?? '';
    statuses.push(await ask(asked).catch(() => ask(asked).catch(() => 599)));
    await sleep(10);
  }
  return statuses;
}

/** Tags that came to the destination, as pages hear of them. */
function heardTags(...streams: readonly TestEventStream[]): string[] {
  const events = streams.flatMap((stream) => stream.events.map(({ event }) => event));
  const names = events.flatMap((event) =>
    event.name === 'tag' && event.payload.registryId === 'north' ? event.payload.name : [],
  );
  return [...new Set(names)].toSorted();
}

test('one of two consoles behind a balancer is killed: nobody is signed out, and no event is missing', async () => {
  const { atMain, atNorth, north, databaseUrl, ordered, directUrl, victim, survivor } = await startWorld();
  const { client } = survivor;
  const page = createApiClient(ordered.url);
  const witness = createApiClient(directUrl);
  for (const other of [page, witness]) other.cookie = client.cookie;
  const [before, all] = [await page.openEvents(), await witness.openEvents()];
  let isOver = false;
  const loads = Array.from({ length: 4 }, () => load(client, () => isOver));
  north.freeze();
  const copy = async (references: readonly string[]) => {
    const request = { source: { registryId: 'main', repository }, destinations: [{ registryId: 'north' }] };
    const body = { ...request, references: [...references], whenDifferent: 'replace' as const };
    return (await client.call(createExecution, { body })).id;
  };
  const succeeded = (executionId: string) =>
    until('all of it to be copied', async () => {
      const { state } = await client.call(getExecution, { params: { executionId } });
      return state === 'succeeded' ? true : undefined;
    });
  const first = await copy(tags);
  await before.waitFor('task', ({ executionId, state }) => executionId === first && state === 'running');
  north.thaw();
  await before.waitFor('tag', ({ registryId }) => registryId === 'north');
  await victim.kill();
  await before.ended;
  // The page sleeps, and wakes to the other console: it is told what happened meanwhile.
  await pushImage(atMain, repository, 'meanwhile', { layerSizes: [1000] });
  await succeeded(await copy(['meanwhile']));
  await all.waitFor('tag', ({ name }) => name === 'meanwhile');
  const after = await page.openEvents(before.messages.at(-1)?.id);
  await after.waitFor('tag', ({ name }) => name === 'meanwhile');
  await succeeded(first);
  await until('the same news as nobody missed', async () =>
    heardTags(all).every((name) => heardTags(before, after).includes(name)) ? true : undefined,
  );
  expect(after.events.map(({ event }) => event.name)).not.toContain('reset');
  for (const stream of [after, all]) stream.close();
  isOver = true;
  const statuses = (await Promise.all(loads)).flat();
  expect(statuses.length).toBeGreaterThan(100);
  expect(statuses.filter((status) => status >= 500).length / statuses.length).toBeLessThanOrEqual(0.005);
  // Signed in throughout.
  expect(statuses).not.toContain(401);
  expect((await client.call(getSession, {})).account).toMatchObject({ username: 'admin' });
  const { kysely, close } = await openDatabase({ kind: 'postgres', url: databaseUrl });
  toStop.push(close);
  await expectConverged({ kysely, source: atMain, destinations: [atNorth], repositories: [repository] });
});
