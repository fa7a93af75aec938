import { type Kysely, sql } from 'kysely';

/** Pairs of registries that are held up while no execution ends, and the policy's name in what is told. */
const statements = [
  // '' is every project, and every policy.
  sql`create table notice_outages (
    id uuid primary key default gen_random_uuid(),
    project text collate "C" not null,
    policy_id text not null,
    source_registry_id text not null,
    destination_registry_id text not null,
    since timestamptz not null,
    quiet_since timestamptz,
    told_at timestamptz,
    looked_at timestamptz not null,
    policies jsonb not null default '[]',
    unique (project, policy_id, source_registry_id, destination_registry_id)
  )`,
  sql`create table notice_outage_tellings (
    outage_id uuid not null references notice_outages on delete cascade,
    notice_id uuid not null references notices on delete cascade,
    primary key (outage_id, notice_id)
  )`,
  sql`create index notice_outage_tellings_notice on notice_outage_tellings (notice_id)`,

  sql`alter table execution_ends add column policy_name text`,
  // As in 0008, with the policy's name.
  sql`create or replace function note_execution_end() returns trigger language plpgsql as $$
  begin
    insert into execution_ends
      (execution_id, policy_id, policy_name, state, trigger, requested_by, started_at, ended_at, pairs, failures)
    select new.id, new.policy_id::text, new.policy_name, new.state, new.trigger, new.requested_by, new.created_at,
      new.finished_at,
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
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
