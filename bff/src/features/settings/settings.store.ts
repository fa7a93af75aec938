import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';

export interface StoredSettings {
  readonly allowsAnonymous: boolean;
  readonly version: number;
  readonly updatedAt: Date | null;
}

export type SettingsStore = ReturnType<typeof createSettingsStore>;

/** One row that is always there. */
export function createSettingsStore(kysely: Kysely<Tables>) {
  return {
    async get(): Promise<StoredSettings> {
      return fromRow(await kysely.selectFrom('settings').selectAll().executeTakeFirstOrThrow());
    },
    /** Undefined where somebody else was faster. */
    async update(
      version: number,
      change: Pick<StoredSettings, 'allowsAnonymous'>,
    ): Promise<StoredSettings | undefined> {
      const row = await kysely
        .updateTable('settings')
        .set({ allows_anonymous: change.allowsAnonymous, version: version + 1, updated_at: sql<Date>`now()` })
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },
  };
}

function fromRow(row: Row<'settings'>): StoredSettings {
  return { allowsAnonymous: row.allows_anonymous, version: row.version, updatedAt: row.updated_at };
}
