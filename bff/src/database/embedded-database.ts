import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { lockFolder } from './folder-lock.ts';
import type { Database, QueueBackend } from './database-port.ts';
import { type Exclusively, startUpkeep } from './embedded-upkeep.ts';
import { withDeadline } from './ping-deadline.ts';
import { preparing } from './prepared-statements.ts';
import type { Tables } from './tables.ts';

/** Left alone, PGlite takes 128 MB of shared buffers at start; the catalog's working set fits into far less. */
const SERVER_SETTINGS = ['-c', 'shared_buffers=16MB'];

const parsers = {
  [types.INT8]: Number,
  [types.NUMERIC]: Number,
  [types.DATE]: (text: string) => text,
  [types.INTERVAL]: (text: string) => text,
};

/** Only one process may use `folder`: PGlite has no lock of its own and two would lose committed rows silently. */
export async function openEmbeddedDatabase(location: {
  folder: string | null;
  initialContent?: Blob;
}): Promise<Database & { pglite: PGlite }> {
  const { folder } = location;
  if (folder !== null) await mkdir(path.dirname(folder), { recursive: true });
  const unlock = folder === null ? async () => {} : await lockFolder(folder);
  try {
    const pglite = await PGlite.create({
      ...(folder === null ? {} : { dataDir: folder }),
      ...(location.initialContent === undefined ? {} : { loadDataDir: location.initialContent }),
      parsers,
      extensions: { pg_trgm },
      startParams: [...PGlite.defaultStartParams, ...SERVER_SETTINGS],
    });
    return embeddedDatabase(pglite, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function embeddedDatabase(pglite: PGlite, unlock: () => Promise<void>): Database & { pglite: PGlite } {
  const target = preparing(pglite);
  const kysely = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: target }) });
  // Every statement goes through Kysely's connection lock: one that did not could land in somebody's open transaction.
  const exclusively: Exclusively = (work) => kysely.connection().execute(work);
  const stopUpkeep = startUpkeep(pglite, exclusively);
  const listen = async (channel: string, handler: (payload: string) => void) => {
    const unlisten = await exclusively(() => pglite.listen(channel, handler));
    return () => (pglite.closed ? Promise.resolve() : exclusively(() => unlisten()));
  };
  const session: Extract<QueueBackend, { kind: 'pglite' }>['session'] = {
    query: (text, values) => exclusively(() => target.query(text, values)),
    exec: (text) =>
      exclusively(async () => {
        try {
          return await pglite.exec(text);
        } catch (error) {
          // A failed block of BEGIN … COMMIT leaves the one session in an aborted transaction, for everyone.
          await pglite.query('ROLLBACK').catch(() => {});
          throw error;
        }
      }),
    listen,
  };
  return {
    kind: 'embedded',
    kysely,
    pglite,
    queueBackend: { kind: 'pglite', session },
    listen,
    notify: async (channel, payload) => {
      await sql`select pg_notify(${channel}, ${payload})`.execute(kysely);
    },
    ping: (timeoutMs = 5000) => withDeadline(sql`select 1`.execute(kysely), timeoutMs),
    close: async () => {
      stopUpkeep();
      await kysely.destroy();
      if (!pglite.closed) await pglite.close();
      await unlock();
    },
  };
}
