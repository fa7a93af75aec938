import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actionsAt } from '../../access/decide.ts';
import { createAccessToken, deleteAccessToken, listAccessTokens } from '../../contract/access-tokens.ts';
import { createUser, getUser, updateUser } from '../../contract/users.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { generateAccessTokenSecret } from './access-token-secret.ts';
import { type AccessTokensService, createAccessTokensService } from './access-tokens.service.ts';
import { createAccessTokensStore, createPresentedTokensStore } from './access-tokens.store.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const everything = { actions: ['artifact.pull' as const], projects: null, environments: null, expiresInDays: 30 };

describe.each(databaseKinds)('Access tokens in the %s database', (database) => {
  let bff: TestBff;
  let admin: TestApiClient;
  let mara: TestApiClient;
  let maraId: string;
  let tokens: AccessTokensService;
  const faults: unknown[] = [];
  beforeAll(async () => {
    bff = await startBff({ database });
    const { foundation } = bff.running;
    const { kysely } = foundation.database;
    tokens = createAccessTokensService({
      store: createAccessTokensStore(kysely),
      presented: createPresentedTokensStore(kysely),
      announceAccess: foundation.announceAccess,
      newId: foundation.newId,
      onFault: (error) => faults.push(error),
    });
    admin = await bff.signIn();
    const made = await admin.call(createUser, { body: { username: 'mara', displayName: 'Mara' } });
    maraId = made.id;
    mara = await bff.signIn('mara', made.password);
  });
  afterAll(() => bff.close());

  it('are shown once and proven with the owner’s name only', async () => {
    const body = { ...everything, name: 'laptop', projects: ['shop', 'shop'], environments: ['testing'] };
    const { secret, ...token } = await mara.call(createAccessToken, { body });
    expect(token).toMatchObject({ name: 'laptop', projects: ['shop'], environments: ['testing'], lastUsedAt: null });
    expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(30 * 24 * 3_600_000);
    const { items } = await mara.call(listAccessTokens, {});
    expect(items).toEqual([token]);
    const ceiling = { actions: ['artifact.pull'], projects: ['shop'], environments: ['testing'] };
    const proven = { userId: maraId, ceiling, expiresAt: new Date(token.expiresAt) };
    expect(await tokens.authenticate('MARA', secret, '192.0.2.7')).toEqual(proven);
    expect(await tokens.authenticate('admin', secret, '192.0.2.7')).toBeUndefined();
    expect(await tokens.authenticate('', secret, '192.0.2.7')).toBeUndefined();
    expect(await tokens.authenticate('mara', generateAccessTokenSecret(), '192.0.2.7')).toBeUndefined();
    expect(await tokens.authenticate('mara', `${secret.slice(0, -1)}!`, '192.0.2.7')).toBeUndefined();
    expect((await problemOf(mara.call(createAccessToken, { body: { ...body, name: 'LAPTOP' } }))).code).toBe(
      'name-taken',
    );
  });

  it('write down their use once a minute, behind the request', async () => {
    const { secret, id } = await mara.call(createAccessToken, { body: { ...everything, name: 'used' } });
    const used = async () => (await mara.call(listAccessTokens, {})).items.find((item) => item.id === id);
    await Promise.all(Array.from({ length: 20 }, () => tokens.authenticate('mara', secret, '192.0.2.8')));
    await expect.poll(async () => (await used())?.lastUsedFrom, { timeout: 120_000 }).toBe('192.0.2.8');
    const first = (await used())?.lastUsedAt;
    await tokens.authenticate('mara', secret, '192.0.2.9');
    await tokens.authenticate('mara', secret, '192.0.2.9');
    expect(await used()).toMatchObject({ lastUsedFrom: '192.0.2.8', lastUsedAt: first });
    const { kysely } = bff.running.foundation.database;
    await sql`update access_tokens set last_used_at = now() - interval '2 minutes' where id = ${id}`.execute(kysely);
    await tokens.authenticate('mara', secret, '192.0.2.9');
    await expect.poll(async () => (await used())?.lastUsedFrom, { timeout: 120_000 }).toBe('192.0.2.9');
    expect(faults).toEqual([]);
  });

  it('are worth nothing when expired, deleted, or while their owner is disabled', async () => {
    const make = (name: string) => mara.call(createAccessToken, { body: { ...everything, name } });
    const [kept, expired, deleted] = [await make('kept'), await make('expired'), await make('deleted')];
    const isWorth = async ({ secret }: { secret: string }) =>
      (await tokens.authenticate('mara', secret, '192.0.2.7')) !== undefined;
    const { kysely } = bff.running.foundation.database;
    await sql`update access_tokens set expires_at = now() where id = ${expired.id}`.execute(kysely);
    const params = { accessTokenId: deleted.id };
    const foreign = await problemOf(admin.call(deleteAccessToken, { params }));
    const nobodys = await problemOf(
      admin.call(deleteAccessToken, { params: { accessTokenId: '00000000-0000-4000-8000-000000000000' } }),
    );
    expect({ ...foreign, requestId: '' }).toEqual({ ...nobodys, requestId: '' });
    expect(foreign.code).toBe('access-token-not-found');
    expect(await isWorth(deleted)).toBe(true);
    const stream = await mara.openEvents();
    await mara.call(deleteAccessToken, { params });
    await stream.waitFor('access');
    stream.close();
    expect(await Promise.all([kept, expired, deleted].map(isWorth))).toEqual([true, false, false]);
    const disable = async (isDisabled: boolean) => {
      const { version } = await admin.call(getUser, { params: { userId: maraId } });
      await admin.call(updateUser, { params: { userId: maraId }, body: { version, isDisabled } });
    };
    await disable(true);
    expect(await isWorth(kept)).toBe(false);
    await disable(false);
    expect(await isWorth(kept)).toBe(true);
  });

  it('leave no more than they were made for, and no more than their owner has', () => {
    const ceiling = { actions: ['artifact.pull' as const], projects: ['shop'], environments: null };
    const rows = new Map([['shop', [{ defaultRole: 'maintainer' as const, environmentRoles: new Map() }]]]);
    const at = (isSystemAdmin: boolean, held: typeof rows, project: string) =>
      actionsAt(
        { kind: 'user', id: 'u', name: 'u', isSystemAdmin, rows: held, ceiling },
        { project, environment: 'x' },
        new Map(),
      );
    expect(at(false, rows, 'shop')).toEqual(['catalog.read', 'artifact.pull']);
    expect(at(true, rows, 'payments')).toEqual([]);
    expect(at(false, new Map(), 'shop')).toEqual([]);
  });

  it('are no more than a hundred for each person', async () => {
    const made = await admin.call(createUser, { body: { username: 'collector', displayName: 'Collector' } });
    const client = await bff.signIn('collector', made.password);
    for (let count = 0; count < 100; count += 1) {
      await client.call(createAccessToken, { body: { ...everything, name: `token ${count}` } });
    }
    const more = await problemOf(client.call(createAccessToken, { body: { ...everything, name: 'one more' } }));
    expect(more.code).toBe('request-invalid');
    expect(more.detail).toContain('100 access tokens');
  });
});
