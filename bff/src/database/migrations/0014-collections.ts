import { type Kysely, sql } from 'kysely';

/** Garbage collections as runs of steps: docs/decisions/061-collections.md. */
const statements = [
  sql`create table gc_runs (
    id uuid primary key,
    registry_id text not null references registries on delete cascade,
    kind text not null check (kind in ('preview', 'collection')),
    state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
    step text not null default 'preview'
      check (step in ('preview', 'maintenance', 'drain', 'dry-run', 'collect', 'restart', 'verify', 'writable')),
    asked_by text,
    is_scheduled boolean not null default false,
    limit_minutes integer not null check (limit_minutes between 5 and 1440),
    stop_requested_at timestamptz,
    stopped_by text,
    reason jsonb,
    holds_maintenance boolean not null default false,
    maintenance_before jsonb,
    probe_digest text,
    eligible_count bigint,
    eligible_bytes bigint,
    unweighed_count bigint,
    removed_count bigint,
    bytes_before bigint,
    bytes_after bigint,
    writes_refused_at timestamptz,
    writable_at timestamptz,
    fence integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    check ((state = 'running') = (finished_at is null))
  )`,
  sql`create unique index gc_runs_open on gc_runs (registry_id) where state = 'running'`,
  sql`create index gc_runs_listed on gc_runs (registry_id, created_at desc, id)`,

  sql`create table gc_run_steps (
    run_id uuid not null references gc_runs on delete cascade,
    name text not null,
    state text not null check (state in ('running', 'done', 'failed', 'skipped')),
    findings jsonb not null default '{}',
    reason jsonb,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (run_id, name)
  )`,
  sql`create table gc_run_log (
    id bigint generated always as identity primary key,
    run_id uuid not null references gc_runs on delete cascade,
    at timestamptz not null default clock_timestamp(),
    step text not null,
    source text not null check (source in ('longshore', 'command')),
    line text not null
  )`,
  sql`create index gc_run_log_run on gc_run_log (run_id, id)`,
  // As read before the sweep; gone when the run has ended.
  sql`create table gc_run_tags (
    run_id uuid not null references gc_runs on delete cascade,
    repository text collate "C" not null,
    tag text collate "C" not null,
    digest text not null,
    is_whole boolean not null,
    primary key (run_id, repository, tag)
  )`,
  sql`create table gc_schedules (
    registry_id text primary key references registries on delete cascade,
    cron text not null,
    time_zone text not null,
    limit_minutes integer not null,
    next_at timestamptz not null,
    set_by text,
    updated_at timestamptz not null default now()
  )`,
  // Told by each instance while a registry is in maintenance; old rows are of instances that are gone.
  sql`create table front_door_writes (
    instance_id text not null,
    registry_id text not null,
    open_count integer not null,
    seen_at timestamptz not null default now(),
    primary key (instance_id, registry_id)
  )`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
