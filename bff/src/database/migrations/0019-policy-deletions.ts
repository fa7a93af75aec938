import { type Kysely, sql } from 'kysely';

/** For which policy something was deleted, which nobody asked for; and what the tags were that a policy has moved. */
const statements = [
  sql`alter table trash_items add column policy jsonb`,
  sql`alter table tag_history add column policy jsonb`,
  sql`alter table tasks add column replaces_digest text`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
