import { type Kysely, sql } from 'kysely';

/**
 * What lists read for people who see a part: which registries hold a tag, and for each repository how much is held by
 * exactly which registries. Whatever registries somebody sees, the numbers are sums of these few rows, exact, and no tag
 * or blob is counted one by one.
 */
const statements = [
  sql`drop trigger tags_inserted on tags`,
  sql`drop trigger tags_updated on tags`,
  sql`drop trigger tags_deleted on tags`,
  // Whole milliseconds, as positions in lists are. The zone is named because only then is the result the same everywhere.
  sql`alter table tags
    add column image_created_at timestamptz,
    add column sorted_at timestamptz not null generated always as (
      date_trunc('milliseconds', coalesce(pushed_at, image_created_at, 'epoch') at time zone 'UTC') at time zone 'UTC'
    ) stored`,
  sql`update tags set image_created_at = manifests.created_at from manifests
    where manifests.digest = tags.digest and manifests.created_at is not null`,
  sql`create index tags_place_sorted on tags (project, registry_id, sorted_at desc, repository, name) where is_shown`,
  sql`alter table repositories add column sorted_at timestamptz not null default 'epoch'`,
  sql`create index repositories_place on repositories (project, registry_id, name)`,
  sql`alter table tag_names add column registry_ids text[] collate "C" not null default '{}'`,

  // Of the tags of a repository, how many are in these registries and in no other.
  sql`create table repository_tag_counts (
    name text collate "C" not null,
    registry_ids text[] collate "C" not null,
    project text collate "C" not null,
    tag_count integer not null,
    primary key (name, registry_ids)
  )`,
  sql`create index repository_tag_counts_project on repository_tag_counts (project)`,
  // The same of its blobs and manifests, each once. Kept by whoever sums sizes.
  sql`create table repository_sizes (
    name text collate "C" not null,
    registry_ids text[] collate "C" not null,
    project text collate "C" not null,
    size_bytes bigint not null,
    primary key (name, registry_ids)
  )`,
  sql`create index repository_sizes_project on repository_sizes (project)`,

  // New entries of such an index wait in a list that every search reads to its end, until somebody vacuums; in the embedded
  // database nobody does, and from some hundred pages on the planner no longer uses the index at all.
  sql`do $$
  declare
    index_name text;
  begin
    foreach index_name in array array['tag_names_trigrams', 'audit_log_trigrams'] loop
      if to_regclass(index_name) is not null then
        execute format('alter index %I set (gin_pending_list_limit = 64)', index_name);
        perform gin_clean_pending_list(index_name::regclass);
      end if;
    end loop;
  end $$`,

  // As in 0002-catalog-names.ts, with the registries.
  sql`create or replace function summarise_tags() returns trigger language plpgsql as $$
  declare
    touched text[];
  begin
    select array_agg(distinct repository) into touched from changed;
    if touched is null then
      return null;
    end if;
    perform pg_advisory_xact_lock(1819240039, slots.slot)
      from (select distinct abs(hashtext(name) % 64) as slot from unnest(touched) as name order by 1) as slots;
    insert into tag_names
      (repository, name, project, folded, semver_key, pushed_at, sorted_at, registry_count, digest_count, registry_ids)
    select tags.repository, tags.name, max(tags.project), lower(tags.name), max(tags.semver_key), max(tags.pushed_at),
      max(tags.sorted_at), count(*), count(distinct tags.digest), array_agg(tags.registry_id order by tags.registry_id)
    from (select distinct repository, name from changed) as keys
    join tags on tags.repository = keys.repository and tags.name = keys.name
    where tags.is_shown
    group by tags.repository, tags.name
    on conflict (repository, name) do update set
      pushed_at = excluded.pushed_at, sorted_at = excluded.sorted_at, semver_key = excluded.semver_key,
      registry_count = excluded.registry_count, digest_count = excluded.digest_count,
      registry_ids = excluded.registry_ids
    where (tag_names.pushed_at, tag_names.sorted_at, tag_names.semver_key, tag_names.registry_ids, tag_names.digest_count)
      is distinct from
      (excluded.pushed_at, excluded.sorted_at, excluded.semver_key, excluded.registry_ids, excluded.digest_count);
    if tg_op = 'DELETE' then
      delete from tag_names using (select distinct repository, name from changed) as keys
      where tag_names.repository = keys.repository and tag_names.name = keys.name
        and not exists (
          select from tags
          where tags.repository = keys.repository and tags.name = keys.name and tags.is_shown
        );
    end if;
    update repositories set tag_count = held.tag_count, pushed_at = held.pushed_at, sorted_at = held.sorted_at
    from (
      select touched_ids.id, count(tags.name) as tag_count, max(tags.pushed_at) as pushed_at,
        coalesce(max(tags.sorted_at), 'epoch') as sorted_at
      from (select distinct repository_id as id from changed) as touched_ids
      left join tags on tags.repository_id = touched_ids.id and tags.is_shown
      group by touched_ids.id
    ) as held
    where repositories.id = held.id
      and (repositories.tag_count, repositories.pushed_at, repositories.sorted_at)
        is distinct from (held.tag_count, held.pushed_at, held.sorted_at);
    perform summarise_repository_tags(touched);
    return null;
  end $$`,
  // The caller has the names' locks.
  sql`create function summarise_repository_tags(touched text[]) returns void language plpgsql as $$
  begin
    with counted as materialized (
      select repository as name, registry_ids, max(project) as project, count(*) as tag_count
      from tag_names where repository = any (touched) group by repository, registry_ids
    ), gone as (
      delete from repository_tag_counts as old where old.name = any (touched) and not exists (
        select from counted where counted.name = old.name and counted.registry_ids = old.registry_ids
      )
    )
    insert into repository_tag_counts (name, registry_ids, project, tag_count)
    select name, registry_ids, project, tag_count from counted
    on conflict (name, registry_ids) do update set tag_count = excluded.tag_count
    where repository_tag_counts.tag_count <> excluded.tag_count;
    update repository_names set
      tag_count = coalesce(
        (select sum(counts.tag_count) from repository_tag_counts as counts where counts.name = repository_names.name), 0
      ),
      pushed_at = (select max(pushed_at) from repositories where repositories.name = repository_names.name),
      sorted_at = coalesce(
        (select max(sorted_at) from repositories where repositories.name = repository_names.name), 'epoch'
      )
    where name = any (touched);
  end $$`,
  sql`create trigger tags_inserted after insert on tags
    referencing new table as changed for each statement execute function summarise_tags()`,
  sql`create trigger tags_updated after update on tags
    referencing new table as changed for each statement execute function summarise_tags()`,
  sql`create trigger tags_deleted after delete on tags
    referencing old table as changed for each statement execute function summarise_tags()`,

  sql`create or replace function summarise_repositories() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      insert into repository_names (name, project) select distinct name, project from changed order by 1
      on conflict (name) do nothing;
    else
      with gone as (
        delete from repository_names where name in (select name from changed)
          and not exists (select from repositories where repositories.name = repository_names.name)
        returning name
      ), without_counts as (
        delete from repository_tag_counts where name in (select name from gone)
      )
      delete from repository_sizes where name in (select name from gone);
    end if;
    return null;
  end $$`,

  // What is there already.
  sql`update tag_names set registry_ids = held.registry_ids
    from (
      select repository, name, array_agg(registry_id order by registry_id) as registry_ids
      from tags where is_shown group by repository, name
    ) as held
    where held.repository = tag_names.repository and held.name = tag_names.name`,
  sql`update repositories set pushed_at = held.pushed_at, sorted_at = held.sorted_at
    from (
      select repository_id, max(pushed_at) as pushed_at, max(sorted_at) as sorted_at
      from tags where is_shown group by repository_id
    ) as held
    where held.repository_id = repositories.id`,
  sql`insert into repository_tag_counts (name, registry_ids, project, tag_count)
    select repository, registry_ids, max(project), count(*) from tag_names group by repository, registry_ids`,
  // As in sizes.store.ts: a manifest is where it is held, a blob wherever one of its manifests is.
  sql`insert into repository_sizes (name, registry_ids, project, size_bytes)
    with held as (
      select repositories.name, repository_manifests.digest, max(repositories.project) as project,
        array_agg(repositories.registry_id collate "C" order by repositories.registry_id collate "C") as registry_ids
      from repositories join repository_manifests on repository_manifests.repository_id = repositories.id
      group by repositories.name, repository_manifests.digest
    ), blobs as (
      select held.name, held.project, manifest_blobs.blob_digest, max(manifest_blobs.size_bytes) as size_bytes,
        array_agg(distinct place.id collate "C" order by place.id collate "C") as registry_ids
      from held join manifest_blobs on manifest_blobs.manifest_digest = held.digest
      cross join unnest(held.registry_ids) as place (id)
      group by held.name, held.project, manifest_blobs.blob_digest
    ), parts as (
      select held.name, held.project, held.registry_ids, manifests.size_bytes
      from held join manifests on manifests.digest = held.digest
      union all
      select name, project, registry_ids, size_bytes from blobs
    )
    select name, registry_ids, max(project), least(sum(size_bytes), 9007199254740991) from parts
    group by name, registry_ids`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
