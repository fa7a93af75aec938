import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { inScope, type RowScope } from '../../database/scope.ts';

export interface Figures {
  readonly totalBytes: number;
  readonly uniqueBytes: number;
  readonly trashBytes: number;
  readonly untaggedBytes: number;
  readonly bothBytes: number;
}

export interface MeasuredFigures extends Figures {
  readonly registryId: string;
  readonly measuredAt: Date | null;
  readonly catalogAt: Date | null;
  readonly isMeasuring: boolean;
  readonly changedCount: number;
  readonly repositoryCount: number;
  readonly manifestCount: number;
  readonly unreadCount: number;
  readonly untaggedCount: number;
  readonly ripeCount: number;
}

export interface SeriesPoint {
  readonly day: string;
  readonly bytes: number;
  readonly uniqueBytes: number;
  readonly trashBytes: number;
}

export type RepositorySort = '-bytes' | 'bytes' | '-unique' | 'unique' | 'name' | '-name';

export interface RepositoriesQuestion {
  readonly scope: RowScope;
  readonly project: string | undefined;
  readonly registryId: string | undefined;
  readonly q: string | undefined;
  readonly sort: RepositorySort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

export interface RepositoryRow {
  readonly repository: string;
  readonly project: string;
  readonly bytes: number;
  readonly uniqueBytes: number;
}

export interface PlaceRow {
  readonly registryId: string;
  readonly bytes: number;
  readonly uniqueBytes: number;
  readonly trashBytes: number;
  readonly untaggedBytes: number;
  readonly untaggedCount: number;
  readonly changeBytes: number | null;
}

const column = (name: string, direction: 'asc' | 'desc', type: 'text' | 'integer'): KeysetColumn => ({
  expression: sql.ref(name),
  direction,
  type,
});
const byName = column('repository', 'asc', 'text');
export const storageOrders: Readonly<Record<RepositorySort, readonly KeysetColumn[]>> = {
  '-bytes': [column('bytes', 'desc', 'integer'), byName],
  bytes: [column('bytes', 'asc', 'integer'), byName],
  '-unique': [column('unique_bytes', 'desc', 'integer'), byName],
  unique: [column('unique_bytes', 'asc', 'integer'), byName],
  name: [byName],
  '-name': [column('repository', 'desc', 'text')],
};

export function positionOf(row: RepositoryRow, sort: RepositorySort): KeysetPosition {
  if (sort.endsWith('bytes')) return [row.bytes, row.repository];
  return sort.endsWith('unique') ? [row.uniqueBytes, row.repository] : [row.repository];
}

const largest = sql`${sql.lit(Number.MAX_SAFE_INTEGER)}::bigint`;
const total = (name: string) => sql`least(sum(${sql.ref(name)}), ${largest})::bigint`;
const today = sql`(now() at time zone 'UTC')::date`;
const projectOfChange = sql`case when strpos(changed.repository, '/') = 0 then 'library'
  else split_part(changed.repository, '/', 1) end`;
/** Trees of samples are cut here: older ones are on their way out. */
const shownDays = 400;
const projectsShown = 100;

/** What was measured, as the screens show it. */
export class StorageView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** Undefined for `project`: each whole registry. Registries that were never measured come with nothing but zeros. */
  async findFigures(registryIds: readonly string[], project?: string): Promise<MeasuredFigures[]> {
    const isOfProject = (name: string) => (project === undefined ? sql`true` : sql`${sql.ref(name)} = ${project}`);
    const held = project === undefined ? sql`measured` : sql`own`;
    const { rows } = await sql<MeasuredFigures>`
      select registries.id as "registryId", measured.measured_at as "measuredAt", measured.catalog_at as "catalogAt",
        coalesce(measured.lease_until > now(), false) as "isMeasuring",
        coalesce(${held}.total_bytes, 0)::bigint as "totalBytes",
        coalesce(${held}.unique_bytes, 0)::bigint as "uniqueBytes",
        coalesce(${held}.trash_bytes, 0)::bigint as "trashBytes",
        coalesce(${held}.untagged_bytes, 0)::bigint as "untaggedBytes",
        coalesce(${held}.both_bytes, 0)::bigint as "bothBytes",
        counts."repositoryCount", counts."manifestCount", counts."unreadCount", counts."untaggedCount",
        counts."ripeCount",
        (select count(*)::integer from storage_changes changed where changed.registry_id = registries.id
          and ${project === undefined ? sql`true` : sql`${projectOfChange} = ${project}`}) as "changedCount"
      from registries
      left join storage_registries measured on measured.registry_id = registries.id
      ${project === undefined ? sql`` : sql`left join storage_projects own on own.registry_id = registries.id and own.project = ${project}`}
      cross join lateral (
        select count(*) filter (where manifest_count > 0)::integer as "repositoryCount",
          coalesce(sum(manifest_count), 0)::integer as "manifestCount",
          coalesce(sum(unread_count), 0)::integer as "unreadCount",
          coalesce(sum(untagged_count), 0)::integer as "untaggedCount",
          coalesce(sum(ripe_count), 0)::integer as "ripeCount"
        from storage_repositories repository
        where repository.registry_id = registries.id and ${isOfProject('repository.project')}
      ) counts
      where registries.id = any (${[...registryIds]}::text[])
    `.execute(this.#kysely);
    const order = new Map(registryIds.map((id, index) => [id, index]));
    return rows.toSorted((one, other) => (order.get(one.registryId) ?? 0) - (order.get(other.registryId) ?? 0));
  }

  /** By registry, the oldest first. */
  async findSeries(registryIds: readonly string[], project = ''): Promise<ReadonlyMap<string, SeriesPoint[]>> {
    const { rows } = await sql<SeriesPoint & { registryId: string }>`
      select registry_id as "registryId", day::text as day, bytes, unique_bytes as "uniqueBytes",
        trash_bytes as "trashBytes"
      from storage_samples
      where registry_id = any (${[...registryIds]}::text[]) and project = ${project} and repository = ''
        and day > ${today} - ${shownDays}::integer
      order by registry_id, storage_samples.day
    `.execute(this.#kysely);
    const byRegistry = new Map<string, SeriesPoint[]>();
    for (const { registryId, ...point } of rows) {
      byRegistry.set(registryId, [...(byRegistry.get(registryId) ?? []), point]);
    }
    return byRegistry;
  }

  /** The largest ones. */
  async listProjects(registryId: string) {
    const { rows } = await sql<Figures & { project: string; count: number }>`
      select project, total_bytes as "totalBytes", unique_bytes as "uniqueBytes", trash_bytes as "trashBytes",
        untagged_bytes as "untaggedBytes", both_bytes as "bothBytes", (count(*) over ())::integer as count
      from storage_projects where registry_id = ${registryId}
      order by total_bytes desc, project limit ${projectsShown}
    `.execute(this.#kysely);
    return { projects: rows.map(({ count: _, ...row }) => row), count: rows[0]?.count ?? 0 };
  }

  async listRepositories(question: RepositoriesQuestion) {
    const { scope, project, registryId, q, sort, limit, after } = question;
    const given = (name: string, value: string | undefined) =>
      value === undefined ? sql`true` : sql`${sql.ref(name)} = ${value}`;
    const found = q === undefined || q === '' ? sql`true` : sql`repository like ${`%${likeLiteral(q.toLowerCase())}%`}`;
    const columns = storageOrders[sort];
    const summed = sql`
      select repository, project, ${total('referenced_bytes')} as bytes, ${total('unique_bytes')} as unique_bytes
      from storage_repositories
      where ${inScope(scope, 'project', 'registry_id')} and ${given('project', project)}
        and ${given('registry_id', registryId)} and ${found} and (referenced_bytes > 0 or trash_bytes > 0)
      group by repository, project`;
    const { rows } = await sql<RepositoryRow>`
      select repository, project, bytes, unique_bytes as "uniqueBytes" from (${summed}) summed
      where ${isAfter(columns, after)} order by ${orderBy(columns)} limit ${limit + 1}
    `.execute(this.#kysely);
    const counted = await sql<{ count: number }>`
      select count(*)::integer as count from (${summed}) summed
    `.execute(this.#kysely);
    return { rows, total: counted.rows[0]?.count ?? 0 };
  }

  /**
   * Where these repositories are. Changes are against the figures of thirty days ago, or of the registry's first
   * measuring where that is younger: what was not there then, has grown from nothing.
   */
  async findPlaces(
    repositories: readonly string[],
    { scope, registryId }: Pick<RepositoriesQuestion, 'scope' | 'registryId'>,
  ): Promise<ReadonlyMap<string, PlaceRow[]>> {
    const { rows } = await sql<PlaceRow & { repository: string }>`
      with since as materialized (
        select registry_id, greatest(${today} - 30, min(day)) as day, min(day) >= ${today} as is_first
        from storage_samples where project = '' and repository = '' group by registry_id
      )
      select here.repository, here.registry_id as "registryId", here.referenced_bytes as bytes,
        here.unique_bytes as "uniqueBytes", here.trash_bytes as "trashBytes", here.untagged_bytes as "untaggedBytes",
        here.untagged_count as "untaggedCount",
        case when since.is_first = false then (here.referenced_bytes - coalesce((
          select sample.bytes from storage_samples sample
          where sample.registry_id = here.registry_id and sample.project = here.project
            and sample.repository = here.repository and sample.day <= since.day
          order by sample.day desc limit 1
        ), 0))::bigint end as "changeBytes"
      from storage_repositories here left join since on since.registry_id = here.registry_id
      where here.repository = any (${[...repositories]}::text[])
        and ${inScope(scope, 'here.project', 'here.registry_id')}
        and ${registryId === undefined ? sql`true` : sql`here.registry_id = ${registryId}`}
        and (here.referenced_bytes > 0 or here.trash_bytes > 0)
      order by here.repository, here.registry_id
    `.execute(this.#kysely);
    const places = new Map<string, PlaceRow[]>();
    for (const { repository, ...place } of rows) {
      places.set(repository, [...(places.get(repository) ?? []), place]);
    }
    return places;
  }
}
