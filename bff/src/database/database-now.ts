import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What is due is due by this clock alone: those of several consoles differ. */
export async function databaseNow(kysely: Kysely<Tables>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(kysely);
  return rows[0]?.now ?? new Date();
}
