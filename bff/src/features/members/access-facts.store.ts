import { type Kysely, sql } from 'kysely';
import { type RoleCell, roleRowsOf } from '../../access/role-cells.ts';
import type { ProjectFacts, RoleRow } from '../../access/subject.ts';
import type { RegistryPlace } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';

export type AccessFactsStore = ReturnType<typeof createAccessFactsStore>;

/** What every decision rests on. */
export function createAccessFactsStore(kysely: Kysely<Tables>) {
  return {
    /** Project → the rows of its grid that name the user, directly or through a group. */
    async rowsOf(userId: string): Promise<ReadonlyMap<string, readonly RoleRow[]>> {
      const { rows } = await sql<RoleCell>`
        select project, environment, role, coalesce(group_id, user_id)::text as holder from members
        where user_id = ${userId} or group_id in (select group_id from group_users where user_id = ${userId})
      `.execute(kysely);
      return roleRowsOf(rows);
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
