import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { inScope, repositoryNamesIn } from '../../database/scope.ts';

export interface RepositoryRow {
  readonly name: string;
  readonly project: string;
  readonly tagCount: number;
  readonly sizeBytes: number;
  readonly pushedAt: Date | null;
  readonly registries: readonly { readonly registryId: string; readonly tagCount: number }[];
}

export type RepositorySort = 'name' | '-name' | '-pushed' | '-size' | '-tags';

export interface ListRepositories {
  readonly q: string | undefined;
  readonly project: string | undefined;
  readonly registryId: string | undefined;
  readonly sort: RepositorySort;
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

export const repositoryOrders: Readonly<Record<RepositorySort, readonly KeysetColumn[]>> = {
  name: [byName],
  '-name': [{ ...byName, direction: 'desc' }],
  '-pushed': [descending('sorted_at', 'instant'), byName],
  '-size': [descending('size_bytes', 'integer'), byName],
  '-tags': [descending('tag_count', 'integer'), byName],
};

interface NamedRepository {
  name: string;
  project: string;
  tag_count: number;
  size_bytes: number;
  pushed_at: Date | null;
  sorted_at: Date;
}

export function createRepositoriesView(kysely: Kysely<Tables>) {
  const withRegistries = async (rows: readonly NamedRepository[], scope: Scope): Promise<RepositoryRow[]> => {
    const places = await sql<{ name: string; registry_id: string; tag_count: number }>`
      select name, registry_id, tag_count from repositories
      where name = any (${rows.map(({ name }) => name)}::text[]) and ${inScope(scope, 'project', 'registry_id')} order by registry_id
    `.execute(kysely);
    return rows.map((row) => ({
      name: row.name,
      project: row.project,
      tagCount: row.tag_count,
      sizeBytes: row.size_bytes,
      pushedAt: row.pushed_at,
      registries: places.rows
        .filter(({ name, tag_count }) => name === row.name && tag_count > 0)
        .map(({ registry_id, tag_count }) => ({ registryId: registry_id, tagCount: tag_count })),
    }));
  };

  return {
    async listRepositories({ q, project, registryId, sort, limit, after, scope }: ListRepositories) {
      const columns = repositoryOrders[sort];
      // Emptied repositories stay in registries for ever; nobody looks for them.
      const conditions = [sql<boolean>`tag_count > 0`];
      if (project !== undefined) conditions.push(sql`project = ${project}`);
      if (q !== undefined && q !== '') conditions.push(sql`name like ${`%${likeLiteral(q.toLowerCase())}%`}`);
      if (registryId !== undefined) {
        conditions.push(sql`name in (
          select repositories.name from repositories where registry_id = ${registryId} and repositories.tag_count > 0
            and ${inScope(scope, 'repositories.project', 'repositories.registry_id')}
        )`);
      }
      const wanted = sql.join(conditions, sql` and `);
      const { rows } = await sql<NamedRepository>`
        select name, project, tag_count, size_bytes, pushed_at, sorted_at
        from ${repositoryNamesIn(scope)} as repository_names
        where ${wanted} and ${isAfter(columns, after)} order by ${orderBy(columns)} limit ${limit + 1}
      `.execute(kysely);
      const counted = await sql<{ total: number }>`
        select count(*) as total from ${repositoryNamesIn(scope)} as repository_names where ${wanted}
      `.execute(kysely);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        items: await withRegistries(page, scope),
        next: last === undefined ? null : positionOf(last, sort),
        total: counted.rows[0]?.total ?? 0,
      };
    },

    /** @param scope within the project of the repository */
    async findRepository(name: string, scope: Scope): Promise<RepositoryRow | undefined> {
      const { rows } = await sql<NamedRepository>`
        select name, project, tag_count, size_bytes, pushed_at, sorted_at
        from ${repositoryNamesIn(scope)} as repository_names where name = ${name}
      `.execute(kysely);
      return (await withRegistries(rows, scope))[0];
    },
  };
}

export type RepositoriesView = ReturnType<typeof createRepositoriesView>;

function positionOf(row: NamedRepository, sort: RepositorySort): KeysetPosition {
  if (sort === '-pushed') return [row.sorted_at.getTime(), row.name];
  if (sort === '-size') return [row.size_bytes, row.name];
  if (sort === '-tags') return [row.tag_count, row.name];
  return [row.name];
}
