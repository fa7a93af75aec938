import { afterEach, expect, test, vi } from 'vitest';
import { createExecution, listTasks } from '../../contract/replication.ts';
import { expectConverged } from '../../testing/oracle.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startBff } from '../../testing/start-bff.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { until } from './testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const tags = Array.from({ length: 60 }, (_, place) => `v${place}`);
/** That one registry may have, over all consoles. */
const mostIntoOne = 48;
const ids = ['main', 'north', 'south', 'east'] as const;
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

test('two destinations that hang with all the copies they may have hold up no third one', async () => {
  const registries = await Promise.all(ids.map(() => startRealRegistry()));
  toStop.push(() => Promise.all(registries.map((registry) => registry.stop())));
  const clients = registries.map((registry) => clientOf(registry));
  toStop.push(() => Promise.all(clients.map((client) => client.close())));
  const [main, ...destinations] = clients;
  if (main === undefined) throw new Error('There is no source.');
  const frozen = registries.slice(1, 3);
  for (const tag of tags) await pushImage(main, repository, tag, { layerSizes: [1000] });
  const bff = await startBff({
    registries: ids.map((id, place) => ({ id, environment: id, endpointUrls: [registries[place]?.url ?? ''] })),
  });
  toStop.push(() => bff.close());
  const api = await bff.signIn();
  const copy = (references: string[], into: string[]) =>
    api.call(createExecution, {
      body: {
        source: { registryId: 'main', repository },
        references,
        destinations: into.map((registryId) => ({ registryId })),
        whenDifferent: 'replace',
      },
    });
  const countInto = async (registryId: string, state: string) => {
    const { items } = await api.call(listTasks, { query: { repository, limit: 500 } });
    return items.filter((task) => task.destination.registryId === registryId && task.state === state).length;
  };
  for (const registry of frozen) registry.freeze();
  try {
    await copy(tags, ['north', 'south']);
    await until('both to have as many as they may', async () => {
      const counts = [await countInto('north', 'running'), await countInto('south', 'running')];
      return counts.every((count) => count === mostIntoOne) ? true : undefined;
    });
    await copy(tags, ['east']);
    await until('the copies into the third', async () =>
      (await countInto('east', 'succeeded')) === tags.length ? true : undefined,
    );
    expect((await countInto('north', 'succeeded')) + (await countInto('south', 'succeeded'))).toBe(0);
  } finally {
    for (const registry of frozen) registry.thaw();
  }
  await expectConverged({
    kysely: bff.running.foundation.database.kysely,
    source: main,
    destinations,
    repositories: [repository],
  });
});
