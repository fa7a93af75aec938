import { type Kysely, sql } from 'kysely';

/** Which tags are kept, runs that put the others into the trash, and when what was pulled: docs/decisions/062-retention.md. */
const statements = [
  sql`create table retention_plans (
    id uuid primary key,
    project text collate "C" not null references projects on delete cascade,
    environment text,
    is_enabled boolean not null,
    include text[] not null,
    exclude text[] not null,
    rules jsonb not null check (jsonb_array_length(rules) > 0),
    cron text,
    time_zone text,
    next_run_at timestamptz,
    version integer not null default 1,
    created_by text,
    created_at timestamptz not null default now(),
    changed_by text,
    changed_at timestamptz not null default now(),
    check ((cron is null) = (time_zone is null))
  )`,
  sql`create index retention_plans_project on retention_plans (project, created_at)`,
  sql`create index retention_plans_due on retention_plans (next_run_at) where is_enabled and next_run_at is not null`,

  // What was run is told after its plan is gone.
  sql`create table retention_runs (
    id uuid primary key,
    plan_id uuid references retention_plans on delete set null,
    project text collate "C" not null references projects on delete cascade,
    environment text,
    plan_version integer not null,
    content jsonb not null,
    is_scheduled boolean not null,
    asked_by text,
    asker_id uuid,
    accepts_many boolean not null default false,
    expected_count integer,
    state text not null default 'planning'
      check (state in ('planning', 'held', 'deleting', 'done', 'declined', 'stopped', 'failed')),
    held_back jsonb,
    decided_by text,
    reason jsonb,
    left_out jsonb not null default '[]',
    keep_count integer not null default 0,
    delete_count integer not null default 0,
    freed_bytes bigint,
    trashed_count integer not null default 0,
    spared_count integer not null default 0,
    failed_count integer not null default 0,
    as_of timestamptz,
    fence integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    next_attempt_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    begun_at timestamptz,
    finished_at timestamptz,
    check ((state in ('planning', 'held', 'deleting')) = (finished_at is null))
  )`,
  sql`create unique index retention_runs_open on retention_runs (plan_id) where finished_at is null`,
  sql`create index retention_runs_listed on retention_runs (project, created_at desc, id)`,
  sql`create index retention_runs_work on retention_runs (next_attempt_at) where state in ('planning', 'deleting')`,

  // Only what no rule kept when the run was planned; item_id is the trash item that it becomes, or would have.
  sql`create table retention_run_tags (
    run_id uuid not null references retention_runs on delete cascade,
    position integer not null,
    registry_id text collate "C" not null,
    repository text collate "C" not null,
    tag text collate "C" not null,
    digest text not null,
    pushed_at timestamptz,
    size_bytes bigint,
    reasons jsonb not null,
    item_id uuid not null,
    outcome text not null default 'pending' check (outcome in ('pending', 'asked', 'trashed', 'spared', 'failed')),
    outcome_reason jsonb,
    primary key (run_id, position)
  )`,
  sql`create index retention_run_tags_open on retention_run_tags (run_id, position) where outcome in ('pending', 'asked')`,

  // One row for each image that anybody pulled, whatever the tag; only when it was last.
  sql`create table manifest_pulls (
    registry_id text not null references registries on delete cascade,
    repository text collate "C" not null,
    digest text not null,
    pulled_at timestamptz not null,
    primary key (registry_id, repository, digest)
  )`,
  // Of what was never pulled nothing is known from before this.
  sql`alter table registries add column pulls_watched_since timestamptz not null default now()`,
  // The last pull that the registry itself has told of.
  sql`alter table registries add column pulls_told_at timestamptz`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
