import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { noTasks } from './executions.view.ts';
import type { Reason, TaskState } from './replication.ts';

export interface FailureGroup {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly reason: Reason;
  readonly taskCount: number;
  readonly waitingCount: number;
  readonly since: Date;
  readonly nextAttemptAt: Date | null;
  readonly taskIds: readonly string[];
}

/** What the database knows of the present; what moves is added by the process that moves it. */
export interface OperationsRecord {
  /** Open tasks now; ended ones in the last hour. */
  readonly counts: Record<TaskState, number>;
  readonly oldestQueuedAt: Date | null;
  readonly registries: readonly {
    readonly registryId: string;
    readonly runningTasks: number;
    readonly failedLastHour: number;
  }[];
  readonly failures: readonly FailureGroup[];
}

export type OperationsView = ReturnType<typeof createOperationsView>;

const isOfLastHour = sql`finished_at > now() - interval '1 hour'`;
const shownTaskIds = 500;
const shownGroups = 50;

export function createOperationsView(database: Kysely<Tables>) {
  return {
    async read(): Promise<OperationsRecord> {
      const counted = await sql<{ state: TaskState; count: number; oldest: Date }>`
        select state, count(*) as count, min(created_at) as oldest from tasks
        where state in ('queued', 'running', 'waiting') group by state
        union all
        select state, count(*), min(created_at) from tasks where ${isOfLastHour} group by state`.execute(database);
      const counts = { ...noTasks };
      for (const { state, count } of counted.rows) counts[state] = count;
      return {
        counts,
        oldestQueuedAt: counted.rows.find(({ state }) => state === 'queued')?.oldest ?? null,
        registries: await registryRows(database),
        failures: await failureRows(database),
      };
    },
    async isAnythingOpen(): Promise<boolean> {
      const query = database.selectFrom('tasks').select('id').where('state', 'in', ['queued', 'running', 'waiting']);
      return (await query.limit(1).executeTakeFirst()) !== undefined;
    },
  };
}

async function registryRows(database: Kysely<Tables>): Promise<OperationsRecord['registries']> {
  const { rows } = await sql<{ registry_id: string; running: number; failed: number }>`
    select r.id as registry_id,
      (select count(*) from tasks t where t.state = 'running'
        and r.id in (t.source_registry_id, t.destination_registry_id)) as running,
      (select count(*) from tasks t where t.state = 'failed' and ${isOfLastHour}
        and r.id in (t.source_registry_id, t.destination_registry_id)) as failed
    from registries r order by r.position, r.id`.execute(database);
  return rows.map((row) => ({ registryId: row.registry_id, runningTasks: row.running, failedLastHour: row.failed }));
}

async function failureRows(database: Kysely<Tables>): Promise<FailureGroup[]> {
  const { rows } = await sql<{
    source_registry_id: string;
    destination_registry_id: string;
    reason: Reason;
    task_count: number;
    waiting_count: number;
    since: Date;
    next_attempt_at: Date | null;
    task_ids: string[];
  }>`
    select source_registry_id, destination_registry_id, (array_agg(reason order by created_at desc))[1] as reason,
      count(*) as task_count, count(*) filter (where state = 'waiting') as waiting_count,
      min(coalesce(failing.since, finished_at, started_at, created_at)) as since,
      min(next_attempt_at) as next_attempt_at,
      to_jsonb((array_agg(id order by created_at desc))[1:${sql.lit(shownTaskIds)}]) as task_ids
    from tasks t
    left join lateral (
      select min(a.finished_at) as since from task_attempts a where a.task_id = t.id and a.outcome = 'failed'
    ) failing on true
    where reason is not null and (state = 'waiting' or (state = 'failed' and ${isOfLastHour}))
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
    taskIds: row.task_ids,
  }));
}
