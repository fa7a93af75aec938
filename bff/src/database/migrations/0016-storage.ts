import { type Kysely, sql } from 'kysely';

/** How many bytes are where, and manifests that no tag reaches: docs/decisions/063-storage.md. */
const statements = [
  sql`alter table trash_items drop constraint trash_items_why_check`,
  sql`alter table trash_items add constraint trash_items_why_check
    check (why in ('person', 'retention', 'policy', 'untagged'))`,

  // No references anywhere: what a removed registry leaves is taken away piece by piece, not in the one statement that
  // removes it.
  sql`create table storage_registries (
    registry_id text primary key,
    number integer generated always as identity unique,
    measured_at timestamptz,
    took_ms double precision,
    catalog_at timestamptz,
    total_bytes bigint not null default 0,
    unique_bytes bigint not null default 0,
    shared_bytes bigint not null default 0,
    trash_bytes bigint not null default 0,
    untagged_bytes bigint not null default 0,
    young_bytes bigint not null default 0,
    both_bytes bigint not null default 0,
    events_seen bigint not null default 0,
    due_at timestamptz not null default now(),
    is_asked boolean not null default false,
    fence integer not null default 0,
    lease_owner text,
    lease_until timestamptz
  )`,
  sql`create table storage_repositories (
    id integer primary key generated always as identity,
    registry_id text not null,
    repository text collate "C" not null,
    project text collate "C" not null,
    referenced_bytes bigint not null default 0,
    unique_bytes bigint not null default 0,
    trash_bytes bigint not null default 0,
    untagged_bytes bigint not null default 0,
    manifest_count integer not null default 0,
    untagged_count integer not null default 0,
    ripe_count integer not null default 0,
    unread_count integer not null default 0,
    measured_at timestamptz,
    unique (registry_id, repository)
  )`,
  sql`create index storage_repositories_project on storage_repositories (project, registry_id)`,
  sql`create table storage_projects (
    registry_id text not null,
    project text collate "C" not null,
    total_bytes bigint not null,
    unique_bytes bigint not null,
    trash_bytes bigint not null,
    untagged_bytes bigint not null,
    both_bytes bigint not null,
    primary key (registry_id, project)
  )`,
  sql`create index storage_projects_project on storage_projects (project)`,
  // A blob or manifest by the first 128 bits of its digest, in one repository; held_as is a sum of the bits in storage.ts.
  sql`create table storage_blobs (
    repository_id integer not null,
    registry_number integer not null,
    blob uuid not null,
    size_bytes bigint not null,
    held_as smallint not null,
    primary key (repository_id, blob)
  )`,
  sql`create index storage_blobs_registry on storage_blobs (registry_number, blob)`,
  // Empty names stand for everything of a project or of a registry. Written only where the figure is another one.
  sql`create table storage_samples (
    registry_id text not null,
    project text collate "C" not null,
    repository text collate "C" not null,
    day date not null,
    bytes bigint not null,
    unique_bytes bigint not null,
    trash_bytes bigint not null,
    primary key (registry_id, project, repository, day)
  )`,
  sql`create index storage_samples_day on storage_samples (day)`,
  sql`create table untagged_manifests (
    registry_id text not null,
    repository text collate "C" not null,
    digest text collate "C" not null,
    project text collate "C" not null,
    since timestamptz not null,
    last_tag text collate "C",
    size_bytes bigint,
    is_root boolean not null,
    is_ripe boolean not null default false,
    primary key (registry_id, repository, digest)
  )`,
  sql`create index untagged_manifests_project on untagged_manifests (project, registry_id)`,
  sql`create index untagged_manifests_ripening on untagged_manifests (since) where not is_ripe`,

  // When a manifest was under a tag last.
  sql`create index tag_history_digest on tag_history (registry_id, repository, digest) where digest is not null`,

  // Repositories of which something has changed. Whoever changes more of one that is here waits for nobody but whoever
  // measures it, and is not forgotten: the mark goes only as it was when the measuring began.
  sql`create table storage_changes (
    registry_id text not null,
    repository text collate "C" not null,
    marks bigint not null default 1,
    primary key (registry_id, repository)
  )`,
  sql`create function mark_storage_of_tags() returns trigger language plpgsql as $$
  begin
    insert into storage_changes as held (registry_id, repository)
    select distinct registry_id, repository from changed order by 1, 2
    on conflict (registry_id, repository) do update set marks = held.marks + 1;
    return null;
  end $$`,
  sql`create function mark_storage_of_manifests() returns trigger language plpgsql as $$
  begin
    insert into storage_changes as held (registry_id, repository)
    select repositories.registry_id, repositories.name from repositories
    where repositories.id in (select repository_id from changed) order by 1, 2
    on conflict (registry_id, repository) do update set marks = held.marks + 1;
    return null;
  end $$`,
  sql`create function mark_storage_of_trash() returns trigger language plpgsql as $$
  begin
    insert into storage_changes as held (registry_id, repository)
    select distinct after.registry_id, after.repository from after join before using (id)
    where after.state <> before.state or after.has_shadow <> before.has_shadow order by 1, 2
    on conflict (registry_id, repository) do update set marks = held.marks + 1;
    return null;
  end $$`,
  sql`create function mark_storage_of_repositories() returns trigger language plpgsql as $$
  begin
    insert into storage_changes as held (registry_id, repository)
    select registry_id, name from changed order by 1, 2
    on conflict (registry_id, repository) do update set marks = held.marks + 1;
    return null;
  end $$`,
  sql`create trigger tags_inserted_storage after insert on tags
    referencing new table as changed for each statement execute function mark_storage_of_tags()`,
  sql`create trigger tags_updated_storage after update on tags
    referencing new table as changed for each statement execute function mark_storage_of_tags()`,
  sql`create trigger tags_deleted_storage after delete on tags
    referencing old table as changed for each statement execute function mark_storage_of_tags()`,
  sql`create trigger repository_manifests_inserted_storage after insert on repository_manifests
    referencing new table as changed for each statement execute function mark_storage_of_manifests()`,
  sql`create trigger repository_manifests_deleted_storage after delete on repository_manifests
    referencing old table as changed for each statement execute function mark_storage_of_manifests()`,
  sql`create trigger repositories_deleted_storage after delete on repositories
    referencing old table as changed for each statement execute function mark_storage_of_repositories()`,
  sql`create trigger trash_items_changed_storage after update on trash_items
    referencing old table as before new table as after for each statement execute function mark_storage_of_trash()`,
  // What is there already.
  sql`insert into storage_changes (registry_id, repository) select registry_id, name from repositories
    union select registry_id, repository from trash_items where has_shadow`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
