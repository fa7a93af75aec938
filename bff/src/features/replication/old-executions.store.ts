import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { declinedCode } from './replication.ts';

/** Of an execution, in the order of their creation. The database's own text of the moment: it has microseconds. */
export interface Place {
  readonly createdAt: string;
  readonly id: string;
}

export type OldExecutionsStore = ReturnType<typeof createOldExecutionsStore>;

// Any number that nothing else locks by: one console at a time forgets.
const forgetLock = 7_101_802;
/** Few enough that the embedded database, which works in the console's thread, gives it back soon. */
const tasksAtOnce = 500;

/** Executions that ended long ago, with their tasks, attempts, logs and blobs. */
export function createOldExecutionsStore(database: Kysely<Tables>) {
  return {
    /**
     * Forgets the next one after the given place, or the next of its tasks.
     * @returns where to go on; undefined where there is none, or another console is at it
     */
    forgetNext: (after: Place | null, keptDays: number): Promise<{ readonly after: Place | null } | undefined> =>
      database.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ is_ours: boolean }>`
          select pg_try_advisory_xact_lock(${forgetLock}) as is_ours`.execute(transaction);
        if (rows[0]?.is_ours !== true) return undefined;
        const old = await lockNext(transaction, after, keptDays);
        if (old === undefined) return undefined;
        const isForgettable = !(await isNeeded(transaction, old));
        const count = isForgettable ? await forgetTasks(transaction, old) : 0;
        if (isForgettable) await forgetEmpty(transaction, old);
        return { after: count < tasksAtOnce ? { createdAt: old.created_at, id: old.id } : after };
      }),
  };
}

interface OldExecution {
  readonly id: string;
  readonly created_at: string;
  readonly policy_id: string | null;
  readonly requested_by: string | null;
}

/** Whoever has it run again is waited for by nobody: the next look sees what came of it. */
async function lockNext(
  transaction: Kysely<Tables>,
  after: Place | null,
  keptDays: number,
): Promise<OldExecution | undefined> {
  const isOld = (at: string) => sql`${sql.ref(at)} < now() - ${keptDays} * interval '1 day'`;
  const isNext =
    after === null ? sql`true` : sql`(created_at, id) > (${after.createdAt}::text::timestamptz, ${after.id}::uuid)`;
  const { rows } = await sql<OldExecution>`
    select id, created_at::text as created_at, policy_id, requested_by from executions
    where ${isOld('created_at')} and ${isOld('finished_at')} and state <> 'running' and ${isNext}
    order by created_at, id limit 1 for update skip locked`.execute(transaction);
  return rows[0];
}

const isSameTag = (one: string, other: string) => sql`
  ${sql.ref(`${one}.destination_registry_id`)} = ${sql.ref(`${other}.destination_registry_id`)}
  and ${sql.ref(`${one}.destination_repository`)} = ${sql.ref(`${other}.destination_repository`)}
  and ${sql.ref(`${one}.destination_tag`)} = ${sql.ref(`${other}.destination_tag`)}
  and ${sql.ref(`${one}.execution_id`)} <> ${sql.ref(`${other}.execution_id`)}`;

/**
 * Whether anything rests on it, however old it is: a promotion, whose end is its execution's; its policy, of which it is the last
 * run; somebody's no to a deletion, which no scan plans again; or an older task for the same tag that may still be run, and
 * must find that a newer one was done.
 */
async function isNeeded(transaction: Kysely<Tables>, { id, policy_id: policyId }: OldExecution): Promise<boolean> {
  const { rows } = await sql<{ is_needed: boolean }>`
    select exists (select from promotions where execution_id = ${id}::uuid)
      or exists (
        select from policies where id = ${policyId}::uuid and ${id}::uuid = (
          select last.id from executions last where last.policy_id = policies.id order by last.created_at desc limit 1)
      )
      or exists (
        select from tasks join policies on policies.id = tasks.policy_id
        where tasks.execution_id = ${id}::uuid and tasks.reason->>'code' = ${declinedCode}
      )
      or exists (
        select from tasks done
        where done.execution_id = ${id}::uuid and done.state = 'succeeded'
          and exists (
            select from tasks older
            where ${isSameTag('older', 'done')} and older.created_at <= done.created_at and older.state <> 'succeeded')
          and not exists (
            select from tasks newer
            where ${isSameTag('newer', 'done')} and newer.created_at > done.created_at and newer.state = 'succeeded')
      ) as is_needed`.execute(transaction);
  return rows[0]?.is_needed !== false;
}

/** Of what the registry's own news brought into a tag's history only the task knew that it was a copy, and whose. */
async function forgetTasks(transaction: Kysely<Tables>, { id, requested_by }: OldExecution): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from tasks where id in (
        select id from tasks
        where execution_id = ${id}::uuid and state in ('succeeded', 'failed', 'stopped')
        limit ${tasksAtOnce} for update skip locked
      ) returning *
    ), told as (
      update tag_history set how = 'copy', actor = coalesce(tag_history.actor, ${requested_by}::text)
      from gone
      where gone.kind = 'copy' and gone.state = 'succeeded' and tag_history.registry_id = gone.destination_registry_id
        and tag_history.repository = gone.destination_repository and tag_history.name = gone.destination_tag
        and tag_history.digest = gone.digest and tag_history.actor is null and tag_history.how in ('push', 'copy')
        and tag_history.at >= gone.started_at and tag_history.at <= gone.finished_at + interval '5 minutes'
    )
    select count(*)::integer as count from gone`.execute(transaction);
  return rows[0]?.count ?? 0;
}

async function forgetEmpty(transaction: Kysely<Tables>, { id }: OldExecution): Promise<void> {
  await sql`
    delete from executions where id = ${id}::uuid and not exists (
      select from tasks where tasks.execution_id = executions.id)`.execute(transaction);
}
