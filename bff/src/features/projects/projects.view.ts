import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { inScope, isProjectInScope, repositoryNamesIn } from '../../database/scope.ts';

export interface ProjectRow {
  readonly name: string;
  readonly description: string;
  readonly isPublic: boolean;
  readonly publicEnvironments: Readonly<Record<string, boolean>>;
  readonly isArchived: boolean;
  readonly createdAt: Date;
  readonly version: number;
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
  readonly archived: 'without' | 'only' | 'with';
  readonly sort: ProjectSort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
  /** Of whom reads: what is outside is neither listed nor counted. */
  readonly scope: Scope;
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

const archivedConditions: Readonly<Record<ListProjects['archived'], RawBuilder<boolean>>> = {
  without: sql<boolean>`archived_at is null`,
  only: sql<boolean>`archived_at is not null`,
  with: sql<boolean>`true`,
};

interface SummedProject {
  name: string;
  description: string;
  is_public: boolean;
  public_environments: Record<string, boolean>;
  archived_at: Date | null;
  created_at: Date;
  version: number;
  repository_count: number;
  tag_count: number;
  size_bytes: number;
  pushed_at: Date | null;
  sorted_at: Date;
}

export class ProjectsView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async listProjects({ q, archived, sort, limit, after, scope }: ListProjects) {
    const columns = projectOrders[sort];
    const pattern = `%${likeLiteral((q ?? '').toLowerCase())}%`;
    const condition = sql<boolean>`name like ${pattern} and ${archivedConditions[archived]}`;
    const { rows } = await sql<SummedProject>`
      select * from (${summed(scope, condition)}) as projects
      where ${isAfter(columns, after)} order by ${orderBy(columns)} limit ${limit + 1}
    `.execute(this.#kysely);
    const counted = await sql<{ total: number }>`
      select count(*) as total from projects where ${isProjectInScope(scope, 'name')} and ${condition}
    `.execute(this.#kysely);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      items: await this.#withRegistries(page, scope),
      next: last === undefined ? null : positionOf(last, sort),
      total: counted.rows[0]?.total ?? 0,
    };
  }

  /** Undefined too where nothing of it is in the scope. */
  async findProject(name: string, scope: Scope): Promise<ProjectRow | undefined> {
    const { rows } = await sql<SummedProject>`${summed(scope, sql<boolean>`name = ${name}`)}`.execute(this.#kysely);
    return (await this.#withRegistries(rows, scope))[0];
  }

  async hasProject(name: string): Promise<boolean> {
    const row = await this.#kysely.selectFrom('projects').select('name').where('name', '=', name).executeTakeFirst();
    return row !== undefined;
  }

  async #withRegistries(rows: readonly SummedProject[], scope: Scope): Promise<ProjectRow[]> {
    const places = await sql<{ project: string; registry_id: string; tag_count: number }>`
      select project, registry_id, sum(tag_count) as tag_count from repositories
      where project = any (${rows.map(({ name }) => name)}::text[]) and tag_count > 0
        and ${inScope(scope, 'project', 'registry_id')}
      group by project, registry_id order by registry_id
    `.execute(this.#kysely);
    return rows.map((row) => ({
      name: row.name,
      description: row.description,
      isPublic: row.is_public,
      publicEnvironments: row.public_environments,
      isArchived: row.archived_at !== null,
      createdAt: row.created_at,
      version: row.version,
      repositoryCount: row.repository_count,
      tagCount: row.tag_count,
      sizeBytes: row.size_bytes,
      pushedAt: row.pushed_at,
      registries: places.rows
        .filter(({ project }) => project === row.name)
        .map(({ registry_id, tag_count }) => ({ registryId: registry_id, tagCount: tag_count })),
    }));
  }
}

export function createProjectsView(kysely: Kysely<Tables>): ProjectsView {
  return new ProjectsView(kysely);
}

/** @param condition on the project's own columns */
function summed(scope: Scope, condition: RawBuilder<boolean>) {
  return sql`
    select projects.*, coalesce(held.repository_count, 0) as repository_count, coalesce(held.tag_count, 0) as tag_count,
      coalesce(held.size_bytes, 0) as size_bytes, held.pushed_at, coalesce(held.sorted_at, 'epoch') as sorted_at
    from (select * from projects where ${isProjectInScope(scope, 'name')} and ${condition}) as projects
    left join (
      select project, count(*) as repository_count, sum(tag_count) as tag_count,
        least(sum(size_bytes), ${Number.MAX_SAFE_INTEGER}::bigint)::bigint as size_bytes,
        max(pushed_at) as pushed_at, max(sorted_at) as sorted_at
      from ${repositoryNamesIn(scope)} as repository_names where tag_count > 0 group by project
    ) as held on held.project = projects.name
  `;
}

function positionOf(row: SummedProject, sort: ProjectSort): KeysetPosition {
  if (sort === '-pushed') return [row.sorted_at.getTime(), row.name];
  if (sort === '-size') return [row.size_bytes, row.name];
  if (sort === '-tags') return [row.tag_count, row.name];
  return [row.name];
}
