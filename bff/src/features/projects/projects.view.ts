import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';

export interface ProjectRow {
  readonly name: string;
  readonly repositoryCount: number;
  readonly tagCount: number;
  /** Blobs that several of its repositories share are counted in each. */
  readonly sizeBytes: number;
  readonly pushedAt: Date | null;
  readonly registries: readonly { readonly registryId: string; readonly tagCount: number }[];
}

export type ProjectSort = 'name' | '-name' | '-pushed' | '-size' | '-tags';

export interface ListProjects {
  readonly q: string | undefined;
  readonly sort: ProjectSort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

const byName: KeysetColumn = { expression: sql.ref('name'), direction: 'asc', type: 'text' };
const descending = (column: string, type: 'integer' | 'instant'): KeysetColumn => ({
  expression: sql.ref(column),
  direction: 'desc',
  type,
});

export const projectOrders: Readonly<Record<ProjectSort, readonly KeysetColumn[]>> = {
  name: [byName],
  '-name': [{ ...byName, direction: 'desc' }],
  '-pushed': [descending('sorted_at', 'instant'), byName],
  '-size': [descending('size_bytes', 'integer'), byName],
  '-tags': [descending('tag_count', 'integer'), byName],
};

interface GroupedProject {
  name: string;
  repository_count: number;
  tag_count: number;
  size_bytes: number;
  pushed_at: Date | null;
  sorted_at: Date;
}

export function createProjectsView(kysely: Kysely<Tables>) {
  const grouped = (condition: RawBuilder<boolean>) => sql`
    select project as name, count(*) as repository_count, sum(tag_count) as tag_count,
      least(sum(size_bytes), ${Number.MAX_SAFE_INTEGER}::bigint)::bigint as size_bytes,
      max(pushed_at) as pushed_at, max(sorted_at) as sorted_at
    from repository_names where tag_count > 0 and ${condition} group by project
  `;

  const withRegistries = async (rows: readonly GroupedProject[]): Promise<ProjectRow[]> => {
    const places = await sql<{ project: string; registry_id: string; tag_count: number }>`
      select project, registry_id, sum(tag_count) as tag_count from repositories
      where project = any (${rows.map(({ name }) => name)}::text[]) and tag_count > 0
      group by project, registry_id order by registry_id
    `.execute(kysely);
    return rows.map((row) => ({
      name: row.name,
      repositoryCount: row.repository_count,
      tagCount: row.tag_count,
      sizeBytes: row.size_bytes,
      pushedAt: row.pushed_at,
      registries: places.rows
        .filter(({ project }) => project === row.name)
        .map(({ registry_id, tag_count }) => ({ registryId: registry_id, tagCount: tag_count })),
    }));
  };

  return {
    async listProjects({ q, sort, limit, after }: ListProjects) {
      const columns = projectOrders[sort];
      const condition = sql<boolean>`project like ${`%${likeLiteral((q ?? '').toLowerCase())}%`}`;
      const { rows } = await sql<GroupedProject>`
        select * from (${grouped(condition)}) as projects
        where ${isAfter(columns, after)} order by ${orderBy(columns)} limit ${limit + 1}
      `.execute(kysely);
      const counted = await sql<{ total: number }>`
        select count(distinct project) as total from repository_names where tag_count > 0 and ${condition}
      `.execute(kysely);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        items: await withRegistries(page),
        next: last === undefined ? null : positionOf(last, sort),
        total: counted.rows[0]?.total ?? 0,
      };
    },

    async findProject(name: string): Promise<ProjectRow | undefined> {
      const { rows } = await sql<GroupedProject>`${grouped(sql<boolean>`project = ${name}`)}`.execute(kysely);
      return (await withRegistries(rows))[0];
    },
  };
}

export type ProjectsView = ReturnType<typeof createProjectsView>;

function positionOf(row: GroupedProject, sort: ProjectSort): KeysetPosition {
  if (sort === '-pushed') return [row.sorted_at.getTime(), row.name];
  if (sort === '-size') return [row.size_bytes, row.name];
  if (sort === '-tags') return [row.tag_count, row.name];
  return [row.name];
}
