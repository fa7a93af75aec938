import { type Kysely, sql } from 'kysely';

/** Copies of chosen platforms, and indexes that a registry has without all their children. */
const statements = [
  // Of the policy as it was when the execution was made; null is all.
  sql`alter table executions add column platforms jsonb`,
  // Null where everything below the manifest is there too; else the size of what is.
  sql`alter table repository_manifests add column held_size_bytes bigint`,
  sql`create index repository_manifests_sparse on repository_manifests (repository_id, digest)
    where held_size_bytes is not null`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
