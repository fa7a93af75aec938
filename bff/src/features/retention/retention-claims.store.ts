import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { ClaimedRun, JudgedTag, LeftOut, Reason, RunState } from './retention.ts';
import { aboutRuns, sparing } from './retention-reasons.ts';
import { runOf } from './retention-rows.store.ts';

/** Somebody whose lease ended this long ago is dead or frozen. */
const leaseMs = 15_000;
const leaseEnd = sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;
const insertedAtOnce = 1000;

type Held = Pick<ClaimedRun, 'id' | 'fence'>;
export type Transaction = Kysely<Tables>;

/** It is another worker's by now: nothing is to be written. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError';
}

/** The plan is not what it was, or the project takes no changes. */
export class RunStoppedError extends Error {
  override readonly name = 'RunStoppedError';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.sentence);
    this.reason = reason;
  }
}

export interface PlannedRun {
  readonly doomed: ReadonlyArray<JudgedTag & { readonly itemId: string }>;
  readonly state: Extract<RunState, 'held' | 'deleting' | 'done' | 'failed'>;
  readonly heldBack: Reason | null;
  readonly reason: Reason | null;
  readonly leftOut: readonly LeftOut[];
  readonly keepCount: number;
  readonly freedBytes: number | null;
  readonly asOf: Date | null;
}

export interface PendingTag {
  readonly position: number;
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** As the trash takes it. */
export interface TakenTag {
  readonly id: string;
  readonly registryId: string;
  readonly project: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
}

/** Taking runs, holding them and saying what became of them; all times are the database's. */
export class RetentionClaimsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async claim(owner: string): Promise<ClaimedRun | undefined> {
    const { rows } = await sql<Row<'retention_runs'> & { begun_for_ms: number | null }>`
      with due as (
        select id from retention_runs
        where state in ('planning', 'deleting') and next_attempt_at <= clock_timestamp()
          and (lease_until is null or lease_until < clock_timestamp())
        order by next_attempt_at, id limit 1 for update skip locked
      )
      update retention_runs r set lease_owner = ${owner}, lease_until = ${leaseEnd}, fence = fence + 1
      from due where r.id = due.id
      returning r.*, (extract(epoch from clock_timestamp() - r.begun_at) * 1000)::float8 as begun_for_ms
    `.execute(this.#kysely);
    const [row] = rows;
    return (
      row && {
        ...runOf(row),
        fence: row.fence,
        askerId: row.asker_id,
        acceptsMany: row.accepts_many,
        expectedCount: row.expected_count,
        begunForMs: row.begun_for_ms ?? 0,
      }
    );
  }

  /** @throws RunLostError */
  async renew(owner: string, { id, fence }: Held): Promise<void> {
    const { rows } = await sql`
      update retention_runs set lease_until = ${leaseEnd}
      where id = ${id}::uuid and fence = ${fence} and lease_owner = ${owner} and lease_until >= clock_timestamp()
      returning id
    `.execute(this.#kysely);
    if (rows.length === 0) throw new RunLostError();
  }

  /** Whoever comes first after the delay takes it. */
  async giveBack(owner: string, { id, fence }: Held, delayMs: number, reason: Reason | null = null): Promise<void> {
    await sql`
      update retention_runs set lease_owner = null, lease_until = null, reason = ${reason && JSON.stringify(reason)}::jsonb,
        next_attempt_at = clock_timestamp() + ${delayMs} * interval '1 millisecond'
      where id = ${id}::uuid and fence = ${fence} and lease_owner = ${owner}
    `.execute(this.#kysely);
  }

  /** The lock on its folder proves that every older worker is dead. */
  async takeOver(): Promise<void> {
    await sql`update retention_runs set lease_until = null where finished_at is null`.execute(this.#kysely);
  }

  /** What the run will do, in one transaction with its state. @throws RunLostError */
  async savePlanned(owner: string, run: Held, planned: PlannedRun): Promise<void> {
    const { doomed, state, heldBack, reason, leftOut, keepCount, freedBytes, asOf } = planned;
    await this.#kysely.transaction().execute(async (transaction) => {
      await lock(transaction, owner, run);
      for (let start = 0; start < doomed.length; start += insertedAtOnce) {
        await insertTags(transaction, run.id, doomed.slice(start, start + insertedAtOnce), start);
      }
      const isOver = state === 'done' || state === 'failed';
      await transaction
        .updateTable('retention_runs')
        .set({
          state,
          held_back: heldBack && JSON.stringify(heldBack),
          reason: reason && JSON.stringify(reason),
          left_out: JSON.stringify(leftOut),
          keep_count: keepCount,
          delete_count: doomed.length,
          freed_bytes: freedBytes,
          as_of: asOf,
          begun_at: state === 'deleting' ? sql<Date>`clock_timestamp()` : null,
          finished_at: isOver ? sql<Date>`clock_timestamp()` : null,
          ...(state === 'deleting' ? {} : { lease_owner: null, lease_until: null }),
        })
        .where('id', '=', run.id)
        .execute();
    });
  }

  async listPending({ id }: Held): Promise<PendingTag[]> {
    const { rows } = await sql<PendingTag>`
      select position, registry_id as "registryId", repository, tag, digest
      from retention_run_tags where run_id = ${id}::uuid and outcome = 'pending' order by position
    `.execute(this.#kysely);
    return rows;
  }

  /** @throws RunLostError */
  async spare(owner: string, run: Held, positions: readonly number[], reason: Reason): Promise<void> {
    if (positions.length === 0) return;
    await this.#kysely.transaction().execute(async (transaction) => {
      await lock(transaction, owner, run);
      await sql`
        update retention_run_tags set outcome = 'spared', outcome_reason = ${JSON.stringify(reason)}::jsonb
        where run_id = ${run.id}::uuid and outcome = 'pending' and position = any (${[...positions]}::integer[])
      `.execute(transaction);
    });
  }

  /**
   * The next tags for the trash, in the transaction that puts them there: only while the run is this worker's, the plan what
   * it was and the project in use, and only tags that the catalog still has under the digest that was judged.
   * @throws RunLostError, RunStoppedError
   */
  async take(
    transaction: Transaction,
    owner: string,
    run: Held & Pick<ClaimedRun, 'planId' | 'planVersion' | 'project'>,
    positions: readonly number[],
  ): Promise<TakenTag[]> {
    await lock(transaction, owner, run);
    await checkPlan(transaction, run);
    const { rows } = await sql<TakenTag>`
      with given as (
        select * from retention_run_tags
        where run_id = ${run.id}::uuid and outcome = 'pending' and position = any (${[...positions]}::integer[])
      ), found as (
        select given.position, tags.pushed_by from given
        join repositories r on r.registry_id = given.registry_id and r.name = given.repository
        join tags on tags.repository_id = r.id and tags.name = given.tag and tags.digest = given.digest collate "C"
      ), written as (
        update retention_run_tags t set
          outcome = case when found.position is null then 'spared' else 'asked' end,
          outcome_reason = case when found.position is null then ${JSON.stringify(sparing.moved())}::jsonb end
        from given left join found on found.position = given.position
        where t.run_id = given.run_id and t.position = given.position
        returning t.*, found.pushed_by
      )
      select item_id as id, registry_id as "registryId", ${run.project}::text as project, repository, tag, digest,
        pushed_at as "pushedAt", pushed_by as "pushedBy"
      from written where outcome = 'asked' order by position
    `.execute(transaction);
    return rows;
  }

  /** What the trash has made of what it was given. @returns how many are still open, and not yet given to it */
  async settle(owner: string, run: Held): Promise<{ readonly openCount: number; readonly pendingCount: number }> {
    return this.#kysely.transaction().execute(async (transaction) => {
      await lock(transaction, owner, run);
      await sql`
        update retention_run_tags t set
          outcome = case
            when asked.item is null then 'spared'
            when asked.state <> 'failed' then 'trashed'
            when asked.reason->>'code' in ('trash-gone', 'trash-moved-before-deletion', 'trash-immutable') then 'spared'
            else 'failed' end,
          outcome_reason = case
            when asked.item is null then ${JSON.stringify(sparing.elsewhere())}::jsonb
            when asked.state = 'failed' then asked.reason end
        from (
          select own.run_id, own.position, item.id as item, item.state, item.reason
          from retention_run_tags own left join trash_items item on item.id = own.item_id
          where own.run_id = ${run.id}::uuid and own.outcome = 'asked'
        ) asked
        where t.run_id = asked.run_id and t.position = asked.position and asked.state is distinct from 'deleting'
      `.execute(transaction);
      await sql`
        update retention_runs set trashed_count = counts.trashed, spared_count = counts.spared, failed_count = counts.failed
        from (${countsOf(run)}) counts where id = ${run.id}::uuid
      `.execute(transaction);
      const { rows } = await sql<{ open: number; pending: number }>`
        select count(*)::integer as open, (count(*) filter (where outcome = 'pending'))::integer as pending
        from retention_run_tags where run_id = ${run.id}::uuid and outcome in ('pending', 'asked')
      `.execute(transaction);
      return { openCount: rows[0]?.open ?? 0, pendingCount: rows[0]?.pending ?? 0 };
    });
  }

  /** What was not given to the trash stays. @throws RunLostError */
  async finish(
    owner: string,
    run: Held,
    state: Extract<RunState, 'done' | 'stopped' | 'failed'>,
    reason: Reason | null,
  ): Promise<void> {
    await this.#kysely.transaction().execute(async (transaction) => {
      await lock(transaction, owner, run);
      if (reason !== null) {
        await sql`
          update retention_run_tags set outcome = 'spared', outcome_reason = ${JSON.stringify(reason)}::jsonb
          where run_id = ${run.id}::uuid and outcome = 'pending'
        `.execute(transaction);
      }
      await sql`
        update retention_runs set state = ${state}, reason = ${reason && JSON.stringify(reason)}::jsonb,
          finished_at = clock_timestamp(), lease_owner = null, lease_until = null, trashed_count = counts.trashed,
          spared_count = counts.spared, failed_count = counts.failed
        from (${countsOf(run)}) counts where id = ${run.id}::uuid
      `.execute(transaction);
    });
  }

  /** Of each plan the last two hundred are kept, and whatever is younger than a year. */
  async prune(): Promise<void> {
    await sql`
      delete from retention_runs where finished_at < now() - interval '1 year' and id in (
        select id from (
          select id, row_number() over (partition by plan_id order by created_at desc) as number from retention_runs
        ) numbered where number > 200)
    `.execute(this.#kysely);
  }
}

/** @throws RunLostError */
async function lock(transaction: Transaction, owner: string, { id, fence }: Held): Promise<void> {
  const { rows } = await sql`
    select id from retention_runs
    where id = ${id}::uuid and fence = ${fence} and lease_owner = ${owner} and lease_until >= clock_timestamp()
      and state in ('planning', 'deleting')
    for update
  `.execute(transaction);
  if (rows.length === 0) throw new RunLostError();
}

/** @throws RunStoppedError */
async function checkPlan(
  transaction: Transaction,
  { planId, planVersion, project }: Pick<ClaimedRun, 'planId' | 'planVersion' | 'project'>,
): Promise<void> {
  const plan = await sql`
    select id from retention_plans where id = ${planId}::uuid and version = ${planVersion} and is_enabled for share
  `.execute(transaction);
  if (plan.rows.length === 0) throw new RunStoppedError(aboutRuns.planChanged());
  const used = await sql`
    select name from projects where name = ${project} and archived_at is null for share
  `.execute(transaction);
  if (used.rows.length === 0) throw new RunStoppedError(aboutRuns.archived());
}

function countsOf({ id }: Held) {
  return sql`
    select (count(*) filter (where outcome = 'trashed'))::integer as trashed,
      (count(*) filter (where outcome = 'spared'))::integer as spared,
      (count(*) filter (where outcome = 'failed'))::integer as failed
    from retention_run_tags where run_id = ${id}::uuid`;
}

async function insertTags(
  transaction: Transaction,
  runId: string,
  doomed: PlannedRun['doomed'],
  start: number,
): Promise<void> {
  const given = doomed.map(({ tag, reasons, itemId }, index) => ({
    position: start + index + 1,
    registryId: tag.registryId,
    repository: tag.repository,
    tag: tag.name,
    digest: tag.digest,
    pushedAt: tag.pushedAtMs === null ? null : new Date(tag.pushedAtMs),
    sizeBytes: tag.sizeBytes,
    reasons,
    itemId,
  }));
  await sql`
    insert into retention_run_tags (
      run_id, position, registry_id, repository, tag, digest, pushed_at, size_bytes, reasons, item_id)
    select ${runId}::uuid, position, "registryId", repository, tag, digest, "pushedAt", "sizeBytes", reasons, "itemId"
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (
      position integer, "registryId" text, repository text, tag text, digest text, "pushedAt" timestamptz,
      "sizeBytes" bigint, reasons jsonb, "itemId" uuid)
  `.execute(transaction);
}
