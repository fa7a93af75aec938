import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { listAudit } from '../../contract/audit.ts';
import {
  createNotice,
  createProjectNotice,
  deleteNotice,
  deleteProjectNotice,
  listNoticeDeliveries,
  listNotices,
  listProjectNoticeDeliveries,
  listProjectNotices,
  type NoticeDelivery,
  NoticePayload,
  redeliverProjectNotice,
  renewProjectNoticeSecret,
  testNotice,
  testProjectNotice,
  updateProjectNotice,
} from '../../contract/notices.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { freePort } from '../../testing/free-port.ts';
import { addProject, signInAs } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { createPostgresDatabase, databaseKinds } from '../../testing/test-database.ts';
import { endExecution } from './testing/ended-executions.ts';
import { type Received, type Receiver, startReceiver } from './testing/receiver.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.each(databaseKinds)('notices (%s)', (kind) => {
  let bff: TestBff;
  let client: TestApiClient;
  let receiver: Receiver;
  let smtp: SMTPServer;
  let smtpPort: number;
  const mails: string[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
    smtpPort = await freePort();
    smtp = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, _session, callback) {
        let text = '';
        stream.setEncoding('utf8');
        stream.on('data', (chunk: string) => (text += chunk));
        stream.on('end', () => {
          mails.push(text);
          callback(null, 'Queued for the test');
        });
      },
      onRcptTo({ address }, _session, callback) {
        const refusal = Object.assign(new Error('No such mailbox'), { responseCode: 550 });
        callback(address.startsWith('nobody@') ? refusal : null);
      },
    });
    await new Promise<void>((resolve) => {
      smtp.listen(smtpPort, '127.0.0.1', resolve);
    });
    bff = await startBff({
      ...(kind === 'postgres' && { database: { kind, url: await createPostgresDatabase() } }),
      registries: ['development', 'production', 'north'].map((id) => ({
        id,
        environment: id === 'north' ? 'production' : id,
        endpointUrls: ['http://127.0.0.1:9'],
      })),
      server: { port: await freePort(), publicUrl: 'https://longshore.example' },
      allowedWebhookHosts: ['127.0.0.1'],
      mail: { url: `smtp://127.0.0.1:${smtpPort}`, from: 'Longshore <longshore@example.com>' },
    });
    client = await bff.signIn();
    const { kysely } = bff.running.foundation.database;
    await addProject(kysely, 'payments');
    await addProject(kysely, 'shop');
  });

  afterAll(async () => {
    await bff?.close();
    await receiver?.stop();
    await new Promise<void>((resolve) => {
      smtp.close(() => resolve());
    });
  });

  beforeEach(async () => {
    const { kysely } = bff.running.foundation.database;
    await kysely.deleteFrom('notices').execute();
    await kysely.deleteFrom('notice_pairs').execute();
    receiver.received.length = 0;
    mails.length = 0;
  });

  const project = 'payments';
  const end = (...args: Parameters<typeof endExecution> extends [unknown, infer Tasks] ? [Tasks] : never) =>
    endExecution(bff.running.foundation.database.kysely, ...args);

  async function until<T>(what: string, find: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (const giveUp = Date.now() + 60_000; Date.now() < giveUp; ) {
      const found = await find();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Never: ${what}\n${bff.logs().slice(-2000)}`);
  }

  const receivedAt = (index: number) => until(`request ${index}`, () => receiver.received[index]);

  async function untilDelivery(noticeId: string, fits: (delivery: NoticeDelivery) => boolean): Promise<NoticeDelivery> {
    return until('such a delivery', async () => {
      const { items } = await client.call(listProjectNoticeDeliveries, { params: { project, noticeId } });
      return items.find(fits);
    });
  }

  const webhook = (kinds: ('failed' | 'recovered' | 'all')[], url = receiver.url) => ({
    params: { project },
    body: { channel: 'webhook' as const, name: 'Pager', url, kinds },
  });
  const payloadOf = ({ body }: Received) => NoticePayload.parse(JSON.parse(body));

  /** As a receiver would: from the raw body and the header alone. */
  function verify({ headers, body }: Received, secret: string): boolean {
    const found = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['longshore-signature']));
    if (found === null) return false;
    const [, at = '', mac = ''] = found;
    if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
    const expected = createHmac('sha256', secret).update(`${at}.${body}`).digest();
    return timingSafeEqual(expected, Buffer.from(mac, 'hex'));
  }

  test('a failure is told to the project’s webhook, signed, with what failed and nothing of other projects', async () => {
    const { id, secret } = await client.call(createProjectNotice, webhook(['failed']));
    const executionId = await end([
      { state: 'failed' },
      { state: 'succeeded' },
      { state: 'failed', source: 'shop/private-base', repository: 'payments/base' },
      { state: 'failed', repository: 'shop/web' },
    ]);
    const request = await receivedAt(0);
    const payload = payloadOf(request);
    expect(secret).toMatch(/^lsw_[0-9A-Za-z]{43}$/);
    expect(verify(request, secret ?? '')).toBe(true);
    expect(verify({ ...request, body: request.body.replace('failed', 'fuiled') }, secret ?? '')).toBe(false);
    expect(request.headers).toMatchObject({
      'longshore-event': 'execution.failed',
      'longshore-delivery': payload.deliveryId,
      'content-type': 'application/json',
    });
    expect(payload).toMatchObject({
      event: 'execution.failed',
      notice: { id, project },
      execution: {
        id: executionId,
        state: 'failed',
        requestedBy: 'mara',
        tasks: { succeeded: 1, failed: 2, stopped: 0 },
        url: `https://longshore.example/replication/executions/${executionId}`,
      },
      pairs: [{ sourceRegistryId: 'development', destinationRegistryId: 'production', state: 'failed' }],
    });
    expect(new Set(payload.failures.map(({ source }) => source.repository))).toEqual(new Set([null, 'payments/api']));
    expect(request.body).not.toContain('shop');
    const delivery = await untilDelivery(id, ({ state }) => state === 'delivered');
    expect(delivery).toMatchObject({ id: payload.deliveryId, executionId, attempt: 1, attempts: [{ status: 204 }] });
  });

  test('recovered is the first success of a pair after its failure, and only that', async () => {
    await client.call(createProjectNotice, webhook(['recovered']));
    await end([{ state: 'succeeded' }]);
    await end([{ state: 'failed' }]);
    await end([{ state: 'succeeded', destinationId: 'north' }]);
    await end([{ state: 'stopped' }]);
    const recoveredBy = await end([{ state: 'succeeded' }]);
    await end([{ state: 'succeeded' }]);
    const request = await receivedAt(0);
    expect(payloadOf(request)).toMatchObject({
      event: 'execution.recovered',
      execution: { id: recoveredBy },
      pairs: [{ destinationRegistryId: 'production', state: 'recovered' }],
    });
    expect(Date.parse(payloadOf(request).pairs[0]?.failingSince ?? '')).toBeGreaterThan(0);
    await until('everything is planned', async () => {
      const left = await bff.running.foundation.database.kysely.selectFrom('execution_ends').select('id').execute();
      return left.length === 0 ? true : undefined;
    });
    const { rows } = await sql`select id from notice_deliveries`.execute(bff.running.foundation.database.kysely);
    expect(rows).toHaveLength(1);
  });

  test('a passing refusal is tried again with the same id and body and a new signature; a redirect is not followed', async () => {
    receiver.answerNext({ status: 503, body: 'down \u0000 for a minute' }, { status: 200, body: 'ok' });
    const { id, secret } = await client.call(createProjectNotice, webhook(['all']));
    await end([{ state: 'stopped' }]);
    const delivered = await untilDelivery(id, ({ state }) => state === 'delivered');
    expect(delivered.attempts).toMatchObject([
      { number: 2, status: 200, answer: 'ok', reason: null },
      { number: 1, status: 503, answer: 'down  for a minute', reason: { code: 'status-refused' } },
    ]);
    const [first, second] = receiver.received;
    expect(first?.body).toBe(second?.body);
    expect(first?.headers['longshore-delivery']).toBe(second?.headers['longshore-delivery']);
    expect(first?.headers['longshore-signature']).not.toBe(second?.headers['longshore-signature']);
    expect(second !== undefined && verify(second, secret ?? '')).toBe(true);

    const elsewhere = await startReceiver();
    receiver.answerNext({ status: 307, headers: { location: elsewhere.url } });
    await end([{ state: 'succeeded' }]);
    const refused = await untilDelivery(id, ({ state }) => state === 'failed');
    expect(refused).toMatchObject({ attempt: 1, attempts: [{ status: 307, reason: { code: 'redirect-refused' } }] });
    expect(elsewhere.received).toHaveLength(0);
    await elsewhere.stop();

    await client.call(redeliverProjectNotice, { params: { project, noticeId: id, deliveryId: refused.id } });
    const again = await untilDelivery(id, (one) => one.id === refused.id && one.state === 'delivered');
    expect(again.attempts.map(({ number }) => number)).toEqual([2, 1]);
  });

  test('an endless answer is read to its sixteenth kilobyte, a missing one ends in ten seconds', async () => {
    receiver.answerNext({ status: 200, body: 'x'.repeat(5_000_000) }, undefined);
    const { id } = await client.call(createProjectNotice, webhook(['failed']));
    await client.call(testProjectNotice, { params: { project, noticeId: id } });
    const long = await untilDelivery(id, ({ state }) => state === 'delivered');
    expect(long.attempts[0]?.answer).toBe('x'.repeat(2000));
    const { id: deliveryId } = await client.call(testProjectNotice, { params: { project, noticeId: id } });
    const silent = await untilDelivery(id, (one) => one.id === deliveryId && one.state === 'failed');
    expect(silent.attempts).toMatchObject([{ status: null, reason: { code: 'timeout' } }]);
  });

  test('mail goes to its recipients in its language, with the delivery’s id; a refused mailbox is final', async () => {
    const body = { channel: 'mail' as const, name: '值班', language: 'zh' as const, kinds: ['failed' as const] };
    const made = await client.call(createNotice, { body: { ...body, recipients: ['ops@example.com'] } });
    expect(made.secret).toBeNull();
    await end([{ state: 'failed', repository: 'shop/web' }]);
    const mail = await until('a mail', () => mails[0]);
    const { items } = await until('its delivery', async () => {
      const found = await client.call(listNoticeDeliveries, { params: { noticeId: made.id } });
      return found.items[0]?.state === 'delivered' ? found : undefined;
    });
    expect(mail).toContain(`Message-ID: <${items[0]?.id}@longshore>`);
    expect(mail).toContain('To: ops@example.com');
    expect(mail).toMatch(/Subject: =\?UTF-8\?/);
    expect(items[0]?.attempts).toMatchObject([{ status: 250, reason: null }]);

    const wrong = await client.call(createNotice, { body: { ...body, recipients: ['nobody@example.com'] } });
    await client.call(testNotice, { params: { noticeId: wrong.id } });
    const refused = await until('a refusal', async () => {
      const found = await client.call(listNoticeDeliveries, { params: { noticeId: wrong.id } });
      return found.items.find(({ state }) => state === 'failed');
    });
    expect(refused.attempts).toMatchObject([{ status: 550, reason: { code: 'mail-refused' } }]);
    const shown = await client.call(listNotices, {});
    expect(shown.mail).toEqual({ isConfigured: true, from: 'Longshore <longshore@example.com>' });
  });

  test('addresses of the console, of this machine’s link, with users or of other kinds are refused, however they are spelt', async () => {
    const urls = [
      bff.url,
      'https://longshore.example/hook',
      'https://LONGSHORE.example.:8443/hook',
      'http://169.254.169.254/latest/meta-data',
      'http://[::ffff:169.254.169.254]/',
      'http://0xA9FEA9FE/',
      'http://2852039166/',
      'http://[fe80::1]/',
      'http://[::1]:5000/',
      'http://0.0.0.0/',
      'http://127.0.0.2/',
      'http://localhost:9/',
      'http://user:canary@receiver.example/',
      'file:///etc/passwd',
      'gopher://receiver.example/',
    ];
    for (const url of urls) {
      const problem = await problemOf(client.call(createProjectNotice, webhook(['all'], url)));
      expect(problem, url).toMatchObject({ status: 400, code: 'notice-address-refused' });
    }
    const open = await problemOf(client.call(createProjectNotice, webhook(['all'], 'http://127.0.0.3:22/')));
    const closed = await problemOf(client.call(createProjectNotice, webhook(['all'], 'http://127.0.0.3:1/')));
    expect(open.detail.replace(':22', '')).toBe(closed.detail.replace(':1', ''));
    const inside = await client.call(createProjectNotice, webhook(['failed'], 'http://10.1.2.3/hook'));
    expect(inside.url).toBe('http://10.1.2.3/hook');
  });

  test('an address that became a refused one since it was saved is not connected to', async () => {
    const { id } = await client.call(createProjectNotice, webhook(['failed']));
    const { kysely } = bff.running.foundation.database;
    const moved = receiver.url.replace('127.0.0.1', 'localhost');
    for (const url of [moved, moved.replace('localhost', '127.0.0.2')]) {
      await kysely.updateTable('notices').set({ url }).where('id', '=', id).execute();
      const { id: deliveryId } = await client.call(testProjectNotice, { params: { project, noticeId: id } });
      const refused = await untilDelivery(id, (one) => one.id === deliveryId && one.state === 'failed');
      expect(refused.attempts).toMatchObject([{ status: null, reason: { code: 'address-refused' } }]);
    }
    expect(receiver.received).toHaveLength(0);
  });

  test('only who manages every environment of the project may, and each change is in the audit log without a secret', async () => {
    const everywhere = await signInAs(bff, 'everywhere', { payments: { '': 'project-admin' } });
    const partly = await signInAs(bff, 'partly', { payments: { development: 'project-admin', '': 'guest' } });
    const hidden = await client.call(createProjectNotice, webhook(['failed']));
    expect(await partly.call(listProjectNotices, { params: { project } })).toMatchObject({
      items: [],
      mayManage: false,
    });
    const params = { project, noticeId: hidden.id };
    expect(await partly.call(listProjectNoticeDeliveries, { params })).toEqual({ items: [] });
    expect((await problemOf(partly.call(deleteProjectNotice, { params }))).code).toBe('permission-missing');
    await client.call(deleteProjectNotice, { params });
    const problem = await problemOf(partly.call(createProjectNotice, webhook(['failed'])));
    expect(problem).toMatchObject({ status: 403, needed: { action: 'project.manage', roles: ['project-admin'] } });

    const made = await everywhere.call(createProjectNotice, webhook(['failed']));
    const noticeId = made.id;
    const renewed = await everywhere.call(renewProjectNoticeSecret, { params: { project, noticeId } });
    await everywhere.call(testProjectNotice, { params: { project, noticeId } });
    const request = await receivedAt(0);
    expect([verify(request, made.secret ?? ''), verify(request, renewed.secret ?? '')]).toEqual([false, true]);
    const body = { version: renewed.version, name: 'Pager', url: `${receiver.url}/moved`, kinds: ['all' as const] };
    const changed = await everywhere.call(updateProjectNotice, { params: { project, noticeId }, body });
    expect(changed).toMatchObject({ kinds: ['all'], version: renewed.version + 1 });
    const late = await problemOf(everywhere.call(updateProjectNotice, { params: { project, noticeId }, body }));
    expect(late.code).toBe('version-conflict');
    expect((await problemOf(client.call(deleteNotice, { params: { noticeId } }))).code).toBe('notice-not-found');
    const listed = await everywhere.call(listProjectNotices, { params: { project } });
    await everywhere.call(deleteProjectNotice, { params: { project, noticeId } });

    const audit = await client.call(listAudit, { query: { project } });
    const actions = audit.items.map(({ action }) => action);
    for (const action of [
      'createProjectNotice',
      'renewProjectNoticeSecret',
      'testProjectNotice',
      'updateProjectNotice',
    ]) {
      expect(actions).toContain(action);
    }
    expect(actions).toContain('deleteProjectNotice');
    const { rows } = await sql<{ line: string }>`select to_jsonb(a)::text as line from audit_log a`.execute(
      bff.running.foundation.database.kysely,
    );
    const places = [JSON.stringify(listed), bff.logs(), rows.map(({ line }) => line).join('\n')];
    for (const secret of [made.secret ?? '-', renewed.secret ?? '-']) {
      for (const place of places) expect(place).not.toContain(secret);
    }
    expect(places.slice(1).join('\n')).not.toContain('T0KEN-in-the-path');
  });

  test('the mail server’s password goes over no open line, into no log and into no answer', async () => {
    const password = 'canary-mail-password';
    const guarded = await startBff({
      mail: { url: `smtp://ops:${password}@127.0.0.1:${smtpPort}`, from: 'longshore@example.com' },
    });
    const admin = await guarded.signIn();
    const mail = { channel: 'mail' as const, name: 'Mail', recipients: ['ops@example.com'], kinds: ['all' as const] };
    const { id: noticeId } = await admin.call(createNotice, { body: mail });
    await admin.call(testNotice, { params: { noticeId } });
    const failed = await until('a refusal', async () => {
      const { items } = await admin.call(listNoticeDeliveries, { params: { noticeId } });
      return items.find(({ state }) => state === 'failed');
    });
    expect(failed.attempts).toMatchObject([{ reason: { code: 'mail-not-encrypted' } }]);
    expect(mails).toHaveLength(0);
    const answers = JSON.stringify([await admin.call(listNotices, {}), failed]);
    expect(answers + guarded.logs()).not.toContain(password);
    await guarded.close();
  });

  test('there are twenty at most, and without a mail server no mail', async () => {
    await Promise.all(
      Array.from({ length: 22 }, () => problemOf(client.call(createProjectNotice, webhook(['failed'])))).map((one) =>
        one.catch(() => null),
      ),
    );
    const { items } = await client.call(listProjectNotices, { params: { project } });
    expect(items).toHaveLength(20);
    expect((await problemOf(client.call(createProjectNotice, webhook(['failed'])))).code).toBe('too-many-notices');
    const bare = await startBff({ webhooksToPrivateNetworks: false });
    const admin = await bare.signIn();
    const mail = { channel: 'mail' as const, name: 'Mail', recipients: ['ops@example.com'], kinds: ['all' as const] };
    expect((await problemOf(admin.call(createNotice, { body: mail }))).code).toBe('mail-not-configured');
    const inside = { channel: 'webhook' as const, name: 'Inside', url: 'http://10.1.2.3/', kinds: ['all' as const] };
    expect((await problemOf(admin.call(createNotice, { body: inside }))).code).toBe('notice-address-refused');
    await bare.close();
  });
});
