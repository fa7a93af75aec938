import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { ExecutionEnd, PairEnd, ScopedEnd, StoredNotice } from './notices.ts';

type Connection = Kysely<Tables>;
/** Under the lock that all planning is under. Handed through to whatever must happen in the same transaction. */
export type EndsTransaction = Connection;

export type SubscribedNotice = Pick<StoredNotice, 'id' | 'name' | 'project' | 'policyId' | 'policyName' | 'kinds'>;
export type EndsStore = ReturnType<typeof createEndsStore>;

const batchLength = 20;
const plannerLock = 1_819_240_056;

export function createEndsStore(database: Connection) {
  return {
    /** Takes away some ends, and hands them to `plan` in the same transaction. */
    take: (plan: (transaction: EndsTransaction, ends: readonly ExecutionEnd[]) => Promise<void>): Promise<void> =>
      database.transaction().execute(async (transaction) => {
        // One at a time over all instances: which failure a success follows depends on the order.
        await sql`select pg_advisory_xact_lock(${plannerLock})`.execute(transaction);
        const { rows } = await sql<Row<'execution_ends'>>`
          delete from execution_ends where id in (
            select id from execution_ends order by id limit ${batchLength}
          ) returning *`.execute(transaction);
        await plan(transaction, rows.toSorted((one, other) => one.id - other.id).map(fromRow));
      }),

    async hasSome(): Promise<boolean> {
      return (await database.selectFrom('execution_ends').select('id').limit(1).executeTakeFirst()) !== undefined;
    },

    /** Remembers which pairs fail now, and says since when, also of those that do no longer. */
    async notePairs(
      transaction: EndsTransaction,
      { project, endedAt }: Pick<ScopedEnd, 'project' | 'endedAt'>,
      policyId: string | null,
      pairs: readonly Omit<PairEnd, 'failingSince'>[],
    ): Promise<PairEnd[]> {
      const noted: PairEnd[] = [];
      for (const pair of pairs) {
        const key = { project: project ?? '', policyId: policyId ?? '', ...pair };
        noted.push(await notePair(transaction, key, endedAt));
      }
      return noted;
    },

    /** Whom an end of this scope and policy is for. */
    async findSubscribed(
      transaction: EndsTransaction,
      project: string | null,
      policyId: string | null,
    ): Promise<SubscribedNotice[]> {
      const { rows } = await sql<SubscribedNotice>`
        select n.id, n.name, n.project, n.policy_id as "policyId", p.name as "policyName", n.kinds
        from notices n left join policies p on p.id::text = n.policy_id
        where not n.is_disabled and n.project is not distinct from ${project}
          and (n.policy_id is null or n.policy_id = ${policyId}::text)
        order by n.id`.execute(transaction);
      return rows;
    },
  };
}

interface PairKey extends Omit<PairEnd, 'failingSince'> {
  readonly project: string;
  readonly policyId: string;
}

async function notePair(transaction: Connection, key: PairKey, endedAt: Date): Promise<PairEnd> {
  const { project, policyId, sourceRegistryId, destinationRegistryId, state } = key;
  const pair = { sourceRegistryId, destinationRegistryId };
  if (state === 'stopped') return { ...pair, state, failingSince: null };
  if (state === 'failed') {
    const { rows } = await sql<{ failing_since: Date }>`
      insert into notice_pairs (project, policy_id, source_registry_id, destination_registry_id, failing_since)
      values (${project}, ${policyId}, ${sourceRegistryId}, ${destinationRegistryId}, ${endedAt})
      on conflict (project, policy_id, source_registry_id, destination_registry_id)
        do update set failing_since = notice_pairs.failing_since
      returning failing_since`.execute(transaction);
    return { ...pair, state, failingSince: rows[0]?.failing_since ?? endedAt };
  }
  const { rows } = await sql<{ failing_since: Date }>`
    delete from notice_pairs
    where project = ${project} and policy_id = ${policyId}
      and source_registry_id = ${sourceRegistryId} and destination_registry_id = ${destinationRegistryId}
    returning failing_since`.execute(transaction);
  const since = rows[0]?.failing_since;
  return since === undefined
    ? { ...pair, state, failingSince: null }
    : { ...pair, state: 'recovered', failingSince: since };
}

function fromRow(row: Row<'execution_ends'>): ExecutionEnd {
  return {
    executionId: row.execution_id,
    policyId: row.policy_id,
    policyName: row.policy_name,
    trigger: row.trigger,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    pairs: row.pairs,
    failures: row.failures,
  };
}
