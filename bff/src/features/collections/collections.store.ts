import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import { runOf } from './collection-rows.store.ts';
import type { CollectionLine, CollectionRun, CollectionSchedule, CollectionStep } from './collections.ts';

export interface NewRun {
  readonly id: string;
  readonly registryId: string;
  readonly kind: CollectionRun['kind'];
  readonly limitMinutes: number;
  readonly askedBy: string | null;
  readonly isScheduled: boolean;
}

export interface RunPosition {
  readonly createdMicroseconds: number;
  readonly id: string;
}

export interface DueSchedule {
  readonly registryId: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly limitMinutes: number;
  readonly dueAt: Date;
}

const position = sql<number>`(extract(epoch from created_at) * 1000000)::bigint`;

/** Asking for collections and reading what became of them. */
export class CollectionsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** `running`: another one of the registry is not over. */
  async create(run: NewRun): Promise<'created' | 'running'> {
    const created = await this.#kysely
      .insertInto('gc_runs')
      .values({
        id: run.id,
        registry_id: run.registryId,
        kind: run.kind,
        limit_minutes: run.limitMinutes,
        asked_by: run.askedBy,
        is_scheduled: run.isScheduled,
      })
      .onConflict((conflict) => conflict.column('registry_id').where('state', '=', 'running').doNothing())
      .executeTakeFirst();
    return (created.numInsertedOrUpdatedRows ?? 0n) > 0n ? 'created' : 'running';
  }

  async find(registryId: string, id: string): Promise<CollectionRun | undefined> {
    const row = await this.#kysely
      .selectFrom('gc_runs')
      .selectAll()
      .where('id', '=', id)
      .where('registry_id', '=', registryId)
      .executeTakeFirst();
    return row && runOf(row);
  }

  async list(
    registryId: string,
    { limit, after, q }: { limit: number; after: RunPosition | undefined; q: string | undefined },
  ): Promise<Array<CollectionRun & { readonly positionMicroseconds: number }>> {
    let query = this.#kysely
      .selectFrom('gc_runs')
      .selectAll()
      .select(position.as('position'))
      .where('registry_id', '=', registryId);
    if (q !== undefined && q !== '') query = query.where(sql<boolean>`strpos(lower(asked_by), ${q.toLowerCase()}) > 0`);
    if (after !== undefined) {
      query = query.where(sql<boolean>`(${position}, id) < (${after.createdMicroseconds}::bigint, ${after.id}::uuid)`);
    }
    const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    return rows.map((row) => ({ ...runOf(row), positionMicroseconds: row.position }));
  }

  async listSteps(runId: string): Promise<CollectionStep[]> {
    const rows = await this.#kysely
      .selectFrom('gc_run_steps')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('started_at')
      .execute();
    return rows.map((row) => ({
      name: row.name,
      state: row.state,
      findings: row.findings,
      reason: row.reason,
      startedAt: row.started_at,
      endedAt: row.ended_at,
    }));
  }

  async listLines(runId: string, afterId: number, limit: number): Promise<CollectionLine[]> {
    const rows = await this.#kysely
      .selectFrom('gc_run_log')
      .select(['id', 'at', 'step', 'source', 'line'])
      .where('run_id', '=', runId)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows;
  }

  /** Whoever works on it looks every few seconds. */
  async requestStop(registryId: string, id: string, by: string | null): Promise<void> {
    await sql`
      update gc_runs set stop_requested_at = now(), stopped_by = ${by}
      where id = ${id}::uuid and registry_id = ${registryId} and state = 'running' and stop_requested_at is null
    `.execute(this.#kysely);
  }

  async findSchedule(registryId: string): Promise<CollectionSchedule | undefined> {
    const row = await this.#kysely
      .selectFrom('gc_schedules')
      .selectAll()
      .where('registry_id', '=', registryId)
      .executeTakeFirst();
    return (
      row && {
        cron: row.cron,
        timeZone: row.time_zone,
        limitMinutes: row.limit_minutes,
        nextAt: row.next_at,
        setBy: row.set_by,
      }
    );
  }

  async saveSchedule(registryId: string, schedule: CollectionSchedule | null): Promise<void> {
    if (schedule === null) {
      await this.#kysely.deleteFrom('gc_schedules').where('registry_id', '=', registryId).execute();
      return;
    }
    const values = {
      cron: schedule.cron,
      time_zone: schedule.timeZone,
      limit_minutes: schedule.limitMinutes,
      next_at: schedule.nextAt,
      set_by: schedule.setBy,
      updated_at: new Date(),
    };
    await this.#kysely
      .insertInto('gc_schedules')
      .values({ registry_id: registryId, ...values })
      .onConflict((conflict) => conflict.column('registry_id').doUpdateSet(values))
      .execute();
  }

  async listDue(): Promise<DueSchedule[]> {
    const rows = await this.#kysely
      .selectFrom('gc_schedules')
      .selectAll()
      .where(sql<boolean>`next_at <= now()`)
      .execute();
    return rows.map((row: Row<'gc_schedules'>) => ({
      registryId: row.registry_id,
      cron: row.cron,
      timeZone: row.time_zone,
      limitMinutes: row.limit_minutes,
      dueAt: row.next_at,
    }));
  }

  /** Of several instances one is told that it is its turn. */
  async takeDue({ registryId, dueAt }: DueSchedule, nextAt: Date): Promise<boolean> {
    const taken = await this.#kysely
      .updateTable('gc_schedules')
      .set({ next_at: nextAt })
      .where('registry_id', '=', registryId)
      .where('next_at', '=', dueAt)
      .executeTakeFirst();
    return taken.numUpdatedRows > 0n;
  }
}
