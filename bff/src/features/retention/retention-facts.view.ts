import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { CatalogTag, Reason } from './retention.ts';

/** How well a registry is known at the moment. */
export interface RegistryStanding {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly scannedAt: Date | null;
  /** Why its last scan was not complete. */
  readonly scanReason: Reason | null;
  readonly isScanFailed: boolean;
  /** Scans come in time. */
  readonly isFresh: boolean;
  /** One endpoint at least is not known to be down. */
  readonly isAnswering: boolean;
  readonly isInMaintenance: boolean;
  readonly pullsWatchedSince: Date;
  /** It has told of pulls that went to it directly. */
  readonly isTellingPulls: boolean;
}

export type RetentionFactsView = ReturnType<typeof createRetentionFactsView>;

/** Scans come every few minutes, or ten times as far apart as one takes. */
const freshFor = sql`greatest(interval '1 hour', coalesce(r.scan_duration_ms, 0) * 30 * interval '1 millisecond')`;
/** What was there when a repository was first read was pushed nobody knows when. */
const firstReading = sql`interval '10 minutes'`;

export function createRetentionFactsView(kysely: Kysely<Tables>) {
  return {
    /** Every registry there is, in the order of environments. */
    async listRegistries(): Promise<RegistryStanding[]> {
      const { rows } = await sql<RegistryStanding>`
        select r.id, r.name, r.environment, r.scanned_at as "scannedAt", r.scan_reason as "scanReason",
          r.scan_state = 'failed' as "isScanFailed",
          coalesce(r.scanned_at > now() - ${freshFor}, false) as "isFresh",
          exists (select from registry_endpoints e where e.registry_id = r.id and e.state <> 'down') as "isAnswering",
          coalesce(r.maintenance_until > now(), false) as "isInMaintenance",
          r.pulls_watched_since as "pullsWatchedSince", r.pulls_told_at is not null as "isTellingPulls"
        from registries r order by r.position, r.id
      `.execute(kysely);
      return rows;
    },
    listTags: (project: string, registryIds: readonly string[]) => listTags(kysely, project, registryIds),

    /** The environments in which a digest is under some tag of the project, also those that carry referrers. */
    async listUses(project: string): Promise<Map<string, string[]>> {
      const { rows } = await sql<{ digest: string; environments: string[] }>`
        select tags.digest, array_agg(distinct r.environment) as environments
        from tags join registries r on r.id = tags.registry_id
        where tags.project = ${project} group by tags.digest
      `.execute(kysely);
      return new Map(rows.map(({ digest, environments }) => [digest, environments]));
    },
    async now(): Promise<Date> {
      const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(kysely);
      const [row] = rows;
      if (row === undefined) throw new Error('The database did not tell the time.');
      return row.now;
    },
  };
}

async function listTags(
  kysely: Kysely<Tables>,
  project: string,
  registryIds: readonly string[],
): Promise<CatalogTag[]> {
  if (registryIds.length === 0) return [];
  const { rows } = await sql<CatalogTag>`
    select t.registry_id as "registryId", registry.environment, t.repository, t.name, t.digest,
      t.pushed_by as "pushedBy", ${milliseconds(sql`t.pushed_at`)} as "pushedAtMs",
      ${milliseconds(sql`coalesce(t.pushed_at, seen.at, t.first_seen_at)`)} as "pushedMs",
      ${milliseconds(sql`coalesce(t.pushed_at, case
        when coalesce(seen.at, t.first_seen_at) > repository.first_seen_at + ${firstReading}
        then coalesce(seen.at, t.first_seen_at) end, t.image_created_at, to_timestamp(0))`)} as "rankMs",
      ${milliseconds(sql`greatest(own.pulled_at, part.pulled_at)`)} as "pulledMs",
      ${milliseconds(sql`registry.pulls_watched_since`)} as "watchedMs",
      coalesce(held.held_size_bytes, m.total_size_bytes) as "sizeBytes"
    from tags t
    join registries registry on registry.id = t.registry_id
    join repositories repository on repository.id = t.repository_id
    left join manifests m on m.digest = t.digest
    left join repository_manifests held on held.repository_id = t.repository_id and held.digest = t.digest
    left join lateral (
      select max(history.at) as at from tag_history history
      where t.pushed_at is null and history.registry_id = t.registry_id and history.repository = t.repository
        and history.name = t.name and history.digest is not null
    ) seen on true
    left join manifest_pulls own
      on own.registry_id = t.registry_id and own.repository = t.repository and own.digest = t.digest
    left join lateral (
      select max(pulls.pulled_at) as pulled_at
      from manifest_children children
      join manifest_pulls pulls on pulls.registry_id = t.registry_id and pulls.repository = t.repository
        and pulls.digest = children.child_digest
      where children.parent_digest = t.digest
    ) part on true
    where t.project = ${project} and t.registry_id = any (${[...registryIds]}::text[]) and t.is_shown
  `.execute(kysely);
  return rows;
}

function milliseconds(instant: ReturnType<typeof sql>) {
  return sql`(extract(epoch from ${instant}) * 1000)::float8`;
}
