import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { CellRole } from '../../access/subject.ts';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';

export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly isSystemAdmin: boolean;
  readonly isDisabled: boolean;
  readonly groups: ReadonlyArray<{ readonly id: string; readonly name: string }>;
  readonly projectCount: number;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date;
  readonly version: number;
}

export interface Membership {
  readonly project: string;
  /** Empty: all environments. */
  readonly environment: string;
  readonly role: CellRole;
  /** Null: the user's own. */
  readonly group: string | null;
}

export type UserSort = 'username' | '-username' | '-created' | '-signed-in';

export interface ReadUsers {
  readonly q: string | undefined;
  readonly state: 'enabled' | 'disabled' | 'system-admin' | undefined;
  readonly sort: UserSort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

export type UsersView = ReturnType<typeof createUsersView>;

const username = (direction: 'asc' | 'desc'): KeysetColumn => ({
  expression: sql`lower(u.username)`,
  direction,
  type: 'text',
});
const instant = (expression: RawBuilder<unknown>): KeysetColumn => ({ expression, direction: 'desc', type: 'instant' });
// Positions are whole milliseconds, the columns are finer.
const created = sql`date_trunc('milliseconds', u.created_at)`;
/** Who never signed in comes last. */
const signedIn = sql`coalesce(date_trunc('milliseconds', u.last_sign_in_at), 'epoch'::timestamptz)`;

export const userOrders: Readonly<Record<UserSort, readonly KeysetColumn[]>> = {
  username: [username('asc')],
  '-username': [username('desc')],
  '-created': [instant(created), username('asc')],
  '-signed-in': [instant(signedIn), username('asc')],
};

const columns = sql`
  u.id, u.username, u.display_name as "displayName", u.email, u.is_system_admin as "isSystemAdmin",
  u.disabled_at is not null as "isDisabled", u.last_sign_in_at as "lastSignInAt", u.created_at as "createdAt", u.version,
  coalesce((
    select json_agg(json_build_object('id', g.id, 'name', g.name) order by lower(g.name))
    from group_users gu join groups g on g.id = gu.group_id where gu.user_id = u.id
  ), '[]') as groups,
  (
    select count(distinct m.project) from members m where m.role <> 'none'
      and (m.user_id = u.id or m.group_id in (select gu.group_id from group_users gu where gu.user_id = u.id))
  ) as "projectCount"`;

interface SortedUserRow extends UserRow {
  readonly sortName: string;
}

export function createUsersView(kysely: Kysely<Tables>) {
  return {
    async listUsers({ q, state, sort, limit, after }: ReadUsers) {
      const filter = sql`${sql.join([...matching(q), inState(state)], sql` and `)}`;
      const order = userOrders[sort];
      const { rows } = await sql<SortedUserRow>`
        select ${columns}, lower(u.username) as "sortName" from users u
        where ${filter} and ${isAfter(order, after)} order by ${orderBy(order)} limit ${limit + 1}
      `.execute(kysely);
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1) : undefined;
      const counted = await sql<{ total: number }>`select count(*) as total from users u where ${filter}`.execute(
        kysely,
      );
      return {
        items: items as readonly UserRow[],
        next: last === undefined ? null : positionOf(last, sort),
        total: counted.rows[0]?.total ?? 0,
      };
    },

    async findUser(id: string): Promise<UserRow | undefined> {
      const { rows } = await sql<UserRow>`select ${columns} from users u where u.id = ${id}`.execute(kysely);
      return rows[0];
    },

    /** Every cell that names the user, directly or through a group. */
    async listMemberships(id: string): Promise<Membership[]> {
      const { rows } = await sql<Membership>`
        select m.project, m.environment, m.role, g.name as "group"
        from members m left join groups g on g.id = m.group_id
        where m.user_id = ${id} or m.group_id in (select group_id from group_users where user_id = ${id})
        order by m.project, lower(g.name) nulls first, m.environment
      `.execute(kysely);
      return rows;
    },

    async countAccessTokens(id: string): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from access_tokens where user_id = ${id} and expires_at > now()
      `.execute(kysely);
      return rows[0]?.count ?? 0;
    },
  };
}

function matching(q: string | undefined): RawBuilder<boolean>[] {
  if (q === undefined || q === '') return [];
  const pattern = `%${likeLiteral(q)}%`;
  const holds = (column: string) => sql`${sql.ref(column)} ilike ${pattern}`;
  return [sql<boolean>`(${holds('u.username')} or ${holds('u.display_name')} or ${holds('u.email')})`];
}

function inState(state: ReadUsers['state']): RawBuilder<boolean> {
  if (state === undefined) return sql<boolean>`true`;
  if (state === 'disabled') return sql<boolean>`u.disabled_at is not null`;
  // Who is disabled is no administrator of anything.
  return state === 'enabled'
    ? sql<boolean>`u.disabled_at is null`
    : sql<boolean>`(u.is_system_admin and u.disabled_at is null)`;
}

function positionOf(row: SortedUserRow, sort: UserSort): KeysetPosition {
  if (sort === '-created') return [row.createdAt.getTime(), row.sortName];
  return sort === '-signed-in' ? [row.lastSignInAt?.getTime() ?? 0, row.sortName] : [row.sortName];
}
