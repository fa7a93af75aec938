import type { PGlite } from '@electric-sql/pglite';

/** A table that has enough dead rows to be worth vacuuming, or enough changes for its statistics to mislead the planner. */
const neediest = `
  select format('%I.%I', schemaname, relname) as name, n_dead_tup > 1000 + 0.2 * n_live_tup as is_bloated
  from pg_stat_user_tables
  where n_dead_tup > 1000 + 0.2 * n_live_tup or n_mod_since_analyze > 200 + 0.2 * n_live_tup
  order by n_dead_tup + n_mod_since_analyze desc limit 1`;
const restMs = 60_000;
const betweenTablesMs = 2000;

export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * What autovacuum does on PostgreSQL and nobody does on PGlite. Without it `tasks` and `sessions`, rewritten all day, grow for
 * ever, and statistics from an empty table have the planner read a full one. One table at a time: everything else waits.
 * @returns the name of the table that was looked after
 */
export async function lookAfterOneTable(pglite: PGlite, exclusively: Exclusively): Promise<string | undefined> {
  // Counts of the session itself are otherwise a second or more behind.
  await exclusively(() => pglite.query('select pg_stat_force_next_flush()'));
  const { rows } = await exclusively(() => pglite.query<{ name: string; is_bloated: boolean }>(neediest));
  const [table] = rows;
  if (table === undefined) return undefined;
  await exclusively(() => pglite.query(`${table.is_bloated ? 'vacuum (analyze)' : 'analyze'} ${table.name}`));
  return table.name;
}

/** @returns how to stop */
export function startUpkeep(pglite: PGlite, exclusively: Exclusively): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const rest = (durationMs: number): void => {
    if (!isStopped) timer = setTimeout(() => void run(), durationMs).unref();
  };
  const run = async (): Promise<void> => {
    try {
      rest((await lookAfterOneTable(pglite, exclusively)) === undefined ? restMs : betweenTablesMs);
    } catch (error) {
      if (isStopped || pglite.closed) return;
      process.emitWarning(error instanceof Error ? error : String(error), 'EmbeddedDatabaseUpkeep');
      rest(restMs);
    }
  };
  rest(restMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
