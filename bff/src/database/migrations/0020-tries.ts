import { type Kysely, sql } from 'kysely';

/** Of a task's attempts those that do not count: the registry was down, or a person has had it run again since. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`alter table tasks add column attempts_forgiven integer not null default 0`.execute(database);
  await sql`
    update tasks set attempts_forgiven = least(attempt, greatest(0, attempts_allowed - coalesce(
      (select (p.content->'options'->>'attempts')::integer from policies p where p.id = tasks.policy_id), 10)))
    where attempt > 0`.execute(database);
}
