import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/tables.ts';
import type { PolicyContent, PolicyValues, Reason, StoredPolicy } from './policy.ts';
import type { PolicyEdge } from './ways-back.ts';

export type PoliciesStore = ReturnType<typeof createPoliciesStore>;

export interface NewPolicy extends PolicyValues {
  readonly id: string;
  readonly project: string | null;
  readonly isEnabled: boolean;
  readonly nextRunAt: Date | null;
  readonly by: string | null;
}

/** Enabled from here on: what is in the log already is covered by looking at everything. */
const logEnd = sql<string>`pg_snapshot_xmin(pg_current_snapshot())`;
const isOnPush = sql<boolean>`(content->>'onPush')::boolean`;
const uniqueViolation = '23505';

export function createPoliciesStore(database: Kysely<Tables>) {
  return {
    find: (id: string): Promise<StoredPolicy | undefined> => find(database, id),

    /** Those that are enabled, paused or not. */
    listEdges: (exceptPolicyId: string | null): Promise<PolicyEdge[]> => listEdges(database, exceptPolicyId),

    /** `name-taken`: by another policy of the same project. */
    create: (policy: NewPolicy): Promise<'created' | 'name-taken'> =>
      unlessTaken(() => database.transaction().execute((transaction) => insert(transaction, policy))),

    /** A new version, made from the one that the caller read. */
    update: (
      id: string,
      version: number,
      values: PolicyValues & { readonly nextRunAt: Date | null; readonly by: string | null },
    ): Promise<'updated' | 'name-taken' | 'changed-meanwhile' | 'missing'> =>
      unlessTaken(() => database.transaction().execute((transaction) => update(transaction, id, version, values))),

    async remove(id: string): Promise<boolean> {
      const removed = await database.deleteFrom('policies').where('id', '=', id).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },

    /** Nothing that is in the log so far is read again: everything is looked at instead. */
    async enable(id: string, nextRunAt: Date | null): Promise<void> {
      await database
        .updateTable('policies')
        .set({
          is_enabled: true,
          cursor: logEnd,
          is_full_due: isOnPush,
          next_run_at: nextRunAt,
          last_reason: null,
        })
        .where('id', '=', id)
        .where('is_enabled', '=', false)
        .execute();
    },
    async disable(id: string): Promise<void> {
      await database
        .updateTable('policies')
        .set({ is_enabled: false, cursor: null, is_full_due: false, next_run_at: null })
        .where('id', '=', id)
        .execute();
    },
    async setPaused(id: string, by: string | null, isPaused: boolean): Promise<void> {
      await database
        .updateTable('policies')
        .set(isPaused ? { paused_at: sql<Date>`now()`, paused_by: by } : { paused_at: null, paused_by: null })
        .where('id', '=', id)
        .where('paused_at', isPaused ? 'is' : 'is not', null)
        .execute();
    },
    /** What came while it was paused was not planned for it: everything is looked at when it goes on. */
    setDestinationPaused: (id: string, registryId: string, by: string | null, isPaused: boolean): Promise<void> =>
      isPaused ? pauseDestination(database, id, registryId, by) : resumeDestination(database, id, registryId),

    async hasProject(project: string): Promise<boolean> {
      const query = database.selectFrom('projects').select('name').where('name', '=', project);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async saveReason(id: string, reason: Reason): Promise<void> {
      await database
        .updateTable('policies')
        .set({ last_reason: JSON.stringify(reason) })
        .where('id', '=', id)
        .execute();
    },
  };
}

async function find(database: Kysely<Tables>, id: string): Promise<StoredPolicy | undefined> {
  const row = await database.selectFrom('policies').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const paused = await database
    .selectFrom('policy_destinations')
    .select('registry_id')
    .where('policy_id', '=', id)
    .execute();
  return storedPolicy(
    row,
    paused.map(({ registry_id }) => registry_id),
  );
}

async function listEdges(database: Kysely<Tables>, exceptPolicyId: string | null): Promise<PolicyEdge[]> {
  const query = database.selectFrom('policies').select(['id', 'project', 'content']).where('is_enabled', '=', true);
  const rows = await query.execute();
  return rows
    .filter(({ id }) => id !== exceptPolicyId)
    .map(({ project, content }) => ({ project, content: contentOf(content) }));
}

function storedPolicy(row: Row<'policies'>, pausedDestinations: readonly string[]): StoredPolicy {
  return {
    id: row.id,
    name: row.name,
    project: row.project,
    content: contentOf(row.content),
    version: row.version,
    isEnabled: row.is_enabled,
    pausedAt: row.paused_at,
    cursor: row.cursor,
    isFullDue: row.is_full_due,
    planCount: row.plan_count,
    nextRunAt: row.next_run_at,
    pausedDestinations,
  };
}

/** It was checked when it was saved; older ones say nothing about platforms. */
export function contentOf(stored: Record<string, unknown>): PolicyContent {
  const content = stored as unknown as PolicyContent;
  return { ...content, filters: { ...content.filters, platforms: content.filters.platforms ?? null } };
}

function contentColumns(content: PolicyContent) {
  const destinations = content.destinations.map(({ registryId }) => registryId);
  return {
    content: JSON.stringify(content),
    source_registry_id: content.sourceRegistryId,
    registry_ids: [...new Set([content.sourceRegistryId, ...destinations])],
  };
}

async function insert(transaction: Kysely<Tables>, policy: NewPolicy): Promise<'created'> {
  await transaction
    .insertInto('policies')
    .values({
      id: policy.id,
      name: policy.name,
      project: policy.project,
      is_enabled: policy.isEnabled,
      ...contentColumns(policy.content),
      cursor: policy.isEnabled ? logEnd : null,
      is_full_due: policy.isEnabled && policy.content.onPush,
      next_run_at: policy.nextRunAt,
      created_by: policy.by,
      changed_by: policy.by,
    })
    .execute();
  await saveVersion(transaction, policy.id, 1, policy, policy.by);
  return 'created';
}

async function pauseDestination(
  database: Kysely<Tables>,
  id: string,
  registryId: string,
  by: string | null,
): Promise<void> {
  await database
    .insertInto('policy_destinations')
    .values({ policy_id: id, registry_id: registryId, paused_at: new Date(), paused_by: by })
    .onConflict((conflict) => conflict.columns(['policy_id', 'registry_id']).doNothing())
    .execute();
}

function resumeDestination(database: Kysely<Tables>, id: string, registryId: string): Promise<void> {
  return database.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('policy_destinations')
      .where('policy_id', '=', id)
      .where('registry_id', '=', registryId)
      .execute();
    // A plan that is being made does not know of it: its number is taken.
    await transaction
      .updateTable('policies')
      .set({ is_full_due: isOnPush, plan_count: sql<number>`plan_count + 1` })
      .where('id', '=', id)
      .where('is_enabled', '=', true)
      .execute();
  });
}

async function update(
  transaction: Kysely<Tables>,
  id: string,
  version: number,
  values: PolicyValues & { readonly nextRunAt: Date | null; readonly by: string | null },
): Promise<'updated' | 'changed-meanwhile' | 'missing'> {
  const before = await transaction
    .selectFrom('policies')
    .select(['version', 'is_enabled', 'source_registry_id'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (before === undefined) return 'missing';
  if (before.version !== version) return 'changed-meanwhile';
  const { content } = values;
  const isOtherSource = before.source_registry_id !== content.sourceRegistryId;
  await transaction
    .updateTable('policies')
    .set({
      name: values.name,
      version: version + 1,
      ...contentColumns(content),
      is_full_due: before.is_enabled && content.onPush,
      next_run_at: before.is_enabled ? values.nextRunAt : null,
      last_reason: null,
      // What was found was found for another content.
      looked_at: null,
      look_found: null,
      changed_by: values.by,
      changed_at: sql<Date>`now()`,
      ...(isOtherSource && before.is_enabled ? { cursor: logEnd } : {}),
    })
    .where('id', '=', id)
    .execute();
  await sql`delete from policy_destinations
    where policy_id = ${id} and registry_id <> all (${content.destinations.map(({ registryId }) => registryId)}::text[])
  `.execute(transaction);
  await saveVersion(transaction, id, version + 1, values, values.by);
  return 'updated';
}

async function saveVersion(
  transaction: Kysely<Tables>,
  policyId: string,
  version: number,
  { name, content }: PolicyValues,
  by: string | null,
): Promise<void> {
  await transaction
    .insertInto('policy_versions')
    .values({ policy_id: policyId, version, name, content: JSON.stringify(content), changed_by: by })
    .execute();
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T | 'name-taken'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === uniqueViolation) return 'name-taken';
    throw error;
  }
}
