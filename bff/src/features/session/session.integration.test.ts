import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword, getSession, signOut } from '../../contract/session.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';

describe('Signing in', () => {
  let bff: TestBff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff.close());

  it('knows nobody at first', async () => {
    const client = bff.anonymous();
    expect(await client.call(getSession, {})).toEqual({ account: null, version: '0.0.0-test' });
    expect(client.cookie).toBe('');
  });

  it('gives an account its permissions', async () => {
    const client = await bff.signIn();
    const { account } = await client.call(getSession, {});
    expect(account).toMatchObject({ username: 'admin', isSystemAdmin: true });
    expect(account?.permissions).toContain('registry.manage');
  });
});
