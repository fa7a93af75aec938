import { type Kysely, sql } from 'kysely';

/** What people write about a deletion, for whoever finds it in the trash. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`alter table trash_items add column comment text not null default ''`.execute(database);
}
