import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';

/** What a project is by itself, whatever is in it. */
export interface StoredProject {
  readonly name: string;
  readonly description: string;
  readonly isPublic: boolean;
  /** Overrides `isPublic` in an environment. */
  readonly publicEnvironments: Readonly<Record<string, boolean>>;
  readonly isArchived: boolean;
  readonly version: number;
}

export type ProjectDraft = Omit<StoredProject, 'isArchived' | 'version'>;
export type ProjectValues = Omit<StoredProject, 'name' | 'version'>;

export type ProjectsStore = ReturnType<typeof createProjectsStore>;

export function createProjectsStore(kysely: Kysely<Tables>) {
  return {
    async find(name: string): Promise<StoredProject | undefined> {
      const row = await kysely.selectFrom('projects').selectAll().where('name', '=', name).executeTakeFirst();
      return row && storedOf(row);
    },

    /** False where there is one of that name. */
    async insert({ name, description, isPublic, publicEnvironments }: ProjectDraft): Promise<boolean> {
      const made = await kysely
        .insertInto('projects')
        .values({ name, description, is_public: isPublic, public_environments: JSON.stringify(publicEnvironments) })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst();
      return made !== undefined;
    },

    /** False where `version` is not the current one any more. */
    async update(name: string, version: number, values: ProjectValues): Promise<boolean> {
      const changed = await kysely
        .updateTable('projects')
        .set({
          description: values.description,
          is_public: values.isPublic,
          public_environments: JSON.stringify(values.publicEnvironments),
          archived_at: values.isArchived ? sql<Date>`coalesce(archived_at, now())` : null,
          version: sql<number>`version + 1`,
        })
        .where('name', '=', name)
        .where('version', '=', version)
        .returning('name')
        .executeTakeFirst();
      return changed !== undefined;
    },

    /** With members, robots and rules. Tags that are being written hold the row, so that none comes in unseen. */
    async remove(name: string): Promise<'removed' | 'missing' | 'not-empty'> {
      return kysely.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('projects')
          .select('name')
          .where('name', '=', name)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) return 'missing';
        const tag = await transaction
          .selectFrom('tags')
          .select('name')
          .where('project', '=', name)
          .limit(1)
          .executeTakeFirst();
        if (tag !== undefined) return 'not-empty';
        await transaction.deleteFrom('projects').where('name', '=', name).execute();
        return 'removed';
      });
    },
  };
}

function storedOf(row: Row<'projects'>): StoredProject {
  return {
    name: row.name,
    description: row.description,
    isPublic: row.is_public,
    publicEnvironments: row.public_environments,
    isArchived: row.archived_at !== null,
    version: row.version,
  };
}
