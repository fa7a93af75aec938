import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGroup, deleteGroup, listGroups, updateGroup } from '../../contract/groups.ts';
import { changePassword, getSession } from '../../contract/session.ts';
import { createUser, getUser, listUsers, resetPassword, updateUser, type User } from '../../contract/users.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';

// Passwords are hashed slowly, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const nobodyId = '00000000-0000-4000-8000-000000000000';

describe.each(databaseKinds)('Users and groups in the %s database', (database) => {
  let bff: TestBff;
  let admin: TestApiClient;
  let self: User;
  beforeAll(async () => {
    bff = await startBff({ database });
    admin = await bff.signIn();
    [self] = (await admin.call(listUsers, { query: { q: 'admin' } })).items as [User];
  });
  afterAll(() => bff.close());

  const make = (username: string, more: { isSystemAdmin?: boolean; email?: string; displayName?: string } = {}) =>
    admin.call(createUser, { body: { username, displayName: username, ...more } });
  const change = async (
    id: string,
    fields: { isDisabled?: boolean; isSystemAdmin?: boolean; displayName?: string },
  ) => {
    const { version } = await admin.call(getUser, { params: { userId: id } });
    return admin.call(updateUser, { params: { userId: id }, body: { version, ...fields } });
  };
  const isSignedIn = async (client: TestApiClient) => (await client.call(getSession, {})).account !== null;

  it('a new user signs in with the password that was shown once', async () => {
    const made = await make('mara', { email: 'mara@example.org', displayName: 'Mara M.' });
    expect(made).toMatchObject({ username: 'mara', isSystemAdmin: false, lastSignInAt: null, version: 1 });
    const client = await bff.signIn('MARA', made.password);
    expect((await client.call(getSession, {})).account?.username).toBe('mara');
    const read = await admin.call(getUser, { params: { userId: made.id } });
    expect(JSON.stringify(read)).not.toContain(made.password);
    expect(Date.now() - Date.parse(read.lastSignInAt ?? '')).toBeLessThan(600_000);
    expect(read).toMatchObject({ memberships: [], accessTokenCount: 0, email: 'mara@example.org' });
  });

  it('names are taken in any case, and never a robot’s', async () => {
    await make('Taken');
    expect((await problemOf(make('tAKEN'))).code).toBe('name-taken');
    for (const username of ['robot.x', 'ROBOT.x', 'a b', '', 'x'.repeat(65), 'ä', '-a']) {
      expect((await problemOf(make(username))).code, username).toBe('request-invalid');
    }
  });

  it('only a system administrator manages them', async () => {
    const { id, password } = await make('plain');
    const client = await bff.signIn('plain', password);
    const body = { version: 1, isSystemAdmin: true };
    for (const attempt of [
      () => client.call(listUsers, {}),
      () => client.call(updateUser, { params: { userId: id }, body }),
      () => client.call(resetPassword, { params: { userId: self.id } }),
      () => client.call(createGroup, { body: { name: 'mine' } }),
    ]) {
      expect(await problemOf(attempt())).toMatchObject({
        code: 'permission-missing',
        needed: { action: 'user.manage' },
      });
    }
    expect((await admin.call(getUser, { params: { userId: id } })).isSystemAdmin).toBe(false);
  });

  it('of two changes on one version the second is told so', async () => {
    const { id } = await make('twice');
    const body = { version: 1, displayName: 'One' };
    expect((await admin.call(updateUser, { params: { userId: id }, body })).version).toBe(2);
    expect((await problemOf(admin.call(updateUser, { params: { userId: id }, body }))).code).toBe('version-conflict');
    const far = { version: Number.MAX_SAFE_INTEGER, displayName: 'Two' };
    expect((await problemOf(admin.call(updateUser, { params: { userId: id }, body: far }))).code).toBe(
      'version-conflict',
    );
    const none = admin.call(updateUser, { params: { userId: nobodyId }, body });
    expect((await problemOf(none)).code).toBe('user-not-found');
  });

  it('disabling ends sessions at once and streams soon, and enabling brings none back', async () => {
    const { id, password } = await make('leaver');
    const client = await bff.signIn('leaver', password);
    const { cookie } = client;
    await bff.running.foundation.database.kysely
      .insertInto('projects')
      .values({ name: `open-${database}`, is_public: true })
      .execute();
    const stream = await client.openEvents();
    expect((await change(id, { isDisabled: true })).isDisabled).toBe(true);
    expect(await isSignedIn(client)).toBe(false);
    await stream.ended;
    const wrong = await problemOf(bff.signIn('leaver', 'not the password'));
    const right = await problemOf(bff.signIn('leaver', password));
    const unknown = await problemOf(bff.signIn('nobody-of-that-name', password));
    expect({ ...right, requestId: '' }).toEqual({ ...unknown, requestId: '' });
    expect({ ...right, requestId: '' }).toEqual({ ...wrong, requestId: '' });
    await change(id, { isDisabled: false });
    client.cookie = cookie;
    expect(await isSignedIn(client)).toBe(false);
    expect(await isSignedIn(await bff.signIn('leaver', password))).toBe(true);
  });

  it('a reset ends every session, and the old password', async () => {
    const { id, password } = await make('forgetful');
    const client = await bff.signIn('forgetful', password);
    const stream = await client.openEvents();
    const reset = await admin.call(resetPassword, { params: { userId: id } });
    expect(await isSignedIn(client)).toBe(false);
    await stream.ended;
    expect((await problemOf(bff.signIn('forgetful', password))).code).toBe('credentials-wrong');
    const back = await bff.signIn('forgetful', reset.password);
    const body = { currentPassword: reset.password, newPassword: 'a sentence of their own' };
    await back.call(changePassword, { body });
    expect((await problemOf(admin.call(resetPassword, { params: { userId: nobodyId } }))).code).toBe('user-not-found');
  });

  it('the last enabled system administrator stays one', async () => {
    for (const fields of [{ isDisabled: true }, { isSystemAdmin: false }]) {
      expect((await problemOf(change(self.id, fields))).code).toBe('last-system-admin');
      // The same id in other letters is the same user.
      expect((await problemOf(change(self.id.toUpperCase(), fields))).code).toBe('last-system-admin');
    }
    const disabled = await make('spare', { isSystemAdmin: true });
    await change(disabled.id, { isDisabled: true });
    expect((await problemOf(change(self.id, { isSystemAdmin: false }))).code).toBe('last-system-admin');
    expect(await isSignedIn(admin)).toBe(true);
  });

  it('the list is searched, sorted and read page by page', async () => {
    for (const name of ['page-b', 'page-A', 'page-c']) await make(name, { email: `${name}@pages.example` });
    const names = async (query: Parameters<typeof admin.call<typeof listUsers>>[1]['query']) =>
      (await admin.call(listUsers, { query: { ...query } })).items.map(({ username }) => username);
    expect(await names({ q: 'PAGE-' })).toEqual(['page-A', 'page-b', 'page-c']);
    expect(await names({ q: 'pages.example', sort: '-username' })).toEqual(['page-c', 'page-b', 'page-A']);
    expect(await names({ q: 'page-', sort: '-created' })).toEqual(['page-c', 'page-A', 'page-b']);
    expect(await names({ q: 'page_' })).toEqual([]);
    await bff.signIn();
    expect((await names({ sort: '-signed-in' }))[0]).toBe('admin');
    expect(await names({ state: 'system-admin' })).toEqual(['admin']);
    expect(await names({ state: 'disabled' })).not.toContain('admin');
    for (const sort of ['username', '-username', '-created', '-signed-in'] as const) {
      const whole = await names({ sort, limit: 500 });
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const query = { sort, limit: 2, ...(cursor === null ? {} : { cursor }) };
        const page: Awaited<ReturnType<typeof admin.call<typeof listUsers>>> = await admin.call(listUsers, { query });
        expect(page.total).toBe(whole.length);
        paged.push(...page.items.map(({ username }) => username));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(paged, sort).toEqual(whole);
    }
  });

  it('a group gives its people roles, and takes them along when it goes', async () => {
    const [one, two] = [await make('grouped-one'), await make('grouped-two')];
    const group = await admin.call(createGroup, { body: { name: 'Testers', userIds: [one.id, one.id] } });
    expect(group.users.map(({ username }) => username)).toEqual(['grouped-one']);
    const { kysely } = bff.running.foundation.database;
    const project = `grouped-${database}`;
    await kysely.insertInto('projects').values({ name: project }).execute();
    await kysely
      .insertInto('members')
      .values([
        { project, group_id: group.id, user_id: null, role: 'guest' },
        { project, group_id: null, user_id: one.id, environment: 'production', role: 'none' },
      ])
      .execute();
    const detail = await admin.call(getUser, { params: { userId: one.id } });
    expect(detail).toMatchObject({ projectCount: 1, groups: [{ id: group.id, name: 'Testers' }] });
    expect(detail.memberships).toEqual([
      { project, environment: 'production', role: 'none', group: null },
      { project, environment: null, role: 'guest', group: 'Testers' },
    ]);

    const params = { groupId: group.id };
    const body = { version: 1, name: 'Testers', description: 'who try', userIds: [two.id] };
    const client = await bff.signIn('grouped-one', one.password);
    const stream = await client.openEvents();
    expect((await client.call(getSession, {})).account?.permissions).toContain('artifact.pull');
    expect(await admin.call(updateGroup, { params, body })).toMatchObject({ version: 2, projectCount: 1 });
    await stream.waitFor('access');
    expect((await client.call(getSession, {})).account?.permissions).not.toContain('member.read');
    stream.close();
    expect((await problemOf(admin.call(updateGroup, { params, body }))).code).toBe('version-conflict');
    const unknown = { ...body, version: 2, userIds: [two.id, nobodyId] };
    expect((await problemOf(admin.call(updateGroup, { params, body: unknown }))).code).toBe('user-not-found');
    await admin.call(createGroup, { body: { name: 'Others' } });
    expect((await problemOf(admin.call(createGroup, { body: { name: 'OTHERS' } }))).code).toBe('name-taken');
    const renamed = { ...body, version: 2, name: 'others' };
    expect((await problemOf(admin.call(updateGroup, { params, body: renamed }))).code).toBe('name-taken');
    const { items } = await admin.call(listGroups, {});
    expect(items.map(({ name }) => name)).toEqual(['Others', 'Testers']);
    expect(items[1]).toMatchObject({ version: 2, users: [{ username: 'grouped-two' }], description: 'who try' });

    await admin.call(deleteGroup, { params });
    expect((await problemOf(admin.call(deleteGroup, { params }))).code).toBe('group-not-found');
    expect((await admin.call(getUser, { params: { userId: two.id } })).memberships).toEqual([]);
    expect(await kysely.selectFrom('members').selectAll().where('project', '=', project).execute()).toHaveLength(1);
  });
});
