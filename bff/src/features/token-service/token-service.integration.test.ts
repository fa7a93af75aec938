import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { beginMaintenance, endMaintenance, getRegistry } from '../../contract/registries.ts';
import { listSigningKeys } from '../../contract/settings.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { addPerson, addProject, allowAnonymous, askToken, type TokenAnswer, tokenAnswer } from './testing/people.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const password = 'canary-of-a-password-4711';
const dora = `dora:${password}`;
const api = 'repository:production/payments/api';
const described = (id: string) => ({ id, environment: id, endpointUrls: ['http://127.0.0.1:1'] });

describe.each(databaseKinds)('GET and POST /service/token (%s)', (kind) => {
  let bff: TestBff;
  let admin: TestApiClient;
  beforeAll(async () => {
    bff = await startBff({ database: kind, registries: [described('development'), described('production')] });
    admin = await bff.signIn();
    await addPerson(bff, 'dora', password, { payments: { development: 'maintainer', production: 'developer' } });
    await addPerson(bff, 'stranger', password);
    await addProject(bff, 'open', true);
  });
  afterAll(() => bff.close());
  const ask = (somebody: string | null, scopes: string[], options = {}) => askToken(bff, somebody, scopes, options);
  const post = async (form: Record<string, string> | string) =>
    tokenAnswer(
      await fetch(`${bff.url}/service/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    );
  const actionsOf = ({ claims }: TokenAnswer) => claims.access?.map(({ name, actions }) => `${name} ${actions.join()}`);

  test('answer as clients of every kind want it', async () => {
    const got = await ask(dora, [`${api}:pull`]);
    expect(got.status).toBe(200);
    expect(got.headers.get('cache-control')).toBe('no-store');
    expect(got.headers.get('set-cookie')).toBeNull();
    expect(got.body['token']).toBe(got.body['access_token']);
    expect(got.body['expires_in']).toBeLessThanOrEqual(300);
    expect(Date.parse(String(got.body['issued_at']))).toBeGreaterThan(Date.now() - 60_000);
    expect(got.claims).toMatchObject({ iss: 'longshore', sub: 'dora', aud: 'longshore' });
    const grant = { grant_type: 'password', service: 'longshore', client_id: 'containerd', username: 'dora', password };
    const posted = await post({ ...grant, scope: `${api}:pull,push repository:development/payments/api:delete` });
    expect(actionsOf(posted)).toEqual(['production/payments/api pull,push', 'development/payments/api delete']);
    // `docker login` asks for nothing but whether somebody is right.
    expect(await ask(dora, [])).toMatchObject({ status: 200, claims: { access: [] } });
    const refresh = await post({ grant_type: 'refresh_token', refresh_token: 'x', service: 'longshore' });
    expect(refresh).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    expect((await post({ ...grant, password: 'wrong' })).status).toBe(401);
    expect((await fetch(`${bff.url}/service/token`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${bff.url}/service/other`)).status).toBe(404);
    const { cookie } = admin;
    expect((await ask(null, [`${api}:pull`], { headers: { cookie } })).claims).toMatchObject({ sub: '', access: [] });
  });

  test('give the intersection of what is asked and what is allowed, and never more', async () => {
    const asked = ['pull,push,delete', '*', 'pull', 'push', 'delete,pull'].map((actions) => `${api}:${actions}`);
    expect(actionsOf(await ask(dora, asked))).toEqual(['production/payments/api pull,push']);
    const nothing = [
      'registry:catalog:*',
      'repository:production/shop/api:pull',
      'repository:nowhere/payments/api:pull',
      'repository:payments/api:pull',
      'repository:production%2fpayments/api:pull',
      'repository:production/payments/../open/api:pull',
      "repository:'; drop table users; --:pull",
      'user:dora:*',
    ];
    expect(actionsOf(await ask(dora, nothing))).toEqual([]);
    // The tokens of one registry name repositories without it, and are for that registry alone.
    const direct = await ask(dora, ['repository:payments/api:pull,delete'], { service: 'development' });
    expect(direct.claims).toMatchObject({
      aud: 'development',
      access: [{ name: 'payments/api', actions: ['pull', 'delete'] }],
    });
    expect((await ask(dora, [], { service: 'elsewhere' })).status).toBe(400);
  });

  test('take hostile scopes for what they are', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `repository:production/payments/r${index}:pull`);
    expect(await ask(dora, many)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    const long = `repository:production/${'a'.repeat(30_000)}:pull`;
    const grant = { grant_type: 'password', username: 'dora', password };
    expect(await post({ ...grant, scope: long })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect((await post({ ...grant, scope: 'a'.repeat(65_536) })).status).toBe(413);
    expect((await fetch(`${bff.url}/service/token?scope=${'a'.repeat(65_536)}`)).status).toBe(431);
    const json = await fetch(`${bff.url}/service/token`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(json.status).toBe(415);
    for (const header of ['Basic', 'Basic !!!', 'Basic bm9jb2xvbg==', 'Bearer abc', `Basic ${'A'.repeat(9000)}`]) {
      expect((await ask(null, [], { headers: { authorization: header } })).status, header).toBe(401);
    }
    for (const somebody of ['do\u0000ra:x', '\u202earod:x', ':x', 'dora:', `${'x'.repeat(5000)}:x`]) {
      expect((await ask(somebody, [])).status).toBe(401);
    }
  });

  test('tell nobody whether a project or a person exists', async () => {
    await allowAnonymous(bff, true);
    const shape = ({ status, body, claims }: TokenAnswer) => ({
      status,
      keys: Object.keys(body),
      access: claims.access,
    });
    for (const somebody of [null, `stranger:${password}`]) {
      const real = await ask(somebody, [`${api}:pull,push`]);
      const none = await ask(somebody, ['repository:production/nowhere/api:pull,push']);
      expect(shape(real)).toEqual(shape(none));
      expect(real.claims.access).toEqual([]);
      expect(actionsOf(await ask(somebody, ['repository:production/open/x:pull,push']))).toEqual([
        'production/open/x pull',
      ]);
    }
    await allowAnonymous(bff, false);
    expect(actionsOf(await ask(null, ['repository:production/open/x:pull']))).toEqual([]);
    const wrong = await ask('stranger:wrong', []);
    const unknown = await ask('nobody-at-all:wrong', []);
    expect({ status: wrong.status, body: wrong.body }).toEqual({ status: unknown.status, body: unknown.body });
  });

  test('lose their rights as soon as somebody is taken out', async () => {
    const id = await addPerson(bff, 'leaver', password, { payments: { production: 'developer' } });
    const leaver = `leaver:${password}`;
    expect(actionsOf(await ask(leaver, [`${api}:push`]))).toEqual(['production/payments/api push']);
    const { kysely } = bff.running.foundation.database;
    await kysely.deleteFrom('members').where('user_id', '=', id).execute();
    bff.running.foundation.announceAccess();
    await until('the rights to be gone', async () =>
      actionsOf(await ask(leaver, [`${api}:push`]))?.length === 0 ? true : undefined,
    );
    await kysely.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute();
    bff.running.foundation.announceAccess();
    await until('the account to be refused', async () => ((await ask(leaver, [])).status === 401 ? true : undefined));
  });

  test('leave writes out while the registry is in maintenance, which ends by itself', async () => {
    const params = { registryId: 'production' };
    const stream = await admin.openEvents();
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    for (const end of [inHours(25), inHours(-1)]) {
      await expect(admin.call(beginMaintenance, { params, body: { until: end } })).rejects.toThrow('request-invalid');
    }
    const body = { until: inHours(1), message: 'Disks are exchanged.' };
    const begun = await admin.call(beginMaintenance, { params, body });
    expect(begun.maintenance).toMatchObject({ ...body, startedBy: 'admin' });
    await until('the grants to be without writes', async () =>
      actionsOf(await ask(dora, [`${api}:pull,push`]))?.[0] === 'production/payments/api pull' ? true : undefined,
    );
    const development = await ask(dora, ['repository:development/payments/api:push']);
    expect(actionsOf(development)).toEqual(['development/payments/api push']);
    expect((await admin.call(endMaintenance, { params })).maintenance).toBeNull();
    const over = new Date(Date.now() + 1500).toISOString();
    await admin.call(beginMaintenance, { params, body: { until: over } });
    await stream.waitFor('registry', ({ registryId, at }) => registryId === 'production' && at >= over);
    expect((await admin.call(getRegistry, { params })).maintenance).toBeNull();
    await until('the grants to be whole again', async () =>
      actionsOf(await ask(dora, [`${api}:pull,push`]))?.[0] === 'production/payments/api pull,push' ? true : undefined,
    );
    stream.close();
    const stranger = await bff.signIn('stranger', password);
    await expect(stranger.call(beginMaintenance, { params, body })).rejects.toThrow('permission-missing');
    const lines = await until('the four lines of the log', async () => {
      const { kysely } = bff.running.foundation.database;
      const found = kysely.selectFrom('audit_log').selectAll().where('outcome', '=', 'done').orderBy('id');
      const rows = await found.where('action', 'in', ['beginMaintenance', 'endMaintenance']).execute();
      return rows.length === 4 ? rows : undefined;
    });
    expect(lines.map(({ action, actor_name }) => `${action} ${actor_name}`)).toEqual([
      'beginMaintenance admin',
      'endMaintenance admin',
      'beginMaintenance admin',
      'endMaintenance Longshore',
    ]);
  });

  test('publish what a registry needs to trust them, and nothing secret', async () => {
    const [key] = (await admin.call(listSigningKeys, {})).items;
    const jwks = (await (await fetch(`${bff.url}/service/token/jwks.json`)).json()) as { keys: object[] };
    expect(jwks.keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        use: 'sig',
        alg: 'ES256',
        kid: key?.keyId,
        x: expect.any(String) as string,
        y: expect.any(String) as string,
      },
    ]);
    const pem = await (await fetch(`${bff.url}/service/token/certificate.pem`)).text();
    expect(pem).toBe(key?.certificatePem);
    const stranger = await bff.signIn('stranger', password);
    await expect(stranger.call(listSigningKeys, {})).rejects.toThrow('permission-missing');
  });

  test('still limit a hundred wrong passwords that claim to come from everywhere', async () => {
    const statuses = new Map<number, number>();
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const headers = { 'x-forwarded-for': `10.1.2.${attempt}`, forwarded: `for=10.1.2.${attempt}` };
      const { status } = await ask(`stranger:wrong-${attempt}`, [], { headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get(401)).toBeLessThanOrEqual(10);
    expect(statuses.get(429)).toBeGreaterThanOrEqual(90);
    const limited = await ask(`stranger:wrong`, []);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
    // They count together with those at the sign-in page.
    await expect(bff.signIn('stranger', 'wrong')).rejects.toThrow('too-many-attempts');
    const { kysely } = bff.running.foundation.database;
    const lines = await kysely.selectFrom('audit_log').selectAll().where('action', '=', 'registrySignIn').execute();
    expect(lines.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(9);
    expect(lines.length).toBeLessThan(100);
    expect(JSON.stringify(lines)).not.toContain(password);
    expect(bff.logs()).not.toContain(password);
  });
});
