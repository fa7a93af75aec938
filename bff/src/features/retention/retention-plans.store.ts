import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { RetentionPlan, RetentionValues } from './retention.ts';
import { planOf } from './retention-rows.store.ts';

export type StoredPlans = ReturnType<typeof createRetentionPlansStore>;

interface Change {
  readonly nextRunAt: Date | null;
  readonly by: string | null;
}

export interface DuePlan {
  readonly plan: RetentionPlan;
  readonly dueAt: Date;
}

export function createRetentionPlansStore(kysely: Kysely<Tables>) {
  return {
    async hasProject(project: string): Promise<boolean> {
      const query = kysely.selectFrom('projects').select('name').where('name', '=', project);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async list(project: string): Promise<RetentionPlan[]> {
      const rows = await kysely
        .selectFrom('retention_plans')
        .selectAll()
        .where('project', '=', project)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(planOf);
    },
    async find(project: string, id: string): Promise<RetentionPlan | undefined> {
      const row = await kysely
        .selectFrom('retention_plans')
        .selectAll()
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && planOf(row);
    },
    create: (id: string, project: string, values: RetentionValues, change: Change, max: number) =>
      create(kysely, { id, project, values, change, max }),

    update: (plan: Pick<RetentionPlan, 'id' | 'version'>, values: RetentionValues, change: Change) =>
      update(kysely, plan, values, change),

    async remove(project: string, id: string): Promise<boolean> {
      const removed = await kysely
        .deleteFrom('retention_plans')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },

    async listDue(): Promise<DuePlan[]> {
      const { rows } = await sql<Row<'retention_plans'>>`
        select * from retention_plans where is_enabled and next_run_at <= now() order by next_run_at limit 100
      `.execute(kysely);
      return rows.flatMap((row) => (row.next_run_at === null ? [] : [{ plan: planOf(row), dueAt: row.next_run_at }]));
    },
    /** Of several instances one is told that it is its turn. */
    async takeDue({ plan, dueAt }: DuePlan, nextRunAt: Date | null): Promise<boolean> {
      const taken = await kysely
        .updateTable('retention_plans')
        .set({ next_run_at: nextRunAt })
        .where('id', '=', plan.id)
        .where('version', '=', plan.version)
        .where('next_run_at', '=', dueAt)
        .executeTakeFirst();
      return taken.numUpdatedRows > 0n;
    },
  };
}

/** False where somebody else was faster. */
async function update(
  kysely: Kysely<Tables>,
  { id, version }: Pick<RetentionPlan, 'id' | 'version'>,
  values: RetentionValues,
  change: Change,
): Promise<boolean> {
  const updated = await kysely
    .updateTable('retention_plans')
    .set({
      ...columnsOf(values, change),
      version: version + 1,
      changed_by: change.by,
      changed_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

function columnsOf(values: RetentionValues, { nextRunAt }: Change) {
  return {
    environment: values.environment,
    is_enabled: values.isEnabled,
    include: [...values.repositories.include],
    exclude: [...values.repositories.exclude],
    rules: JSON.stringify(values.rules),
    cron: values.schedule?.cron ?? null,
    time_zone: values.schedule?.timeZone ?? null,
    next_run_at: nextRunAt,
  };
}

interface NewPlan {
  readonly id: string;
  readonly project: string;
  readonly values: RetentionValues;
  readonly change: Change;
  readonly max: number;
}

function create(
  kysely: Kysely<Tables>,
  { id, project, values, change, max }: NewPlan,
): Promise<'created' | 'missing' | 'too-many'> {
  return kysely.transaction().execute(async (transaction) => {
    // Those who come at once count one after the other.
    const held = await transaction
      .selectFrom('projects')
      .select('name')
      .where('name', '=', project)
      .forUpdate()
      .executeTakeFirst();
    if (held === undefined) return 'missing';
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from retention_plans where project = ${project}
    `.execute(transaction);
    if ((rows[0]?.count ?? 0) >= max) return 'too-many';
    await transaction
      .insertInto('retention_plans')
      .values({ id, project, ...columnsOf(values, change), created_by: change.by, changed_by: change.by })
      .execute();
    return 'created';
  });
}
