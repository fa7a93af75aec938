import { type Kysely, sql, type Transaction, type UpdateObject } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';

export interface UserFields {
  readonly displayName: string;
  readonly email: string | null;
  readonly isSystemAdmin: boolean;
  readonly isDisabled: boolean;
}

export interface NewUser extends Omit<UserFields, 'isDisabled'> {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string;
}

export type UserChange = { readonly [K in keyof UserFields]?: UserFields[K] | undefined };

export type UserUpdate =
  | { readonly outcome: 'updated'; readonly before: UserFields; readonly after: UserFields }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'changed-meanwhile' }
  | { readonly outcome: 'last-system-admin' };

export type UsersStore = ReturnType<typeof createUsersStore>;

export function createUsersStore(kysely: Kysely<Tables>) {
  return {
    async findUsername(id: string): Promise<string | undefined> {
      const row = await kysely.selectFrom('users').select('username').where('id', '=', id).executeTakeFirst();
      return row?.username;
    },

    /** False where the name is taken, by whoever was faster. */
    async insert({ id, username, displayName, email, isSystemAdmin, passwordHash }: NewUser): Promise<boolean> {
      const inserted = await kysely
        .insertInto('users')
        .values({
          id,
          username,
          display_name: displayName,
          email,
          password_hash: passwordHash,
          is_system_admin: isSystemAdmin,
          password_changed_at: sql<Date>`now()`,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return inserted !== undefined;
    },

    /** All or nothing; who is disabled has no session any more, also when enabled again. */
    update(id: string, version: number, change: UserChange): Promise<UserUpdate> {
      return kysely.transaction().execute(async (transaction): Promise<UserUpdate> => {
        const takesAway = change.isDisabled === true || change.isSystemAdmin === false;
        // Before the user's own row, and in one order for all: two who take it from each other wait here, one for the other.
        const administrators = takesAway ? await lockAdministrators(transaction) : [];
        const row = await transaction
          .selectFrom('users')
          .selectAll()
          .where('id', '=', id)
          .forNoKeyUpdate()
          .executeTakeFirst();
        if (row === undefined) return { outcome: 'missing' };
        if (row.version !== version) return { outcome: 'changed-meanwhile' };
        if (administrators.length === 1 && administrators[0] === row.id) return { outcome: 'last-system-admin' };
        const before = fieldsOf(row);
        const after = await transaction
          .updateTable('users')
          .set({ ...columnsOf(before, change), version: version + 1 })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (after.disabled_at !== null) await transaction.deleteFrom('sessions').where('user_id', '=', id).execute();
        return { outcome: 'updated', before, after: fieldsOf(after) };
      });
    },

    /** Whose grids name the user: what they show of a person has changed. */
    async listProjectsNaming(id: string): Promise<string[]> {
      const rows = await kysely
        .selectFrom('members')
        .select('project')
        .distinct()
        .where('user_id', '=', id)
        .orderBy('project')
        .execute();
      return rows.map(({ project }) => project);
    },
  };
}

/** Ids of the enabled system administrators, as they are once nobody else is changing them. */
async function lockAdministrators(transaction: Transaction<Tables>): Promise<string[]> {
  const rows = await transaction
    .selectFrom('users')
    .select('id')
    .where('is_system_admin', '=', true)
    .where('disabled_at', 'is', null)
    .orderBy('id')
    // Sessions and groups that refer to the rows are not in the way.
    .forNoKeyUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

function columnsOf(before: UserFields, change: UserChange): UpdateObject<Tables, 'users'> {
  const { displayName, email, isSystemAdmin, isDisabled } = change;
  return {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(email === undefined ? {} : { email }),
    ...(isSystemAdmin === undefined ? {} : { is_system_admin: isSystemAdmin }),
    ...(isDisabled === undefined || isDisabled === before.isDisabled ? {} : disabling(isDisabled)),
  };
}

function disabling(isDisabled: boolean): UpdateObject<Tables, 'users'> {
  const now = sql<Date>`clock_timestamp()`;
  return isDisabled ? { disabled_at: now, sessions_ended_at: now } : { disabled_at: null };
}

function fieldsOf(row: Row<'users'>): UserFields {
  return {
    displayName: row.display_name,
    email: row.email,
    isSystemAdmin: row.is_system_admin,
    isDisabled: row.disabled_at !== null,
  };
}
