import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { RowScope } from '../../database/scope.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import type { Tables } from '../../database/tables.ts';
import { type Activity, activityOf, sharedReason, sharedCause } from '../replication/replication.service.ts';
import { toldTrigger } from '../../database/told-trigger.ts';
import { contentOf } from './policies.store.ts';
import type { PlannedWork, PolicyContent, PolicyTrigger, Reason } from './policy.ts';

export type PolicySort = 'name' | '-name' | 'changed' | '-changed';

export interface ShownPolicy {
  readonly id: string;
  readonly name: string;
  readonly project: string | null;
  readonly content: PolicyContent;
  readonly version: number;
  readonly isEnabled: boolean;
  readonly pausedAt: Date | null;
  readonly pausedBy: string | null;
  readonly destinations: readonly ShownDestination[];
  /** What its open tasks do; null where none is. */
  readonly activity: Activity | null;
  readonly runningExecutionId: string | null;
  readonly heldExecutionId: string | null;
  readonly lastExecution: LastExecution | null;
  /** When everything was last examined, and what was found. */
  readonly lastLook: { readonly at: Date; readonly found: PlannedWork } | null;
  readonly lastReason: Reason | null;
  readonly nextRunAt: Date | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly changedBy: string | null;
  readonly changedAt: Date;
  readonly position: KeysetPosition;
}

export interface ShownDestination {
  readonly registryId: string;
  readonly pausedAt: Date | null;
  readonly pausedBy: string | null;
  readonly openTaskCount: number;
  readonly activity: Activity | null;
  readonly reason: Reason | null;
}

interface LastExecution {
  readonly id: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'stopped';
  readonly trigger: PolicyTrigger | 'deletion';
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface ShownVersion {
  readonly version: number;
  readonly name: string;
  readonly content: PolicyContent;
  readonly changedBy: string | null;
  readonly changedAt: Date;
}

export interface PoliciesQuery {
  readonly scope: RowScope;
  readonly q: string | undefined;
  readonly project: string | undefined;
  readonly registryId: string | undefined;
  /** Only those that somebody has paused, as a whole or into a destination. */
  readonly isPaused: boolean;
  readonly sort: PolicySort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

export type PoliciesView = ReturnType<typeof createPoliciesView>;

const changedAt = sql`date_trunc('milliseconds', p.changed_at at time zone 'UTC') at time zone 'UTC'`;
const folded = sql`lower(p.name)`;
const id = (direction: 'asc' | 'desc'): KeysetColumn => ({ expression: sql`p.id::text`, direction, type: 'text' });
export const policyOrders: Readonly<Record<PolicySort, readonly KeysetColumn[]>> = {
  name: [{ expression: folded, direction: 'asc', type: 'text' }, id('asc')],
  '-name': [{ expression: folded, direction: 'desc', type: 'text' }, id('desc')],
  changed: [{ expression: changedAt, direction: 'asc', type: 'instant' }, id('asc')],
  '-changed': [{ expression: changedAt, direction: 'desc', type: 'instant' }, id('desc')],
};

export function createPoliciesView(database: Kysely<Tables>) {
  return {
    async list(query: PoliciesQuery): Promise<{ items: ShownPolicy[]; total: number }> {
      const conditions = conditionsOf(query);
      const columns = policyOrders[query.sort];
      const rows = await heads(
        database,
        [...conditions, isAfter(columns, query.after)],
        sql`order by ${orderBy(columns)} limit ${query.limit}`,
      );
      const counted = await sql<{ count: number }>`
        select count(*) as count from policies p where ${all(conditions)}`.execute(database);
      return { items: await shown(database, rows, query.sort), total: counted.rows[0]?.count ?? 0 };
    },
    async find(policyId: string, scope: RowScope): Promise<ShownPolicy | undefined> {
      const rows = await heads(database, [sql`p.id = ${policyId}::uuid`, isVisible(scope)], sql``);
      return (await shown(database, rows, 'name'))[0];
    },
    /** Newest first. */
    async listVersions(policyId: string, before: number | null, limit: number): Promise<ShownVersion[]> {
      let query = database
        .selectFrom('policy_versions')
        .selectAll()
        .where('policy_id', '=', policyId)
        .orderBy('version', 'desc')
        .limit(limit);
      if (before !== null) query = query.where('version', '<', before);
      return (await query.execute()).map((row) => ({
        version: row.version,
        name: row.name,
        content: contentOf(row.content),
        changedBy: row.changed_by,
        changedAt: row.changed_at,
      }));
    },
  };
}

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join([sql`true`, ...conditions], sql` and `);
}

/** A project's policy is seen by whom sees the project at its source and at every destination; others by nobody else. */
function isVisible(scope: RowScope): RawBuilder<unknown> {
  if (scope.isEverything) return sql`true`;
  const projects = scope.places.map((place) => place.project);
  const registryIds = scope.places.map((place) => place.registryId);
  return sql`(p.project is not null and (p.project = any (${[...scope.projects]}::text[]) or not exists (
    select from unnest(p.registry_ids) as used (id) where not exists (
      select from unnest(${projects}::text[], ${registryIds}::text[]) as seen (project, id)
      where seen.project = p.project and seen.id = used.id))))`;
}

function conditionsOf({ scope, q, project, registryId, isPaused }: PoliciesQuery): RawBuilder<unknown>[] {
  const conditions = [isVisible(scope)];
  if (project !== undefined) conditions.push(sql`p.project = ${project}`);
  if (registryId !== undefined) conditions.push(sql`${registryId}::text = any (p.registry_ids)`);
  if (isPaused) {
    conditions.push(sql`p.is_enabled and (p.paused_at is not null or exists (
      select from policy_destinations d where d.policy_id = p.id and d.registry_id = any (p.registry_ids)))`);
  }
  if (q !== undefined && q !== '') {
    const pattern = `%${likeLiteral(q)}%`;
    conditions.push(sql`(p.name ilike ${pattern} or p.project ilike ${pattern}
      or array_to_string(p.registry_ids, ' ') ilike ${pattern})`);
  }
  return conditions;
}

interface Head {
  id: string;
  name: string;
  project: string | null;
  content: Record<string, unknown>;
  version: number;
  is_enabled: boolean;
  paused_at: Date | null;
  paused_by: string | null;
  next_run_at: Date | null;
  last_reason: Reason | null;
  looked_at: Date | null;
  look_found: PlannedWork | null;
  created_by: string | null;
  created_at: Date;
  changed_by: string | null;
  changed_at: Date;
  changed_ms: number;
  folded: string;
  running_id: string | null;
  held_id: string | null;
  last_id: string | null;
  last_state: LastExecution['state'] | null;
  last_trigger: LastExecution['trigger'] | null;
  last_created_at: Date | null;
  last_finished_at: Date | null;
}

async function heads(
  database: Kysely<Tables>,
  conditions: readonly RawBuilder<unknown>[],
  tail: RawBuilder<unknown>,
): Promise<Head[]> {
  const { rows } = await sql<Head>`
    select p.*, ${folded} as folded, (extract(epoch from ${changedAt}) * 1000)::bigint as changed_ms,
      (select e.id from executions e where e.policy_id = p.id and e.state = 'running'
        order by e.created_at desc limit 1) as running_id,
      (select e.id from executions e where e.policy_id = p.id and e.state = 'running' and e.held_back is not null
        order by e.created_at desc limit 1) as held_id,
      last.id as last_id, last.state as last_state, last.told_trigger as last_trigger,
      last.created_at as last_created_at, last.finished_at as last_finished_at
    from policies p
    left join lateral (
      select e.id, e.state, ${toldTrigger('e')} as told_trigger, e.created_at, e.finished_at from executions e
      where e.policy_id = p.id order by e.created_at desc limit 1
    ) last on true
    where ${all(conditions)} ${tail}`.execute(database);
  return rows;
}

interface DestinationRow {
  policy_id: string;
  registry_id: string;
  reason: Reason | null;
}

/** Open tasks in one state, or that wait for the same. */
interface OpenRow extends DestinationRow {
  state: 'queued' | 'running' | 'waiting';
  count: number;
  /** Of the one that was tried last, and when; a try that has just begun keeps the last one's. */
  last_reason: Reason | null;
  started_at: Date | null;
}

async function shown(database: Kysely<Tables>, rows: readonly Head[], sort: PolicySort): Promise<ShownPolicy[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const lastIds = rows.flatMap(({ last_id }) => last_id ?? []);
  const open = await sql<OpenRow>`
    select t.policy_id, t.destination_registry_id as registry_id, t.state, count(*) as count, ${sharedReason} as reason,
      (array_agg(t.reason order by t.started_at desc nulls last) filter (where t.reason is not null))[1] as last_reason,
      max(t.started_at) filter (where t.reason is not null) as started_at
    from tasks t where t.policy_id = any (${ids}::uuid[]) and t.state in ('queued', 'running', 'waiting')
    group by t.policy_id, t.destination_registry_id, t.state, ${sharedCause}`.execute(database);
  const failed = await sql<DestinationRow>`
    select policy_id, destination_registry_id as registry_id,
      (array_agg(reason order by finished_at desc))[1] as reason
    from tasks where execution_id = any (${lastIds}::uuid[]) and state = 'failed'
    group by policy_id, destination_registry_id`.execute(database);
  const paused = await database.selectFrom('policy_destinations').selectAll().where('policy_id', 'in', ids).execute();
  return rows.map((row) => {
    const content = contentOf(row.content);
    const destinations = content.destinations.map(({ registryId }): ShownDestination => {
      const isOwn = (of: { policy_id: string | null; registry_id: string }): boolean =>
        of.policy_id === row.id && of.registry_id === registryId;
      const pause = paused.find(isOwn);
      const own = open.rows.filter(isOwn);
      return {
        registryId,
        pausedAt: pause?.paused_at ?? null,
        pausedBy: pause?.paused_by ?? null,
        openTaskCount: own.reduce((sum, { count }) => sum + count, 0),
        activity: activityOf(own),
        reason: lastReasonOf(own) ?? failed.rows.find(isOwn)?.reason ?? null,
      };
    });
    const activity = activityOf(open.rows.filter(({ policy_id }) => policy_id === row.id));
    return shownPolicy(row, { content, destinations, activity }, sort);
  });
}

function lastReasonOf(tasks: readonly OpenRow[]): Reason | null {
  const [last] = tasks
    .filter(({ last_reason }) => last_reason !== null)
    .toSorted((one, other) => (other.started_at?.getTime() ?? 0) - (one.started_at?.getTime() ?? 0));
  return last?.last_reason ?? null;
}

function shownPolicy(
  row: Head,
  { content, destinations, activity }: Pick<ShownPolicy, 'content' | 'destinations' | 'activity'>,
  sort: PolicySort,
): ShownPolicy {
  const isByName = sort === 'name' || sort === '-name';
  return {
    id: row.id,
    name: row.name,
    project: row.project,
    content,
    version: row.version,
    isEnabled: row.is_enabled,
    pausedAt: row.paused_at,
    pausedBy: row.paused_by,
    destinations,
    activity,
    runningExecutionId: row.running_id,
    heldExecutionId: row.held_id,
    lastExecution: lastOf(row),
    lastLook: row.looked_at && row.look_found && { at: row.looked_at, found: row.look_found },
    lastReason: row.last_reason ?? destinations.find(({ reason }) => reason !== null)?.reason ?? null,
    nextRunAt: row.next_run_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
    position: [isByName ? row.folded : row.changed_ms, row.id],
  };
}

function lastOf(row: Head): LastExecution | null {
  const { last_id, last_state, last_trigger, last_created_at, last_finished_at } = row;
  if (last_id === null || last_state === null || last_trigger === null || last_created_at === null) return null;
  return {
    id: last_id,
    state: last_state,
    trigger: last_trigger,
    createdAt: last_created_at,
    finishedAt: last_finished_at,
  };
}
