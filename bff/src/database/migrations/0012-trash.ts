import { type Kysely, sql } from 'kysely';

/** What was deleted and can be had back: docs/decisions/060-trash.md. */
const statements = [
  sql`alter table projects add column trash_days integer not null default 14 check (trash_days between 1 and 365)`,
  sql`alter table tag_history drop constraint tag_history_how_check`,
  sql`alter table tag_history add constraint tag_history_how_check
    check (how in ('push', 'copy', 'scan', 'delete', 'restore'))`,

  // No reference to registries: what was deleted outlives a registry that is removed and entered again.
  sql`create table trash_items (
    id uuid primary key,
    registry_id text not null,
    project text collate "C" not null,
    repository text collate "C" not null,
    tag text collate "C",
    digest text,
    state text not null
      check (state in ('deleting', 'deleted', 'restoring', 'restored', 'purging', 'purged', 'failed')),
    kept_in text not null default 'repository' check (kept_in in ('repository', 'tag')),
    has_shadow boolean not null default false,
    why text not null check (why in ('person', 'retention', 'policy')),
    deleted_by text,
    deleter_id uuid references users on delete set null,
    aliases text[] not null default '{}',
    size_bytes bigint,
    pushed_at timestamptz,
    pushed_by text,
    restore jsonb,
    acted_by text,
    reason jsonb,
    attempt integer not null default 0,
    fence integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    next_attempt_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    asked_at timestamptz not null default now(),
    deleted_at timestamptz,
    expires_at timestamptz,
    finished_at timestamptz,
    check (state in ('deleting', 'failed') or (digest is not null and expires_at is not null)),
    check ((state = 'restoring') <= (restore is not null))
  )`,
  sql`create index trash_items_listed on trash_items (project, created_at desc, id)`,
  sql`create index trash_items_place on trash_items (registry_id, repository, digest)`,
  sql`create index trash_items_open on trash_items (next_attempt_at)
    where state in ('deleting', 'restoring', 'purging') or (has_shadow and state in ('restored', 'failed'))`,
  // Of a repository what its registry would still serve: the front door asks at every manifest.
  sql`create index trash_items_hidden on trash_items (registry_id, repository)
    where state = 'deleting' or (kept_in = 'tag' and state in ('deleted', 'restoring', 'purging'))`,
  sql`create index trash_items_expiring on trash_items (expires_at) where state = 'deleted'`,
  // Whoever asks twice asks for the same deletion.
  sql`create unique index trash_items_deleting on trash_items (registry_id, repository, coalesce(tag, digest))
    where state = 'deleting'`,

  sql`create table trash_manifests (
    item_id uuid not null references trash_items on delete cascade,
    digest text collate "C" not null,
    role text not null check (role in ('root', 'child', 'referrer')),
    position integer not null,
    primary key (item_id, digest)
  )`,
  sql`create index trash_manifests_digest on trash_manifests (digest)`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database);
}
