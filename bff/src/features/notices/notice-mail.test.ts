import { expect, test } from 'vitest';
import { mailOf } from './notice-mail.ts';
import { payloadFrom, payloadText } from './notice-payload.ts';
import type { NoticeEvent, ToldPair } from './notices.ts';

const notice = { id: 'n', name: 'On duty', project: 'payments', policyId: null, policyName: null };
const pair: ToldPair = {
  sourceRegistryId: 'main',
  destinationRegistryId: 'north',
  state: 'failing',
  failingSince: new Date('2026-03-01T10:00:30.000Z'),
  waiting: 12,
  reason: {
    code: 'unavailable',
    sentence: 'North is not available (status 503).',
    params: { registry: 'North', registryId: 'north', status: '503' },
  },
  policies: [{ id: 'p', name: 'Nightly' }],
};
const bodyOf = (
  event: NoticeEvent,
  pairs: readonly ToldPair[],
  at = '2026-03-01T13:20:35.000Z',
  publicUrl: string | null = null,
) => payloadText({ deliveryId: 'd', event, notice, end: null, pairs, held: null, at: new Date(at), publicUrl });

test('a mail of an outage says between which registries, since when, why, how many and whose', () => {
  const payload = payloadFrom(bodyOf('pair.failing', [pair]));
  const english = mailOf(payload, 'en');
  expect(english.subject).toBe('[Longshore] Copying is held up (payments, Nightly)');
  expect(english.text).toContain(
    'main → north: held up since 2026-03-01 10:00 UTC; 12 copies or deletions wait\n  North is not available (status 503).\nPolicy: Nightly\n',
  );
  const chinese = mailOf(payload, 'zh');
  expect(chinese.subject).toBe('[Longshore] 复制受阻（payments，Nightly）');
  expect(chinese.text).toContain(
    'main → north: 自 2026-03-01 10:00 UTC 起受阻；12 个复制或删除任务在等待\n  north 目前不可用。\n策略：Nightly\n',
  );
});

test('a mail of an outage leads to the copies that wait, where the console knows its address', () => {
  const { text } = mailOf(payloadFrom(bodyOf('pair.failing', [pair], undefined, 'https://console.example.com')), 'en');
  expect(text).toContain('\nhttps://console.example.com/replication/executions?state=waiting\n');
  const test = mailOf(payloadFrom(bodyOf('test', [], undefined, 'https://console.example.com')), 'en');
  expect(test.text).not.toContain('https://');
});

test('one of its end says how long it was; of several policies none is in the subject', () => {
  const policies = [...pair.policies, { id: 'q', name: '夜间' }];
  const over = { ...pair, state: 'recovered', waiting: 0, reason: null, policies } as const;
  const payload = payloadFrom(bodyOf('pair.recovered', [over]));
  expect(mailOf(payload, 'en')).toEqual({
    subject: '[Longshore] Copying works again (payments)',
    text: `main → north: works again; it had failed since 2026-03-01 10:00 UTC, for 3 h 20 min
Policies: Nightly, 夜间

-- 
Sent by the notice “On duty” of Longshore.
`,
  });
  expect(mailOf(payload, 'zh').text).toContain('此前自 2026-03-01 10:00 UTC 起失败，持续 3 小时 20 分钟');
  const lengths = ['2026-03-01T10:00:30.000Z', '2026-03-01T10:11:30.000Z', '2026-03-03T10:00:40.000Z'].map((at) => {
    const { text } = mailOf(payloadFrom(bodyOf('pair.recovered', [over], at)), 'en');
    return /, for (.*)\n/.exec(text)?.[1];
  });
  expect(lengths).toEqual(['0 s', '11 min', '2 d']);
});

test('a mail of deletions that wait says how many, where, why, whose and where to answer', () => {
  const reason = { code: 'deletions-many', sentence: '12 of 20 tags would be deleted.', params: { count: '12' } };
  const held: ToldPair = { ...pair, state: 'held', failingSince: null, reason };
  const body = payloadText({
    deliveryId: 'd',
    event: 'deletions.held',
    notice,
    end: null,
    pairs: [held, { ...held, destinationRegistryId: 'south', waiting: 1 }],
    held: { executionId: 'e', since: new Date('2026-03-01T10:00:30.000Z'), tags: 12, deletions: 13 },
    at: new Date('2026-03-01T10:01:00.000Z'),
    publicUrl: 'https://console.example.com',
  });
  expect(mailOf(payloadFrom(body), 'en')).toEqual({
    subject: '[Longshore] Deletions are held back (payments, Nightly)',
    text: `13 deletions of 12 tags have waited for a person’s word since 2026-03-01 10:00 UTC
12 of 20 tags would be deleted.
main → north: 12 deletions
main → south: 1 deletion
Policy: Nightly

Nothing of it is deleted unless somebody who may delete there says yes. Everything else of the policy goes on.

https://console.example.com/replication/executions/e

-- 
Sent by the notice “On duty” of Longshore.
`,
  });
  const chinese = mailOf(payloadFrom(body), 'zh');
  expect(chinese.subject).toBe('[Longshore] 删除待确认（payments，Nightly）');
  expect(chinese.text).toContain(
    '12 个标签的 13 个删除操作自 2026-03-01 10:00 UTC 起等待人工确认\n数量较多，因此需要有人确认。\nmain → north: 12 个删除操作\n',
  );
});

test('a body that was kept before an update is sent again as it is', () => {
  const { pairs, ...rest } = payloadFrom(bodyOf('execution.failed', [{ ...pair, state: 'failed' }]));
  const old = pairs.map(({ sourceRegistryId, destinationRegistryId, state, failingSince }) => {
    return { sourceRegistryId, destinationRegistryId, state, failingSince };
  });
  const {
    notice: { policyName: _name, ...about },
    url: _url,
    held: _held,
    ...other
  } = rest;
  const payload = payloadFrom(JSON.stringify({ ...other, notice: about, pairs: old }));
  expect([payload.url, payload.held]).toEqual([null, null]);
  expect(mailOf(payload, 'en').subject).toBe('[Longshore] Copying failed (payments)');
  expect(mailOf(payload, 'en').text).toContain('main → north: fails since 2026-03-01 10:00 UTC');
});
