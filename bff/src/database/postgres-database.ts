import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Database } from './database-port.ts';
import { withDeadline } from './ping-deadline.ts';
import { PostgresConnections } from './postgres-connections.ts';
import { PostgresListener } from './postgres-listener.ts';
import type { Tables } from './tables.ts';

const asText = (text: string) => text;
/** By number: the driver's own list of types leaves arrays out. */
const oids = { int8: 20, numeric: 1700, date: 1082, interval: 1186, int8Array: 1016, numericArray: 1231 };

type Parser = (text: string) => unknown;
const parserOf = pg.types.getTypeParser as unknown as (oid: number, format?: string) => Parser;
const parseTexts = parserOf(oids.int8Array) as (text: string) => (string | null)[];
const parseNumbers: Parser = (text) => parseTexts(text).map((item) => (item === null ? null : Number(item)));

/** The embedded database has the same; see Database in database-port.ts. */
const parsers = new Map<number, Parser>([
  [oids.int8, Number],
  [oids.numeric, Number],
  [oids.date, asText],
  [oids.interval, asText],
  [oids.int8Array, parseNumbers],
  [oids.numericArray, parseNumbers],
]);

const typeParsers = {
  getTypeParser: (oid: number, format?: string): Parser =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? parserOf(oid, format),
};

export async function openPostgresDatabase(
  location: { url: string; maxConnections?: number },
  onWarning: (sentence: string, error: unknown) => void,
): Promise<Database> {
  const connections = new PostgresConnections(location.url);
  const pool = new pg.Pool({ ...connections.poolSettings, types: typeParsers, max: location.maxConnections ?? 10 });
  // Without this listener one lost idle connection ends the process.
  pool.on('error', (error) =>
    onWarning('A connection to the database was lost; a new one is opened when needed.', error),
  );
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const listener = new PostgresListener(connections, onWarning);
  return {
    kind: 'postgres',
    kysely,
    queueBackend: { kind: 'postgres', poolSettings: connections.poolSettings },
    listen: (channel, handler, options) => listener.listen(channel, handler, options),
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
