import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listRegistries } from '../../contract/registries.ts';
import { createExecution } from '../../contract/replication.ts';
import { getSession, signIn } from '../../contract/session.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { startChaosProxy } from '../../testing/chaos-proxy.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startRedis, type TestRedis } from '../../testing/redis-server.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const toStop: (() => Promise<unknown>)[] = [];
let redis: TestRedis;
beforeEach(async () => {
  redis = await startRedis();
  toStop.push(() => redis.close());
});
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function startConsole(redisUrl: string, registries: Readonly<Record<string, RealRegistry>> = {}) {
  const bff = await startBff({
    redisUrl,
    registries: Object.entries(registries).map(([id, { url }]) => ({ id, environment: id, endpointUrls: [url] })),
  });
  toStop.push(() => bff.close());
  return bff;
}

/** The answer’s status, and an error where none comes: a request that hangs is not refused. */
async function statusOf(client: TestApiClient, path: string, headers: Record<string, string> = {}): Promise<number> {
  return (await client.fetch(path, { headers, signal: AbortSignal.timeout(60_000) })).status;
}

const session = '/api/v1/session';
const accountOf = async (client: TestApiClient) => (await client.call(getSession, {})).account;
const untilStatus = (client: TestApiClient, path: string, status: number) =>
  expect.poll(() => statusOf(client, path), { timeout: 120_000 }).toBe(status);

const copies = (executionId: string, { running }: TestBff) =>
  running.foundation.database.kysely
    .selectFrom('tasks')
    .select('state')
    .where('execution_id', '=', executionId)
    .execute();

test('while Redis is gone copies go on, nobody is let in, and all are who they were when it is back', async () => {
  const [main, north] = [await startRealRegistry(), await startRealRegistry()];
  toStop.push(() => Promise.all([main.stop(), north.stop()]));
  const at = { main: clientOf(main), north: clientOf(north) };
  toStop.push(() => Promise.all([at.main.close(), at.north.close()]));
  const repository = 'payments/api';
  for (const tag of ['1', '2', '3']) await pushImage(at.main, repository, tag, { layerSizes: [100_000] });
  const bff = await startConsole(redis.url, { main, north });
  const client = await bff.signIn();
  const stream = await client.openEvents();
  north.freeze();
  const source = { registryId: 'main', repository };
  const request = { source, references: ['1', '2', '3'], destinations: [{ registryId: 'north' }] };
  const { id } = await client.call(createExecution, { body: { ...request, whenDifferent: 'replace' } });
  await expect.poll(async () => (await copies(id, bff)).some(({ state }) => state === 'running')).toBe(true);
  await stream.waitFor('execution', ({ executionId }) => executionId === id);
  const { id: lastId } = stream.events.at(-1) ?? expect.fail();
  await redis.run('SAVE');
  await redis.stop();

  expect(await statusOf(client, session)).toBe(503);
  // Neither a password nor a stream nor a token of a registry is to be had.
  const anonymous = bff.anonymous();
  const body = { username: 'admin', password: bff.adminPassword };
  await expect(anonymous.call(signIn, { body })).rejects.toMatchObject({ problem: { status: 503 } });
  const authorization = `Basic ${Buffer.from(`admin:${bff.adminPassword}`).toString('base64')}`;
  expect(await statusOf(anonymous, '/service/token?service=longshore', { authorization })).toBe(503);
  await stream.ended;
  expect(await statusOf(client, '/api/v1/events')).toBe(503);
  north.thaw();
  await expect
    .poll(async () => (await copies(id, bff)).every(({ state }) => state === 'succeeded'), { timeout: 120_000 })
    .toBe(true);

  await redis.start();
  await untilStatus(client, '/readyz', 200);
  expect(await accountOf(client)).toMatchObject({ username: 'admin' });
  const resumed = await client.openEvents(lastId);
  await resumed.waitFor('task', ({ executionId, state }) => executionId === id && state === 'succeeded');
  expect(resumed.events.some(({ event }) => event.name === 'reset')).toBe(false);
  resumed.close();
  const { kysely } = bff.running.foundation.database;
  await expectConverged({ kysely, source: at.main, destinations: [at.north], repositories: [repository] });
});

test('a Redis that was emptied has signed everybody out, and counts wrong passwords as before', async () => {
  const bff = await startConsole(redis.url);
  const client = await bff.signIn();
  const stream = await client.openEvents();
  await redis.run('FLUSHALL');
  await stream.ended;
  expect(await accountOf(client)).toBeNull();
  // Nobody, and not somebody with other rights.
  await expect(client.call(listRegistries, {})).rejects.toMatchObject({ problem: { status: 401 } });
  await client.signIn('admin', bff.adminPassword);
  expect(await accountOf(client)).toMatchObject({ username: 'admin', isSystemAdmin: true });
  const codes: string[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const error: unknown = await bff.signIn('admin', `wrong ${attempt}`).catch((caught: unknown) => caught);
    codes.push(error instanceof ProblemError ? error.problem.code : String(error));
    // It goes away for a moment: whoever guesses does not get ten more for that.
    if (attempt === 5) {
      await redis.run('SAVE');
      await redis.stop();
      await redis.start();
      await untilStatus(client, '/readyz', 200);
    }
  }
  expect(codes).toEqual([...Array<string>(10).fill('credentials-wrong'), 'too-many-attempts', 'too-many-attempts']);
});

test('a connection to Redis that is open and silent is noticed and opened again, also under load', async () => {
  const proxy = await startChaosProxy({ port: Number(new URL(redis.url).port) });
  toStop.push(() => proxy.stop());
  proxy.behave((connection) => (connection === 1 ? { stallAfterBytes: 2000 } : {}));
  const bff = await startConsole(proxy.url.replace('http:', 'redis:'));
  const client = await bff.signIn();
  // One after another, whether or not those before were answered: each writes to the silent connection.
  const statuses: number[] = [];
  const asking: Promise<unknown>[] = [];
  const load = setInterval(() => {
    asking.push(statusOf(client, session).then((status) => statuses.push(status)));
  }, 250);
  try {
    // Refused while nothing comes, and then let in again by another connection, without anybody’s help.
    const isOver = () => statuses.indexOf(503) >= 0 && statuses.lastIndexOf(200) > statuses.indexOf(503);
    await expect.poll(isOver, { timeout: 45_000 }).toBe(true);
  } finally {
    clearInterval(load);
    await Promise.allSettled(asking);
  }
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(proxy.connections()).toBeGreaterThan(1);
  expect(await accountOf(client)).toMatchObject({ username: 'admin' });
});
