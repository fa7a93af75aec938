import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { noTasks } from './executions.view.ts';
import type { Reason, TaskState } from './replication.ts';
import { type Activity, activityOf, sharedReason, sharedCause } from './task-activity.view.ts';
import { parkedCodes } from './task-pauses.store.ts';

export interface FailureGroup {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly reason: Reason;
  readonly taskCount: number;
  readonly waitingCount: number;
  readonly since: Date;
  readonly nextAttemptAt: Date | null;
  readonly executionCount: number;
  readonly taskIds: readonly string[];
  readonly policyIds: readonly string[];
}

/** Tasks from one registry to another: open ones now, ended ones of the last hour. */
export interface RouteTasks {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly counts: Record<TaskState, number>;
  /** What the open ones do; null where there is none. */
  readonly activity: Activity | null;
}

/** What the database knows of the present; what moves is added by the processes that move it. */
export interface OperationsRecord {
  /** Open tasks now; ended ones in the last hour. */
  readonly counts: Record<TaskState, number>;
  readonly oldestQueuedAt: Date | null;
  /** All there are, in their order. */
  readonly registryIds: readonly string[];
  readonly routes: readonly RouteTasks[];
  readonly failures: readonly FailureGroup[];
}

export type OperationsView = ReturnType<typeof createOperationsView>;

const isOfLastHour = sql`finished_at > now() - interval '1 hour'`;
const shownTaskIds = 500;
const shownGroups = 50;

export function createOperationsView(database: Kysely<Tables>) {
  return {
    async read(): Promise<OperationsRecord> {
      const registries = await database
        .selectFrom('registries')
        .select('id')
        .orderBy('position')
        .orderBy('id')
        .execute();
      const counted = await countRows(database);
      const counts = { ...noTasks };
      for (const { state, count } of counted) counts[state] += count;
      const queuedSince = counted.filter(({ state }) => state === 'queued').map(({ oldest }) => oldest.getTime());
      return {
        counts,
        oldestQueuedAt: queuedSince.length === 0 ? null : new Date(Math.min(...queuedSince)),
        registryIds: registries.map(({ id }) => id),
        routes: routesOf(counted),
        failures: await failureRows(database),
      };
    },
  };
}

interface CountRow {
  source_registry_id: string;
  destination_registry_id: string;
  state: TaskState;
  count: number;
  reason: Reason | null;
  oldest: Date;
}

async function countRows(database: Kysely<Tables>): Promise<CountRow[]> {
  const part = sql`select source_registry_id, destination_registry_id, state, count(*) as count,
    ${sharedReason} as reason, min(created_at) as oldest from tasks t`;
  const { rows } = await sql<CountRow>`
    ${part} where state in ('queued', 'running', 'waiting') group by 1, 2, 3, ${sharedCause}
    union all
    ${part} where ${isOfLastHour} group by 1, 2, 3`.execute(database);
  return rows;
}

function routesOf(rows: readonly CountRow[]): RouteTasks[] {
  const groups = Map.groupBy(rows, (row) => `${row.source_registry_id} ${row.destination_registry_id}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const counts = { ...noTasks };
    for (const { state, count } of group) counts[state] += count;
    return [
      {
        sourceRegistryId: first.source_registry_id,
        destinationRegistryId: first.destination_registry_id,
        counts,
        activity: activityOf(group),
      },
    ];
  });
}

/** A try that has just begun leaves its row in place: only figures of its progress take the last reason away. */
async function failureRows(database: Kysely<Tables>): Promise<FailureGroup[]> {
  const { rows } = await sql<{
    source_registry_id: string;
    destination_registry_id: string;
    reason: Reason;
    task_count: number;
    waiting_count: number;
    since: Date;
    next_attempt_at: Date | null;
    execution_count: number;
    task_ids: string[];
    policy_ids: string[];
  }>`
    select source_registry_id, destination_registry_id, (array_agg(reason order by created_at desc))[1] as reason,
      count(*) as task_count, count(*) filter (where state in ('waiting', 'running')) as waiting_count,
      count(distinct execution_id) as execution_count,
      min(coalesce(failing.since, finished_at, started_at, created_at)) as since,
      min(next_attempt_at) filter (where reason->>'code' not in (${sql.join(parkedCodes)})) as next_attempt_at,
      to_jsonb((array_agg(id order by state = 'failed' desc, created_at desc))[1:${sql.lit(shownTaskIds)}]) as task_ids,
      to_jsonb(coalesce(array_agg(distinct policy_id) filter (where policy_id is not null), '{}')) as policy_ids
    from tasks t
    left join lateral (
      select min(a.finished_at) as since from task_attempts a where a.task_id = t.id and a.outcome = 'failed'
    ) failing on true
    where reason is not null and (state in ('waiting', 'running') or (state = 'failed' and ${isOfLastHour}))
    group by source_registry_id, destination_registry_id, reason->>'code'
    order by waiting_count desc, task_count desc limit ${shownGroups}`.execute(database);
  return rows.map((row) => ({
    sourceRegistryId: row.source_registry_id,
    destinationRegistryId: row.destination_registry_id,
    reason: row.reason,
    taskCount: row.task_count,
    waitingCount: row.waiting_count,
    since: row.since,
    nextAttemptAt: row.next_attempt_at,
    executionCount: row.execution_count,
    taskIds: row.task_ids,
    policyIds: row.policy_ids,
  }));
}
