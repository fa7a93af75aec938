import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';

export interface StoredAccount {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly isSystemAdmin: boolean;
  readonly isDisabled: boolean;
  readonly passwordHash: string | null;
  /** Changes with the password, and when the account is disabled. */
  readonly credentialVersion: string;
}

export interface NewAccount {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly isSystemAdmin: boolean;
}

export type AccountsStore = ReturnType<typeof createAccountsStore>;

export function createAccountsStore(kysely: Kysely<Tables>) {
  return {
    async findById(id: string): Promise<StoredAccount | undefined> {
      const row = await kysely.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    /** Upper and lower case are the same name. */
    async findByUsername(username: string): Promise<StoredAccount | undefined> {
      const row = await kysely
        .selectFrom('users')
        .selectAll()
        .where(sql<boolean>`lower(username) = lower(${username})`)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    async hasAny(): Promise<boolean> {
      return (await kysely.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
    },
    /** False where the name is taken, by whoever was faster. */
    async insert(account: NewAccount): Promise<boolean> {
      const inserted = await kysely
        .insertInto('users')
        .values({
          id: account.id,
          username: account.username,
          display_name: account.displayName,
          password_hash: account.passwordHash,
          is_system_admin: account.isSystemAdmin,
          password_changed_at: sql<Date>`now()`,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return inserted !== undefined;
    },
    /** Ends the account's sessions too; a disabled account stays so. */
    async setPassword(id: string, passwordHash: string): Promise<void> {
      await kysely.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('users')
          .set({ password_hash: passwordHash, password_changed_at: sql<Date>`clock_timestamp()` })
          .where('id', '=', id)
          .execute();
        await transaction.deleteFrom('sessions').where('user_id', '=', id).execute();
      });
    },
    async enable(id: string): Promise<void> {
      await kysely.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute();
    },
    async noteSignIn(id: string): Promise<void> {
      await kysely.updateTable('users').set({ last_sign_in_at: sql<Date>`now()` }).where('id', '=', id).execute();
    },
  };
}

export function accountOf(row: Row<'users'>): StoredAccount {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    isSystemAdmin: row.is_system_admin,
    isDisabled: row.disabled_at !== null,
    passwordHash: row.password_hash,
    credentialVersion: [row.password_changed_at, row.sessions_ended_at].map((at) => at?.getTime() ?? 0).join('.'),
  };
}
