import { type Kysely, sql } from 'kysely';

/** Who may do what, where: projects, members, robots, access tokens, rules, the audit log. */
const statements = [
  sql`alter table users
    add column email text,
    add column last_sign_in_at timestamptz,
    add column sessions_ended_at timestamptz,
    add column version integer not null default 1`,

  sql`alter table registries
    add column trusts_longshore boolean not null default false,
    add column redirect_hosts jsonb not null default '[]',
    add column maintenance_until timestamptz,
    add column maintenance_message text,
    add column maintenance_by text,
    add column maintenance_since timestamptz`,

  sql`create table projects (
    name text collate "C" primary key,
    description text not null default '',
    is_public boolean not null default false,
    public_environments jsonb not null default '{}',
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    version integer not null default 1
  )`,
  sql`insert into projects (name) select distinct project from repositories`,
  // Whoever pushes first makes the project; it belongs to nobody but system administrators until it has members. A project
  // that was removed while registries still list its emptied repositories comes back with its first tag. The row is held
  // until the tags are there: whoever removes a project waits for them, and then sees them.
  sql`create function make_projects() returns trigger language plpgsql as $$
  begin
    insert into projects (name) select distinct project from changed order by 1 on conflict (name) do nothing;
    perform from projects where name in (select project from changed) order by name for key share;
    return null;
  end $$`,
  sql`create trigger repositories_make_projects after insert on repositories
    referencing new table as changed for each statement execute function make_projects()`,
  // Before tags_inserted in the alphabet, in which triggers fire: all writers lock the project first, then the names.
  sql`create trigger tags_establish_projects after insert on tags
    referencing new table as changed for each statement execute function make_projects()`,

  sql`create table groups (
    id uuid primary key,
    name text not null,
    description text not null default '',
    created_at timestamptz not null default now(),
    version integer not null default 1
  )`,
  sql`create unique index groups_name on groups (lower(name))`,
  sql`create table group_users (
    group_id uuid not null references groups on delete cascade,
    user_id uuid not null references users on delete cascade,
    primary key (group_id, user_id)
  )`,
  sql`create index group_users_user on group_users (user_id)`,

  // One row for each cell of the grid; environment '' is the column “all environments”.
  sql`create table members (
    project text collate "C" not null references projects on delete cascade,
    user_id uuid references users on delete cascade,
    group_id uuid references groups on delete cascade,
    environment text not null default '',
    role text not null check (role in ('project-admin', 'maintainer', 'developer', 'guest', 'limited-guest', 'none')),
    created_at timestamptz not null default now(),
    check ((user_id is null) <> (group_id is null))
  )`,
  sql`create unique index members_user on members (user_id, project, environment) where user_id is not null`,
  sql`create unique index members_group on members (group_id, project, environment) where group_id is not null`,
  sql`create index members_project on members (project)`,

  sql`create table access_tokens (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    name text not null,
    secret_hash text not null unique,
    actions jsonb not null,
    projects jsonb,
    environments jsonb,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    last_used_at timestamptz,
    last_used_from text
  )`,
  sql`create unique index access_tokens_name on access_tokens (user_id, lower(name))`,

  sql`create table robots (
    id uuid primary key,
    name text not null,
    login_name text not null unique,
    project text collate "C" references projects on delete cascade,
    description text not null default '',
    permissions jsonb not null,
    expires_at timestamptz,
    disabled_at timestamptz,
    last_used_at timestamptz,
    last_used_from text,
    created_by text,
    created_at timestamptz not null default now(),
    version integer not null default 1
  )`,
  sql`create index robots_project on robots (project)`,
  sql`create table robot_secrets (
    robot_id uuid not null references robots on delete cascade,
    secret_hash text not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz
  )`,
  sql`create index robot_secrets_robot on robot_secrets (robot_id)`,

  sql`create table immutable_rules (
    id uuid primary key,
    project text collate "C" not null references projects on delete cascade,
    environment text,
    repository_pattern text not null,
    tag_pattern text not null,
    created_by text,
    created_at timestamptz not null default now()
  )`,
  sql`create index immutable_rules_project on immutable_rules (project)`,
  sql`create table tag_leases (
    registry_id text not null references registries on delete cascade,
    repository text not null,
    tag text not null,
    holder uuid not null,
    held_until timestamptz not null,
    primary key (registry_id, repository, tag)
  )`,

  // Kept when the user goes: what somebody asked for who is no more must not run.
  sql`alter table tasks add column requester_id uuid`,
  // Who started it, whoever had parts of it run again.
  sql`alter table executions add column requester_id uuid`,

  sql`create table signing_keys (
    key_id text primary key,
    private_key_sealed text not null,
    certificate_pem text not null,
    created_at timestamptz not null default now(),
    retires_at timestamptz
  )`,
  // One key signs at a time, however many instances make their first one at once.
  sql`create unique index signing_keys_current on signing_keys ((true)) where retires_at is null`,
  sql`create table settings (
    only_row boolean primary key default true check (only_row),
    allows_anonymous boolean not null default false,
    version integer not null default 1,
    updated_at timestamptz
  )`,
  sql`insert into settings (only_row) values (true)`,

  sql`create table audit_log (
    id bigint generated always as identity primary key,
    -- Whole milliseconds: a position in the log is one.
    at timestamptz(3) not null default now(),
    actor_kind text not null,
    actor_id text,
    actor_name text not null,
    address text,
    action text not null,
    outcome text not null check (outcome in ('done', 'refused', 'failed')),
    project text collate "C",
    environment text,
    target text,
    reason text,
    before jsonb,
    after jsonb,
    request_id text,
    searched text not null generated always as
      (lower(actor_name || ' ' || action || ' ' || coalesce(target, '') || ' ' || coalesce(reason, ''))) stored
  )`,
  sql`create index audit_log_at on audit_log (at desc, id desc)`,
  sql`create index audit_log_project on audit_log (project, at desc, id desc)`,
  // Where the extension cannot be had, a search reads the log as far as it must.
  sql`do $$
  begin
    create extension if not exists pg_trgm;
    create index audit_log_trigrams on audit_log using gin (searched gin_trgm_ops);
  exception when others then
    raise notice 'no trigram index: %', sqlerrm;
  end $$`,
  // Written and never changed, whoever has the console's own database account.
  sql`create function refuse_audit_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the audit log is append-only';
  end $$`,
  sql`create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function refuse_audit_change()`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
