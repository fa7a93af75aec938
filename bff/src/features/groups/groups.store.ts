import { type Kysely, sql, type Transaction } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';

export interface StoredGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly users: ReadonlyArray<{ readonly id: string; readonly username: string; readonly displayName: string }>;
  readonly projectCount: number;
  readonly createdAt: Date;
  readonly version: number;
}

export interface GroupDraft {
  readonly name: string;
  /** Undefined leaves it as it is. */
  readonly description: string | undefined;
  readonly userIds: readonly string[];
}

/** `user-missing`: somebody of the draft is no user (any more). */
export type GroupFailure = 'missing' | 'changed-meanwhile' | 'name-taken' | 'user-missing';

export type GroupsStore = ReturnType<typeof createGroupsStore>;

class Failure extends Error {
  readonly failure: GroupFailure;
  constructor(failure: GroupFailure) {
    super(failure);
    this.failure = failure;
  }
}

export function createGroupsStore(kysely: Kysely<Tables>) {
  const read = async (id?: string): Promise<StoredGroup[]> => {
    const { rows } = await sql<StoredGroup>`
      select g.id, g.name, g.description, g.created_at as "createdAt", g.version,
        coalesce((
          select json_agg(json_build_object('id', u.id, 'username', u.username, 'displayName', u.display_name)
            order by lower(u.username))
          from group_users gu join users u on u.id = gu.user_id where gu.group_id = g.id
        ), '[]') as users,
        (select count(distinct m.project) from members m where m.group_id = g.id and m.role <> 'none') as "projectCount"
      from groups g ${id === undefined ? sql`` : sql`where g.id = ${id}`} order by lower(g.name)
    `.execute(kysely);
    return rows;
  };
  return {
    list: (): Promise<StoredGroup[]> => read(),
    find: async (id: string): Promise<StoredGroup | undefined> => (await read(id))[0],

    /** Undefined where it worked; all or nothing. */
    create(id: string, draft: GroupDraft): Promise<GroupFailure | undefined> {
      return allOrNothing(kysely, async (transaction) => {
        const inserted = await transaction
          .insertInto('groups')
          .values({ id, name: draft.name, description: draft.description ?? '' })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst();
        if (inserted === undefined) throw new Failure('name-taken');
        await setUsers(transaction, id, draft.userIds);
      });
    },

    update(id: string, version: number, draft: GroupDraft): Promise<GroupFailure | undefined> {
      return allOrNothing(kysely, async (transaction) => {
        const row = await lock(transaction, id);
        if (row === undefined) throw new Failure('missing');
        if (row.version !== version) throw new Failure('changed-meanwhile');
        await rename(transaction, row, draft);
        await setUsers(transaction, id, draft.userIds);
      });
    },

    /** With the roles it gave; false where it was gone already. */
    async remove(id: string): Promise<boolean> {
      const removed = await kysely.deleteFrom('groups').where('id', '=', id).returning('id').executeTakeFirst();
      return removed !== undefined;
    },

    /** Whose grids name the group. */
    async listProjectsNaming(id: string): Promise<string[]> {
      const rows = await kysely
        .selectFrom('members')
        .select('project')
        .distinct()
        .where('group_id', '=', id)
        .orderBy('project')
        .execute();
      return rows.map(({ project }) => project);
    },
  };
}

async function allOrNothing(
  kysely: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<void>,
): Promise<GroupFailure | undefined> {
  try {
    await kysely.transaction().execute(work);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.failure;
    throw error;
  }
}

function lock(transaction: Transaction<Tables>, id: string): Promise<Row<'groups'> | undefined> {
  return transaction.selectFrom('groups').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

async function rename(transaction: Transaction<Tables>, row: Row<'groups'>, draft: GroupDraft): Promise<void> {
  const { id, version, description } = row;
  try {
    await transaction
      .updateTable('groups')
      .set({ name: draft.name, description: draft.description ?? description, version: version + 1 })
      .where('id', '=', id)
      .execute();
  } catch (error) {
    // An update has no "on conflict"; the unique index is the only judge who was first.
    const uniqueViolation = '23505';
    if ((error as { code?: unknown }).code === uniqueViolation) throw new Failure('name-taken');
    throw error;
  }
}

async function setUsers(transaction: Transaction<Tables>, id: string, userIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(userIds.map((userId) => userId.toLowerCase()))];
  await sql`delete from group_users where group_id = ${id} and user_id <> all (${wanted}::uuid[])`.execute(transaction);
  await sql`
    insert into group_users (group_id, user_id)
    select ${id}::uuid, u.id from users u where u.id = any (${wanted}::uuid[]) on conflict do nothing
  `.execute(transaction);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from group_users where group_id = ${id}
  `.execute(transaction);
  if (rows[0]?.count !== wanted.length) throw new Failure('user-missing');
}
