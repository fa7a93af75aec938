import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { PathStep, StoredPath } from './promotions.ts';

export type PromotionPathsStore = ReturnType<typeof createPromotionPathsStore>;

export function createPromotionPathsStore(kysely: Kysely<Tables>) {
  return {
    async find(project: string): Promise<StoredPath> {
      const query = kysely.selectFrom('promotion_paths').selectAll().where('project', '=', project);
      const row = await query.executeTakeFirst();
      return row === undefined ? { steps: null, version: 0 } : pathOf(row);
    },
    /** Undefined where somebody else changed it since `version`, or the project is gone. */
    async set(
      project: string,
      version: number,
      steps: readonly PathStep[] | null,
      changedBy: string | null,
    ): Promise<StoredPath | undefined> {
      const json = steps === null ? null : JSON.stringify(steps);
      const { rows } = await sql<Row<'promotion_paths'>>`
        insert into promotion_paths (project, steps, changed_by)
        select name, ${json}::jsonb, ${changedBy}::text from projects
        where name = ${project}
          and (${version}::integer = 0 or exists (select from promotion_paths where project = ${project}))
        on conflict (project) do update set steps = excluded.steps, version = promotion_paths.version + 1,
          changed_by = excluded.changed_by, changed_at = now()
        where promotion_paths.version = ${version}::integer
        returning *`.execute(kysely);
      return rows[0] && pathOf(rows[0]);
    },
  };
}

function pathOf({ steps, version }: Row<'promotion_paths'>): StoredPath {
  return { steps, version };
}
