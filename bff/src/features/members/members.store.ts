import { type Kysely, sql } from 'kysely';
import { likeLiteral } from '../../database/keyset.ts';
import type { Row, Tables } from '../../database/index.ts';
import type { CellChange, Grid, GridRow, GroupUser, MemberKey } from './members.ts';

export type MembersStore = ReturnType<typeof createMembersStore>;
type Connection = Kysely<Tables>;

export interface Candidate extends MemberKey {
  readonly name: string;
  readonly displayName: string;
}

const candidatesMax = 20;

export function createMembersStore(kysely: Connection) {
  return {
    /** Undefined where there is no such project. `about`: users and groups that get a row even without a cell. */
    async readGrid(project: string, about: readonly MemberKey[] = []): Promise<Grid | undefined> {
      const found = await kysely.selectFrom('projects').select('name').where('name', '=', project).executeTakeFirst();
      return found && readGrid(kysely, project, about);
    },

    /**
     * Reads the grid, lets `plan` look at it and say what is to be written, and writes it. Two people change one project's
     * members one after the other; what `plan` throws leaves everything as it was. Undefined where there is no such project.
     */
    change<T>(
      project: string,
      about: readonly MemberKey[],
      plan: (grid: Grid) => { readonly cells: readonly CellChange[]; readonly result: T },
    ): Promise<T | undefined> {
      return kysely.transaction().execute(async (transaction) => {
        const { rows } = await sql`select 1 from projects where name = ${project} for no key update`.execute(
          transaction,
        );
        if (rows.length === 0) return undefined;
        const { cells, result } = plan(await readGrid(transaction, project, about));
        for (const cell of cells) await writeCell(transaction, project, cell);
        return result;
      });
    },

    /** Users and groups that are no members yet; the best matches first. */
    async listCandidates(project: string, q: string): Promise<Candidate[]> {
      const text = q.trim().toLowerCase();
      const starts = `${likeLiteral(text)}%`;
      const within = `%${starts}`;
      const { rows } = await sql<{ kind: 'user' | 'group'; id: string; name: string; display_name: string }>`
        select kind, id, name, display_name from (
          select 'user' as kind, id, username as name, display_name from users
          where disabled_at is null and id not in (
            select user_id from members where project = ${project} and user_id is not null)
          union all
          select 'group', id, name, name from groups
          where id not in (select group_id from members where project = ${project} and group_id is not null)
        ) candidates
        where lower(name) like ${within} or lower(display_name) like ${within}
        order by case
            when ${text} = '' then 0
            when lower(name) = ${text} then 0
            when lower(display_name) = ${text} then 1
            when lower(name) like ${starts} then 2
            when lower(display_name) like ${starts} then 3
            when lower(display_name) like ${`% ${starts}`} then 4
            else 5 end,
          lower(display_name), lower(name), id
        limit ${candidatesMax}`.execute(kysely);
      return rows.map((row) => ({ kind: row.kind, id: row.id, name: row.name, displayName: row.display_name }));
    },
  };
}

async function readGrid(connection: Connection, project: string, about: readonly MemberKey[]): Promise<Grid> {
  const cells = await connection
    .selectFrom('members')
    .select(['user_id', 'group_id', 'environment', 'role'])
    .where('project', '=', project)
    .execute();
  const ofUser = Map.groupBy(cells, ({ user_id }) => user_id);
  const ofGroup = Map.groupBy(cells, ({ group_id }) => group_id);
  const ids = (kind: MemberKey['kind'], held: ReadonlyMap<string | null, unknown>) => [
    ...new Set([
      ...[...held.keys()].filter((id) => id !== null),
      ...about.filter((key) => key.kind === kind).map(({ id }) => id),
    ]),
  ];
  const groups = await readGroups(connection, ids('group', ofGroup));
  const users = await readUsers(connection, ids('user', ofUser));
  const groupUsers = await readGroupUsers(
    connection,
    groups.map(({ id }) => id),
  );
  const counts = Map.groupBy(groupUsers, ({ groupId }) => groupId);
  const rows: GridRow[] = [
    ...users.map((user) => ({ ...user, ...roleRow(ofUser.get(user.id) ?? []) })),
    ...groups.map(({ id, name }) => ({
      kind: 'group' as const,
      id,
      name,
      displayName: name,
      isDisabled: false,
      isSystemAdmin: false,
      userCount: counts.get(id)?.length ?? 0,
      ...roleRow(ofGroup.get(id) ?? []),
    })),
  ];
  return { project, rows, groupUsers };
}

function roleRow(
  cells: readonly Pick<Row<'members'>, 'environment' | 'role'>[],
): Pick<GridRow, 'defaultRole' | 'environmentRoles'> {
  return {
    defaultRole: cells.find(({ environment }) => environment === '')?.role ?? null,
    environmentRoles: new Map(
      cells.filter(({ environment }) => environment !== '').map(({ environment, role }) => [environment, role]),
    ),
  };
}

/** Held fast until the transaction ends: a cell cannot be written for somebody who is being removed. */
async function readUsers(connection: Connection, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = await connection
    .selectFrom('users')
    .select(['id', 'username', 'display_name', 'disabled_at', 'is_system_admin'])
    .where('id', 'in', ids)
    .orderBy('id')
    .forKeyShare()
    .execute();
  return rows.map((row) => ({
    kind: 'user' as const,
    id: row.id,
    name: row.username,
    displayName: row.display_name,
    isDisabled: row.disabled_at !== null,
    isSystemAdmin: row.is_system_admin,
    userCount: null,
  }));
}

async function readGroups(connection: Connection, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return connection
    .selectFrom('groups')
    .select(['id', 'name'])
    .where('id', 'in', ids)
    .orderBy('id')
    .forKeyShare()
    .execute();
}

async function readGroupUsers(connection: Connection, groupIds: readonly string[]): Promise<GroupUser[]> {
  if (groupIds.length === 0) return [];
  const rows = await connection
    .selectFrom('group_users')
    .innerJoin('users', 'users.id', 'group_users.user_id')
    .select(['group_id', 'user_id', 'disabled_at'])
    .where('group_id', 'in', groupIds)
    .execute();
  return rows.map((row) => ({ groupId: row.group_id, userId: row.user_id, isEnabled: row.disabled_at === null }));
}

async function writeCell(connection: Connection, project: string, cell: CellChange): Promise<void> {
  const { kind, id, role } = cell;
  const environment = cell.environment ?? '';
  const column = kind === 'user' ? 'user_id' : 'group_id';
  if (role === null) {
    await connection
      .deleteFrom('members')
      .where('project', '=', project)
      .where(column, '=', id)
      .where('environment', '=', environment)
      .execute();
    return;
  }
  await connection
    .insertInto('members')
    .values({
      project,
      environment,
      role,
      user_id: kind === 'user' ? id : null,
      group_id: kind === 'group' ? id : null,
    })
    .onConflict((conflict) =>
      conflict.columns([column, 'project', 'environment']).where(column, 'is not', null).doUpdateSet({ role }),
    )
    .execute();
}
