import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  changeMembers,
  listMemberCandidates,
  listMembers,
  type MemberChange,
  previewMembers,
} from '../../contract/members.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { addGroup, addPerson, addProject, type TestPerson } from '../../testing/people.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';

const nowhere = 'http://127.0.0.1:1';
const project = 'payments';
const params = { project };

type Change = [who: { id: string }, environment: string | null, role: MemberChange['role']];

describe.each(databaseKinds)('Members of a project (%s)', (kind) => {
  let bff: TestBff;
  let admin: TestApiClient;
  let ada: TestPerson;
  let ben: TestPerson;
  let cleo: TestPerson;
  let group: { id: string };

  beforeAll(async () => {
    bff = await startBff({
      database: kind,
      registries: [
        { id: 'dev', environment: 'development', endpointUrls: [nowhere] },
        { id: 'prod', environment: 'production', endpointUrls: [nowhere] },
        { id: 'prod-2', environment: 'production', endpointUrls: [nowhere] },
      ],
    });
    admin = await bff.signIn();
    [ada, ben, cleo] = [await addPerson(bff, 'ada'), await addPerson(bff, 'ben'), await addPerson(bff, 'cleo')];
    const { kysely } = bff.running.foundation.database;
    group = { id: await addGroup(kysely, 'testers', [ben.id, cleo.id]) };
  });
  afterAll(() => bff.close());
  beforeEach(async () => {
    const { kysely } = bff.running.foundation.database;
    await kysely.deleteFrom('projects').execute();
    await addProject(kysely, project);
    await addProject(kysely, 'shop');
  });

  const body = (changes: Change[]) => ({
    changes: changes.map(([{ id }, environment, role]) => ({
      kind: id === group.id ? ('group' as const) : ('user' as const),
      id,
      environment,
      role,
    })),
  });
  const change = (client: TestApiClient, changes: Change[]) =>
    client.call(changeMembers, { params, body: body(changes) });
  const problemOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProblemError)) throw new Error(`Expected a problem, got ${String(error)}`);
    return error.problem;
  };
  const cellsNow = async () => {
    const { items } = await admin.call(listMembers, { params });
    return items.map(({ name, defaultRole, environmentRoles }) => ({ name, defaultRole, environmentRoles }));
  };
  const lastAudit = () =>
    bff.running.foundation.database.kysely
      .selectFrom('audit_log')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();

  test('several cells are set at once, read back, announced and recorded', async () => {
    const stream = await admin.openEvents();
    const answer = await change(admin, [
      [ada, null, 'project-admin'],
      [ben, 'production', 'developer'],
      [ben, null, 'guest'],
      [group, 'development', 'maintainer'],
    ]);
    expect(answer.environments).toEqual(['development', 'production']);
    expect(answer.items).toMatchObject([
      { kind: 'user', name: 'ada', defaultRole: 'project-admin', environmentRoles: {}, userCount: null },
      { kind: 'user', name: 'ben', defaultRole: 'guest', environmentRoles: { production: 'developer' } },
      {
        kind: 'group',
        name: 'testers',
        defaultRole: null,
        environmentRoles: { development: 'maintainer' },
        userCount: 2,
      },
    ]);
    expect(await admin.call(listMembers, { params })).toEqual(answer);
    expect(await stream.waitFor('project')).toMatchObject({ project });
    await stream.waitFor('access');
    stream.close();
    await change(admin, [
      [ben, null, null],
      [ben, 'production', 'maintainer'],
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'changeMembers',
      outcome: 'done',
      project,
      environment: null,
      target: 'ben',
      before: {
        cells: [
          { kind: 'user', id: ben.id, name: 'ben', environment: null, role: 'guest' },
          { kind: 'user', id: ben.id, name: 'ben', environment: 'production', role: 'developer' },
        ],
      },
      after: {
        cells: [
          { environment: null, role: null },
          { environment: 'production', role: 'maintainer' },
        ],
      },
    });
  });

  test('the last cell that is emptied takes the member out', async () => {
    await change(admin, [[ben, 'production', 'guest']]);
    expect((await change(admin, [[ben, 'production', null]])).items).toEqual([]);
    expect((await problemOf(ben.client.call(listMembers, { params }))).code).toBe('project-not-found');
  });

  test('one change that cannot be made undoes all of them', async () => {
    const stranger = { id: randomUUID() };
    const problem = await problemOf(
      change(admin, [
        [ada, null, 'guest'],
        [stranger, null, 'guest'],
      ]),
    );
    expect(problem.code).toBe('member-not-found');
    const unknown = await problemOf(
      change(admin, [
        [ada, null, 'guest'],
        [ada, 'nowhere', 'guest'],
      ]),
    );
    expect(unknown).toMatchObject({ code: 'request-invalid', fields: [{ path: 'changes.1.environment' }] });
    expect(await cellsNow()).toEqual([]);
  });

  test('whoever manages development only gives rights there only, and is told what is missing', async () => {
    await change(admin, [
      [cleo, null, 'project-admin'],
      [ada, 'development', 'project-admin'],
      [ben, 'production', 'guest'],
    ]);
    await change(ada.client, [[ben, 'development', 'developer']]);
    const inProduction = await problemOf(change(ada.client, [[ben, 'production', 'developer']]));
    expect(inProduction).toMatchObject({
      code: 'permission-missing',
      needed: { action: 'project.manage', roles: ['project-admin'], project, environment: 'production' },
    });
    expect(await lastAudit()).toMatchObject({
      outcome: 'refused',
      target: 'ben',
      environment: 'production',
      after: { cells: [{ name: 'ben', role: 'developer' }] },
    });
    const noSuchPlace = await problemOf(change(ada.client, [[ben, 'nowhere', 'developer']]));
    expect({ ...noSuchPlace, requestId: '' }).toEqual(
      JSON.parse(JSON.stringify({ ...inProduction, requestId: '' }).replaceAll('production', 'nowhere')),
    );
    const everywhere = await problemOf(
      change(ada.client, [
        [ben, 'development', 'guest'],
        [ben, null, 'guest'],
      ]),
    );
    expect(everywhere).toMatchObject({ code: 'permission-missing', needed: { environment: null } });
    const previewed = ada.client.call(previewMembers, { params, body: body([[ben, 'production', 'developer']]) });
    expect((await problemOf(previewed)).code).toBe('permission-missing');
    // A stranger is no better known than the right that is missing.
    expect((await problemOf(change(ada.client, [[{ id: randomUUID() }, 'production', 'guest']]))).code).toBe(
      'permission-missing',
    );
    expect((await cellsNow()).find(({ name }) => name === 'ben')?.environmentRoles).toEqual({
      development: 'developer',
      production: 'guest',
    });
    // What she may not know of production is not in her grid.
    const seen = await ada.client.call(listMembers, { params });
    expect(seen.environments).toEqual(['development']);
    expect(seen.items.find(({ name }) => name === 'ben')?.environmentRoles).toEqual({ development: 'developer' });
  });

  test('guests see the grid and change nothing; others do not know of it', async () => {
    await change(admin, [
      [ada, null, 'guest'],
      [ben, null, 'limited-guest'],
    ]);
    expect((await ada.client.call(listMembers, { params })).items).toHaveLength(2);
    expect((await problemOf(ben.client.call(listMembers, { params }))).code).toBe('permission-missing');
    for (const call of [changeMembers, previewMembers]) {
      const input = { params, body: body([[ada, null, 'project-admin']]) };
      expect((await problemOf(ada.client.call(call, input))).code).toBe('permission-missing');
      expect((await problemOf(cleo.client.call(call, input))).code).toBe('project-not-found');
      const elsewhere = { ...input, params: { project: 'no-such-project' } };
      expect((await problemOf(admin.call(call, elsewhere))).code).toBe('project-not-found');
    }
    expect((await problemOf(ada.client.call(listMemberCandidates, { params }))).code).toBe('permission-missing');
  });

  test('the last project admin can neither leave nor be made less, except by a system administrator', async () => {
    await change(admin, [[ada, null, 'project-admin']]);
    for (const role of [null, 'maintainer', 'none'] as const) {
      expect((await problemOf(change(ada.client, [[ada, null, role]]))).code).toBe('last-project-admin');
    }
    expect((await problemOf(change(ada.client, [[ada, 'production', 'guest']]))).code).toBe('last-project-admin');
    expect(await lastAudit()).toMatchObject({ outcome: 'refused', target: 'ada' });
    // Another one in the same request; nobody is left without their own last right all the same.
    const handOver: Change[] = [
      [ben, null, 'project-admin'],
      [ada, null, null],
    ];
    expect((await problemOf(change(ada.client, handOver))).detail).toContain('your own last right');
    await change(ada.client, [[ben, null, 'project-admin']]);
    await change(ben.client, [[ada, null, null]]);
    await change(admin, [[ben, null, null]]);
    expect(await cellsNow()).toEqual([]);
  });

  test('project admins through groups count, disabled people do not', async () => {
    await change(admin, [
      [ada, null, 'project-admin'],
      [group, null, 'project-admin'],
    ]);
    const { kysely } = bff.running.foundation.database;
    const disable = (at: Date | null) =>
      kysely.updateTable('users').set({ disabled_at: at }).where('id', 'in', [ben.id, cleo.id]).execute();
    await disable(new Date());
    const alone = await problemOf(change(ada.client, [[ada, null, 'guest']]));
    await disable(null);
    expect(alone.code).toBe('last-project-admin');
    expect(alone.detail).toContain('without a project admin');
    await change(ben.client, [[ada, null, 'guest']]);
    expect((await problemOf(change(ben.client, [[group, null, null]]))).code).toBe('last-project-admin');
  });

  test('two project admins who remove each other at once leave one of them', async () => {
    for (let round = 0; round < 5; round += 1) {
      await change(admin, [
        [ada, null, 'project-admin'],
        [ben, null, 'project-admin'],
      ]);
      const outcomes = await Promise.allSettled([
        change(ada.client, [[ben, null, null]]),
        change(ben.client, [[ada, null, null]]),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await cellsNow()).map(({ defaultRole }) => defaultRole)).toEqual(['project-admin']);
    }
  });

  test('the preview tells what somebody could do, by every way, and writes nothing', async () => {
    await change(admin, [
      [group, null, 'guest'],
      [ben, 'production', 'none'],
    ]);
    const { items } = await admin.call(previewMembers, {
      params,
      body: body([
        [ben, 'development', 'developer'],
        [ada, null, 'limited-guest'],
        [group, 'production', 'maintainer'],
      ]),
    });
    const reading = ['catalog.read', 'artifact.pull'];
    const member = [...reading, 'member.read', 'replication.read'];
    expect(items).toMatchObject([
      {
        name: 'ben',
        environments: [
          {
            environment: 'development',
            before: { role: 'guest', actions: member },
            after: { role: 'developer', actions: [...member, 'artifact.push'] },
            viaGroup: null,
          },
          {
            environment: 'production',
            before: { role: 'guest', actions: member },
            after: { role: 'maintainer' },
            viaGroup: 'testers',
          },
        ],
      },
      { name: 'ada', environments: [{ before: { role: null, actions: [] }, after: { actions: reading } }, {}] },
      {
        name: 'testers',
        kind: 'group',
        environments: [{}, { before: { role: 'guest' }, after: { role: 'maintainer' } }],
      },
    ]);
    expect(await cellsNow()).toHaveLength(2);
  });

  test('candidates are who is no member yet and not disabled, the best matches first', async () => {
    const { kysely } = bff.running.foundation.database;
    const people = [
      ['zoe.miller', 'Zoe Miller', false],
      ['mill', 'Someone Else', false],
      ['windmill', 'Windy', false],
      ['miller', 'Gone', true],
      ['x%y', 'Percent', false],
    ] as const;
    for (const [username, displayName, isDisabled] of people) {
      const id = randomUUID();
      await kysely
        .insertInto('users')
        .values({ id, username, display_name: displayName, disabled_at: isDisabled ? new Date() : null })
        .execute();
    }
    const search = async (q: string) =>
      (await admin.call(listMemberCandidates, { params, query: { q } })).items.map(({ name }) => name);
    expect(await search('MILL')).toEqual(['mill', 'zoe.miller', 'windmill']);
    expect(await search('%')).toEqual(['x%y']);
    expect(await search('test')).toEqual(['testers']);
    await change(admin, [[group, null, 'guest']]);
    expect(await search('test')).toEqual([]);
    for (let index = 0; index < 25; index += 1) {
      await kysely
        .insertInto('users')
        .values({ id: randomUUID(), username: `bulk${index}`, display_name: 'Bulk' })
        .execute();
    }
    expect(await search('bulk')).toHaveLength(20);
  });
});
