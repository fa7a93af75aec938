import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { createProjectNotice, listProjectNotices, NoticePayload } from '../../contract/notices.ts';
import { createExecution } from '../../contract/replication.ts';
import { addProject } from '../../testing/people.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startBff } from '../../testing/start-bff.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until, untilState } from '../replication/testing/waiting.ts';
import { startReceiver } from './testing/receiver.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

test('an outage of a registry is told while it lasts, and that copying works again as soon as it does, once', async () => {
  const receiver = await startReceiver();
  const source = await startRealRegistry();
  let destination = await startRealRegistry();
  toStop.push(
    () => receiver.stop(),
    () => source.stop(),
    () => destination.stop(),
  );
  const atSource = clientOf(source);
  for (const tag of ['1.0', '1.1', '1.2']) await pushImage(atSource, 'payments/api', tag, { layerSizes: [1000] });
  await atSource.close();
  const bff = await startBff({
    registries: [
      { id: 'main', environment: 'development', endpointUrls: [source.url] },
      { id: 'branch', environment: 'production', endpointUrls: [destination.url] },
    ],
    allowedWebhookHosts: ['127.0.0.1'],
    outageAfterMinutes: 7,
  });
  toStop.push(() => bff.close());
  const client = await bff.signIn();
  const { kysely } = bff.running.foundation.database;
  const project = 'payments';
  await addProject(kysely, project);
  await client.call(createProjectNotice, {
    params: { project },
    body: { channel: 'webhook', name: 'Pager', url: receiver.url, kinds: ['failed', 'recovered'] },
  });
  expect((await client.call(listProjectNotices, { params: { project } })).outageAfterMinutes).toBe(7);
  const told = () => receiver.received.map(({ body }) => NoticePayload.parse(JSON.parse(body)));
  const outages = () => kysely.selectFrom('notice_outages').selectAll().execute();
  const copy = (reference: string) =>
    client.call(createExecution, {
      body: {
        source: { registryId: 'main', repository: 'payments/api' },
        references: [reference],
        destinations: [{ registryId: 'branch' }],
        whenDifferent: 'replace',
      },
    });

  await destination.kill();
  const { id: executionId } = await copy('1.0');
  const { id: another } = await copy('1.1');
  await until('both to wait', async () => {
    const rows = await kysely.selectFrom('tasks').select('state').execute();
    return rows.every(({ state }) => state === 'waiting') ? true : undefined;
  });
  await until('an outage', async () => ((await outages()).length === 1 ? true : undefined));
  await sql`update notice_outages set since = since - interval '8 minutes'`.execute(kysely);
  const [failing] = await until('a message', async () => (told().length === 1 ? told() : undefined));
  expect(receiver.received[0]?.headers['longshore-event']).toBe('pair.failing');
  expect(failing?.pairs).toMatchObject([
    { sourceRegistryId: 'main', destinationRegistryId: 'branch', waiting: 2, policies: [] },
  ]);
  expect(failing?.pairs[0]?.reason).toMatchObject({ code: 'connection-refused', registryId: 'branch' });

  destination = await destination.restart();
  await untilState(client, executionId, 'succeeded');
  await untilState(client, another, 'succeeded');
  await until('the end of it', async () => ((await outages()).length === 0 ? true : undefined));
  const { id: third } = await copy('1.2');
  await untilState(client, third, 'succeeded');
  await until('everything planned', async () => {
    const left = await kysely.selectFrom('execution_ends').select('id').execute();
    return left.length === 0 ? true : undefined;
  });
  await until('two messages', async () => (told().length === 2 ? true : undefined));
  expect(told().map(({ event }) => event)).toEqual(['pair.failing', 'pair.recovered']);
  expect(told()[1]?.pairs[0]).toMatchObject({ state: 'recovered', failingSince: failing?.pairs[0]?.failingSince });
});
