import { type Kysely, sql } from 'kysely';

/** From environment to environment: paths, promotions, and what their copies expect to replace. */
const statements = [
  sql`alter table tasks add column expects_digest text`,

  sql`create table promotion_paths (
    project text collate "C" primary key references projects on delete cascade,
    steps jsonb,
    version integer not null default 1,
    changed_by text,
    changed_at timestamptz not null default now()
  )`,

  // The end of a promotion is its execution’s: that stays as long as the promotion does.
  sql`create table promotions (
    id uuid primary key,
    kind text not null default 'promotion' check (kind in ('promotion', 'undo')),
    project text collate "C" not null references projects on delete cascade,
    repository text collate "C" not null,
    tag text collate "C" not null,
    digest text not null,
    source_registry_id text not null,
    source_environment text not null,
    environment text not null,
    registry_ids text[] not null,
    comment text not null default '',
    state text not null check (state in ('waiting', 'begun', 'declined', 'withdrawn', 'expired')),
    needs_approval boolean not null default false,
    requested_by text,
    requester_id uuid references users on delete set null,
    decided_by text,
    decider_id uuid references users on delete set null,
    decision_comment text not null default '',
    decided_at timestamptz,
    execution_id uuid references executions,
    undo_of uuid references promotions on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '7 days',
    check ((state = 'begun') = (execution_id is not null))
  )`,
  sql`create index promotions_created on promotions (project, created_at desc, id)`,
  sql`create index promotions_tag on promotions (repository, tag, created_at desc)`,
  sql`create index promotions_execution on promotions (execution_id)`,
  sql`create index promotions_undo on promotions (undo_of)`,
  // One request at a time for the same image into the same environment.
  sql`create unique index promotions_waiting on promotions (repository, tag, digest, environment)
    where state = 'waiting'`,

  sql`create table promotion_targets (
    promotion_id uuid not null references promotions on delete cascade,
    registry_id text not null,
    digest text not null,
    previous_digest text,
    primary key (promotion_id, registry_id)
  )`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
