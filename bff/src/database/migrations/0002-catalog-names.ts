import { type Kysely, sql } from 'kysely';

/**
 * What the lists over all registries read: one row for each tag name and one for each repository name. Triggers keep them,
 * so that whoever changes tags (a scan, an event, the removal of a registry) cannot leave them wrong.
 */
const statements = [
  sql`alter table registries
    add column scan_due_at timestamptz not null default now(),
    add column scan_owner text,
    add column scan_lease_until timestamptz,
    add column scan_duration_ms double precision,
    add column scan_by_person boolean not null default false`,
  // Tags that carry referrers (sha256-<hex>) are kept, because scans compare with them, and shown nowhere.
  sql`alter table tags add column is_shown boolean not null default true`,

  sql`create table repository_names (
    name text collate "C" primary key,
    project text collate "C" not null,
    tag_count integer not null default 0,
    size_bytes bigint not null default 0,
    pushed_at timestamptz,
    sorted_at timestamptz not null default 'epoch'
  )`,
  sql`create index repository_names_project on repository_names (project, name)`,
  sql`create table tag_names (
    repository text collate "C" not null,
    name text collate "C" not null,
    project text collate "C" not null,
    folded text collate "C" not null,
    semver_key text collate "C" not null,
    pushed_at timestamptz,
    sorted_at timestamptz not null,
    registry_count integer not null,
    digest_count integer not null,
    primary key (repository, name)
  )`,
  sql`create index tag_names_pushed on tag_names (repository, sorted_at desc, name)`,
  sql`create index tag_names_version on tag_names (repository, semver_key desc, name desc)`,
  sql`create index tag_names_project_pushed on tag_names (project, sorted_at desc, repository, name)`,
  sql`create index tag_names_project_version on tag_names (project, repository, semver_key desc, name desc)`,
  sql`create index tag_names_project_name on tag_names (project, repository, name)`,
  sql`create index tag_names_folded on tag_names (folded, sorted_at desc)`,
  sql`create index tag_names_sorted on tag_names (sorted_at desc)`,

  // Substrings are found by trigrams where the server has them; without, the same queries read the whole (narrow) table.
  sql`do $$
  begin
    create extension if not exists pg_trgm;
    create index tag_names_trigrams on tag_names using gin (folded gin_trgm_ops);
  exception when others then
    raise notice 'no trigram index: %', sqlerrm;
  end $$`,

  // Concurrent writers would each count without the other's rows: one lock out of 64 for each repository name, taken in
  // order, makes them wait. The statements after it see what the other has committed.
  sql`create function summarise_tags() returns trigger language plpgsql as $$
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
      (repository, name, project, folded, semver_key, pushed_at, sorted_at, registry_count, digest_count)
    select tags.repository, tags.name, max(tags.project), lower(tags.name), max(tags.semver_key), max(tags.pushed_at),
      date_trunc('milliseconds', coalesce(max(coalesce(tags.pushed_at, manifests.created_at)), 'epoch')),
      count(*), count(distinct tags.digest)
    from (select distinct repository, name from changed) as keys
    join tags on tags.repository = keys.repository and tags.name = keys.name
    left join manifests on manifests.digest = tags.digest
    where tags.is_shown
    group by tags.repository, tags.name
    on conflict (repository, name) do update set
      pushed_at = excluded.pushed_at, sorted_at = excluded.sorted_at, semver_key = excluded.semver_key,
      registry_count = excluded.registry_count, digest_count = excluded.digest_count
    where (tag_names.pushed_at, tag_names.sorted_at, tag_names.semver_key, tag_names.registry_count, tag_names.digest_count)
      is distinct from
      (excluded.pushed_at, excluded.sorted_at, excluded.semver_key, excluded.registry_count, excluded.digest_count);
    if tg_op = 'DELETE' then
      delete from tag_names using (select distinct repository, name from changed) as keys
      where tag_names.repository = keys.repository and tag_names.name = keys.name
        and not exists (
          select from tags
          where tags.repository = keys.repository and tags.name = keys.name and tags.is_shown
        );
    end if;
    if tg_op <> 'UPDATE' then
      update repositories set tag_count = (
        select count(*) from tags where tags.repository_id = repositories.id and tags.is_shown
      ) where id in (select distinct repository_id from changed);
    end if;
    update repositories set pushed_at = latest.pushed_at
    from (select repository_id, max(pushed_at) as pushed_at from changed group by repository_id) as latest
    where repositories.id = latest.repository_id and tg_op <> 'DELETE'
      and latest.pushed_at > coalesce(repositories.pushed_at, '-infinity');
    update repository_names set
      tag_count = (select count(*) from tag_names where tag_names.repository = repository_names.name),
      pushed_at = (select max(pushed_at) from tag_names where tag_names.repository = repository_names.name),
      sorted_at = coalesce(
        (select sorted_at from tag_names where tag_names.repository = repository_names.name order by sorted_at desc limit 1),
        'epoch'
      )
    where name = any (touched);
    return null;
  end $$`,
  sql`create trigger tags_inserted after insert on tags
    referencing new table as changed for each statement execute function summarise_tags()`,
  sql`create trigger tags_updated after update on tags
    referencing new table as changed for each statement execute function summarise_tags()`,
  sql`create trigger tags_deleted after delete on tags
    referencing old table as changed for each statement execute function summarise_tags()`,

  sql`create function summarise_repositories() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      insert into repository_names (name, project) select distinct name, project from changed order by 1
      on conflict (name) do nothing;
    else
      delete from repository_names where name in (select name from changed)
        and not exists (select from repositories where repositories.name = repository_names.name);
    end if;
    return null;
  end $$`,
  sql`create trigger repositories_inserted after insert on repositories
    referencing new table as changed for each statement execute function summarise_repositories()`,
  sql`create trigger repositories_deleted after delete on repositories
    referencing old table as changed for each statement execute function summarise_repositories()`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
