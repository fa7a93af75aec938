import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import {
  declinedCode,
  onHoldCodes,
  type Reason,
  type TaskDestination,
  type TaskSource,
  type Touched,
} from './replication.ts';
import { aboutWriting } from './retry-policy.ts';
import { sentences } from './task-outcome.ts';
import { parkPaused } from './task-pauses.store.ts';
import { waitBehindBreakers } from './breakers.store.ts';
import { endExecutions } from './task-records.store.ts';

export interface NewExecution {
  readonly id: string;
  readonly requestedBy: string | null;
  readonly requesterId: string | null;
  readonly includeReferrers: boolean;
  readonly whenDifferent: 'replace' | 'skip';
  readonly tasks: readonly {
    readonly id: string;
    readonly source: TaskSource;
    readonly destination: TaskDestination;
    readonly expectedDigest?: string;
  }[];
}

export type Which =
  | { readonly executionId: string }
  | { readonly taskId: string }
  /** Of one execution, for somebody who sees only these of it. */
  | { readonly executionId: string; readonly taskIds: readonly string[] };
export type ReplicationStore = ReturnType<typeof createReplicationStore>;
/** Handed through to whatever must happen in the same transaction. */
export type ReplicationTransaction = Kysely<Tables>;

/** Attempts that a task gets when it is made, and again whenever a person has it run again. */
export const attemptsMax = 10;
const attemptsAgain = sql`coalesce(
  (select (p.content->'options'->>'attempts')::integer from policies p where p.id = tasks.policy_id), ${attemptsMax}::integer)`;
const deadline = sql<Date>`now() + interval '24 hours'`;
const insertChunkLength = 500;

export function createReplicationStore(database: Kysely<Tables>) {
  return {
    create: (execution: NewExecution, alsoDo: (transaction: ReplicationTransaction) => Promise<void>): Promise<void> =>
      database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('executions')
          .values({
            id: execution.id,
            trigger: 'copy',
            requested_by: execution.requestedBy,
            requester_id: execution.requesterId,
            include_referrers: execution.includeReferrers,
            when_different: execution.whenDifferent,
          })
          .execute();
        for (let from = 0; from < execution.tasks.length; from += insertChunkLength) {
          const chunk = execution.tasks.slice(from, from + insertChunkLength);
          await transaction
            .insertInto('tasks')
            .values(chunk.map((task, place) => taskRow(execution, task, from + place)))
            .execute();
        }
        await estimateSizes(transaction, execution.id);
        await alsoDo(transaction);
      }),

    /** Ends what does not run and asks the workers of what does. */
    stop: (which: Which) => database.transaction().execute((transaction) => stop(transaction, which)),
    /** Makes tasks that wait, failed or were stopped run again. */
    retry: (which: Which, requesterId: string | null) =>
      database.transaction().execute((transaction) => retry(transaction, which, requesterId)),
    /** A registry cannot be used for now: everything that needs it waits, with the cause. */
    async postpone(registryId: string, reason: Reason, delayMs: number): Promise<Touched> {
      const { rows } = await sql<{ id: string; execution_id: string }>`
        update tasks set state = 'waiting', reason = ${JSON.stringify(reason)}::jsonb,
          next_attempt_at = now() + ${delayMs} * interval '1 millisecond' * (1 + random() / 4)
        where (destination_registry_id = ${registryId}
          or (source_registry_id = ${registryId} and ${!aboutWriting.includes(reason.code)}::boolean))
          and (state = 'queued' or (state = 'waiting' and next_attempt_at < now() + ${delayMs} * interval '1 millisecond'))
        returning id, execution_id`.execute(database);
      return touchedBy(rows);
    },

    /** Registries in maintenance that tasks are meant for which do not wait for its end yet. */
    listToPark: () => listToPark(database),
    /** They wait for the end of the maintenance, by the database's clock, and have time left when it comes. */
    park: (registryId: string, reason: Reason) => park(database, registryId, reason),

    /** It can be used again: what waits for it is due. */
    async release(registryId: string, codes: readonly string[]): Promise<number> {
      const { rows } = await sql<{ id: string }>`
        update tasks set next_attempt_at = now()
        where state = 'waiting' and reason->'params'->>'registryId' = ${registryId}
          and reason->>'code' in (${sql.join(codes)}) and next_attempt_at > now()
        returning id`.execute(database);
      return rows.length;
    },

    async findTaskState(taskId: string): Promise<string | undefined> {
      return (await database.selectFrom('tasks').select('state').where('id', '=', taskId).executeTakeFirst())?.state;
    },
    async hasExecution(executionId: string): Promise<boolean> {
      const query = database.selectFrom('executions').select('id').where('id', '=', executionId);
      return (await query.executeTakeFirst()) !== undefined;
    },
  };
}

/** Also those that wait for the end it had before. One whose worker died counts too: a late write of that worker finds the task no longer running. */
const isToPark = sql`not t.stop_requested and (t.state = 'queued'
  or (t.state = 'waiting' and t.next_attempt_at < r.maintenance_until)
  or (t.state = 'waiting' and t.reason->>'code' = 'registry-in-maintenance'
    and t.next_attempt_at > r.maintenance_until + interval '3 seconds')
  or (t.state = 'running' and t.lease_until < now()))`;

async function listToPark(database: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from registries r where r.maintenance_until > now()
      and exists (select 1 from tasks t where t.destination_registry_id = r.id and ${isToPark})`.execute(database);
  return rows.map(({ id }) => id);
}

async function park(database: Kysely<Tables>, registryId: string, reason: Reason): Promise<Touched> {
  const { rows } = await sql<{ id: string; execution_id: string }>`
    update tasks t set state = 'waiting', reason = ${JSON.stringify(reason)}::jsonb,
      lease_owner = null, lease_until = null,
      next_attempt_at = r.maintenance_until + random() * interval '3 seconds',
      deadline_at = greatest(t.deadline_at, r.maintenance_until + interval '2 hours')
    from registries r
    where r.id = ${registryId} and r.maintenance_until > now() and t.destination_registry_id = r.id and ${isToPark}
    returning t.id, t.execution_id`.execute(database);
  return touchedBy(rows);
}

/** So that the whole has a size before its parts are planned. */
async function estimateSizes(database: Kysely<Tables>, executionId: string): Promise<void> {
  await sql`
    update tasks t set bytes_total = m.total_size_bytes
    from repositories r, manifests m
    where t.execution_id = ${executionId}
      and r.registry_id = t.source_registry_id and r.name = t.source_repository
      and m.digest = coalesce(
        (select digest from tags where repository_id = r.id and name = t.source_reference), t.source_reference)`.execute(
    database,
  );
}

/**
 * Tasks keep the order in which they were asked for, a microsecond apart: an artifact's tasks for its destinations are
 * claimed together, and read its blobs together.
 */
function taskRow(execution: NewExecution, task: NewExecution['tasks'][number], place: number) {
  const { id, source, destination, expectedDigest = null } = task;
  return {
    id,
    execution_id: execution.id,
    requester_id: execution.requesterId,
    source_registry_id: source.registryId,
    source_repository: source.repository,
    source_reference: source.reference,
    destination_registry_id: destination.registryId,
    destination_repository: destination.repository,
    destination_tag: destination.tag,
    expects_digest: expectedDigest,
    attempts_allowed: attemptsMax,
    deadline_at: deadline,
    created_at: sql<Date>`now() + ${place} * interval '1 microsecond'`,
  };
}

function chosenTasks(which: Which): RawBuilder<unknown> {
  if ('taskId' in which) return sql`id = ${which.taskId}`;
  const own = sql`execution_id = ${which.executionId}`;
  return 'taskIds' in which ? sql`${own} and id = any (${[...which.taskIds]}::uuid[])` : own;
}

async function stop(transaction: Kysely<Tables>, which: Which): Promise<Touched & { running: string[] }> {
  const chosen = chosenTasks(which);
  const { rows } = await sql<{ id: string; execution_id: string; state: string }>`
          update tasks set stop_requested = true,
            state = case when state = 'running' then 'running' else 'stopped' end,
            finished_at = case when state = 'running' then null else now() end,
            next_attempt_at = null,
            reason = case when state = 'running' then reason else ${JSON.stringify(sentences.stopped())}::jsonb end
          where ${chosen} and state in ('queued', 'running', 'waiting')
          returning id, execution_id, state`.execute(transaction);
  const touched = touchedBy(rows);
  await endExecutions(transaction, touched.executionIds);
  return { ...touched, running: rows.filter(({ state }) => state === 'running').map(({ id }) => id) };
}

async function retry(transaction: Kysely<Tables>, which: Which, requesterId: string | null): Promise<Touched> {
  const chosen =
    'taskId' in which
      ? sql`${chosenTasks(which)} and state in ('waiting', 'failed', 'stopped')
          and not (state = 'waiting' and coalesce(reason->>'code', '') in (${sql.join(onHoldCodes)}))`
      : sql`${chosenTasks(which)} and state in ('failed', 'stopped')`;
  const isDeclined = sql`coalesce(reason->>'code', '') = ${declinedCode}`;
  const { rows } = await sql<{ id: string; execution_id: string }>`
          update tasks set state = 'queued', stop_requested = false, attempts_allowed = attempt + ${attemptsAgain},
            attempts_forgiven = attempt,
            deadline_at = ${deadline}, next_attempt_at = null, finished_at = null, reason = null,
            requester_id = ${requesterId}::uuid
          where ${chosen} and not ${isDeclined} returning id, execution_id`.execute(transaction);
  const touched = touchedBy(rows);
  if (rows.length > 0) {
    await transaction
      .updateTable('executions')
      .set({ state: 'running', finished_at: null })
      .where('id', 'in', touched.executionIds)
      .execute();
    await waitBehindBreakers(transaction, touched.taskIds);
    // What failed of a policy that is paused by now waits with the rest of it.
    await parkPaused(transaction, touched.taskIds);
  }
  return touched;
}

function touchedBy(rows: readonly { id: string; execution_id: string }[]): Touched {
  return {
    taskIds: rows.map(({ id }) => id),
    executionIds: [...new Set(rows.map((row) => row.execution_id))],
  };
}
