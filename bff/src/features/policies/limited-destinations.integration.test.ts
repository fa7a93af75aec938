import { afterEach, expect, test, vi } from 'vitest';
import { createExecution, listTasks } from '../../contract/replication.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startRequestProxy } from '../../testing/request-proxy.ts';
import { startBff } from '../../testing/start-bff.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const tags = Array.from({ length: 6 }, (_, place) => `v${place}`);
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function startWorld() {
  const registries = [await startRealRegistry(), await startRealRegistry(), await startRealRegistry()] as const;
  toStop.push(() => Promise.all(registries.map((registry) => registry.stop())));
  const [main, north, south] = registries;
  const [atMain, atNorth, atSouth] = [clientOf(main), clientOf(north), clientOf(south)];
  toStop.push(() => Promise.all([atMain.close(), atNorth.close(), atSouth.close()]));
  const limited = await startRequestProxy(north);
  toStop.push(() => limited.stop());
  for (const tag of tags) await pushImage(atMain, repository, tag, { layerSizes: [20_000, 3000] });
  const bff = await startBff({
    registries: [
      { id: 'main', environment: 'main', endpointUrls: [main.url] },
      { id: 'north', environment: 'north', endpointUrls: [limited.url] },
      { id: 'south', environment: 'south', endpointUrls: [south.url] },
    ],
  });
  toStop.push(() => bff.close());
  const client = await bff.signIn();
  const tasksInto = async (registryId: string) =>
    (await client.call(listTasks, { query: { repository, limit: 100 } })).items.filter(
      ({ destination }) => destination.registryId === registryId,
    );
  return {
    limited,
    tasksInto,
    copy: async () => {
      const source = { registryId: 'main', repository };
      const destinations = [{ registryId: 'north' }, { registryId: 'south' }];
      const body = { source, references: tags, destinations, whenDifferent: 'replace' as const };
      return (await client.call(createExecution, { body })).id;
    },
    converged: () =>
      expectConverged({
        kysely: bff.running.foundation.database.kysely,
        source: atMain,
        destinations: [atNorth, atSouth],
        repositories: [repository],
      }),
  };
}

const allowedAtOnce = 10;
const closedMs = 1000;

test('a destination that allows so many requests at a time gets at most twice as many, and everything', async () => {
  const { limited, copy, converged } = await startWorld();
  let left = allowedAtOnce;
  let opensAtMs = 0;
  limited.answer(() => {
    if (left === 0 && performance.now() >= opensAtMs) left = allowedAtOnce;
    if (left === 0) return { status: 429, headers: { 'retry-after': '1' } };
    left -= 1;
    if (left === 0) opensAtMs = performance.now() + closedMs;
    return undefined;
  });
  await copy();
  await converged();
  const refused = limited.requests.filter(({ status }) => status === 429).length;
  const allowed = limited.requests.length - refused;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(allowed);
});

test.each([
  { status: 429, headers: { 'retry-after': '600' }, codes: ['rate-limited'] },
  { status: 503, headers: { 'retry-after': '600' }, codes: ['unavailable', 'rate-limited'] },
])('a destination that answers $status for ten minutes is left alone, and only that one', async (own) => {
  const { limited, tasksInto, copy } = await startWorld();
  await until('the console to have looked at it', async () => (limited.requests.length > 0 ? true : undefined));
  const before = limited.requests.length;
  limited.answer(({ path }) => (path.includes(repository) ? own : undefined));
  await copy();
  await until('the copies to the other one', async () => {
    const others = await tasksInto('south');
    return others.length === tags.length && others.every(({ state }) => state === 'succeeded') ? true : undefined;
  });
  const waiting = await until('all of them to wait', async () => {
    const tasks = await tasksInto('north');
    return tasks.length === tags.length && tasks.every(({ state }) => state === 'waiting') ? tasks : undefined;
  });
  for (const { nextAttemptAt, reason } of waiting) {
    expect(own.codes).toContain(reason?.code);
    // Not before it said; the clock of the tasks is this machine's.
    expect(new Date(nextAttemptAt ?? 0).getTime()).toBeGreaterThan(Date.now() + 500_000);
  }
  // They do not all come back at once.
  expect(new Set(waiting.map(({ nextAttemptAt }) => nextAttemptAt)).size).toBeGreaterThan(1);
  const asked = limited.requests.slice(before).filter(({ path }) => path.includes(repository)).length;
  expect(asked).toBeLessThanOrEqual(2 * tags.length);
});

test('a destination without space is tried by one task at a time, with the cause shown, until there is some', async () => {
  const { limited, tasksInto, copy, converged } = await startWorld();
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'no space left on device' }] });
  limited.answer(({ method }) => (method === 'PUT' ? { status: 500, body } : undefined));
  const wait = async (executionId: string) =>
    until('all of them to wait', async () => {
      const tasks = (await tasksInto('north')).filter((task) => task.executionId === executionId);
      const isSo = tasks.every(({ state, reason }) => state === 'waiting' && reason?.code === 'disk-full');
      return isSo && tasks.length === tags.length ? tasks : undefined;
    });
  await wait(await copy());
  const later = await wait(await copy());
  // A person asked, so it was tried, and not six times.
  expect(later.reduce((sum, { attempt }) => sum + attempt, 0)).toBeLessThanOrEqual(3);
  await until('the copies to the other one', async () => {
    const others = await tasksInto('south');
    return others.every(({ state }) => state === 'succeeded' || state === 'stopped') ? true : undefined;
  });
  limited.answer(() => undefined);
  await converged();
});
