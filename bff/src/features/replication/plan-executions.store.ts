import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { passingCodes } from '../../registry-client/index.ts';
import { declinedCode, heldBackCode, type Reason, type Touched } from './replication.ts';
import type { ReplicationTransaction } from './replication.store.ts';
import { sentences } from './task-outcome.ts';
import { followPauses } from './task-pauses.store.ts';
import { endExecutions } from './task-records.store.ts';

export interface PlannedTask {
  readonly id: string;
  readonly kind: 'copy' | 'delete';
  readonly source: { readonly repository: string; readonly tag: string };
  readonly destination: { readonly registryId: string; readonly repository: string; readonly tag: string };
  /** Pinned: a tag that moves meanwhile is another plan's. */
  readonly digest: string;
  /** What the tag is at the destination, where this takes its place. */
  readonly replacesDigest: string | null;
  readonly originAt: Date;
  readonly isContested: boolean;
  readonly sizeBytes: number | null;
}

export interface PlannedExecution {
  readonly id: string;
  readonly policy: { readonly id: string; readonly name: string; readonly version: number };
  readonly trigger: 'manual' | 'schedule' | 'push' | 'reconcile';
  readonly requestedBy: string | null;
  readonly requesterId: string | null;
  readonly sourceRegistryId: string;
  readonly includeReferrers: boolean;
  readonly whenDifferent: 'replace' | 'skip';
  /** Names such as linux/amd64; null: all. */
  readonly platforms: readonly string[] | null;
  readonly attempts: number;
  readonly planned: Readonly<Record<string, number>>;
  /** Its deletions wait for a person's word. */
  readonly heldBack: Reason | null;
  /** There is an execution even where there is nothing to do: somebody asked for it. */
  readonly keepsEmpty: boolean;
  /**
   * What nobody asked for again. `declined`: what somebody decided against; `declined-and-ended`: also what was stopped or
   * failed for good within the last hour, or by a passing cause within ten minutes.
   */
  readonly passesOver: 'nothing' | 'declined' | 'declined-and-ended';
  readonly tasks: readonly PlannedTask[];
}

export interface CreatedPlan extends Touched {
  /** Older tasks for the same tags that run still. */
  readonly runningTaskIds: readonly string[];
  readonly taskCount: number;
}

export type PlanExecutionsStore = ReturnType<typeof createPlanExecutionsStore>;

/** Few enough that the embedded database, which works in the console's thread, gives it back soon. */
const chunkLength = 500;
const declined: Reason = {
  code: declinedCode,
  sentence: 'Somebody decided against this deletion: the destination keeps the tag.',
  params: {},
};

/** Of an execution's deletions those that a person decides about: all of them, or those that this person sees. */
export interface Decided {
  readonly executionId: string;
  readonly taskIds: readonly string[] | null;
}

const isHeld = sql`tasks.state = 'waiting' and tasks.reason->>'code' = ${heldBackCode}`;
const isAmong = (taskIds: Decided['taskIds']) =>
  taskIds === null ? sql`true` : sql`tasks.id = any (${[...taskIds]}::uuid[])`;
const areNoOthersHeld = (taskIds: Decided['taskIds']) => sql`not exists (
  select from tasks where tasks.execution_id = executions.id and ${isHeld} and not ${isAmong(taskIds)})`;

/** Executions and tasks that policies make, beside those that people ask for one by one. */
export function createPlanExecutionsStore(database: Kysely<Tables>) {
  return {
    /**
     * Everything or nothing. @param isWanted in the same transaction, before anything is written: false ends it
     * @returns undefined where it was not wanted, or there was nothing to do that is not being done
     */
    create: (
      execution: PlannedExecution,
      isWanted: (transaction: ReplicationTransaction) => Promise<boolean>,
      alsoDo: (transaction: ReplicationTransaction) => Promise<void>,
    ): Promise<CreatedPlan | undefined> =>
      database.transaction().execute(async (transaction) => {
        if (!(await isWanted(transaction))) return undefined;
        const created = await create(transaction, execution);
        if (created.taskCount > 0) await alsoDo(transaction);
        return created.taskCount === 0 && !execution.keepsEmpty ? undefined : created;
      }),

    /** A person has said yes. @returns undefined where nothing waits for that */
    async confirm({ executionId, taskIds }: Decided): Promise<Touched | undefined> {
      const { rows } = await sql<{ id: string }>`
        with released as (
          update tasks set state = 'queued', reason = null, next_attempt_at = null,
            deadline_at = now() + interval '24 hours'
          where execution_id = ${executionId} and ${isHeld} and ${isAmong(taskIds)}
          returning id
        ), told as (
          update executions set held_back = null
          where id = ${executionId} and held_back is not null and ${areNoOthersHeld(taskIds)}
        )
        select id from released`.execute(database);
      return rows.length === 0 ? undefined : { taskIds: rows.map(({ id }) => id), executionIds: [executionId] };
    },

    decline: (decided: Decided) => decline(database, decided),

    findOvertaken: (policyId: string, settled: readonly PlannedTask[]) => findOvertaken(database, policyId, settled),

    followPauses: () => followPauses(database),

    /** Executions of a policy that have open tasks. */
    async listOpen(policyId: string): Promise<string[]> {
      const rows = await database
        .selectFrom('executions')
        .select('id')
        .where('policy_id', '=', policyId)
        .where('state', '=', 'running')
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}

/** A person has said no. @returns undefined where nothing waits for that */
function decline(database: Kysely<Tables>, { executionId, taskIds }: Decided): Promise<Touched | undefined> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ id: string }>`
      with declined as (
        update tasks set state = 'stopped', stop_requested = true, finished_at = now(), next_attempt_at = null,
          reason = ${JSON.stringify(declined)}::jsonb
        where execution_id = ${executionId} and ${isHeld} and ${isAmong(taskIds)}
        returning id
      ), told as (
        update executions set held_back = null
        where id = ${executionId} and held_back is not null and ${areNoOthersHeld(taskIds)}
      )
      select id from declined`.execute(transaction);
    await endExecutions(transaction, [executionId]);
    return rows.length === 0 ? undefined : { taskIds: rows.map(({ id }) => id), executionIds: [executionId] };
  });
}

async function create(transaction: Kysely<Tables>, execution: PlannedExecution): Promise<CreatedPlan> {
  await insertExecution(transaction, execution);
  const superseded: { id: string; execution_id: string; state: string }[] = [];
  let taskCount = 0;
  const others = await findOthers(transaction, execution);
  for (let from = 0; from < execution.tasks.length; from += chunkLength) {
    const chunk = execution.tasks.slice(from, from + chunkLength);
    if (others.areOpen) superseded.push(...(await supersede(transaction, execution, chunk)));
    taskCount += await insertTasks(transaction, execution, chunk, {
      from,
      areOthers: others.areOpen || others.areEnded,
    });
    await nextTurn();
  }
  const older = [...new Set(superseded.map((task) => task.execution_id))];
  // Its own, too: what was declined before, or waits already, is in no task of it.
  await tellNoneHeld(transaction, [...older, execution.id]);
  await endExecutions(transaction, older);
  if (taskCount === 0) await endEmpty(transaction, execution);
  return {
    taskCount,
    taskIds: superseded.map(({ id }) => id),
    executionIds: [...older, execution.id],
    runningTaskIds: superseded.filter(({ state }) => state === 'running').map(({ id }) => id),
  };
}

/** Of executions whose last deletion that waited for a word was overtaken: nobody need say it any more. */
async function tellNoneHeld(transaction: Kysely<Tables>, executionIds: readonly string[]): Promise<void> {
  if (executionIds.length === 0) return;
  await sql`
    update executions set held_back = null
    where id = any (${[...executionIds]}::uuid[]) and held_back is not null and ${areNoOthersHeld([])}`.execute(
    transaction,
  );
}

async function insertExecution(transaction: Kysely<Tables>, execution: PlannedExecution): Promise<void> {
  const { policy, heldBack } = execution;
  await transaction
    .insertInto('executions')
    .values({
      id: execution.id,
      trigger: execution.trigger,
      requested_by: execution.requestedBy,
      requester_id: execution.requesterId,
      include_referrers: execution.includeReferrers,
      when_different: execution.whenDifferent,
      platforms: execution.platforms && JSON.stringify(execution.platforms),
      policy_id: policy.id,
      policy_name: policy.name,
      policy_version: policy.version,
      planned: JSON.stringify(execution.planned),
      held_back: heldBack && JSON.stringify(heldBack),
    })
    .execute();
}

/** Whether the policy has tasks that the new ones could be about: a first plan of thousands need not look for each. */
async function findOthers(
  transaction: Kysely<Tables>,
  { policy, passesOver }: PlannedExecution,
): Promise<{ areOpen: boolean; areEnded: boolean }> {
  const { rows } = await sql<{ are_open: boolean }>`
    select exists (
      select from tasks where policy_id = ${policy.id}::uuid and state in ('queued', 'running', 'waiting')
    ) as are_open`.execute(transaction);
  return { areOpen: rows[0]?.are_open ?? true, areEnded: passesOver !== 'nothing' };
}

async function endEmpty(transaction: Kysely<Tables>, { id, keepsEmpty }: PlannedExecution): Promise<void> {
  if (!keepsEmpty) {
    await transaction.deleteFrom('executions').where('id', '=', id).execute();
    return;
  }
  await transaction
    .updateTable('executions')
    .set({ state: 'succeeded', finished_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

function given(tasks: readonly PlannedTask[], from: number) {
  const rows = tasks.map((task, place) => ({
    id: task.id,
    place: from + place,
    kind: task.kind,
    source_repository: task.source.repository,
    source_reference: task.source.tag,
    registry: task.destination.registryId,
    repository: task.destination.repository,
    tag: task.destination.tag,
    digest: task.digest,
    replaces_digest: task.replacesDigest,
    origin_at: task.originAt,
    is_contested: task.isContested,
    bytes_total: task.sizeBytes,
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(
    id uuid, place integer, kind text, source_repository text, source_reference text, registry text, repository text,
    tag text, digest text, replaces_digest text, origin_at timestamptz, is_contested boolean, bytes_total bigint)`;
}

/** At most one open task for each policy, destination and tag: a newer content takes the place of an older one. */
async function supersede(
  transaction: Kysely<Tables>,
  { policy, platforms }: PlannedExecution,
  tasks: readonly PlannedTask[],
): Promise<{ id: string; execution_id: string; state: string }[]> {
  const { rows } = await sql<{ id: string; execution_id: string; state: string }>`
    update tasks t set stop_requested = true,
      state = case when t.state = 'running' then 'running' else 'stopped' end,
      finished_at = case when t.state = 'running' then null else now() end,
      next_attempt_at = null,
      reason = case when t.state = 'running' then t.reason else ${JSON.stringify(sentences.movedOn())}::jsonb end
    from ${given(tasks, 0)}, executions older
    where older.id = t.execution_id and t.policy_id = ${policy.id}::uuid and t.destination_registry_id = g.registry
      and t.destination_repository = g.repository and t.destination_tag = g.tag
      and t.state in ('queued', 'running', 'waiting') and not t.stop_requested
      and (t.digest is distinct from g.digest or t.kind <> g.kind
        or older.platforms is distinct from ${platforms && JSON.stringify(platforms)}::jsonb)
    returning t.id, t.execution_id, t.state`.execute(transaction);
  return rows;
}

/**
 * Of tags that are at their destinations what they should be, those that an open task would still make something else: the
 * source took back what it had pushed, or has again what it had deleted.
 */
async function findOvertaken(
  database: Kysely<Tables>,
  policyId: string,
  settled: readonly PlannedTask[],
): Promise<PlannedTask[]> {
  const isOpen = sql`t.policy_id = ${policyId}::uuid and t.state in ('queued', 'running', 'waiting') and not t.stop_requested`;
  const open = await sql<{ any: boolean }>`select exists (select from tasks t where ${isOpen}) as any`.execute(
    database,
  );
  if (open.rows[0]?.any !== true) return [];
  const overtaken: PlannedTask[] = [];
  for (let from = 0; from < settled.length; from += chunkLength) {
    const chunk = settled.slice(from, from + chunkLength);
    const { rows } = await sql<{ place: number }>`
      select g.place from ${given(chunk, 0)} where exists (
        select from tasks t where ${isOpen} and t.destination_registry_id = g.registry
          and t.destination_repository = g.repository and t.destination_tag = g.tag
          and (t.digest is distinct from g.digest or t.kind <> g.kind))`.execute(database);
    overtaken.push(...rows.flatMap(({ place }) => chunk[place] ?? []));
    await nextTurn();
  }
  return overtaken;
}

async function insertTasks(
  transaction: Kysely<Tables>,
  execution: PlannedExecution,
  tasks: readonly PlannedTask[],
  { from, areOthers }: { readonly from: number; readonly areOthers: boolean },
): Promise<number> {
  const { policy, heldBack, attempts, sourceRegistryId, passesOver } = execution;
  const isHeld = heldBack === null ? sql`false` : sql`(g.kind = 'delete')`;
  const isDeclined =
    passesOver === 'nothing'
      ? sql``
      : sql`or (t.state in ('failed', 'stopped') and t.reason->>'code' = ${declinedCode})`;
  const isRecent =
    passesOver === 'declined-and-ended'
      ? sql`or (t.state in ('failed', 'stopped') and t.reason->>'code' is distinct from 'superseded'
          and t.finished_at > now() - case when t.reason->>'code' in (${sql.join(passingCodes)}) then interval '10 minutes'
            else interval '1 hour' end
          and not exists (
            -- It was not the last word on the tag.
            select from tasks newer where newer.policy_id = t.policy_id
              and newer.destination_registry_id = t.destination_registry_id
              and newer.destination_repository = t.destination_repository
              and newer.destination_tag = t.destination_tag and newer.created_at > t.created_at))`
      : sql``;
  const { rows } = await sql<{ id: string }>`
    insert into tasks (id, execution_id, policy_id, kind, source_registry_id, source_repository, source_reference,
      destination_registry_id, destination_repository, destination_tag, digest, replaces_digest, origin_at, is_contested,
      bytes_total, attempts_allowed, created_at, state, reason, next_attempt_at, deadline_at)
    select g.id, ${execution.id}::uuid, ${policy.id}::uuid, g.kind, ${sourceRegistryId}::text, g.source_repository,
      g.source_reference, g.registry, g.repository, g.tag, g.digest, g.replaces_digest, g.origin_at, g.is_contested,
      g.bytes_total, ${attempts}::integer, now() + g.place * interval '1 microsecond',
      case when ${isHeld} then 'waiting' else 'queued' end,
      case when ${isHeld} then ${JSON.stringify(sentences.heldBack())}::jsonb end,
      case when ${isHeld} then now() + interval '8 days' end,
      now() + case when ${isHeld} then interval '7 days' else interval '24 hours' end
    from ${given(tasks, from)}
    where ${!areOthers}::boolean or not exists (
      select from tasks t
      where t.policy_id = ${policy.id}::uuid and t.destination_registry_id = g.registry
        and t.destination_repository = g.repository and t.destination_tag = g.tag
        and t.digest = g.digest and t.kind = g.kind
        and ((t.state in ('queued', 'running', 'waiting') and not t.stop_requested) ${isDeclined} ${isRecent})
    )
    returning id`.execute(transaction);
  return rows.length;
}
