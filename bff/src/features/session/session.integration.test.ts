import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listProjects } from '../../contract/projects.ts';
import { changePassword, getSession, signIn, signOut } from '../../contract/session.ts';
import type { ProblemError, TestApiClient } from '../../testing/api-client.ts';
import { type StartBffOptions, startBff, type TestBff } from '../../testing/start-bff.ts';
import { setRoles, signInAs } from '../../testing/people.ts';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { startRedis, type TestRedis } from '../../testing/redis-server.ts';

// Some tests make a database or start a whole server in themselves, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

async function problemOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error === undefined) throw new Error('It worked.');
  return (error as ProblemError).problem;
}

async function isSignedIn(client: TestApiClient): Promise<boolean> {
  return (await client.call(getSession, {})).account !== null;
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const kinds: Array<[name: string, options: () => StartBffOptions]> = [
  ['the embedded database', () => ({ database: 'embedded' })],
  ['PostgreSQL', () => ({ database: 'postgres' })],
  ['PostgreSQL and Redis', () => ({ database: 'postgres', redisUrl: redis.url })],
];

describe.each(kinds)('Sessions in %s', (_name, options) => {
  let bff: TestBff;
  beforeAll(async () => {
    bff = await startBff(options());
  });
  afterAll(() => bff.close());

  it('know nobody at first, and leave no cookie', async () => {
    const client = bff.anonymous();
    expect(await client.call(getSession, {})).toEqual({
      account: null,
      anonymousPermissions: ['none'],
      version: '0.0.0-test',
    });
    expect(client.cookie).toBe('');
  });

  it('tell an account what it may do', async () => {
    const { account } = await (await bff.signIn()).call(getSession, {});
    expect(account).toMatchObject({ username: 'admin', isSystemAdmin: true });
    expect(account?.permissions).toContain('registry.manage');
  });

  it('take a username in any case', async () => {
    expect(await isSignedIn(await bff.signIn('ADMIN'))).toBe(true);
  });

  it('answer a wrong password and an unknown name alike', async () => {
    const wrong = await problemOf(bff.signIn('admin', 'not the password'));
    const unknown = await problemOf(bff.signIn('nobody', 'not the password'));
    expect({ ...wrong, requestId: '' }).toEqual({ ...unknown, requestId: '' });
    expect(wrong).toMatchObject({ status: 401, code: 'credentials-wrong', detail: 'Wrong username or password.' });
  });

  it('are over after signing out, also for who kept the cookie', async () => {
    const client = await bff.signIn();
    const stolen = bff.anonymous();
    stolen.cookie = client.cookie;
    expect(await isSignedIn(stolen)).toBe(true);
    await client.call(signOut, {});
    stolen.cookie = client.cookie;
    expect(await isSignedIn(stolen)).toBe(false);
    expect((await stolen.fetch('/api/v1/events')).status).toBe(401);
  });

  it('get a new id at sign-in, so that a planted one is worth nothing', async () => {
    const first = await bff.signIn();
    const planted = bff.anonymous();
    planted.cookie = first.cookie;
    const before = planted.cookie;
    await planted.signIn('admin', bff.adminPassword);
    expect(planted.cookie).not.toBe(before);
    first.cookie = before;
    expect(await isSignedIn(first)).toBe(false);
  });

  it('let somebody sign in who brings a cookie of a session that is over', async () => {
    const client = await bff.signIn();
    const { cookie } = client;
    await client.call(signOut, {});
    client.cookie = cookie;
    await client.signIn('admin', bff.adminPassword);
    expect(await isSignedIn(client)).toBe(true);
  });

  it('have a cookie that scripts and other sites do not get', async () => {
    const response = await bff.anonymous().fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: bff.adminPassword }),
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^longshore=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('end with the account, at once, and their streams within five seconds', async () => {
    const client = await bff.signIn();
    const stream = await client.openEvents();
    const { kysely } = bff.running.foundation.database;
    await kysely.updateTable('users').set({ disabled_at: new Date() }).execute();
    try {
      expect(await isSignedIn(client)).toBe(false);
      expect((await problemOf(bff.signIn())).code).toBe('credentials-wrong');
      await stream.ended;
    } finally {
      await kysely.updateTable('users').set({ disabled_at: null }).execute();
    }
  });

  it('of other browsers end when the password changes, this one stays', async () => {
    const [here, elsewhere] = await Promise.all([bff.signIn(), bff.signIn()]);
    const body = { currentPassword: bff.adminPassword, newPassword: 'a quite different sentence' };
    await here.call(changePassword, { body });
    expect(await isSignedIn(here)).toBe(true);
    expect(await isSignedIn(elsewhere)).toBe(false);
    expect((await problemOf(bff.signIn())).code).toBe('credentials-wrong');
    const back = { currentPassword: body.newPassword, newPassword: bff.adminPassword };
    await here.call(changePassword, { body: back });
    expect(await isSignedIn(await bff.signIn())).toBe(true);
  });

  it.each([
    ['admin-admin-longshore', 'password-too-weak'],
    ['aaaaaaaaaaaaaaaa', 'password-too-weak'],
    ['tooshort', 'request-invalid'],
  ])('refuse %s as a password', async (newPassword, code) => {
    const client = await bff.signIn();
    const problem = await problemOf(
      client.call(changePassword, { body: { currentPassword: bff.adminPassword, newPassword } }),
    );
    expect(problem.code).toBe(code);
  });

  it('leave nothing of a session’s id or of a password in the database', async () => {
    const client = await bff.signIn();
    const id =
      decodeURIComponent(client.cookie)
        .replace(/^longshore=s:/, '')
        .split('.')[0] ?? '';
    expect(id.length).toBeGreaterThan(20);
    const { kysely } = bff.running.foundation.database;
    const dump = JSON.stringify([
      await kysely.selectFrom('sessions').selectAll().execute(),
      await kysely.selectFrom('users').selectAll().execute(),
    ]);
    expect(dump).not.toContain(id);
    expect(dump).not.toContain(bff.adminPassword);
  });
});

describe('Sign-in limits', () => {
  it('stop a hundred wrong passwords, whatever addresses they claim to come from', async () => {
    const bff = await startBff();
    try {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const response = await bff.anonymous().fetch('/api/v1/session', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${attempt}` },
          body: JSON.stringify({ username: 'admin', password: `wrong ${attempt}` }),
        });
        statuses.push(response.status);
      }
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(90);
      const limited = await problemOf(bff.signIn());
      expect(limited).toMatchObject({ code: 'too-many-attempts', status: 429 });
      expect(limited.retryAfterSeconds).toBeGreaterThan(60);
      expect(limited.detail).toMatch(/^Too many wrong passwords\. The next attempt is looked at in 1\d minutes\.$/);
    } finally {
      await bff.close();
    }
  });

  it('stop one address that tries many names, and never who signs in rightly', async () => {
    const bff = await startBff();
    try {
      for (let attempt = 0; attempt < 12; attempt += 1) await bff.signIn();
      const codes: string[] = [];
      for (let attempt = 0; attempt < 105; attempt += 1) {
        codes.push((await problemOf(bff.signIn(`user-${attempt}`, 'wrong'))).code);
      }
      expect(codes.filter((code) => code === 'credentials-wrong')).toHaveLength(100);
      expect(codes.at(-1)).toBe('too-many-attempts');
    } finally {
      await bff.close();
    }
  });
});

describe('Two instances', () => {
  it('know each other’s sessions, and a session that ended on one ended on both', async () => {
    const url = await createPostgresDatabase();
    const common: StartBffOptions = {
      database: { kind: 'postgres', url },
      sessionSecret: 'x'.repeat(40),
      adminPassword: 'the same for both of them',
    };
    const [one, two] = await Promise.all([startBff(common), startBff(common)]);
    try {
      const here = await one.signIn();
      const there = two.anonymous();
      there.cookie = here.cookie;
      expect(await isSignedIn(there)).toBe(true);
      const count = await sql<{ count: number }>`select count(*) as count from users`.execute(
        one.running.foundation.database.kysely,
      );
      expect(count.rows[0]?.count).toBe(1);

      const stream = await there.openEvents();
      one.running.foundation.publish({ name: 'catalog', payload: { registryId: 'dev', at: new Date().toISOString() } });
      await stream.waitFor('catalog');
      const { id } = stream.events.at(-1) ?? expect.fail();
      stream.close();
      two.running.foundation.publish({
        name: 'registry',
        payload: { registryId: 'dev', at: new Date().toISOString() },
      });
      // The instance is gone; the client resumes on the other and misses nothing.
      const resumed = await here.openEvents(id);
      await resumed.waitFor('registry');
      // The monitor's figures may come at any moment.
      const names = resumed.events.map(({ event }) => event.name).filter((name) => name !== 'operations');
      expect(names).toEqual(['registry']);
      resumed.close();

      await here.call(signOut, {});
      there.cookie = here.cookie;
      expect(await isSignedIn(there)).toBe(false);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });

  it('obey a role that was taken away, and a user who was disabled, with the very next request', async () => {
    const url = await createPostgresDatabase();
    const common: StartBffOptions = { database: { kind: 'postgres', url }, sessionSecret: 'x'.repeat(40) };
    const [one, two] = await Promise.all([startBff(common), startBff(common)]);
    try {
      const member = await signInAs(one, 'member', { payments: { '': 'guest' } });
      const there = two.anonymous();
      there.cookie = member.cookie;
      const seen = async () => (await there.call(listProjects, { query: {} })).items.map(({ name }) => name);
      expect(await seen()).toEqual(['payments']);
      // In the database alone: nothing is announced, so that nothing could be forgotten because of it.
      await setRoles(one, 'payments', member.userId, {});
      expect(await seen()).toEqual([]);
      await setRoles(one, 'payments', member.userId, { '': 'guest' });
      expect(await seen()).toEqual(['payments']);
      const { kysely } = one.running.foundation.database;
      await kysely.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', member.userId).execute();
      expect(await isSignedIn(there)).toBe(false);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });
});

describe('Without Redis, where the sessions are in it', () => {
  it('nobody is let in and nobody’s session is believed, until it is back', async () => {
    const bff = await startBff({ redisUrl: redis.url });
    try {
      await expect.poll(async () => (await fetch(`${bff.url}/readyz`)).status, { timeout: 120_000 }).toBe(200);
      const client = await bff.signIn();
      await redis.stop();
      expect(await problemOf(client.call(getSession, {}))).toMatchObject({ status: 503, code: 'not-ready' });
      const body = { username: 'admin', password: bff.adminPassword };
      expect(await problemOf(bff.anonymous().call(signIn, { body }))).toMatchObject({ status: 503, code: 'not-ready' });
      expect((await fetch(`${bff.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${bff.url}/healthz`)).status).toBe(200);
      await redis.start();
      await expect.poll(async () => (await fetch(`${bff.url}/readyz`)).status, { timeout: 120_000 }).toBe(200);
      // It came back empty: that is a sign-out, not an error.
      expect(await isSignedIn(client)).toBe(false);
    } finally {
      await bff.close();
    }
  });
});
