import { type Kysely, sql } from 'kysely';
import type { ProjectFacts, RoleRow } from '../../access/subject.ts';
import type { RegistryPlace } from '../../access/scope.ts';
import type { Row, Tables } from '../../database/index.ts';

export type AccessFactsStore = ReturnType<typeof createAccessFactsStore>;

/** What every decision rests on. */
export function createAccessFactsStore(kysely: Kysely<Tables>) {
  return {
    /** Project → the rows of its grid that name the user, directly or through a group. */
    async rowsOf(userId: string): Promise<Map<string, RoleRow[]>> {
      const { rows } = await sql<Pick<Row<'members'>, 'project' | 'environment' | 'role'> & { holder: string }>`
        select project, environment, role, coalesce(group_id, user_id)::text as holder from members
        where user_id = ${userId} or group_id in (select group_id from group_users where user_id = ${userId})
      `.execute(kysely);
      const byProject = new Map<string, RoleRow[]>();
      for (const [, cells] of Map.groupBy(rows, ({ project, holder }) => `${project}\n${holder}`)) {
        const [first] = cells;
        if (first === undefined) continue;
        const row: RoleRow = {
          defaultRole: cells.find(({ environment }) => environment === '')?.role ?? null,
          environmentRoles: new Map(
            cells.filter(({ environment }) => environment !== '').map(({ environment, role }) => [environment, role]),
          ),
        };
        byProject.set(first.project, [...(byProject.get(first.project) ?? []), row]);
      }
      return byProject;
    },

    /** Those that are public somewhere or archived; all others are neither. */
    async listNotableProjects(): Promise<Map<string, ProjectFacts>> {
      const rows = await kysely
        .selectFrom('projects')
        .select(['name', 'is_public', 'public_environments', 'archived_at'])
        .where(sql<boolean>`(is_public or public_environments <> '{}' or archived_at is not null)`)
        .execute();
      return new Map(
        rows.map((row) => [
          row.name,
          {
            isPublic: row.is_public,
            publicEnvironments: new Map(Object.entries(row.public_environments)),
            isArchived: row.archived_at !== null,
          },
        ]),
      );
    },

    /** In the order of their environments. */
    async listRegistryPlaces(): Promise<RegistryPlace[]> {
      const rows = await kysely
        .selectFrom('registries')
        .select(['id', 'environment'])
        .orderBy('position')
        .orderBy('id')
        .execute();
      return rows.map(({ id, environment }) => ({ registryId: id, environment }));
    },

    async allowsAnonymous(): Promise<boolean> {
      const row = await kysely.selectFrom('settings').select('allows_anonymous').executeTakeFirst();
      return row?.allows_anonymous ?? false;
    },
  };
}
