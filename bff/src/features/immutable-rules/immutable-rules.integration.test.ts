import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createImmutableRule,
  deleteImmutableRule,
  listImmutableRules,
  previewImmutableRule,
} from '../../contract/immutable-rules.ts';
import { changeMembers } from '../../contract/members.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import { addPerson, addProject, type TestPerson } from '../../testing/people.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { createImmutableRulesStore } from './immutable-rules.store.ts';
import { ImmutableRulesService } from './immutable-rules.service.ts';

const nowhere = 'http://127.0.0.1:1';
const params = { project: 'payments' };

describe.each(databaseKinds)('Immutable rules (%s)', (kind) => {
  let bff: TestBff;
  let admin: TestApiClient;
  let ada: TestPerson;
  let ben: TestPerson;

  beforeAll(async () => {
    bff = await startBff({
      database: kind,
      registries: [
        { id: 'dev', environment: 'development', endpointUrls: [nowhere] },
        { id: 'prod', environment: 'production', endpointUrls: [nowhere] },
      ],
    });
    admin = await bff.signIn();
    ada = await addPerson(bff, 'ada');
    ben = await addPerson(bff, 'ben');
    const { kysely } = bff.running.foundation.database;
    await addProject(kysely, 'shop');
    for (const registryId of ['dev', 'prod']) {
      for (const name of ['payments/api', 'payments/team/web', 'shop/api']) {
        const { id } = await kysely
          .insertInto('repositories')
          .values({ registry_id: registryId, name, project: name.split('/')[0] ?? '' })
          .returning('id')
          .executeTakeFirstOrThrow();
        for (const tag of ['v1.0', 'v1.1', 'latest']) await addTag(id, registryId, name, tag);
        await addTag(id, registryId, name, `sha256-${'a'.repeat(64)}`, false);
      }
    }
    const cells = [
      { kind: 'user' as const, id: ada.id, environment: 'development', role: 'project-admin' as const },
      { kind: 'user' as const, id: ben.id, environment: null, role: 'guest' as const },
    ];
    await admin.call(changeMembers, { params, body: { changes: cells } });
  });
  afterAll(() => bff.close());

  const addTag = (repositoryId: number, registryId: string, repository: string, name: string, isShown = true) =>
    bff.running.foundation.database.kysely
      .insertInto('tags')
      .values({
        repository_id: repositoryId,
        registry_id: registryId,
        repository,
        project: repository.split('/')[0] ?? '',
        name,
        digest: `sha256:${'b'.repeat(64)}`,
        semver_key: name,
        is_shown: isShown,
        pushed_at: new Date(name === 'v1.1' ? 2_000_000_000_000 : 1_000_000_000_000),
      })
      .execute();
  const problemOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProblemError)) throw new Error(`Expected a problem, got ${String(error)}`);
    return error.problem;
  };
  const draft = (environment: string | null, repositoryPattern = '**', tagPattern = 'v*') => ({
    params,
    body: { environment, repositoryPattern, tagPattern },
  });
  const lastAudit = () =>
    bff.running.foundation.database.kysely
      .selectFrom('audit_log')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
  /** As another part of the console asks, in this process or another. */
  const service = () =>
    new ImmutableRulesService({
      store: createImmutableRulesStore(bff.running.foundation.database.kysely),
      newId: () => '',
      clock: { now: () => new Date() },
      announce: () => {},
    });
  const at = (environment: string, repository = 'payments/api', tag = 'v1.0') => ({
    project: repository.split('/')[0] ?? '',
    environment,
    repository,
    tag,
  });

  test('are made, listed, obeyed and removed, with a line in the audit log for each', async () => {
    const rule = await admin.call(createImmutableRule, draft('production', 'team/**', 'v*'));
    expect(rule).toMatchObject({ environment: 'production', repositoryPattern: 'team/**', createdBy: 'admin' });
    const patterns = { environment: 'production', repositoryPattern: 'team/**', tagPattern: 'v*' };
    expect(await lastAudit()).toMatchObject({
      action: 'createImmutableRule',
      outcome: 'done',
      project: 'payments',
      environment: 'production',
      target: 'team/**:v*',
      before: null,
      after: patterns,
    });
    expect((await admin.call(listImmutableRules, { params })).items).toEqual([rule]);
    expect(await service().findImmutable(at('production', 'payments/team/web'))).toMatchObject({ id: rule.id });
    expect(await service().findImmutable(at('production'))).toBeUndefined();
    expect(await service().findImmutable(at('development', 'payments/team/web'))).toBeUndefined();
    expect(await service().findImmutable(at('production', 'payments/team/web', 'latest'))).toBeUndefined();
    expect(await service().findImmutable(at('production', 'shop/team/web'))).toBeUndefined();
    const remove = () => admin.call(deleteImmutableRule, { params: { ...params, ruleId: rule.id } });
    // A rule of one project is none of another’s.
    const elsewhere = admin.call(deleteImmutableRule, { params: { project: 'shop', ruleId: rule.id } });
    expect((await problemOf(elsewhere)).code).toBe('immutable-rule-not-found');
    await remove();
    expect(await lastAudit()).toMatchObject({ action: 'deleteImmutableRule', before: patterns, after: null });
    expect((await problemOf(remove())).code).toBe('immutable-rule-not-found');
    expect(await service().findImmutable(at('production', 'payments/team/web'))).toBeUndefined();
  });

  test('hold tags of people, never those that only carry referrers', async () => {
    const rule = await admin.call(createImmutableRule, draft(null, '**', '*'));
    expect(await service().findImmutable(at('development', 'payments/api', 'anything'))).toMatchObject({ id: rule.id });
    for (const tag of [`sha256-${'a'.repeat(64)}`, `sha256-${'a'.repeat(64)}.sig`]) {
      expect(await service().findImmutable(at('development', 'payments/api', tag))).toBeUndefined();
    }
    await admin.call(deleteImmutableRule, { params: { ...params, ruleId: rule.id } });
  });

  test('are kept for the next question, and forgotten when something changed', async () => {
    const store = createImmutableRulesStore(bff.running.foundation.database.kysely);
    let readings = 0;
    let nowMs = 0;
    const counting = { ...store, list: (project: string) => ((readings += 1), store.list(project)) };
    const clock = { now: () => new Date(nowMs) };
    const rules = new ImmutableRulesService({ store: counting, newId: () => '', clock, announce: () => {} });
    await Promise.all([1, 2, 3].map(() => rules.findImmutable(at('production'))));
    expect(readings).toBe(1);
    rules.forget('shop');
    await rules.findImmutable(at('production'));
    expect(readings).toBe(1);
    rules.forget('payments');
    await rules.findImmutable(at('production'));
    expect(readings).toBe(2);
    nowMs = 5001;
    await rules.findImmutable(at('production'));
    expect(readings).toBe(3);
    rules.forget(null);
    await rules.findImmutable(at('production'));
    expect(readings).toBe(4);
  });

  test('need the right in their environment, and in all of them where they hold in all', async () => {
    const own = await ada.client.call(createImmutableRule, draft('development'));
    expect((await problemOf(ada.client.call(createImmutableRule, draft('production')))).needed).toMatchObject({
      action: 'project.manage',
      environment: 'production',
    });
    expect((await problemOf(ada.client.call(createImmutableRule, draft(null)))).needed).toMatchObject({
      environment: null,
    });
    expect((await problemOf(ada.client.call(previewImmutableRule, draft('production')))).code).toBe(
      'permission-missing',
    );
    const inProduction = await admin.call(createImmutableRule, draft('production'));
    const everywhere = await admin.call(createImmutableRule, draft(null));
    const remove = (client: TestApiClient, ruleId: string) =>
      client.call(deleteImmutableRule, { params: { ...params, ruleId } });
    // She sees nothing of production, so that its rule does not exist for her; the one for all she sees and may not remove.
    expect((await problemOf(remove(ada.client, inProduction.id))).code).toBe('immutable-rule-not-found');
    expect((await problemOf(remove(ada.client, everywhere.id))).code).toBe('permission-missing');
    expect((await ada.client.call(listImmutableRules, { params })).items.map(({ id }) => id)).toEqual([
      own.id,
      everywhere.id,
    ]);
    expect((await ben.client.call(listImmutableRules, { params })).items).toHaveLength(3);
    expect((await problemOf(remove(ben.client, own.id))).code).toBe('permission-missing');
    await remove(ada.client, own.id);
    for (const { id } of [inProduction, everywhere]) await remove(admin, id);
    expect((await admin.call(listImmutableRules, { params })).items).toEqual([]);
  });

  test('with a bad pattern or an unknown environment are refused, naming the field', async () => {
    const refused = async (...given: Parameters<typeof draft>) =>
      (await problemOf(admin.call(createImmutableRule, draft(...given)))).fields?.map(({ path }) => path);
    expect(await refused(null, 'a{b', 'v*')).toEqual(['repositoryPattern']);
    expect(await refused(null, 'api', `{${'a,'.repeat(60)}}{b,c}`)).toEqual(['tagPattern']);
    expect(await refused(null, 'API', 'v*')).toEqual(['repositoryPattern']);
    expect(await refused(null, 'api', 'v/*')).toEqual(['tagPattern']);
    expect(await refused('nowhere')).toEqual(['environment']);
    const missing = admin.call(createImmutableRule, { ...draft(null), params: { project: 'no-such-project' } });
    expect((await problemOf(missing)).code).toBe('project-not-found');
    expect((await problemOf(admin.call(listImmutableRules, { params: { project: 'nothing' } }))).code).toBe(
      'project-not-found',
    );
  });

  test('tell beforehand which tags they would hold', async () => {
    const preview = (...given: Parameters<typeof draft>) => admin.call(previewImmutableRule, draft(...given));
    expect(await preview(null, '**', '*')).toMatchObject({ tagCount: 12 });
    expect((await preview(null, '**', '*')).sample).toHaveLength(10);
    expect(await preview('production', 'api', 'v*')).toEqual({
      tagCount: 2,
      sample: [
        { registryId: 'prod', repository: 'payments/api', tag: 'v1.1' },
        { registryId: 'prod', repository: 'payments/api', tag: 'v1.0' },
      ],
    });
    expect(await preview('production', 'nothing/*', '*')).toEqual({ tagCount: 0, sample: [] });
    expect((await admin.call(listImmutableRules, { params })).items).toEqual([]);
  });
});
