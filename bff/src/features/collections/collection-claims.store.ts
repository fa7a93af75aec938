import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import { runOf } from './collection-rows.store.ts';
import type { ClaimedRun, CollectionLine, EndState, Findings, Reason, StepName } from './collections.ts';

/** Whoever is silent for longer is dead or frozen. */
const leaseMs = 15_000;
const leaseEnd = sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;
/** How long writes stay refused after the last sign of life of a run's worker. */
const maintenanceEnd = sql<Date>`clock_timestamp() + interval '5 minutes'`;
/** Long before its end: an announcement each time a lease is renewed would be noise. */
const isToProlong = sql<boolean>`maintenance_until < clock_timestamp() + interval '4 minutes'`;
const isActive = sql<boolean>`maintenance_until > clock_timestamp()`;

type Held = Pick<ClaimedRun, 'id' | 'fence' | 'registryId'>;

export interface Figures {
  readonly probeDigest?: string;
  readonly eligibleCount?: number;
  readonly eligibleBytes?: number;
  readonly unweighedCount?: number;
  readonly removedCount?: number;
  readonly bytesBefore?: number;
  readonly bytesAfter?: number;
}

/** The run was taken over, or its lease ran out. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError';

  constructor() {
    super('The collection is another worker’s by now.');
  }
}

/** Taking runs, holding them and the maintenance of their registries; all times are the database's. */
export class CollectionClaimsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async claim(owner: string): Promise<ClaimedRun | undefined> {
    const { rows } = await sql<Row<'gc_runs'> & { left_ms: number }>`
      with due as (
        select id from gc_runs where state = 'running' and (lease_until is null or lease_until < clock_timestamp())
        order by created_at limit 1 for update skip locked
      )
      update gc_runs r set lease_owner = ${owner}, lease_until = ${leaseEnd}, fence = fence + 1,
        started_at = coalesce(started_at, now())
      from due where r.id = due.id
      returning r.*,
        (extract(epoch from r.started_at - now() + r.limit_minutes * interval '1 minute') * 1000)::float8 as left_ms
    `.execute(this.#kysely);
    const [row] = rows;
    return row && { ...runOf(row), fence: row.fence, probeDigest: row.probe_digest, leftMs: row.left_ms };
  }

  /** @returns whether it is still this worker's, whether it is to stop, and whether its maintenance was prolonged */
  async renew(
    owner: string,
    { id, fence, registryId }: Held,
  ): Promise<{ isHeld: boolean; stoppedBy: string | null | undefined; isProlonged: boolean }> {
    const { rows } = await sql<Row<'gc_runs'>>`
      update gc_runs set lease_until = ${leaseEnd}
      where id = ${id}::uuid and fence = ${fence} and lease_owner = ${owner} and lease_until >= clock_timestamp()
      returning *
    `.execute(this.#kysely);
    const [row] = rows;
    if (row === undefined) return { isHeld: false, stoppedBy: undefined, isProlonged: false };
    const stoppedBy = row.stop_requested_at === null ? undefined : row.stopped_by;
    if (!row.holds_maintenance) return { isHeld: true, stoppedBy, isProlonged: false };
    const prolonged = await sql`
      update registries set maintenance_until = ${maintenanceEnd}
      where id = ${registryId} and ${isActive} and ${isToProlong} returning id
    `.execute(this.#kysely);
    return { isHeld: true, stoppedBy, isProlonged: prolonged.rows.length > 0 };
  }

  /** For another worker, at once. */
  async giveBack(owner: string, { id, fence }: Held): Promise<void> {
    await sql`
      update gc_runs set lease_until = null where id = ${id}::uuid and fence = ${fence} and lease_owner = ${owner}
    `.execute(this.#kysely);
  }

  /** The lock on its folder proves that every older worker is dead. */
  async takeOver(): Promise<void> {
    await sql`update gc_runs set lease_until = null where state = 'running'`.execute(this.#kysely);
  }

  async beginStep(run: Held, step: StepName): Promise<void> {
    await this.#inRun(run, async (transaction) => {
      await transaction.updateTable('gc_runs').set({ step }).where('id', '=', run.id).execute();
      const begun = { state: 'running' as const, findings: '{}', reason: null, ended_at: null };
      await transaction
        .insertInto('gc_run_steps')
        .values({ run_id: run.id, name: step, ...begun, started_at: new Date() })
        .onConflict((conflict) => conflict.columns(['run_id', 'name']).doUpdateSet(begun))
        .execute();
    });
  }

  /** What a step that goes on has found so far, or waits for. */
  async noteStep(run: Held, step: StepName, findings: Findings, reason: Reason | null): Promise<void> {
    await this.#setStep(run, step, { findings: JSON.stringify(findings), reason: reason && JSON.stringify(reason) });
  }

  async endStep(
    run: Held,
    step: StepName,
    end: { readonly state: 'done' | 'failed' | 'skipped'; readonly findings?: Findings; readonly reason?: Reason },
  ): Promise<void> {
    await this.#setStep(run, step, {
      state: end.state,
      ended_at: new Date(),
      reason: end.reason === undefined ? null : JSON.stringify(end.reason),
      ...(end.findings === undefined ? {} : { findings: JSON.stringify(end.findings) }),
    });
  }

  async noteFigures({ id, fence }: Held, figures: Figures): Promise<void> {
    const values = {
      probe_digest: figures.probeDigest,
      eligible_count: figures.eligibleCount,
      eligible_bytes: figures.eligibleBytes,
      unweighed_count: figures.unweighedCount,
      removed_count: figures.removedCount,
      bytes_before: figures.bytesBefore,
      bytes_after: figures.bytesAfter,
    };
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    await this.#kysely.updateTable('gc_runs').set(given).where('id', '=', id).where('fence', '=', fence).execute();
  }

  /** What the run will end with, when the registry has been made safe. The first cause counts. */
  async noteReason({ id, fence }: Held, reason: Reason): Promise<void> {
    await sql`
      update gc_runs set reason = coalesce(reason, ${JSON.stringify(reason)}::jsonb)
      where id = ${id}::uuid and fence = ${fence}
    `.execute(this.#kysely);
  }

  async finish(run: Held, state: EndState, reason: Reason | null): Promise<void> {
    await this.#inRun(run, async (transaction) => {
      await transaction
        .updateTable('gc_runs')
        .set({
          state,
          reason: reason && JSON.stringify(reason),
          finished_at: sql<Date>`clock_timestamp()`,
          lease_owner: null,
          lease_until: null,
        })
        .where('id', '=', run.id)
        .execute();
      await transaction.deleteFrom('gc_run_tags').where('run_id', '=', run.id).execute();
    });
  }

  /**
   * Refuses writes, or goes on refusing them; what somebody else had begun is kept for later.
   * @returns whether writes were let in since this run had refused them
   */
  async holdMaintenance(run: Held, message: string): Promise<{ readonly hadLapsed: boolean }> {
    return this.#inRun(run, async (transaction) => {
      const { rows } = await sql<Row<'registries'> & { is_active: boolean }>`
        select *, coalesce(${isActive}, false) as is_active from registries where id = ${run.registryId} for update
      `.execute(transaction);
      const [registry] = rows;
      if (registry === undefined) throw new RunLostError();
      const mine = await transaction
        .selectFrom('gc_runs')
        .select(['holds_maintenance', 'maintenance_before'])
        .where('id', '=', run.id)
        .executeTakeFirstOrThrow();
      const isFirst = !mine.holds_maintenance;
      const before = isFirst ? (registry.is_active ? maintenanceOf(registry) : null) : mine.maintenance_before;
      await sql`
        update registries set
          maintenance_until = greatest(${maintenanceEnd}, case when ${isActive} then maintenance_until end),
          maintenance_message = ${before?.message ?? message}, maintenance_by = ${before === null ? 'Longshore' : before.by},
          maintenance_since = case when ${isActive} then maintenance_since else clock_timestamp() end
        where id = ${run.registryId}
      `.execute(transaction);
      await sql`
        update gc_runs set holds_maintenance = true, maintenance_before = ${before && JSON.stringify(before)}::jsonb,
          writes_refused_at = coalesce(writes_refused_at, clock_timestamp())
        where id = ${run.id}::uuid
      `.execute(transaction);
      return { hadLapsed: !isFirst && !registry.is_active };
    });
  }

  /** Whether nobody can have written since; asked at the last moment before the sweep. */
  async isMaintenanceHeld(run: Held): Promise<boolean> {
    const { rows } = await sql`
      select from registries, gc_runs
      where registries.id = ${run.registryId} and gc_runs.id = ${run.id}::uuid and gc_runs.fence = ${run.fence}
        and gc_runs.holds_maintenance and gc_runs.lease_until > clock_timestamp()
        and maintenance_until > clock_timestamp() + interval '1 minute'
    `.execute(this.#kysely);
    return rows.length > 0;
  }

  /** Takes writes again, or gives back the maintenance that a person had begun. */
  async releaseMaintenance(run: Held): Promise<void> {
    await this.#inRun(run, async (transaction) => {
      await sql`
        update registries r set
          maintenance_until = kept.until, maintenance_message = kept.message, maintenance_by = kept.by,
          maintenance_since = kept.since
        from gc_runs left join lateral (
          select b.until, b.message, b.by, b.since
          from jsonb_to_record(gc_runs.maintenance_before) as b (until timestamptz, message text, by text, since timestamptz)
          where gc_runs.maintenance_before is not null and b.until > clock_timestamp()
        ) kept on true
        where r.id = ${run.registryId} and gc_runs.id = ${run.id}::uuid and gc_runs.holds_maintenance
      `.execute(transaction);
      await sql`
        update gc_runs set holds_maintenance = false, maintenance_before = null, writable_at = clock_timestamp()
        where id = ${run.id}::uuid and holds_maintenance
      `.execute(transaction);
    });
  }

  /** Nobody is at it any more, and writes would do harm: as long as a maintenance may last, or until a person ends it. */
  async keepMaintenance(run: Held, message: string): Promise<void> {
    await this.#inRun(run, async (transaction) => {
      await sql`
        update registries set maintenance_until = clock_timestamp() + interval '24 hours', maintenance_message = ${message},
          maintenance_by = 'Longshore', maintenance_since = coalesce(maintenance_since, clock_timestamp())
        where id = ${run.registryId}
      `.execute(transaction);
      await sql`
        update gc_runs set holds_maintenance = false, maintenance_before = null where id = ${run.id}::uuid
      `.execute(transaction);
    });
  }

  async addLines({ id }: Pick<Held, 'id'>, lines: ReadonlyArray<Omit<CollectionLine, 'id' | 'at'>>): Promise<void> {
    if (lines.length === 0) return;
    await sql`
      insert into gc_run_log (run_id, step, source, line)
      select ${id}::uuid, given.step, given.source, given.line from unnest(
        ${lines.map(({ step }) => step)}::text[], ${lines.map(({ source }) => source)}::text[],
        ${lines.map(({ line }) => line.replaceAll('\0', ''))}::text[]
      ) with ordinality as given (step, source, line, position) order by given.position
    `.execute(this.#kysely);
  }

  async #setStep({ id, fence }: Held, step: StepName, values: Record<string, unknown>): Promise<void> {
    await this.#kysely
      .updateTable('gc_run_steps')
      .set(values)
      .where('run_id', '=', id)
      .where('name', '=', step)
      .where(sql<boolean>`exists (select from gc_runs where id = ${id}::uuid and fence = ${fence})`)
      .execute();
  }

  /** @throws RunLostError where it is another worker's by now */
  async #inRun<T>({ id, fence }: Held, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#kysely.transaction().execute(async (transaction) => {
      const mine = await transaction
        .selectFrom('gc_runs')
        .select('id')
        .where('id', '=', id)
        .where('fence', '=', fence)
        .where('state', '=', 'running')
        .forUpdate()
        .executeTakeFirst();
      if (mine === undefined) throw new RunLostError();
      return work(transaction);
    });
  }
}

function maintenanceOf(registry: Row<'registries'>) {
  return {
    until: registry.maintenance_until?.toISOString() ?? '',
    message: registry.maintenance_message,
    by: registry.maintenance_by,
    since: registry.maintenance_since?.toISOString() ?? '',
  };
}
