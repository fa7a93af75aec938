import { type Kysely, sql } from 'kysely';

/**
 * A look at a registry may come upon a push before the news of it: then the moment of the push is a guess until it is
 * told. And a content that is put back under its tag was pushed anew, however it came there the first time.
 */
const statements = [
  sql`alter table tags add column is_origin_known boolean not null default true`,
  sql`create or replace function keep_tag_origin() returns trigger language plpgsql as $$
  declare
    other_until timestamptz;
    carried_origin timestamptz;
  begin
    if tg_op = 'UPDATE' and new.digest = old.digest then
      new.origin_at := case when new.is_origin_known and not old.is_origin_known
        then date_trunc('milliseconds', coalesce(new.pushed_at, old.origin_at)) else old.origin_at end;
      new.is_origin_known := new.is_origin_known or old.is_origin_known;
      return new;
    end if;
    -- The news of Longshore's own copies names nobody.
    if not new.is_origin_known or new.pushed_by is null then
      -- A copy that had ended when the tag was something else, or nothing, is not how this came here.
      if tg_op = 'UPDATE' then
        other_until := old.seen_at;
      else
        select max(at) into other_until from tag_history
          where registry_id = new.registry_id collate "default" and repository = new.repository
            and name = new.name and digest is null;
      end if;
      select tasks.origin_at into carried_origin from tasks
        where tasks.destination_registry_id = new.registry_id collate "default"
          and tasks.destination_repository = new.repository collate "default"
          and tasks.destination_tag = new.name collate "default"
          and tasks.digest = new.digest collate "default" and tasks.kind = 'copy' and tasks.started_at is not null
          and (tasks.finished_at is null or other_until is null or tasks.finished_at >= other_until)
        order by tasks.created_at desc limit 1;
      if found then new.is_origin_known := true; end if;
    end if;
    new.origin_at := date_trunc('milliseconds', coalesce(
      carried_origin, new.pushed_at, new.image_created_at, 'epoch'
    ));
    return new;
  end $$`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
