import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { EndsTransaction } from './ends.store.ts';
import type { HeldPair, HeldPart, Hold, HoldFacts } from './holds.ts';
import type { NoticeReason } from './notices.ts';

export type HoldsStore = ReturnType<typeof createHoldsStore>;

/** Everything is done under the lock of the ends. @param heldBackCode what a task has that waits for a person's word */
export function createHoldsStore(heldBackCode: string) {
  const isHeld = sql<boolean>`t.state = 'waiting' and not t.stop_requested and t.reason->>'code' = ${heldBackCode}`;
  return {
    list: (transaction: EndsTransaction) => list(transaction, isHeld),
    /** @returns undefined where it was answered meanwhile */
    describe: (transaction: EndsTransaction, hold: Hold, project: string | null) =>
      describe(transaction, isHeld, hold, project),
    /** By policy, when a hold that the notice was told of was seen last. */
    async listSeen(transaction: EndsTransaction, noticeId: string): Promise<Map<string, Date>> {
      const rows = await transaction
        .selectFrom('notice_holds')
        .select(['policy_id', 'seen_at'])
        .where('notice_id', '=', noticeId)
        .execute();
      return new Map(rows.map((row) => [row.policy_id, row.seen_at]));
    },
    async noteSeen(transaction: EndsTransaction, noticeId: string, { policyId }: Hold, at: Date): Promise<void> {
      await transaction
        .insertInto('notice_holds')
        .values({ notice_id: noticeId, policy_id: policyId, seen_at: at })
        .onConflict((conflict) => conflict.columns(['notice_id', 'policy_id']).doUpdateSet({ seen_at: at }))
        .execute();
    },
  };
}

async function list(transaction: Kysely<Tables>, isHeld: RawBuilder<boolean>): Promise<HeldPart[]> {
  const { rows } = await sql<HeldPart>`
    select project_of_repository(t.destination_repository) as project, t.policy_id::text as "policyId",
      min(t.created_at) as since
    from tasks t join policies p on p.id = t.policy_id where ${isHeld} group by 1, 2 order by 3, 2`.execute(
    transaction,
  );
  return rows;
}

interface FactsRow extends HeldPair {
  readonly isWhole: boolean;
  readonly tags: number;
  readonly policyName: string | null;
  readonly isOwn: boolean | null;
  readonly executionId: string | null;
  readonly planReason: NoticeReason | null;
  readonly taskReason: NoticeReason | null;
}

/** The newest run is the one that the policy's page asks about, and it has counted those before it. */
async function describe(
  transaction: Kysely<Tables>,
  isHeld: RawBuilder<boolean>,
  { policyId }: Hold,
  project: string | null,
): Promise<HoldFacts | undefined> {
  const { rows } = await sql<FactsRow>`
    select t.source_registry_id as "sourceRegistryId", t.destination_registry_id as "destinationRegistryId",
      grouping(t.destination_registry_id) = 1 as "isWhole", count(*)::int as deletions,
      count(distinct (t.source_repository, t.source_reference))::int as tags, min(p.name) as "policyName",
      bool_and(${project}::text is null or p.project = ${project}::text) as "isOwn",
      (array_agg(e.id order by e.created_at desc, e.id))[1]::text as "executionId",
      (array_agg(e.held_back order by e.created_at desc, e.id))[1] as "planReason",
      (array_agg(t.reason))[1] as "taskReason"
    from tasks t join policies p on p.id = t.policy_id join executions e on e.id = t.execution_id
    where ${isHeld} and t.policy_id = ${policyId}::uuid
      and (${project}::text is null or project_of_repository(t.destination_repository) = ${project}::text)
    group by grouping sets ((), (t.source_registry_id, t.destination_registry_id))
    order by 2, 1`.execute(transaction);
  const whole = rows.find(({ isWhole }) => isWhole);
  if (whole === undefined || whole.policyName === null || whole.executionId === null) return undefined;
  const { policyName, executionId, tags, deletions, isOwn, planReason, taskReason } = whole;
  // The plan's own figures count what belongs to other projects, too.
  const reason = (isOwn === true ? planReason : null) ?? taskReason;
  if (reason === null) return undefined;
  const pairs = rows.filter(({ isWhole }) => !isWhole).map(pairOf);
  return { policyName, executionId, tags, deletions, pairs, reason };
}

function pairOf({ sourceRegistryId, destinationRegistryId, deletions }: FactsRow): HeldPair {
  return { sourceRegistryId, destinationRegistryId, deletions };
}
