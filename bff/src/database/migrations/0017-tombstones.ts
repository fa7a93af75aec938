import { type Kysely, sql } from 'kysely';

/** What a registry has lost, found without reading what its tags were. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`create index tag_history_gone on tag_history (registry_id, repository, name) where digest is null`.execute(
    database,
  );
}
