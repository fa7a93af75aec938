import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { NewRow } from '../../database/index.ts';
import { semverKey } from '../../features/catalog/semver-key.ts';
import { digestOf, mediaTypes } from '../../registry-client/index.ts';
import { addAccount, setRoles } from '../../testing/people.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { addRetention } from './isolation-retention.ts';
import { addUntagged } from './isolation-storage.ts';

/** Everything of one project that has a name or a number somebody could guess. */
export interface Ids {
  readonly project: string;
  readonly registryId: string;
  /** Where copies go. */
  readonly destinationId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly executionId: string;
  /** Failed, so that it could be run again. */
  readonly taskId: string;
  /** Of `pendingExecutionId`; waits for its next attempt, so that it could be stopped. */
  readonly pendingTaskId: string;
  readonly pendingExecutionId: string;
  readonly policyId: string;
  /** Waits for approval. */
  readonly promotionId: string;
  readonly begunPromotionId: string;
  readonly robotId: string;
  readonly ruleId: string;
  /** A member of the project, and a group that is one. */
  readonly userId: string;
  readonly groupId: string;
  readonly accessTokenId: string;
  readonly noticeId: string;
  readonly deliveryId: string;
  /** In the trash, from where it could be restored. */
  readonly trashItemId: string;
  readonly retentionPlanId: string;
  /** Over, and one that waits for a word; the second of a plan that is gone. */
  readonly retentionRunId: string;
  readonly heldRetentionRunId: string;
}

const registryIds = ['development', 'production'] as const;

/** Two environments. Their registries answer nothing: who is refused must not get as far as asking them. */
export function startIsolationBff(): Promise<TestBff> {
  return startBff({
    registries: registryIds.map((id) => ({ id, environment: id, endpointUrls: ['http://127.0.0.1:9'] })),
  });
}

/** Names of nothing, in registries that the caller may know of. */
export function inventIds({ registryId, destinationId }: Pick<Ids, 'registryId' | 'destinationId'>): Ids {
  const project = `p${randomBytes(6).toString('hex')}`;
  return {
    project,
    registryId,
    destinationId,
    repository: `${project}/r${randomBytes(4).toString('hex')}`,
    tag: `t${randomBytes(5).toString('hex')}`,
    digest: `sha256:${randomBytes(32).toString('hex')}`,
    executionId: randomUUID(),
    taskId: randomUUID(),
    pendingTaskId: randomUUID(),
    pendingExecutionId: randomUUID(),
    policyId: randomUUID(),
    promotionId: randomUUID(),
    begunPromotionId: randomUUID(),
    robotId: randomUUID(),
    ruleId: randomUUID(),
    userId: randomUUID(),
    groupId: randomUUID(),
    accessTokenId: randomUUID(),
    noticeId: randomUUID(),
    deliveryId: randomUUID(),
    trashItemId: randomUUID(),
    retentionPlanId: randomUUID(),
    retentionRunId: randomUUID(),
    heldRetentionRunId: randomUUID(),
  };
}

/** A project with everything in it, one tag in both registries; nothing in it is shared with another one. */
export async function addProject(bff: TestBff, project: string): Promise<Ids> {
  const { kysely } = bff.running.foundation.database;
  const content = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], project }),
  );
  const invented = inventIds({ registryId: 'development', destinationId: 'production' });
  const ids: Ids = {
    ...invented,
    project,
    repository: `${project}/${project}-service`,
    tag: `${project}-release`,
    digest: digestOf(content),
    userId: await addAccount(bff, `${project}-member`),
  };
  await kysely
    .insertInto('manifests')
    .values({ digest: ids.digest, media_type: mediaTypes.ociIndex, kind: 'index', content, size_bytes: content.length })
    .execute();
  for (const registryId of registryIds) await addTag(bff, ids, registryId);
  await setRoles(bff, project, ids.userId, { '': 'project-admin' });
  await kysely
    .insertInto('groups')
    .values({ id: ids.groupId, name: `${project} people` })
    .execute();
  await kysely.insertInto('group_users').values({ group_id: ids.groupId, user_id: ids.userId }).execute();
  await kysely.insertInto('members').values({ project, group_id: ids.groupId, role: 'guest' }).execute();
  await addAccounts(bff, ids);
  await addPolicy(bff, ids);
  await addCopy(bff, ids, ids.executionId, { id: ids.taskId, state: 'failed', finished_at: new Date() });
  const nextAttemptAt = new Date(Date.now() + 3_600_000);
  const waiting = { id: ids.pendingTaskId, state: 'waiting' as const, next_attempt_at: nextAttemptAt };
  await addCopy(bff, ids, ids.pendingExecutionId, waiting);
  await addPromotions(bff, ids);
  await addTrash(bff, ids);
  await addRetention(bff, ids);
  await addUntagged(bff, ids, registryIds);
  return ids;
}

async function addTag(bff: TestBff, { project, repository, tag, digest }: Ids, registryId: string): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const { id } = await kysely
    .insertInto('repositories')
    .values({ registry_id: registryId, name: repository, project })
    .returning('id')
    .executeTakeFirstOrThrow();
  await kysely.insertInto('repository_manifests').values({ repository_id: id, digest }).execute();
  await kysely
    .insertInto('tags')
    .values({
      repository_id: id,
      registry_id: registryId,
      repository,
      project,
      name: tag,
      digest,
      semver_key: semverKey(tag),
      pushed_at: new Date('2026-01-02T03:04:05Z'),
      pushed_by: `${project}-pusher`,
    })
    .execute();
  await kysely
    .insertInto('tag_history')
    .values({ registry_id: registryId, repository, name: tag, digest, actor: `${project}-pusher`, how: 'push' })
    .execute();
}

async function addAccounts(bff: TestBff, ids: Ids): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const { project } = ids;
  const permissions = [{ actions: ['artifact.push'], environments: null, repositories: ['**'] }];
  await kysely
    .insertInto('robots')
    .values({
      id: ids.robotId,
      name: `${project}-ci`,
      login_name: `robot.${project}.${project}-ci`,
      project,
      permissions: JSON.stringify(permissions),
    })
    .execute();
  await kysely
    .insertInto('robot_secrets')
    .values({ robot_id: ids.robotId, secret_hash: hashOf(`${project} robot`) })
    .execute();
  await kysely
    .insertInto('immutable_rules')
    .values({ id: ids.ruleId, project, repository_pattern: '**', tag_pattern: `${project}-*` })
    .execute();
  await kysely
    .insertInto('notices')
    .values({
      id: ids.noticeId,
      project,
      name: `${project} pager`,
      channel: 'mail',
      recipients: JSON.stringify([`${project}@pager.example`]),
      kinds: JSON.stringify(['all']),
    })
    .execute();
  await kysely
    .insertInto('notice_deliveries')
    .values({
      id: ids.deliveryId,
      notice_id: ids.noticeId,
      event: 'test',
      body: JSON.stringify({ about: project }),
      state: 'failed',
      attempts_allowed: 1,
      finished_at: new Date(),
    })
    .execute();
  await kysely
    .insertInto('access_tokens')
    .values({
      id: ids.accessTokenId,
      user_id: ids.userId,
      name: `${project}-laptop`,
      secret_hash: hashOf(`${project} token`),
      actions: JSON.stringify(['artifact.pull']),
      expires_at: new Date(Date.now() + 86_400_000),
    })
    .execute();
}

/** Disabled, so that nothing happens by itself. */
async function addPolicy(bff: TestBff, ids: Ids): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const { policyId, project, registryId, destinationId, repository } = ids;
  const content = {
    sourceRegistryId: registryId,
    filters: {
      repositories: { include: [repository], exclude: [] },
      tags: { include: ['*'], exclude: [] },
      semver: null,
      newest: null,
      newerThanDays: null,
      includeReferrers: true,
      platforms: null,
    },
    mapping: { kind: 'same' },
    destinations: [{ registryId: destinationId, bandwidth: null }],
    onPush: true,
    schedule: null,
    options: { propagateDeletions: true, whenDifferent: 'replace', concurrency: null, attempts: 10 },
  };
  const values = { name: `${project} to production`, content: JSON.stringify(content), changed_by: 'admin' };
  await kysely
    .insertInto('policies')
    .values({
      ...values,
      id: policyId,
      project,
      is_enabled: false,
      source_registry_id: registryId,
      registry_ids: [registryId, destinationId],
      created_by: 'admin',
    })
    .execute();
  await kysely
    .insertInto('policy_versions')
    .values({ ...values, policy_id: policyId, version: 1 })
    .execute();
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type TaskState = Pick<NewRow<'tasks'>, 'id' | 'state' | 'next_attempt_at' | 'finished_at'>;

async function addCopy(bff: TestBff, ids: Ids, executionId: string, task: TaskState): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const isOver = task.state === 'failed';
  await kysely
    .insertInto('executions')
    .values({
      id: executionId,
      trigger: 'copy',
      requested_by: `${ids.project}-member`,
      include_referrers: true,
      when_different: 'replace',
      state: isOver ? 'failed' : 'running',
      finished_at: isOver ? new Date() : null,
    })
    .execute();
  await kysely
    .insertInto('tasks')
    .values({
      ...task,
      execution_id: executionId,
      source_registry_id: ids.registryId,
      source_repository: ids.repository,
      source_reference: ids.tag,
      destination_registry_id: ids.destinationId,
      destination_repository: ids.repository,
      destination_tag: ids.tag,
      digest: ids.digest,
      attempt: 1,
    })
    .execute();
}

async function addPromotions(bff: TestBff, ids: Ids): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const promotion = {
    project: ids.project,
    repository: ids.repository,
    tag: ids.tag,
    digest: ids.digest,
    source_registry_id: ids.registryId,
    source_environment: ids.registryId,
    environment: ids.destinationId,
    registry_ids: [ids.destinationId],
    requested_by: `${ids.project}-member`,
    requester_id: ids.userId,
    expires_at: new Date(Date.now() + 86_400_000),
  };
  const begun = { id: ids.begunPromotionId, state: 'begun' as const, execution_id: ids.executionId };
  await kysely
    .insertInto('promotions')
    .values([
      { ...promotion, id: ids.promotionId, state: 'waiting', needs_approval: true },
      { ...promotion, ...begun },
    ])
    .execute();
  const target = { promotion_id: ids.begunPromotionId, registry_id: ids.destinationId, digest: ids.digest };
  await kysely.insertInto('promotion_targets').values(target).execute();
}

async function addTrash(bff: TestBff, { trashItemId, registryId, project, repository, digest }: Ids): Promise<void> {
  await bff.running.foundation.database.kysely
    .insertInto('trash_items')
    .values({
      id: trashItemId,
      registry_id: registryId,
      project,
      repository,
      tag: `${project}-deleted`,
      digest,
      state: 'deleted',
      why: 'person',
      deleted_by: `${project}-member`,
      deleted_at: new Date(),
      expires_at: new Date(Date.now() + 86_400_000),
    })
    .execute();
}

/** Everything that endpoints may change, as text, except what changes by itself and what the caller owns. */
export async function snapshotOf(bff: TestBff, except: { readonly userId: string }): Promise<string> {
  const { kysely } = bff.running.foundation.database;
  const lines: string[] = [];
  for (const table of changeable) {
    const own = table === 'access_tokens' ? sql`where user_id <> ${except.userId}` : sql``;
    const { rows } = await sql<{ line: string }>`
      select to_jsonb(rows)::text as line from ${sql.table(table)} as rows ${own} order by 1
    `.execute(kysely);
    lines.push(`${table}:`, ...rows.map(({ line }) => line));
  }
  return lines.join('\n');
}

const changeable = [
  'projects',
  'members',
  'groups',
  'group_users',
  'users',
  'robots',
  'robot_secrets',
  'immutable_rules',
  'notices',
  'notice_deliveries',
  'access_tokens',
  'settings',
  'signing_keys',
  'repositories',
  'repository_names',
  'tags',
  'tag_names',
  'tag_history',
  'manifests',
  'repository_manifests',
  'executions',
  'tasks',
  'task_attempts',
  'task_log',
  'policies',
  'policy_versions',
  'policy_destinations',
  'promotion_paths',
  'promotions',
  'promotion_targets',
  'trash_items',
  'trash_manifests',
  'retention_plans',
  'retention_runs',
  'retention_run_tags',
  'manifest_pulls',
] as const;
