import { type Kysely, sql } from 'kysely';

/** Of whose deletions that wait for a person's word a notice was told, and when they were last seen to wait. */
const statements = [
  sql`create table notice_holds (
    notice_id uuid not null references notices on delete cascade,
    policy_id uuid not null references policies on delete cascade,
    seen_at timestamptz not null,
    primary key (notice_id, policy_id)
  )`,
  sql`create index notice_holds_policy on notice_holds (policy_id)`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
