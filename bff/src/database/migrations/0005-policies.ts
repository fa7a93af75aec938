import { type Kysely, sql } from 'kysely';

/** Policies, the change log that they follow, and where the content of a tag first came from. */
const statements = [
  sql`create table policies (
    id uuid primary key,
    name text not null,
    project text collate "C" references projects on delete cascade,
    is_enabled boolean not null,
    paused_at timestamptz,
    paused_by text,
    version integer not null default 1,
    content jsonb not null,
    source_registry_id text not null,
    registry_ids text[] not null,
    cursor xid8,
    is_full_due boolean not null default false,
    reconciled_scan_at timestamptz,
    next_run_at timestamptz,
    plan_count bigint not null default 0,
    last_reason jsonb,
    created_by text,
    created_at timestamptz not null default now(),
    changed_by text,
    changed_at timestamptz not null default now()
  )`,
  sql`create unique index policies_name on policies (coalesce(project, ''), lower(name))`,
  sql`create table policy_versions (
    policy_id uuid not null references policies on delete cascade,
    version integer not null,
    name text not null,
    content jsonb not null,
    changed_by text,
    changed_at timestamptz not null default now(),
    primary key (policy_id, version)
  )`,
  sql`create table policy_destinations (
    policy_id uuid not null references policies on delete cascade,
    registry_id text not null,
    paused_at timestamptz not null,
    paused_by text,
    primary key (policy_id, registry_id)
  )`,

  // A policy outlives neither its name nor its executions: they say which it was.
  sql`alter table executions drop constraint executions_trigger_check`,
  sql`alter table executions
    add constraint executions_trigger_check check (trigger in ('copy', 'manual', 'schedule', 'push', 'reconcile')),
    add column policy_id uuid,
    add column policy_name text,
    add column policy_version integer,
    add column planned jsonb,
    add column held_back jsonb`,
  sql`create index executions_policy on executions (policy_id, created_at desc) where policy_id is not null`,
  sql`alter table tasks
    add column kind text not null default 'copy' check (kind in ('copy', 'delete')),
    add column policy_id uuid,
    add column origin_at timestamptz,
    add column is_contested boolean not null default false`,
  sql`create index tasks_policy
    on tasks (policy_id, destination_registry_id, destination_repository, destination_tag, created_at)
    where policy_id is not null`,
  sql`create index tasks_policy_open on tasks (policy_id) where state in ('queued', 'running', 'waiting')`,

  // Identities are not handed out in the order of commits: who follows the log reads what no open transaction can precede.
  sql`alter table tag_history add column txid xid8 not null default pg_current_xact_id()`,
  sql`create index tag_history_log on tag_history (registry_id, txid)`,

  // When the content was first pushed under this tag by somebody who is not Longshore; a copy carries it on.
  sql`alter table tags add column origin_at timestamptz not null default 'epoch'`,
  sql`update tags set origin_at = date_trunc('milliseconds', coalesce(pushed_at, image_created_at, 'epoch'))`,
  sql`create function keep_tag_origin() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and new.digest = old.digest then
      new.origin_at := old.origin_at;
      return new;
    end if;
    new.origin_at := date_trunc('milliseconds', coalesce(
      (
        select tasks.origin_at from tasks
        where tasks.destination_registry_id = new.registry_id collate "default"
          and tasks.destination_repository = new.repository collate "default"
          and tasks.destination_tag = new.name collate "default"
          and tasks.digest = new.digest collate "default" and tasks.kind = 'copy' and tasks.started_at is not null
        order by tasks.created_at desc limit 1
      ),
      new.pushed_at, new.image_created_at, 'epoch'
    ));
    return new;
  end $$`,
  sql`create trigger tags_origin before insert or update of digest on tags
    for each row execute function keep_tag_origin()`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
