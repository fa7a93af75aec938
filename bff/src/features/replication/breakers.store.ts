import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { Reason, Touched } from './replication.ts';
import { aboutWriting } from './retry-policy.ts';

/** Of `tasks t` and `registry_breakers b`: whether the task has to do with that registry. */
const needs = sql<boolean>`(t.destination_registry_id = b.registry_id
  or (t.source_registry_id = b.registry_id and b.reason->>'code' not in (${sql.join(aboutWriting)})))`;

export type BreakersStore = ReturnType<typeof createBreakersStore>;

/**
 * A breaker for each registry that is in trouble as a whole, for all instances. Open: until its time no task is claimed
 * that needs it. Then half-open: one task at a time is, the oldest. Closed: there is none.
 */
export function createBreakersStore(database: Kysely<Tables>) {
  return {
    async open(registryId: string, reason: Reason, delayMs: number): Promise<void> {
      const text = JSON.stringify(reason);
      await sql`
        insert into registry_breakers (registry_id, reason, probe_at)
        values (${registryId}, ${text}::jsonb, now() + ${delayMs} * interval '1 millisecond')
        on conflict (registry_id) do update set reason = excluded.reason,
          probe_at = greatest(registry_breakers.probe_at, excluded.probe_at)`.execute(database);
    },

    /** Somebody has reason to believe that it can be used: the next claim finds out. */
    async probeNow(registryIds: readonly string[]): Promise<void> {
      if (registryIds.length === 0) return;
      await database
        .updateTable('registry_breakers')
        .set({ probe_at: sql<Date>`now()` })
        .where('registry_id', 'in', registryIds)
        .execute();
    },

    /** The same for all that these tasks need. */
    async probeNowFor(taskIds: readonly string[]): Promise<void> {
      if (taskIds.length === 0) return;
      const needed = (column: 'source_registry_id' | 'destination_registry_id') =>
        database.selectFrom('tasks').select(column).where('id', 'in', taskIds);
      await database
        .updateTable('registry_breakers')
        .set({ probe_at: sql<Date>`now()` })
        .where((where) =>
          where('registry_id', 'in', needed('source_registry_id')).or(
            'registry_id',
            'in',
            needed('destination_registry_id'),
          ),
        )
        .execute();
    },

    /**
     * A task succeeded that read one and wrote into the other, or at least looked there. What only writing can tell nobody else
     * knows. @returns those that had been in trouble
     */
    async close(source: string, destination: string, isChanged: boolean): Promise<string[]> {
      const { rows } = await sql<{ registry_id: string }>`
        delete from registry_breakers where registry_id in (${source}, ${destination})
          and (reason->>'code' not in (${sql.join(aboutWriting)}) or (${isChanged} and registry_id = ${destination}))
        returning registry_id`.execute(database);
      return rows.map((row) => row.registry_id);
    },

    /** Tasks that were made since wait with the cause, instead of being queued without one; and none is due before its time. */
    async park(): Promise<Touched> {
      const { rows } = await sql<{ id: string; execution_id: string }>`
        update tasks t set state = 'waiting', reason = b.reason,
          next_attempt_at = b.probe_at + random() * interval '2 seconds'
        from registry_breakers b
        where (t.state = 'queued' or (t.state = 'waiting' and t.next_attempt_at < b.probe_at))
          and not t.stop_requested and b.probe_at > now() and ${needs}
        returning t.id, t.execution_id`.execute(database);
      return {
        taskIds: rows.map(({ id }) => id),
        executionIds: [...new Set(rows.map((row) => row.execution_id))],
      };
    },
  };
}

/** What needs a registry that is in trouble is tried one at a time: the others wait, and are due when it can be used again. */
export async function waitBehindBreakers(transaction: Kysely<Tables>, taskIds: readonly string[]): Promise<void> {
  await sql`
    update tasks t set state = 'waiting', reason = b.reason, next_attempt_at = now()
    from registry_breakers b
    where t.id = any (${[...taskIds]}::uuid[]) and t.state = 'queued' and ${needs}`.execute(transaction);
}
