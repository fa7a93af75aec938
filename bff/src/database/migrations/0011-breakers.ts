import { type Kysely, sql } from 'kysely';

/** A registry that cannot be used as a whole: until `probe_at` no task touches it, from then on one at a time. */
const statements = [
  sql`create table registry_breakers (
    registry_id text collate "C" primary key,
    reason jsonb not null,
    probe_at timestamptz not null
  )`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
