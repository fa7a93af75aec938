import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

export interface StoredKey {
  /** RFC 7638 thumbprint. */
  readonly keyId: string;
  readonly privateKeySealed: string;
  readonly certificatePem: string;
  readonly createdAt: Date;
  /** Null: it signs now. */
  readonly retiresAt: Date | null;
}

export type NewKey = Pick<StoredKey, 'keyId' | 'privateKeySealed' | 'certificatePem'>;

export type SigningKeysStore = ReturnType<typeof createSigningKeysStore>;

export function createSigningKeysStore(kysely: Kysely<Tables>) {
  return {
    /** The one that signs, then those still trusted, the newest first. */
    async listTrusted(): Promise<StoredKey[]> {
      const rows = await kysely
        .selectFrom('signing_keys')
        .selectAll()
        .where(sql<boolean>`(retires_at is null or retires_at > now())`)
        .orderBy(sql`retires_at is null`, 'desc')
        .orderBy('retires_at', 'desc')
        .execute();
      return rows.map((row) => ({
        keyId: row.key_id,
        privateKeySealed: row.private_key_sealed,
        certificatePem: row.certificate_pem,
        createdAt: row.created_at,
        retiresAt: row.retires_at,
      }));
    },

    /** Nothing where one signs already: of several instances that start at once, one makes the key. */
    async insertFirst(key: NewKey): Promise<void> {
      await insert(kysely, key);
    },

    /** Two at once come one after the other, or one does it for both: afterwards one key signs. */
    async rotate(key: NewKey, trustedForSeconds: number): Promise<void> {
      await kysely.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('signing_keys').where(sql<boolean>`retires_at <= now()`).execute();
        await transaction
          .updateTable('signing_keys')
          .set({ retires_at: sql<Date>`now() + make_interval(secs => ${trustedForSeconds}::int)` })
          .where('retires_at', 'is', null)
          .execute();
        await insert(transaction, key);
      });
    },
  };
}

/** An index lets only one key sign at a time. */
async function insert(connection: Kysely<Tables>, key: NewKey): Promise<void> {
  await connection
    .insertInto('signing_keys')
    .values({
      key_id: key.keyId,
      private_key_sealed: key.privateKeySealed,
      certificate_pem: key.certificatePem,
      created_at: sql<Date>`clock_timestamp()`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
