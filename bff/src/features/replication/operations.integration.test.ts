import { afterEach, describe, expect, test, vi } from 'vitest';
import { getOperations, getThroughput } from '../../contract/operations.ts';
import { createExecution, getExecution, listTasks, stopExecution } from '../../contract/replication.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { startChaosProxy } from '../../testing/chaos-proxy.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type StartBffOptions } from '../../testing/start-bff.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { until } from './testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

/** A source that gives little at a time, so that its copy can be watched, and where it is copied to. */
async function startWorld(database: StartBffOptions['database'], bytesPerSecond: number) {
  const [source, destination] = await Promise.all([startRealRegistry(), startRealRegistry()]);
  const slow = await startChaosProxy({ port: source.port });
  slow.behave(() => ({ bytesPerSecond }));
  toStop.push(source.stop, destination.stop, slow.stop);
  const push = clientOf(source);
  await pushImage(push, 'shop/api', '1', { layerSizes: [40_000_000] });
  await push.close();
  const options: StartBffOptions = {
    ...(database === undefined ? {} : { database }),
    sessionSecret: 'x'.repeat(40),
    adminPassword: 'quay wall crane bollard',
    encryptionKey: Buffer.alloc(32, 7).toString('base64'),
    registries: [
      { id: 'main', environment: 'development', endpointUrls: [slow.url] },
      { id: 'north', environment: 'production', endpointUrls: [destination.url] },
    ],
  };
  const start = async () => {
    const bff = await startBff(options);
    toStop.push(bff.close);
    return bff;
  };
  return { start, slow };
}

async function startCopy(client: TestApiClient): Promise<string> {
  const { id } = await client.call(createExecution, {
    body: {
      source: { registryId: 'main', repository: 'shop/api' },
      references: ['1'],
      destinations: [{ registryId: 'north' }],
      whenDifferent: 'replace',
    },
  });
  return id;
}

const isMoving = async (client: TestApiClient) => {
  const operations = await client.call(getOperations, {});
  return operations.rateBytesPerSecond > 0 ? operations : undefined;
};

describe('the monitor', () => {
  test('shows what one registry gives another: rate, slots, the way, and later the hour', async () => {
    const { start } = await startWorld(undefined, 2_000_000);
    const client = await (await start()).signIn();
    const stream = await client.openEvents();
    expect(await client.call(getOperations, {})).toMatchObject({ rateBytesPerSecond: 0, routes: [] });
    const executionId = await startCopy(client);
    // The first figures may be of bytes that only just began: a rate, and no way worth a figure yet.
    const moves = stream.waitFor('traffic', ({ rateBytesPerSecond, routes }) => rateBytesPerSecond * routes.length > 0);
    expect((await moves).routes).toMatchObject([{ sourceRegistryId: 'main', destinationRegistryId: 'north' }]);
    const operations = await stream.waitFor('operations', ({ counts }) => counts.running === 1);
    expect(operations.routes).toMatchObject([{ runningTasks: 1, queuedTasks: 0, waitingTasks: 0, failedLastHour: 0 }]);
    // In one moment: between two blobs one side rests, and a look at either registry counts, too.
    const busy = await stream.waitFor('traffic', ({ registries }) => {
      const [main, north] = ['main', 'north'].map((id) => registries.find(({ registryId }) => registryId === id));
      const gives = main?.reading === 1 && main.writing === 0 && main.inBytesPerSecond === 0;
      return gives && north?.writing === 1 && north.reading === 0 && north.outBytesPerSecond === 0;
    });
    const registry = (registryId: string) => busy.registries.find((each) => each.registryId === registryId);
    expect(registry('north')?.quietUntil).toBeNull();
    expect(registry('main')?.slots).toBeGreaterThan(1);

    const history = await until('the hour to know of it', async () => {
      const found = await client.call(getThroughput, {});
      return found.registries.length === 2 ? found : undefined;
    });
    const [main, north] = history.registries;
    expect([main?.registryId, north?.registryId]).toEqual(['main', 'north']);
    expect(main?.outBytesPerSecond).toHaveLength(360);
    expect(main?.outBytesPerSecond).toEqual(north?.inBytesPerSecond);
    await client.call(stopExecution, { params: { executionId } });
    // Nothing moves any more, and this is said.
    await stream.waitFor('traffic', ({ rateBytesPerSecond }) => rateBytesPerSecond === 0);
    await stream.waitFor('operations', ({ counts }) => counts.running === 0 && counts.stopped === 1);
    stream.close();
  });

  test('is the same on every instance, whichever of them copies', async () => {
    const { start } = await startWorld({ kind: 'postgres', url: await createPostgresDatabase() }, 2_000_000);
    const [one, two] = [await start(), await start()];
    const [here, there] = [await one.signIn(), await two.signIn()];
    const streams = await Promise.all([here.openEvents(), there.openEvents()]);
    const executionId = await startCopy(here);
    for (const stream of streams) {
      await stream.waitFor('traffic', ({ rateBytesPerSecond }) => rateBytesPerSecond > 0);
      await stream.waitFor('operations', ({ counts }) => counts.running === 1);
      await stream.waitFor('task', ({ bytesDone }) => bytesDone > 1_000_000);
    }
    for (const client of [here, there]) {
      const operations = await until('both to see it move', () => isMoving(client));
      expect(operations.rateBytesPerSecond).toBeLessThan(20_000_000);
      expect(operations.rateHistory.at(-2)).toBeLessThan(20_000_000);
      // Not what the database has, which is up to two seconds old.
      const execution = await client.call(getExecution, { params: { executionId } });
      expect(execution.rateBytesPerSecond).toBeGreaterThan(0);
      const { items } = await client.call(listTasks, { query: { executionId } });
      expect(items[0]?.rateBytesPerSecond).toBeGreaterThan(0);
    }
    await here.call(stopExecution, { params: { executionId } });
    for (const stream of streams) {
      await stream.waitFor('operations', ({ counts }) => counts.stopped === 1);
      await stream.waitFor('traffic', ({ rateBytesPerSecond }) => rateBytesPerSecond === 0);
      const times = stream.messages.map(({ atMs }) => atMs);
      expect(times.length).toBeLessThanOrEqual(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 250 + 1.5);
      stream.close();
    }
  });

  test('goes on for a page that comes back to the other instance', async () => {
    const { start, slow } = await startWorld({ kind: 'postgres', url: await createPostgresDatabase() }, 2_000_000);
    const [one, two] = [await start(), await start()];
    const [here, there] = [await one.signIn(), await two.signIn()];
    const executionId = await startCopy(here);
    const stream = await here.openEvents();
    const seen = await stream.waitFor('task', ({ bytesDone }) => bytesDone > 0);
    const { id } = stream.events.findLast(({ event }) => event.name === 'task') ?? expect.fail();
    // It sleeps, and wakes to another instance: what was said meanwhile comes at once, and then what is said now.
    stream.close();
    await until('more to be copied', async () => {
      const { bytesDone } = await there.call(getExecution, { params: { executionId } });
      return bytesDone > seen.bytesDone + 4_000_000 ? true : undefined;
    });
    const resumed = await there.openEvents(id);
    slow.behave(() => ({}));
    await resumed.waitFor('task', ({ bytesDone }) => bytesDone > seen.bytesDone + 4_000_000);
    expect(resumed.events.some(({ event }) => event.name === 'reset')).toBe(false);
    await here.call(stopExecution, { params: { executionId } });
    await resumed.waitFor('task', ({ state }) => state === 'stopped');
    resumed.close();
  });
});
