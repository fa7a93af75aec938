import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { createNotice, createProjectNotice, listNoticeDeliveries, NoticePayload } from '../../contract/notices.ts';
import { confirmExecution, createPolicy } from '../../contract/policies.ts';
import { addProject } from '../../testing/people.ts';
import { startBff } from '../../testing/start-bff.ts';
import { contentOf } from '../policies/testing/policy-content.ts';
import { until } from '../replication/testing/waiting.ts';
import { ageHeld, holdDeletions } from './testing/held-deletions.ts';
import { startReceiver } from './testing/receiver.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

test('deletions of a policy that wait for a word are told with a link to their run, and anew when others wait after the answer', async () => {
  const receiver = await startReceiver();
  toStop.push(() => receiver.stop());
  const bff = await startBff({
    registries: ['development', 'production'].map((id) => ({
      id,
      environment: id,
      endpointUrls: ['http://127.0.0.1:9'],
    })),
    server: { publicUrl: 'https://longshore.example' },
    allowedWebhookHosts: ['127.0.0.1'],
  });
  toStop.push(() => bff.close());
  const client = await bff.signIn();
  const { kysely } = bff.running.foundation.database;
  await addProject(kysely, 'payments');
  const content = contentOf('development', ['production'], { onPush: false, options: { propagateDeletions: true } });
  const policy = await client.call(createPolicy, {
    body: { name: 'Nightly', project: 'payments', isEnabled: true, content },
  });
  const body = { channel: 'webhook' as const, name: 'Pager', url: receiver.url, kinds: ['failed' as const] };
  await client.call(createProjectNotice, { params: { project: 'payments' }, body });
  const { id: noticeId } = await client.call(createNotice, { body: { ...body, name: 'All', kinds: ['recovered'] } });
  const told = () => receiver.received.map((one) => NoticePayload.parse(JSON.parse(one.body)));
  const hold = async (tags: string[]) => {
    const executionId = (await holdDeletions(kysely, { policy, tags })) ?? '';
    await ageHeld(kysely, executionId, 60);
    return executionId;
  };

  const first = await hold(['1.0', '1.1']);
  await until('a message', async () => (told().length > 0 ? true : undefined));
  expect(receiver.received[0]?.headers['longshore-event']).toBe('deletions.held');
  expect(told()).toMatchObject([
    {
      event: 'deletions.held',
      url: `https://longshore.example/replication/executions/${first}`,
      execution: null,
      held: { executionId: first, tags: 2, deletions: 2 },
      // Its own project's: with the figures of the plan.
      pairs: [{ state: 'held', waiting: 2, reason: { code: 'deletions-many' }, policies: [{ name: 'Nightly' }] }],
    },
  ]);

  const seen = () => kysely.selectFrom('notice_holds').select('seen_at').executeTakeFirstOrThrow();
  const before = await seen();
  const more = await hold(['1.2']);
  await until('another look', async () => (Number((await seen()).seen_at) > Number(before.seen_at) ? true : undefined));
  for (const executionId of [first, more]) await client.call(confirmExecution, { params: { executionId } });
  // As long ago as what is held next is made to be.
  await sql`update notice_holds set seen_at = seen_at - interval '2 minutes'`.execute(kysely);
  const next = await hold(['1.3']);
  await until('the next message', async () => (told().length > 1 ? true : undefined));
  expect(told().map(({ held }) => held?.executionId)).toEqual([first, next]);
  expect((await client.call(listNoticeDeliveries, { params: { noticeId } })).items).toEqual([]);
});
