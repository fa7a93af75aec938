import { type Kysely, sql } from 'kysely';

/** Bytes moved between registries in steps of ten seconds, by all instances together, for the monitor's last hour. */
const statements = [
  sql`create table traffic (
    at timestamptz not null,
    source_registry_id text collate "C" not null,
    destination_registry_id text collate "C" not null,
    bytes bigint not null,
    primary key (at, source_registry_id, destination_registry_id)
  )`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
