import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { awaitsNews } from '../../database/tag-news.ts';
import type { NamedTag, SourceTag, Tombstone } from './select-tags.ts';

export interface CatalogTag {
  readonly repository: string;
  readonly name: string;
  readonly digest: string;
  readonly originMs: number;
  readonly isOriginGuessed: boolean;
}

interface Artifact {
  readonly repository: string;
  readonly digest: string;
}

export interface ReferrersQuery {
  readonly policyId: string | null;
  readonly sourceRegistryId: string;
  readonly registryId: string;
  readonly artifacts: readonly {
    readonly place: number;
    readonly source: string;
    readonly target: string;
    readonly tag: string;
    readonly digest: string;
  }[];
}

export type PlanFactsView = ReturnType<typeof createPlanFactsView>;

/** Everything that planning knows comes from the catalog. */
export function createPlanFactsView(database: Kysely<Tables>) {
  return {
    /** What no open transaction can precede: everything in the log before it is there to be read. */
    async logEnd(): Promise<string> {
      const { rows } = await sql<{ upto: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as upto`.execute(database);
      return rows[0]?.upto ?? '0';
    },
    /** Tags whose history grew since `cursor`, each once. */
    async listChanged(
      registryId: string,
      cursor: string,
      upto: string,
    ): Promise<{ repository: string; name: string }[]> {
      const { rows } = await sql<{ repository: string; name: string }>`
        select distinct repository, name from tag_history
        where registry_id = ${registryId} and txid >= ${cursor}::text::xid8 and txid < ${upto}::text::xid8`.execute(
        database,
      );
      return rows;
    },
    async listRepositories(registryId: string, project: string | null): Promise<{ id: number; name: string }[]> {
      let query = database
        .selectFrom('repositories')
        .select(['id', 'name'])
        .where('registry_id', '=', registryId)
        .orderBy('name');
      if (project !== null) query = query.where('project', '=', project);
      return query.execute();
    },
    /** With their platforms only where somebody asks for them. */
    listTags: (repositoryIds: readonly number[], withPlatforms: boolean) =>
      listTags(database, repositoryIds, withPlatforms),
    listTagsNamed: (registryId: string, repositories: readonly string[]) =>
      listTagsNamed(database, registryId, repositories),
    listRepositoriesWithDeletions: (registryId: string) => listRepositoriesWithDeletions(database, registryId),
    listNamesOf: (registryId: string, artifacts: readonly Artifact[]) => listNamesOf(database, registryId, artifacts),
    listTombstones: (registryId: string, names: readonly NamedTag[]) => listTombstones(database, registryId, names),
    listSubjects: (registryId: string) => listSubjects(database, registryId),
    listLackingReferrers: (lacking: ReferrersQuery) => listLackingReferrers(database, lacking),
    /** The end of its last complete scan. */
    async scannedAt(registryId: string): Promise<Date | null> {
      const row = await database
        .selectFrom('registries')
        .select('scanned_at')
        .where('id', '=', registryId)
        .executeTakeFirst();
      return row?.scanned_at ?? null;
    },
  };
}

/** Artifacts of a registry that something refers to: a signature, an SBOM. */
async function listSubjects(
  database: Kysely<Tables>,
  registryId: string,
): Promise<{ repository: string; digest: string }[]> {
  const { rows } = await sql<{ repository: string; digest: string }>`
    select distinct r.name as repository, m.subject_digest as digest from manifests m
    join repository_manifests held on held.digest = m.digest
    join repositories r on r.id = held.repository_id
    where m.subject_digest is not null and r.registry_id = ${registryId}`.execute(database);
  return rows;
}

/**
 * Places of artifacts whose source has a referrer that the destination is not known to have, and that came after the
 * policy's last copy: what a copy brought along may not be known of its registry for a while.
 */
async function listLackingReferrers(database: Kysely<Tables>, lacking: ReferrersQuery): Promise<Set<number>> {
  const { rows } = await sql<{ place: number }>`
    select distinct g.place
    from jsonb_to_recordset(${JSON.stringify(lacking.artifacts)}::jsonb)
      as g(place integer, source text, target text, tag text, digest text)
    join repositories here on here.registry_id = ${lacking.sourceRegistryId} and here.name = g.source
    join manifests m on m.subject_digest = g.digest
    join repository_manifests held on held.repository_id = here.id and held.digest = m.digest
    where not exists (
      select from repositories there join repository_manifests known on known.repository_id = there.id
      where there.registry_id = ${lacking.registryId} and there.name = g.target and known.digest = m.digest
    ) and not exists (
      select from tasks t
      where t.policy_id = ${lacking.policyId}::uuid and t.destination_registry_id = ${lacking.registryId}
        and t.destination_repository = g.target and t.destination_tag = g.tag and t.digest = g.digest
        and t.state = 'succeeded' and t.created_at > held.first_seen_at
    )`.execute(database);
  return new Set(rows.map(({ place }) => place));
}

async function listTags(
  database: Kysely<Tables>,
  repositoryIds: readonly number[],
  withPlatforms: boolean,
): Promise<SourceTag[]> {
  if (repositoryIds.length === 0) return [];
  const { rows } = await sql<{
    repository: string;
    name: string;
    digest: string;
    origin_ms: number;
    is_guessed: boolean;
    pushed_ms: number;
    total_size_bytes: number | null;
    platforms: SourceTag['platforms'] | null;
  }>`
    select t.repository, t.name, t.digest, m.total_size_bytes,
      case when ${withPlatforms}::boolean then m.platforms end as platforms,
      (extract(epoch from t.origin_at) * 1000)::bigint as origin_ms, ${awaitsNews('t')} as is_guessed,
      (extract(epoch from t.sorted_at) * 1000)::bigint as pushed_ms
    from tags t left join manifests m on m.digest = t.digest
    where t.repository_id = any (${[...repositoryIds]}::bigint[]) and t.is_shown
    order by t.repository, t.name`.execute(database);
  return rows.map((row) => ({
    repository: row.repository,
    name: row.name,
    digest: row.digest,
    originMs: row.origin_ms,
    isOriginGuessed: row.is_guessed,
    pushedMs: row.pushed_ms,
    totalSizeBytes: row.total_size_bytes,
    platforms: row.platforms ?? [],
  }));
}

async function listTagsNamed(
  database: Kysely<Tables>,
  registryId: string,
  repositories: readonly string[],
): Promise<CatalogTag[]> {
  const { rows } = await sql<{
    repository: string;
    name: string;
    digest: string;
    origin_ms: number;
    is_guessed: boolean;
  }>`
        select repository, name, digest, (extract(epoch from origin_at) * 1000)::bigint as origin_ms,
          ${awaitsNews('tags')} as is_guessed
        from tags
        where registry_id = ${registryId} and repository = any (${[...repositories]}::text[])`.execute(database);
  return rows.map(({ origin_ms, is_guessed, ...tag }) => ({
    ...tag,
    originMs: origin_ms,
    isOriginGuessed: is_guessed,
  }));
}

/** Repositories that have lost a tag at some time; one after the other along the index, whatever the length of the log. */
async function listRepositoriesWithDeletions(database: Kysely<Tables>, registryId: string): Promise<string[]> {
  const gone = sql`from tag_history where registry_id = ${registryId} and digest is null`;
  const { rows } = await sql<{ name: string }>`
    with recursive with_deletions (name) as (
      (select min(repository) ${gone})
      union all
      select (select min(repository) ${gone} and repository > with_deletions.name) from with_deletions where with_deletions.name is not null
    )
    select name from with_deletions where name is not null`.execute(database);
  return rows.map(({ name }) => name);
}

/** Every tag that the artifacts ever had. */
async function listNamesOf(
  database: Kysely<Tables>,
  registryId: string,
  artifacts: readonly Artifact[],
): Promise<NamedTag[]> {
  if (artifacts.length === 0) return [];
  const { rows } = await sql<NamedTag>`
    select distinct h.repository, h.name
    from jsonb_to_recordset(${JSON.stringify(artifacts)}::jsonb) as g(repository text, digest text)
    join tag_history h on h.registry_id = ${registryId} and h.repository = g.repository and h.digest = g.digest`.execute(
    database,
  );
  return rows;
}

/** Of a tag that moves every minute; a destination that is further behind keeps its content. */
const digestsMax = 100;
/** Few enough that the embedded database, which works in the console's thread, gives it back soon. */
const chunkLength = 500;

/**
 * Those of the tags whose last word in the log is that they are gone, with what they were before. Only of these: a registry
 * whose tags come and go has more that are gone than that are there.
 */
async function listTombstones(
  database: Kysely<Tables>,
  registryId: string,
  names: readonly NamedTag[],
): Promise<Tombstone[]> {
  const found: Tombstone[] = [];
  for (let from = 0; from < names.length; from += chunkLength) {
    const chunk = names
      .slice(from, from + chunkLength)
      .map(({ repository, name }, place) => ({ place, repository, name }));
    const { rows } = await sql<{ repository: string; name: string; digests: string[]; deleted_ms: number }>`
      with gone as materialized (
        select g.place, h.id, h.repository, h.name, h.at
        from jsonb_to_recordset(${JSON.stringify(chunk)}::jsonb) as g(place integer, repository text, name text)
        join tag_history h on h.registry_id = ${registryId} and h.repository = g.repository and h.name = g.name
          and h.digest is null
        where not exists (
          select from tags
          where tags.registry_id = ${registryId} and tags.repository = g.repository and tags.name = g.name
        ) and not exists (
          select from tag_history later
          where later.registry_id = ${registryId} and later.repository = g.repository and later.name = g.name
            and later.id > h.id
        )
      )
      select gone.repository, gone.name, before.digests, (extract(epoch from gone.at) * 1000)::bigint as deleted_ms
      from gone cross join lateral (
        select jsonb_agg(digest order by last_id desc) as digests from (
          select digest, max(id) as last_id from tag_history earlier
          where earlier.registry_id = ${registryId} and earlier.repository = gone.repository and earlier.name = gone.name
            and earlier.id < gone.id and earlier.digest is not null
          group by digest order by max(id) desc limit ${digestsMax}
        ) each
      ) before
      where before.digests is not null order by gone.place`.execute(database);
    for (const { deleted_ms: deletedMs, ...row } of rows) found.push({ ...row, deletedMs });
    await nextTurn();
  }
  return found;
}
