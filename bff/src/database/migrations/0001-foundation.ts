import { type Kysely, sql } from 'kysely';

/** Accounts, registries, the catalog and copies. Later migrations only add; none is edited once it has landed. */
const statements = [
  sql`create table users (
    id uuid primary key,
    username text not null,
    display_name text not null,
    password_hash text,
    is_system_admin boolean not null default false,
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    password_changed_at timestamptz
  )`,
  sql`create unique index users_username on users (lower(username))`,
  sql`create table sessions (
    id_hash text primary key,
    user_id uuid references users on delete cascade,
    content jsonb not null,
    expires_at timestamptz not null
  )`,
  sql`create index sessions_user on sessions (user_id)`,
  sql`create index sessions_expiry on sessions (expires_at)`,

  sql`create table registries (
    id text primary key,
    name text not null,
    environment text not null,
    position integer not null default 0,
    kind text not null default 'distribution',
    username text,
    password_sealed text,
    ca_pem text,
    notification_secret_hash text,
    capabilities jsonb not null default '[]',
    probed_at timestamptz,
    managed_by text not null default 'console' check (managed_by in ('console', 'configuration')),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    scan_state text not null default 'idle' check (scan_state in ('idle', 'running', 'failed')),
    scan_reason jsonb,
    scanned_at timestamptz,
    notified_at timestamptz
  )`,
  sql`create table registry_endpoints (
    registry_id text not null references registries on delete cascade,
    url text not null,
    position integer not null,
    state text not null default 'unknown' check (state in ('up', 'down', 'unknown')),
    checked_at timestamptz,
    state_since timestamptz,
    latency_ms double precision,
    reason jsonb,
    primary key (registry_id, url)
  )`,

  sql`create table repositories (
    id bigint generated always as identity primary key,
    registry_id text not null references registries on delete cascade,
    name text collate "C" not null,
    project text collate "C" not null,
    tag_count integer not null default 0,
    size_bytes bigint not null default 0,
    pushed_at timestamptz,
    first_seen_at timestamptz not null default now(),
    scanned_at timestamptz,
    unique (registry_id, name)
  )`,
  sql`create index repositories_name on repositories (name)`,
  sql`create index repositories_project on repositories (project, name)`,
  sql`create table manifests (
    digest text collate "C" primary key,
    media_type text not null,
    artifact_type text,
    kind text not null check (kind in ('image', 'index', 'artifact')),
    content bytea not null,
    size_bytes bigint not null,
    total_size_bytes bigint,
    platforms jsonb not null default '[]',
    config_digest text,
    subject_digest text collate "C",
    created_at timestamptz
  )`,
  sql`create index manifests_subject on manifests (subject_digest) where subject_digest is not null`,
  sql`create table configs (digest text collate "C" primary key, content bytea not null)`,
  sql`create table manifest_blobs (
    manifest_digest text collate "C" not null references manifests on delete cascade,
    blob_digest text collate "C" not null,
    size_bytes bigint not null,
    primary key (manifest_digest, blob_digest)
  )`,
  sql`create index manifest_blobs_blob on manifest_blobs (blob_digest)`,
  sql`create table manifest_children (
    parent_digest text collate "C" not null references manifests on delete cascade,
    child_digest text collate "C" not null,
    position integer not null,
    primary key (parent_digest, position)
  )`,
  sql`create index manifest_children_child on manifest_children (child_digest)`,
  sql`create table repository_manifests (
    repository_id bigint not null references repositories on delete cascade,
    digest text collate "C" not null references manifests,
    first_seen_at timestamptz not null default now(),
    primary key (repository_id, digest)
  )`,
  sql`create index repository_manifests_digest on repository_manifests (digest)`,
  sql`create table tags (
    repository_id bigint not null references repositories on delete cascade,
    registry_id text not null,
    repository text collate "C" not null,
    project text collate "C" not null,
    name text collate "C" not null,
    digest text collate "C" not null,
    semver_key text collate "C" not null,
    pushed_at timestamptz,
    pushed_by text,
    first_seen_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    primary key (repository_id, name)
  )`,
  sql`create index tags_name on tags (repository, name)`,
  sql`create index tags_digest on tags (digest)`,
  sql`create table tag_history (
    id bigint generated always as identity primary key,
    registry_id text not null references registries on delete cascade,
    repository text collate "C" not null,
    name text collate "C" not null,
    digest text,
    at timestamptz not null default now(),
    actor text,
    how text not null check (how in ('push', 'copy', 'scan', 'delete'))
  )`,
  sql`create index tag_history_tag on tag_history (registry_id, repository, name, at desc)`,
  sql`create table registry_events (
    id bigint generated always as identity primary key,
    registry_id text not null references registries on delete cascade,
    event_id text not null,
    action text not null,
    repository text not null,
    reference text,
    digest text,
    actor text,
    occurred_at timestamptz,
    received_at timestamptz not null default now(),
    handled_at timestamptz,
    unique (registry_id, event_id)
  )`,
  sql`create index registry_events_open on registry_events (registry_id, id) where handled_at is null`,

  sql`create table executions (
    id uuid primary key,
    trigger text not null check (trigger in ('copy')),
    requested_by text,
    state text not null default 'running' check (state in ('running', 'succeeded', 'failed', 'stopped')),
    include_referrers boolean not null,
    when_different text not null check (when_different in ('replace', 'skip')),
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`,
  sql`create index executions_created on executions (created_at desc, id)`,
  sql`create table tasks (
    id uuid primary key,
    execution_id uuid not null references executions on delete cascade,
    source_registry_id text not null,
    source_repository text not null,
    source_reference text not null,
    destination_registry_id text not null,
    destination_repository text not null,
    destination_tag text,
    digest text,
    state text not null default 'queued'
      check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'stopped')),
    attempt integer not null default 0,
    attempts_allowed integer not null default 10,
    deadline_at timestamptz not null default now() + interval '24 hours',
    reason jsonb,
    bytes_total bigint,
    bytes_done bigint not null default 0,
    bytes_skipped bigint not null default 0,
    blobs_total integer,
    blobs_done integer not null default 0,
    next_attempt_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    stop_requested boolean not null default false,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  sql`create index tasks_execution on tasks (execution_id, state)`,
  sql`create index tasks_open on tasks (created_at) where state in ('queued', 'running', 'waiting')`,
  sql`create index tasks_destination
    on tasks (destination_registry_id, destination_repository, destination_tag, created_at)`,
  sql`create index tasks_claimable on tasks (destination_registry_id, created_at, id)
    where state in ('queued', 'running', 'waiting') and not stop_requested`,
  sql`create index tasks_running on tasks (destination_registry_id) where state = 'running'`,
  sql`create index tasks_finished on tasks (finished_at desc) where finished_at is not null`,
  sql`create table task_blobs (
    task_id uuid not null references tasks on delete cascade,
    digest text not null,
    kind text not null check (kind in ('layer', 'config', 'manifest')),
    platform jsonb,
    position integer not null,
    size_bytes bigint not null,
    bytes_done bigint not null default 0,
    state text not null default 'queued'
      check (state in ('queued', 'running', 'copied', 'mounted', 'existed', 'failed')),
    primary key (task_id, digest)
  )`,
  sql`create table task_attempts (
    task_id uuid not null references tasks on delete cascade,
    number integer not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    outcome text not null default 'running' check (outcome in ('running', 'succeeded', 'failed', 'stopped', 'lost')),
    reason jsonb,
    primary key (task_id, number)
  )`,
  sql`create table task_log (
    id bigint generated always as identity primary key,
    task_id uuid not null references tasks on delete cascade,
    attempt integer not null,
    at timestamptz not null default now(),
    level text not null check (level in ('debug', 'info', 'warning', 'error')),
    code text not null,
    sentence text not null,
    params jsonb not null default '{}'
  )`,
  sql`create index task_log_task on task_log (task_id, id)`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
