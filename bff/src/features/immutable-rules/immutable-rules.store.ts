import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { Rule, RulePatterns } from './immutable-rules.ts';

export type ImmutableRulesStore = ReturnType<typeof createImmutableRulesStore>;

export interface FoundTag {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface PlacedRepository {
  readonly id: number;
  readonly name: string;
}

export function createImmutableRulesStore(kysely: Kysely<Tables>) {
  return {
    async hasProject(project: string): Promise<boolean> {
      const query = kysely.selectFrom('projects').select('name').where('name', '=', project);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async list(project: string): Promise<Rule[]> {
      const rows = await kysely
        .selectFrom('immutable_rules')
        .selectAll()
        .where('project', '=', project)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(ruleOf);
    },
    /** Undefined where there is no such project. */
    async insert(project: string, rule: RulePatterns & Pick<Rule, 'id' | 'createdBy'>): Promise<Rule | undefined> {
      const { rows } = await sql<Row<'immutable_rules'>>`
        insert into immutable_rules (id, project, environment, repository_pattern, tag_pattern, created_by)
        select ${rule.id}::uuid, name, ${rule.environment}::text, ${rule.repositoryPattern}::text,
          ${rule.tagPattern}::text, ${rule.createdBy}::text
        from projects where name = ${project} for key share
        returning *`.execute(kysely);
      return rows[0] && ruleOf(rows[0]);
    },
    async remove(project: string, id: string): Promise<boolean> {
      const removed = await kysely
        .deleteFrom('immutable_rules')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },

    /** Of the registries of one environment, or of all. */
    async listRepositories(project: string, environment: string | null): Promise<PlacedRepository[]> {
      let query = kysely
        .selectFrom('repositories')
        .innerJoin('registries', 'registries.id', 'repositories.registry_id')
        .select(['repositories.id', 'repositories.name'])
        .where('repositories.project', '=', project);
      if (environment !== null) query = query.where('registries.environment', '=', environment);
      return query.execute();
    },
    async listTagNames(repositoryIds: readonly number[]): Promise<string[]> {
      const { rows } = await sql<{ name: string }>`
        select distinct name from tags
        where repository_id = any (${[...repositoryIds]}::bigint[]) and is_shown`.execute(kysely);
      return rows.map(({ name }) => name);
    },
    async countTags(repositoryIds: readonly number[], names: readonly string[]): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from tags
        where repository_id = any (${[...repositoryIds]}::bigint[]) and name = any (${[...names]}::text[])
          and is_shown`.execute(kysely);
      return rows[0]?.count ?? 0;
    },
    newestTags: (repositoryIds: readonly number[], names: readonly string[], limit: number) =>
      newestTags(kysely, repositoryIds, names, limit),
  };
}

async function newestTags(
  kysely: Kysely<Tables>,
  repositoryIds: readonly number[],
  names: readonly string[],
  limit: number,
): Promise<FoundTag[]> {
  const { rows } = await sql<{ registry_id: string; repository: string; name: string }>`
    select registry_id, repository, name from tags
    where repository_id = any (${[...repositoryIds]}::bigint[]) and name = any (${[...names]}::text[]) and is_shown
    order by coalesce(pushed_at, first_seen_at) desc, repository, name, registry_id limit ${limit}`.execute(kysely);
  return rows.map((row) => ({ registryId: row.registry_id, repository: row.repository, tag: row.name }));
}

function ruleOf(row: Row<'immutable_rules'>): Rule {
  return {
    id: row.id,
    environment: row.environment,
    repositoryPattern: row.repository_pattern,
    tagPattern: row.tag_pattern,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
