import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listProjectAudit } from '../../contract/audit.ts';
import {
  confirmExecution,
  createPolicy,
  declineExecution,
  deletePolicy,
  getPolicy,
  listPolicies,
  pausePolicy,
  type Policy,
  type PolicyContent,
  previewPolicy,
  previewPolicyDraft,
  runPolicy,
  updatePolicy,
} from '../../contract/policies.ts';
import { addProject, signInAs } from '../../testing/people.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { heldBackCode } from '../replication/replication.ts';
import { createPlanExecutionsStore } from '../replication/plan-executions.store.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('policies and who may do what', () => {
  let bff: TestBff;
  let admin: TestApiClient;
  /** Project admin of payments everywhere. */
  let ada: TestApiClient;
  /** Project admin in development, guest in production. */
  let dev: TestApiClient;
  let gus: TestApiClient;

  beforeAll(async () => {
    bff = await startBff({
      registries: ['development', 'production'].map((id) => ({
        id,
        environment: id,
        endpointUrls: ['http://127.0.0.1:9'],
      })),
    });
    admin = await bff.signIn();
    const { kysely } = bff.running.foundation.database;
    for (const project of ['payments', 'other']) await addProject(kysely, project);
    ada = await signInAs(bff, 'ada', { payments: { '': 'project-admin' } });
    dev = await signInAs(bff, 'dev', { payments: { development: 'project-admin', production: 'guest' } });
    gus = await signInAs(bff, 'gus', { payments: { '': 'guest' } });
  });
  afterAll(() => bff?.close());

  const toProduction = (more: Parameters<typeof contentOf>[2] = {}): PolicyContent =>
    contentOf('development', ['production'], { onPush: false, ...more });
  const make = (
    client: TestApiClient,
    name: string,
    project: string | null,
    content = toProduction(),
  ): Promise<Policy> => client.call(createPolicy, { body: { name, project, isEnabled: true, content } });

  test('a project’s admin makes and runs policies of the project, and of nothing else', async () => {
    const policy = await make(ada, 'nightly', 'payments');
    expect(policy).toMatchObject({ project: 'payments', createdBy: 'ada', state: 'idle', version: 1 });
    const run = await ada.call(runPolicy, { params: { policyId: policy.id } });
    expect(run).toMatchObject({ state: 'succeeded', requestedBy: 'ada' });
    expect((await problemOf(make(ada, 'theirs', 'other'))).code).toBe('project-not-found');
    expect((await problemOf(make(ada, 'theirs', 'nothing'))).code).toBe('project-not-found');
    const everywhere = await problemOf(make(ada, 'everywhere', null));
    expect(everywhere).toMatchObject({ code: 'permission-missing', needed: { action: 'policy.manage', roles: [] } });
    expect(everywhere.detail).toContain('system administrator');
    const { items } = await ada.call(listProjectAudit, { params: { project: 'payments' }, query: {} });
    expect(items).toContainEqual(
      expect.objectContaining({ action: 'createPolicy', target: 'nightly', outcome: 'done' }),
    );
    await ada.call(deletePolicy, { params: { policyId: policy.id } });
  });

  test('rights are needed at the destination, and a refusal says which', async () => {
    const refused = await problemOf(make(dev, 'mine', 'payments'));
    expect(refused).toMatchObject({
      code: 'permission-missing',
      needed: { action: 'project.manage', roles: ['project-admin'], project: 'payments', environment: 'production' },
    });
    const draft = { project: 'payments', content: toProduction() };
    expect((await problemOf(dev.call(previewPolicyDraft, { body: draft }))).code).toBe('permission-missing');
    const policy = await make(ada, 'shared', 'payments');
    const params = { policyId: policy.id };
    for (const person of [dev, gus]) {
      expect(await person.call(getPolicy, { params })).toMatchObject({ name: 'shared' });
      expect(await person.call(previewPolicy, { params })).toMatchObject({ tagCount: 0 });
      for (const call of [runPolicy, pausePolicy, deletePolicy]) {
        expect((await problemOf(person.call(call, { params }))).code).toBe('permission-missing');
      }
    }
    const body = { version: 1, name: 'shared', content: contentOf('production', ['development'], { onPush: false }) };
    // Into development dev may, but this one is not only theirs.
    expect((await problemOf(dev.call(updatePolicy, { params, body }))).code).toBe('permission-missing');
    await ada.call(deletePolicy, { params });
  });

  test('who sees not every end of a policy, or is in another project, sees none of it', async () => {
    const policy = await make(ada, 'hidden', 'payments');
    const system = await make(admin, 'everything', null);
    const blind = await signInAs(bff, 'blind', { payments: { development: 'maintainer' } });
    const stranger = await signInAs(bff, 'stranger', { other: { '': 'project-admin' } });
    for (const person of [blind, stranger]) {
      expect(await person.call(listPolicies, {})).toMatchObject({ items: [], total: 0 });
      for (const { id } of [policy, system]) {
        expect((await problemOf(person.call(getPolicy, { params: { policyId: id } }))).code).toBe('policy-not-found');
      }
    }
    expect((await ada.call(listPolicies, {})).items.map(({ name }) => name)).toEqual(['hidden']);
    const all = await admin.call(listPolicies, { query: { sort: '-name', limit: 1 } });
    expect([all.total, all.items[0]?.name]).toEqual([2, 'hidden']);
    const next = await admin.call(listPolicies, { query: { sort: '-name', limit: 1, cursor: all.nextCursor ?? '' } });
    expect([next.nextCursor, next.items[0]?.name]).toEqual([null, 'everything']);
    // The same name is free in another project, and taken in the same one.
    expect((await problemOf(make(ada, 'Hidden', 'payments'))).code).toBe('name-taken');
    const same = await make(stranger, 'hidden', 'other');
    for (const { id } of [policy, system, same]) await admin.call(deletePolicy, { params: { policyId: id } });
  });

  test('registries have to be there', async () => {
    const content = contentOf('development', ['nowhere'], { onPush: false });
    expect((await problemOf(make(admin, 'lost', null, content))).code).toBe('registry-not-found');
    expect((await problemOf(make(admin, 'lost', 'nothing'))).code).toBe('project-not-found');
  });

  test('of deletions that wait for a word everybody decides about those they see, and no others', async () => {
    const policy = await make(admin, 'across', null);
    const { kysely } = bff.running.foundation.database;
    for (const decide of [confirmExecution, declineExecution]) {
      const executionId = await holdDeletions(policy, ['payments/api', 'other/app', 'other/web']);
      await ada.call(decide, { params: { executionId } });
      const rows = kysely.selectFrom('tasks').select(['source_repository', 'reason']);
      const held = await rows.where('execution_id', '=', executionId).where('state', '=', 'waiting').execute();
      const stillHeld = held.filter(({ reason }) => reason?.code === heldBackCode).map((row) => row.source_repository);
      expect(stillHeld.toSorted()).toEqual(['other/app', 'other/web']);
      const twice = await problemOf(ada.call(decide, { params: { executionId } }));
      expect(twice.code).toBe('execution-not-held');
      const left = await admin.call(decide, { params: { executionId } });
      expect(left.heldBack).toBeNull();
    }
    await admin.call(deletePolicy, { params: { policyId: policy.id } });
  });

  async function holdDeletions({ id, name, version }: Policy, repositories: readonly string[]): Promise<string> {
    const executionId = randomUUID();
    const digest = `sha256:${'a'.repeat(64)}`;
    const unasked = { trigger: 'push', requestedBy: null, requesterId: null, platforms: null, attempts: 1 } as const;
    const store = createPlanExecutionsStore(bff.running.foundation.database.kysely);
    await store.create(
      {
        ...unasked,
        id: executionId,
        policy: { id, name, version },
        sourceRegistryId: 'development',
        includeReferrers: true,
        whenDifferent: 'replace',
        planned: { copy: 0, replace: 0, upToDate: 0, differs: 0, loses: 0, delete: 3, impossible: 0, bytes: 0 },
        heldBack: { code: heldBackCode, sentence: 'They are many.', params: {} },
        keepsEmpty: false,
        passesOver: 'nothing',
        tasks: repositories.map((repository) => ({
          id: randomUUID(),
          kind: 'delete' as const,
          source: { repository, tag: executionId.slice(0, 8) },
          destination: { registryId: 'production', repository, tag: executionId.slice(0, 8) },
          digest,
          replacesDigest: null,
          originAt: new Date(),
          isContested: false,
          sizeBytes: null,
        })),
      },
      () => Promise.resolve(true),
      () => Promise.resolve(),
    );
    return executionId;
  }
});
