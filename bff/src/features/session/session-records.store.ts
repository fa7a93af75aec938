import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** What the session library keeps; only the account in it is ours to read. */
type SessionContent = { accountId: string } & object;

/** Sessions in the database: every instance reads the same, and they survive a restart. */
export function createSessionRecordsStore<Content extends SessionContent>(kysely: Kysely<Tables>) {
  // By the database's clock: the instances' own may differ.
  const expiry = (idleMs: number) => sql<Date>`now() + make_interval(secs => ${idleMs / 1000})`;
  return {
    async find(idHash: string): Promise<Content | null> {
      const row = await kysely
        .selectFrom('sessions')
        .select('content')
        .where('id_hash', '=', idHash)
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst();
      return row === undefined ? null : (row.content as unknown as Content);
    },
    async save(idHash: string, content: Content, idleMs: number): Promise<void> {
      const values = {
        user_id: content.accountId,
        content: JSON.stringify(content),
        expires_at: expiry(idleMs),
      };
      await kysely
        .insertInto('sessions')
        .values({ id_hash: idHash, ...values })
        .onConflict((conflict) => conflict.column('id_hash').doUpdateSet(values))
        .execute();
    },
    async touch(idHash: string, idleMs: number): Promise<void> {
      await kysely
        .updateTable('sessions')
        .set({ expires_at: expiry(idleMs) })
        .where('id_hash', '=', idHash)
        .execute();
    },
    async remove(idHash: string): Promise<void> {
      await kysely.deleteFrom('sessions').where('id_hash', '=', idHash).execute();
    },
    async removeExpired(): Promise<void> {
      await kysely.deleteFrom('sessions').where('expires_at', '<', sql<Date>`now()`).execute();
    },
  };
}
