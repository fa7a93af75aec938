import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createProjectRobot,
  createRobot,
  deleteProjectRobot,
  listProjectRobots,
  listRobots,
  type RobotPermission,
  rotateProjectRobot,
  rotateRobot,
  updateProjectRobot,
} from '../../contract/robots.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { ProblemError } from '../../testing/api-client.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { addPerson, addProject, askToken } from '../token-service/testing/people.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const password = 'pw-of-the-person-0';
const params = { project: 'payments' };
const push = (environments: string[] | null, repositories = ['api', 'team/**']): RobotPermission => ({
  actions: ['artifact.pull', 'artifact.push'],
  environments,
  repositories,
});
const described = (id: string) => ({ id, environment: id, endpointUrls: ['http://127.0.0.1:1'] });

describe.each(databaseKinds)('robot accounts (%s)', (kind) => {
  let bff: TestBff;
  let admin: TestApiClient;
  beforeAll(async () => {
    bff = await startBff({ database: kind, registries: [described('development'), described('production')] });
    admin = await bff.signIn();
    await addProject(bff, 'payments');
    await addProject(bff, 'shop');
    await addPerson(bff, 'pam', password, { payments: { development: 'project-admin', production: 'guest' } });
    await addPerson(bff, 'max', password, { payments: { all: 'maintainer' } });
  });
  afterAll(() => bff.close());
  const granted = async (loginName: string, secret: string, name: string): Promise<string[] | number> => {
    const { status, claims } = await askToken(bff, `${loginName}:${secret}`, [`repository:${name}:pull,push,delete`]);
    return status === 200 ? (claims.access?.[0]?.actions ?? []) : status;
  };
  const auditOf = (target: string) =>
    bff.running.foundation.database.kysely
      .selectFrom('audit_log')
      .selectAll()
      .where('target', '=', target)
      .orderBy('id')
      .execute();

  test('may do what they were given, where it was given, with a secret that is shown once', async () => {
    const body = { name: 'ci', permissions: [push(['development'])], expiresAt: null };
    const made = await admin.call(createProjectRobot, { params, body });
    expect(made).toMatchObject({ loginName: 'robot.payments.ci', project: 'payments', createdBy: 'admin', version: 1 });
    expect(made.secret).toMatch(/^lsr_[0-9A-Za-z]{43}$/);
    expect(await granted(made.loginName, made.secret, 'development/payments/api')).toEqual(['pull', 'push']);
    expect(await granted(made.loginName, made.secret, 'development/payments/team/a/b')).toEqual(['pull', 'push']);
    expect(await granted(made.loginName, made.secret, 'development/payments/web')).toEqual([]);
    expect(await granted(made.loginName, made.secret, 'production/payments/api')).toEqual([]);
    expect(await granted(made.loginName, made.secret, 'development/shop/api')).toEqual([]);
    expect(await granted('robot.payments.other', made.secret, 'development/payments/api')).toBe(401);

    const { items } = await admin.call(listProjectRobots, { params });
    expect(JSON.stringify(items)).not.toContain(made.secret);
    const used = await until('the last use to be written', async () => {
      const [robot] = (await admin.call(listProjectRobots, { params })).items;
      return robot?.lastUsedAt == null ? undefined : robot;
    });
    expect(used).toMatchObject({ lastUsedFrom: '127.0.0.1' });
    expect(used.secrets[0]?.lastUsedAt).toBe(used.lastUsedAt);
    // Within the same minute another use is not written.
    await granted(made.loginName, made.secret, 'development/payments/api');
    expect((await admin.call(listProjectRobots, { params })).items[0]?.lastUsedAt).toBe(used.lastUsedAt);

    const { kysely } = bff.running.foundation.database;
    const secrets = await kysely.selectFrom('robot_secrets').selectAll().execute();
    const audit = await kysely.selectFrom('audit_log').selectAll().execute();
    expect(JSON.stringify([secrets, audit])).not.toContain(made.secret);
    expect(bff.logs()).not.toContain(made.secret);
    await expect(admin.call(createProjectRobot, { params, body })).rejects.toThrow('name-taken');
    await admin.call(deleteProjectRobot, { params: { ...params, robotId: made.id } });
    expect(await granted(made.loginName, made.secret, 'development/payments/api')).toBe(401);
    expect((await auditOf(made.loginName)).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'createProjectRobot done',
      'registrySignIn done',
      'deleteProjectRobot done',
      'registrySignIn refused',
    ]);
  });

  test('keep the old secret for the overlap of a rotation, and at most two', async () => {
    const body = { name: 'rotating', permissions: [push(null)], expiresAt: null };
    const first = await admin.call(createProjectRobot, { params, body });
    const robot = { params: { ...params, robotId: first.id } };
    const name = 'production/payments/api';
    const second = await admin.call(rotateProjectRobot, { ...robot, body: { overlapHours: 1 } });
    expect(second.secrets).toHaveLength(2);
    for (const { secret } of [first, second]) expect(await granted(first.loginName, secret, name)).toHaveLength(2);
    const third = await admin.call(rotateProjectRobot, { ...robot, body: { overlapHours: 1 } });
    expect(third.secrets).toHaveLength(2);
    expect(await granted(first.loginName, first.secret, name)).toBe(401);
    for (const { secret } of [second, third]) expect(await granted(first.loginName, secret, name)).toHaveLength(2);
    // The overlap ends, without anybody announcing it.
    await bff.running.foundation.database.kysely
      .updateTable('robot_secrets')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('expires_at', 'is not', null)
      .execute();
    await until('the replaced secret to be worth nothing', async () =>
      (await granted(first.loginName, second.secret, name)) === 401 ? true : undefined,
    );
    const fourth = await admin.call(rotateProjectRobot, { ...robot, body: { overlapHours: 0 } });
    expect(fourth.secrets).toHaveLength(1);
    expect(await granted(first.loginName, third.secret, name)).toBe(401);
    expect(await granted(first.loginName, fourth.secret, name)).toHaveLength(2);
  });

  test('are changed from the version that was seen; disabled and expired ones are out at once', async () => {
    const body = { name: 'changing', permissions: [push(null)], expiresAt: null };
    const made = await admin.call(createProjectRobot, { params, body });
    const robot = { params: { ...params, robotId: made.id } };
    const name = 'development/payments/api';
    expect(await granted(made.loginName, made.secret, name)).toHaveLength(2);
    const change = { version: 1, permissions: [push(null)], expiresAt: null };
    const disabled = await admin.call(updateProjectRobot, { ...robot, body: { ...change, isDisabled: true } });
    expect(disabled).toMatchObject({ isDisabled: true, version: 2 });
    expect(await granted(made.loginName, made.secret, name)).toBe(401);
    await expect(admin.call(updateProjectRobot, { ...robot, body: change })).rejects.toThrow('version-conflict');
    const pullOnly = { ...push(null), actions: ['artifact.pull' as const] };
    await admin.call(updateProjectRobot, {
      ...robot,
      body: { version: 2, permissions: [pullOnly], expiresAt: null, isDisabled: false },
    });
    expect(await granted(made.loginName, made.secret, name)).toEqual(['pull']);
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    await admin.call(updateProjectRobot, { ...robot, body: { version: 3, permissions: [pullOnly], expiresAt } });
    expect(await granted(made.loginName, made.secret, name)).toBe(401);
    const [, first] = (await auditOf(made.loginName)).filter(({ action }) => action.endsWith('ProjectRobot'));
    expect([first?.before, first?.after]).toEqual([{ isDisabled: false }, { isDisabled: true }]);
  });

  test('hold no more than their maker may give', async () => {
    const pam = await bff.signIn('pam', password);
    const made = await pam.call(createProjectRobot, {
      params,
      body: { name: 'pams', permissions: [push(['development'])], expiresAt: null },
    });
    for (const environments of [['production'], ['development', 'production'], null]) {
      const body = { name: 'too-much', permissions: [push(environments)], expiresAt: null };
      const refused = await pam.call(createProjectRobot, { params, body }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ProblemError);
      expect((refused as ProblemError).problem).toMatchObject({
        status: 403,
        needed: { action: 'project.manage', project: 'payments', environment: 'production' },
      });
    }
    const change = { version: 1, permissions: [push(null)], expiresAt: null };
    const own = { params: { ...params, robotId: made.id } };
    await expect(pam.call(updateProjectRobot, { ...own, body: change })).rejects.toThrow('permission-missing');
    // Nor may she take over one that holds more.
    const body = { name: 'strong', permissions: [push(null)], expiresAt: null };
    const strong = await admin.call(createProjectRobot, { params, body });
    const other = { params: { ...params, robotId: strong.id } };
    const harmless = { version: 1, permissions: [push(['development'])], expiresAt: null };
    await expect(pam.call(rotateProjectRobot, { ...other, body: { overlapHours: 0 } })).rejects.toThrow('permission');
    await expect(pam.call(updateProjectRobot, { ...other, body: harmless })).rejects.toThrow('permission-missing');
    await expect(pam.call(deleteProjectRobot, other)).rejects.toThrow('permission-missing');
    const max = await bff.signIn('max', password);
    await expect(max.call(deleteProjectRobot, own)).rejects.toThrow('permission-missing');
    expect((await max.call(listProjectRobots, { params })).items.length).toBeGreaterThan(1);
    await pam.call(deleteProjectRobot, own);
  });

  test('of the system are the system administrator’s, and of another project are not found', async () => {
    const body = { name: 'mirror', permissions: [push(null, ['payments/**'])], expiresAt: null };
    const mirror = await admin.call(createRobot, { body });
    expect(mirror).toMatchObject({ loginName: 'robot.mirror', project: null });
    expect(await granted('robot.mirror', mirror.secret, 'production/payments/api')).toHaveLength(2);
    expect(await granted('robot.mirror', mirror.secret, 'production/shop/api')).toEqual([]);
    const pam = await bff.signIn('pam', password);
    await expect(pam.call(listRobots, {})).rejects.toThrow('permission-missing');
    await expect(pam.call(createRobot, { body })).rejects.toThrow('permission-missing');

    const elsewhere = { project: 'shop' };
    const inShop = await admin.call(createProjectRobot, { params: elsewhere, body: { ...body, name: 'shops' } });
    for (const robotId of [inShop.id, mirror.id, '00000000-0000-4000-8000-000000000000']) {
      const call = pam.call(deleteProjectRobot, { params: { ...params, robotId } });
      await expect(call).rejects.toThrow('404 robot-not-found: There is no such robot account here.');
    }
    await expect(pam.call(listProjectRobots, { params: elsewhere })).rejects.toThrow('project-not-found');
    await expect(
      admin.call(rotateRobot, { params: { robotId: inShop.id }, body: { overlapHours: 0 } }),
    ).rejects.toThrow('robot-not-found');
    await expect(
      admin.call(createProjectRobot, { params: { project: 'nowhere' }, body: { ...body, name: 'x' } }),
    ).rejects.toThrow('project-not-found');
  });

  test('with a bad pattern or a past end are refused, naming the field', async () => {
    const permissions = [push(null), push(null, ['api', 'team/{a'])];
    const call = admin.call(createProjectRobot, { params, body: { name: 'bad', permissions, expiresAt: null } });
    const refused = (await call.catch((error: unknown) => error)) as ProblemError;
    expect(refused.problem).toMatchObject({ status: 400, fields: [{ path: 'permissions.1.repositories.1' }] });
    const body = { name: 'bad', permissions: [push(null)], expiresAt: '2001-01-01T00:00:00Z' };
    await expect(admin.call(createProjectRobot, { params, body })).rejects.toThrow('still to come');
    const extra = { ...body, isAdmin: true };
    await expect(admin.call(createProjectRobot, { params, body: extra })).rejects.toThrow('request-invalid');
  });
});
