import { type Kysely, sql } from 'kysely';

/** Webhooks and mails about executions that ended: docs/decisions/056-notices.md. */
const statements = [
  sql`create table notices (
    id uuid primary key,
    project text collate "C" references projects on delete cascade,
    policy_id text,
    name text not null,
    channel text not null check (channel in ('webhook', 'mail')),
    url text,
    secret_sealed text,
    recipients jsonb not null default '[]',
    language text not null default 'en' check (language in ('en', 'zh')),
    kinds jsonb not null,
    is_disabled boolean not null default false,
    created_by text,
    created_at timestamptz not null default now(),
    version integer not null default 1,
    check ((channel = 'webhook') = (url is not null and secret_sealed is not null))
  )`,
  sql`create index notices_project on notices (project)`,

  sql`create table notice_deliveries (
    id uuid primary key,
    notice_id uuid not null references notices on delete cascade,
    execution_id uuid,
    event text not null,
    body text not null,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'delivered', 'failed')),
    attempt integer not null default 0,
    attempts_allowed integer not null,
    next_attempt_at timestamptz default now(),
    lease_until timestamptz,
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`,
  sql`create index notice_deliveries_notice on notice_deliveries (notice_id, created_at desc, id)`,
  sql`create index notice_deliveries_open on notice_deliveries (notice_id, state) where state in ('waiting', 'sending')`,
  sql`create table notice_attempts (
    delivery_id uuid not null references notice_deliveries on delete cascade,
    number integer not null,
    at timestamptz not null,
    duration_ms integer not null,
    status integer,
    answer text,
    reason jsonb,
    primary key (delivery_id, number)
  )`,

  // Without a reference: what ended is told also if the execution is gone by then.
  sql`create table execution_ends (
    id bigint generated always as identity primary key,
    execution_id uuid not null,
    policy_id text,
    state text not null,
    trigger text not null,
    requested_by text,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    pairs jsonb not null,
    failures jsonb not null
  )`,
  // A pair of registries whose last execution failed. '' is every project, and every policy.
  sql`create table notice_pairs (
    project text collate "C" not null,
    policy_id text not null,
    source_registry_id text not null,
    destination_registry_id text not null,
    failing_since timestamptz not null,
    primary key (project, policy_id, source_registry_id, destination_registry_id)
  )`,

  sql`create function project_of_repository(repository text) returns text language sql immutable as $$
    select case when strpos(repository, '/') = 0 then 'library' else split_part(repository, '/', 1) end
  $$`,
  // Whoever ends an execution: the fact exists if, and only if, the end does. Told as it was then, because a person may have it
  // run again before anybody is told.
  sql`create function note_execution_end() returns trigger language plpgsql as $$
  begin
    insert into execution_ends
      (execution_id, policy_id, state, trigger, requested_by, started_at, ended_at, pairs, failures)
    select new.id, to_jsonb(new)->>'policy_id', new.state, new.trigger, new.requested_by, new.created_at, new.finished_at,
      (select coalesce(jsonb_agg(to_jsonb(pair)), '[]') from (
        select project_of_repository(destination_repository) as project, source_registry_id as "sourceRegistryId",
          destination_registry_id as "destinationRegistryId",
          count(*) filter (where state = 'succeeded') as succeeded, count(*) filter (where state = 'failed') as failed,
          count(*) filter (where state = 'stopped') as stopped, coalesce(sum(bytes_done), 0) as "bytesDone"
        from tasks where execution_id = new.id group by 1, 2, 3 order by 1, 2, 3
      ) as pair),
      (select coalesce(jsonb_agg(to_jsonb(failure) - 'place' order by place), '[]') from (
        select id as "taskId", project_of_repository(destination_repository) as project,
          source_registry_id as "sourceRegistryId", source_repository as "sourceRepository",
          source_reference as "sourceReference", destination_registry_id as "destinationRegistryId",
          destination_repository as "destinationRepository", destination_tag as "destinationTag",
          reason->>'code' as code, left(reason->>'sentence', 500) as sentence,
          row_number() over (partition by project_of_repository(destination_repository) order by created_at, id) as place
        from tasks where execution_id = new.id and state = 'failed'
      ) as failure where place <= 20);
    return null;
  end $$`,
  sql`create trigger executions_ended after update of state on executions for each row
    when (new.finished_at is not null and old.state is distinct from new.state)
    execute function note_execution_end()`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
