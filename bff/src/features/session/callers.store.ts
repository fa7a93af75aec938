import { type Kysely, sql } from 'kysely';
import { type RoleCell, roleRowsOf } from '../../access/role-cells.ts';
import type { RoleRow } from '../../access/subject.ts';
import type { Row, Tables } from '../../database/index.ts';
import { accountOf, type StoredAccount } from './accounts.store.ts';

export interface Caller extends StoredAccount {
  /** Project → the rows of its grid that name the user, directly or through a group. */
  readonly rows: ReadonlyMap<string, readonly RoleRow[]>;
}

/**
 * Finds who sends a request. Every request needs the account and its roles as they are now, so that both are one statement;
 * undefined for an account that is gone or disabled.
 */
export function callerFinder(kysely: Kysely<Tables>): (id: string) => Promise<Caller | undefined> {
  return async (id) => {
    const { rows } = await sql<Row<'users'> & { cells: RoleCell[] | null }>`
      select users.*, (
        select jsonb_agg(jsonb_build_object(
          'project', project, 'environment', environment, 'role', role, 'holder', coalesce(group_id, user_id)
        ))
        from members
        where user_id = users.id or group_id in (select group_id from group_users where group_users.user_id = users.id)
      ) as cells
      from users where id = ${id} and disabled_at is null
    `.execute(kysely);
    const [row] = rows;
    return row && { ...accountOf(row), rows: roleRowsOf(row.cells ?? []) };
  };
}
