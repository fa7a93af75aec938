import { createConnection } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessToken } from '../../contract/access-tokens.ts';
import { type AuditEntry, listAudit, listProjectAudit } from '../../contract/audit.ts';
import { changePassword } from '../../contract/session.ts';
import { getSettings, updateSettings } from '../../contract/settings.ts';
import { createUser, getUser, listUsers, resetPassword, updateUser } from '../../contract/users.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const nowhere = 'http://127.0.0.1:9';

describe.each(databaseKinds)('The audit log over the %s database', (database) => {
  let bff: TestBff;
  let admin: TestApiClient;
  let mara: TestApiClient;
  let maraId: string;
  const secrets: string[] = [];
  beforeAll(async () => {
    const registries = ['testing', 'production'].map((id) => ({ id, environment: id, endpointUrls: [nowhere] }));
    bff = await startBff({ database, registries });
    admin = await bff.signIn();
    const made = await admin.call(createUser, { body: { username: 'mara', displayName: 'Mara' } });
    maraId = made.id;
    secrets.push(bff.adminPassword, made.password);
    mara = await bff.signIn('mara', made.password);
    const { kysely } = bff.running.foundation.database;
    await kysely
      .insertInto('projects')
      .values(['shop', 'half', 'other'].map((name) => ({ name })))
      .execute();
    const cell = { user_id: maraId, group_id: null };
    await kysely
      .insertInto('members')
      .values([
        { ...cell, project: 'shop', role: 'maintainer' },
        { ...cell, project: 'half', role: 'guest' },
        { ...cell, project: 'half', environment: 'testing', role: 'maintainer' },
      ])
      .execute();
    const { recordAudit } = bff.running.foundation;
    const line = {
      actor: { kind: 'robot', id: 'r', name: 'robot.ci' },
      address: '192.0.2.1',
      action: 'push',
      outcome: 'done',
      reason: null,
      before: null,
      after: null,
      requestId: null,
    } as const;
    for (const project of ['shop', 'half', 'other']) {
      for (const environment of ['testing', 'production', 'closed long ago', null]) {
        await recordAudit({ ...line, project, environment, target: `${project}/${environment ?? 'none'}` });
      }
    }
  });
  afterAll(() => bff.close());

  const lines = async (query: Parameters<typeof admin.call<typeof listAudit>>[1]['query'] = {}) =>
    (await admin.call(listAudit, { query: { limit: 500, ...query } })).items;
  const targets = (items: readonly AuditEntry[]) => items.map(({ target }) => String(target)).toSorted();
  const text = async (client: TestApiClient, path: string) => {
    const response = await client.fetch(`/api/v1${path}`);
    expect(response.status, path).toBe(200);
    return response.text();
  };

  it('has every sign-in, also the wrong ones, and a flood of them once', async () => {
    for (let attempt = 0; attempt < 25; attempt += 1) await problemOf(bff.signIn('flooded', `wrong ${attempt}`));
    const found = await lines({ q: 'flooded', action: 'signIn' });
    expect(found.filter(({ reason }) => reason === 'Wrong username or password.')).toHaveLength(10);
    expect(found).toHaveLength(11);
    expect(found[0]).toMatchObject({ outcome: 'refused', actor: { kind: 'anonymous' }, target: 'flooded' });
    const [signedIn] = await lines({ action: 'signIn', actor: 'mara' });
    expect(signedIn).toMatchObject({ outcome: 'done', actor: { kind: 'user', name: 'mara' }, address: '127.0.0.1' });
  });

  it('has before and after of a change, and only what changed', async () => {
    const { version } = await admin.call(getUser, { params: { userId: maraId } });
    const body = { version, displayName: 'Mara M.', isSystemAdmin: false };
    await admin.call(updateUser, { params: { userId: maraId }, body });
    const [changed] = await lines({ action: 'updateUser' });
    expect(changed).toMatchObject({
      target: 'user mara',
      before: { displayName: 'Mara' },
      after: { displayName: 'Mara M.' },
    });
    const settings = await admin.call(getSettings, {});
    await admin.call(updateSettings, { body: { version: settings.version, allowsAnonymous: true } });
    const stale = admin.call(updateSettings, { body: { version: settings.version, allowsAnonymous: false } });
    expect((await problemOf(stale)).code).toBe('version-conflict');
    const [set] = await lines({ action: 'updateSettings' });
    expect(set).toMatchObject({
      before: { allowsAnonymous: false },
      after: { allowsAnonymous: true },
      outcome: 'done',
    });
  });

  it('has refusals, also of reading and of what has no name', async () => {
    await problemOf(mara.call(listUsers, {}));
    await mara.fetch(`/api/v1/projects/${encodeURIComponent("'; drop\u0000 <b>")}/audit`);
    const found = await lines({ actor: 'mara', outcome: 'refused' });
    expect(found.map(({ action, project }) => [action, project])).toEqual([
      ['listProjectAudit', "'; drop\ufffd <b>"],
      ['listUsers', null],
    ]);
  });

  it('is shown to a project’s people for their project and environments', async () => {
    const of = async (project: string) =>
      targets((await mara.call(listProjectAudit, { params: { project }, query: { q: 'robot.ci' } })).items);
    expect(await of('shop')).toEqual(['shop/closed long ago', 'shop/none', 'shop/production', 'shop/testing']);
    expect(await of('half')).toEqual(['half/none', 'half/testing']);
    expect((await problemOf(of('other'))).code).toBe('project-not-found');
    expect((await problemOf(of('no-such'))).code).toBe('project-not-found');
    expect((await problemOf(mara.call(listAudit, {}))).code).toBe('permission-missing');
    expect(targets(await lines({ project: 'half', q: 'robot.ci' }))).toHaveLength(4);
  });

  it('is read page by page, and a cursor of another order is none', async () => {
    const whole = await lines();
    const paged: AuditEntry[] = [];
    let cursor: string | null = null;
    do {
      const query = { limit: 7, ...(cursor === null ? {} : { cursor }) };
      const page: Awaited<ReturnType<typeof admin.call<typeof listAudit>>> = await admin.call(listAudit, { query });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(whole);
    const { nextCursor } = await admin.call(listAudit, { query: { limit: 1 } });
    const wrong = admin.call(listAudit, { query: { sort: 'at', cursor: nextCursor ?? '' } });
    expect((await problemOf(wrong)).code).toBe('cursor-invalid');
  });

  it('is exported with the same filters and the same rights', async () => {
    const csv = await text(admin, '/audit.csv?q=robot.ci&project=half&sort=at');
    expect(csv.split('\r\n').map((line) => line.split(',')[9])).toEqual([
      'target',
      'half/testing',
      'half/production',
      'half/closed long ago',
      'half/none',
      undefined,
    ]);
    const ndjson = await text(mara, '/projects/half/audit.ndjson?q=robot.ci');
    const exported = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
    expect(exported).toEqual(
      (await mara.call(listProjectAudit, { params: { project: 'half' }, query: { q: 'robot.ci' } })).items,
    );
    const refused: Array<[client: TestApiClient, path: string, status: number]> = [
      [mara, '/audit.csv', 403],
      [mara, '/audit.ndjson', 403],
      [mara, '/projects/other/audit.csv', 404],
      [mara, '/projects/no-such/audit.csv', 404],
      [bff.anonymous(), '/audit.csv', 401],
      [bff.anonymous(), '/projects/shop/audit.ndjson', 401],
      [admin, '/audit.csv?outcome=all', 400],
      [admin, '/audit.csv?cursor=x', 400],
      [admin, '/projects/shop/audit.csv?project=other', 400],
      [admin, '/projects/shop/audit.csv?q=%00', 400],
    ];
    for (const [client, path, status] of refused) {
      const response = await client.fetch(`/api/v1${path}`);
      expect(response.status, path).toBe(status);
      expect(response.headers.get('content-type')).toContain('problem+json');
    }
    expect(await lines({ action: 'exportAudit', outcome: 'refused' })).toHaveLength(2);
  });

  it('says who took it out, and which part, before the first byte', async () => {
    const exports = async (action: string) => (await lines({ action, outcome: 'done' })).length;
    const before = [await exports('exportAudit'), await exports('exportProjectAudit')];
    const csv = await text(admin, '/audit.csv?q=robot.ci&outcome=done&sort=at');
    expect(csv).not.toContain('exportAudit');
    await text(mara, '/projects/half/audit.ndjson?actor=mara');
    expect([await exports('exportAudit'), await exports('exportProjectAudit')]).toEqual(
      before.map((count) => count + 1),
    );
    expect((await lines({ action: 'exportAudit', outcome: 'done' }))[0]).toMatchObject({
      actor: { kind: 'user', name: 'admin' },
      target: 'audit.csv',
      project: null,
      after: { q: 'robot.ci', outcome: 'done', sort: 'at' },
    });
    expect((await lines({ action: 'exportProjectAudit' }))[0]).toMatchObject({
      actor: { name: 'mara' },
      target: 'audit-half.ndjson',
      project: 'half',
      after: { actor: 'mara' },
    });
  });

  it('is exported no faster than it is taken in, and only as long as one may', async () => {
    const { kysely } = bff.running.foundation.database;
    await sql`
      insert into audit_log (actor_kind, actor_name, action, outcome, project, target)
      select 'robot', 'robot.bulk', 'push', 'done', 'shop', repeat('x', 450) || n from generate_series(1, 25000) n
    `.execute(kysely);
    const socket = createConnection(Number(new URL(bff.url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    let received = '';
    let isPaused = false;
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      if (isPaused || received.length < 500_000) return;
      isPaused = true;
      socket.pause();
    });
    socket.write(
      `GET /api/v1/projects/shop/audit.ndjson HTTP/1.1\r\nhost: x\r\ncookie: ${mara.cookie}\r\nconnection: close\r\n\r\n`,
    );
    await expect.poll(() => isPaused, { timeout: 120_000 }).toBe(true);
    await kysely.deleteFrom('members').where('user_id', '=', maraId).execute();
    // Longer than the right is believed; what the sockets hold meanwhile is a small part of the whole.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    socket.resume();
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    // Without its last chunk the answer is known to be cut.
    expect(received.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('and the rest of the database hold nothing of any secret, nor do logs and answers', async () => {
    const token = await admin.call(createAccessToken, {
      body: { name: 'canary', actions: ['artifact.push'], projects: null, environments: null, expiresInDays: 1 },
    });
    const reset = await admin.call(resetPassword, { params: { userId: maraId } });
    const chosen = 'canary sentence 7391 of hers';
    const wrong = 'canary wrong password 5512';
    await problemOf(bff.signIn('mara', wrong));
    const client = await bff.signIn('mara', reset.password);
    await problemOf(client.call(changePassword, { body: { currentPassword: wrong, newPassword: chosen } }));
    await client.call(changePassword, { body: { currentPassword: reset.password, newPassword: chosen } });
    secrets.push(token.secret, reset.password, chosen, wrong);
    const { kysely } = bff.running.foundation.database;
    const tables = await sql<{ name: string }>`
      select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')
    `.execute(kysely);
    let everything = bff.logs();
    for (const { name } of tables.rows) {
      const dump = await sql<{ row: string }>`
        select t::text as row from ${sql.raw(name)} t ${sql.raw(name.endsWith('.audit_log') ? "where actor_name <> 'robot.bulk'" : '')}
      `.execute(kysely);
      everything += dump.rows.map(({ row }) => row).join('\n');
    }
    for (const path of ['/users', '/access-tokens', '/groups', '/settings', '/session', '/audit?limit=500']) {
      everything += await text(admin, path);
    }
    everything += await text(admin, '/audit.csv?from=2026-01-01T00:00:00Z&actor=admin');
    expect(everything.length).toBeGreaterThan(10_000);
    expect(everything).toContain('canary');
    for (const secret of secrets) expect(everything.includes(secret), `a secret of ${secret.length}`).toBe(false);
  });

  it('does not take the place of a refusal when it cannot be written', async () => {
    const { kysely } = bff.running.foundation.database;
    await sql`alter table audit_log rename to audit_log_gone`.execute(kysely);
    try {
      expect((await problemOf(bff.signIn('nobody', 'wrong'))).code).toBe('credentials-wrong');
    } finally {
      await sql`alter table audit_log_gone rename to audit_log`.execute(kysely);
    }
    expect(bff.logs()).toContain('A line of the audit log could not be written.');
  });
});
