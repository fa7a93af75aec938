import { type Kysely, sql } from 'kysely';

/** When everything was last examined for a policy, and what was found: a run at its time with nothing to do is no execution. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`alter table policies add column looked_at timestamptz, add column look_found jsonb`.execute(database);
}
