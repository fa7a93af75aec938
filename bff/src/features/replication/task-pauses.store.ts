import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { heldBackCode, pausedCode, type Reason } from './replication.ts';

/** Tasks with these wait for a person; when they are due next says nothing. */
export const parkedCodes: readonly string[] = [pausedCode, heldBackCode];
const paused: Reason = {
  code: pausedCode,
  sentence: 'The policy is paused; it goes on when it is resumed.',
  params: {},
};
const isPaused = sql`(p.paused_at is not null or exists (
  select from policy_destinations d where d.policy_id = p.id and d.registry_id = t.destination_registry_id))`;

interface Parked {
  readonly taskIds: readonly string[];
  readonly executionIds: readonly string[];
}

/** What is queued of a paused policy or destination waits until it is resumed. @param among only of these tasks */
export async function parkPaused(database: Kysely<Tables>, among?: readonly string[]): Promise<Parked> {
  const isAmong = among === undefined ? sql`true` : sql`t.id = any (${[...among]}::uuid[])`;
  const { rows } = await sql<{ id: string; execution_id: string }>`
    update tasks t set state = 'waiting', reason = ${JSON.stringify(paused)}::jsonb,
      next_attempt_at = now() + interval '1 year', deadline_at = now() + interval '2 years'
    from policies p
    where p.id = t.policy_id and t.state in ('queued', 'waiting') and not t.stop_requested and ${isAmong}
      and coalesce(t.reason->>'code', '') not in (${pausedCode}, ${heldBackCode}) and ${isPaused}
      and (exists (select from policies where paused_at is not null) or exists (select from policy_destinations))
    returning t.id, t.execution_id`.execute(database);
  return {
    taskIds: rows.map(({ id }) => id),
    executionIds: [...new Set(rows.map((row) => row.execution_id))],
  };
}

/** And what waited for a pause that is over is due at once. */
export async function followPauses(database: Kysely<Tables>): Promise<{ parked: Parked; released: number }> {
  const parked = await parkPaused(database);
  const released = await sql<{ id: string }>`
    update tasks t set next_attempt_at = now(), deadline_at = now() + interval '24 hours'
    from policies p
    where p.id = t.policy_id and t.state = 'waiting' and t.reason->>'code' = ${pausedCode}
      and t.next_attempt_at > now() and not ${isPaused}
    returning t.id`.execute(database);
  return { parked, released: released.rows.length };
}
