import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Database } from './database-port.ts';
import { withDeadline } from './ping-deadline.ts';
import { createPostgresListener } from './postgres-listener.ts';
import type { Tables } from './tables.ts';

const asText = (text: string) => text;
const { builtins } = pg.types;
const int8Array = 1016;
const numericArray = 1231;
// pg-types knows arrays by ids that its types leave out.
const parseTextArray = pg.types.getTypeParser(int8Array as Parameters<typeof pg.types.getTypeParser>[0]);
const parseNumbers = (text: string): (number | null)[] =>
  (parseTextArray(text) as (string | null)[]).map((item) => (item === null ? null : Number(item)));

/** The embedded database has the same; see Database in index.ts. */
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, Number],
  [builtins.NUMERIC, Number],
  [builtins.DATE, asText],
  [builtins.INTERVAL, asText],
  [int8Array, parseNumbers],
  [numericArray, parseNumbers],
]);

const typeParsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) || pg.types.getTypeParser(oid, format as 'text'),
};

export async function openPostgresDatabase(
  location: { url: string; maxConnections?: number },
  onWarning: (sentence: string, error: unknown) => void,
): Promise<Database> {
  const settings: pg.PoolConfig = {
    connectionString: location.url,
    application_name: 'longshore',
    types: typeParsers as pg.CustomTypesConfig,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    // A half-open connection gives no error by itself; a statement that takes this long is as good as lost.
    query_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
  };
  const pool = new pg.Pool({ ...settings, max: location.maxConnections ?? 10 });
  // Without this listener one lost idle connection ends the process.
  pool.on('error', (error) =>
    onWarning('A connection to the database was lost; a new one is opened when needed.', error),
  );
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const listener = createPostgresListener(settings, onWarning);
  return {
    kind: 'postgres',
    kysely,
    queueBackend: { kind: 'postgres', connectionString: location.url },
    listen: listener.listen,
    notify: async (channel, payload) => {
      await sql`select pg_notify(${channel}, ${payload})`.execute(kysely);
    },
    ping: (timeoutMs = 5000) => withDeadline(sql`select 1`.execute(kysely), timeoutMs),
    close: async () => {
      await listener.close();
      await kysely.destroy();
    },
  };
}
