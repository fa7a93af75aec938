import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { PlannedWork, StoredPolicy } from './policy.ts';
import type { NamedTag } from './select-tags.ts';

export type PolicyRunsStore = ReturnType<typeof createPolicyRunsStore>;
type Transaction = Kysely<Tables>;

/** What makes a policy due. */
export interface DuePolicies {
  /** On push: the source's log has grown. */
  readonly changed: readonly string[];
  /** Everything is to be examined: enabled, changed or resumed, or the source was scanned. */
  readonly full: readonly string[];
  readonly scheduled: readonly string[];
  /** Something was logged that is not to be read yet, because an older transaction is open. */
  readonly isLogAhead: boolean;
}

/** What one plan moves when it is carried out. */
export interface PlanStep {
  readonly cursor?: string | undefined;
  readonly isFullDue?: false | undefined;
  readonly reconciledScanAt?: Date | null | undefined;
  readonly nextRunAt?: Date | null | undefined;
  /** Of everything; a plan of changes has not looked at the rest. */
  readonly found?: PlannedWork | undefined;
}

/**
 * Whether a run that somebody or the schedule began has tasks that move. Those that only wait, for a destination that is paused
 * or away, hold up no other: what is open is not planned twice.
 */
const isUnderWay = (policyId: RawBuilder<unknown>) => sql<boolean>`exists (
  select from executions e join tasks t on t.execution_id = e.id
  where e.policy_id = ${policyId} and e.state = 'running' and e.trigger in ('manual', 'schedule')
    and t.state in ('queued', 'running') and not t.stop_requested)`;

const followsNow = sql<boolean>`p.is_enabled and p.paused_at is null`;

export function createPolicyRunsStore(database: Kysely<Tables>) {
  return {
    listDue: (): Promise<DuePolicies> => listDue(database),

    /**
     * Carries a plan out if nothing has happened to the policy since it was read; to be called in the transaction that
     * makes its tasks. Of several instances that plan at once one gets true.
     */
    take: (transaction: Transaction, policy: StoredPolicy, step: PlanStep) => take(transaction, policy, step),
    /** Where there is nothing to do. */
    settle: (policy: StoredPolicy, step: PlanStep): Promise<boolean> =>
      database.transaction().execute((transaction) => take(transaction, policy, step)),

    /**
     * Tags besides these whose deletion was planned within the last ten minutes: a wave may come in several plans. What was
     * stopped or declined has deleted nothing.
     */
    async countRecentDeletions(policyId: string, planned: readonly NamedTag[]): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(distinct (source_repository, source_reference)) as count from tasks
        where policy_id = ${policyId}::uuid and kind = 'delete' and created_at > now() - interval '10 minutes'
          and state <> 'stopped' and (source_repository, source_reference) not in (
            select repository, name from jsonb_to_recordset(${JSON.stringify(planned)}::jsonb)
              as planned (repository text, name text))`.execute(database);
      return rows[0]?.count ?? 0;
    },

    /** Whether somebody's run, or one of the schedule, is under way. */
    async isRunning(policyId: string): Promise<boolean> {
      const { rows } = await sql<{ is: boolean }>`select ${isUnderWay(sql`${policyId}::uuid`)} as is`.execute(database);
      return rows[0]?.is === true;
    },
  };
}

async function listDue(database: Kysely<Tables>): Promise<DuePolicies> {
  const { rows } = await sql<{
    id: string;
    is_changed: boolean;
    is_full: boolean;
    is_scheduled: boolean;
    is_ahead: boolean;
  }>`
    select * from (
      select p.id,
        p.on_push and exists (
          select from tag_history h where h.registry_id = p.source_registry_id and h.txid >= p.cursor
            and h.txid < pg_snapshot_xmin(pg_current_snapshot())
        ) as is_changed,
        p.on_push and exists (
          select from tag_history h where h.registry_id = p.source_registry_id
            and h.txid >= pg_snapshot_xmin(pg_current_snapshot())
        ) as is_ahead,
        p.is_full_due or (p.on_push and p.reconciled_scan_at is distinct from r.scanned_at) as is_full,
        coalesce(p.next_run_at <= now(), false) and not ${isUnderWay(sql`p.id`)} as is_scheduled
      from (select p.*, (p.content->>'onPush')::boolean as on_push from policies p where ${followsNow}) p
      left join registries r on r.id = p.source_registry_id
    ) due
    where is_changed or is_full or is_scheduled or is_ahead`.execute(database);
  const those = (isDue: (row: (typeof rows)[number]) => boolean) => rows.filter(isDue).map(({ id }) => id);
  return {
    changed: those((row) => row.is_changed),
    full: those((row) => row.is_full),
    scheduled: those((row) => row.is_scheduled),
    isLogAhead: rows.some((row) => row.is_ahead),
  };
}

async function take(transaction: Transaction, policy: StoredPolicy, step: PlanStep): Promise<boolean> {
  const updated = await transaction
    .updateTable('policies')
    .set({
      plan_count: policy.planCount + 1,
      last_reason: null,
      ...(step.cursor === undefined ? {} : { cursor: sql<string>`${step.cursor}::text::xid8` }),
      ...(step.isFullDue === undefined ? {} : { is_full_due: false }),
      ...(step.reconciledScanAt === undefined ? {} : { reconciled_scan_at: step.reconciledScanAt }),
      ...(step.nextRunAt === undefined ? {} : { next_run_at: step.nextRunAt }),
      ...(step.found === undefined ? {} : { looked_at: sql<Date>`now()`, look_found: JSON.stringify(step.found) }),
    })
    .where('id', '=', policy.id)
    .where('version', '=', policy.version)
    .where('plan_count', '=', policy.planCount)
    .where('is_enabled', '=', policy.isEnabled)
    .where('paused_at', 'is', null)
    .where(sql<boolean>`cursor is not distinct from ${policy.cursor}::text::xid8`)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}
