import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { Reason, RetentionPlan, RetentionRun } from './retention.ts';
import { aboutRuns, sparing } from './retention-reasons.ts';
import { runOf } from './retention-rows.store.ts';

export interface NewRun {
  readonly id: string;
  readonly plan: RetentionPlan;
  readonly isScheduled: boolean;
  readonly askedBy: string | null;
  readonly askerId: string | null;
  readonly acceptsMany: boolean;
  readonly expectedCount: number | null;
}

export interface RunPosition {
  readonly createdMicroseconds: number;
  readonly id: string;
}

export type ShownOutcome = 'waiting' | 'trashed' | 'spared' | 'failed';

export interface RunTag {
  readonly position: number;
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly pushedAt: Date | null;
  readonly sizeBytes: number | null;
  readonly reasons: readonly Reason[];
  readonly outcome: ShownOutcome;
  readonly outcomeReason: Reason | null;
  readonly trashItemId: string | null;
}

const createdMicroseconds = sql<number>`(extract(epoch from created_at) * 1000000)::bigint`;

/** Asking for runs and reading what became of them; the work is `retention-claims.store.ts`. */
export class RetentionRunsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** `open`: another one of the plan is not over. `changed`: the plan is not what it was. */
  async create(run: NewRun): Promise<'created' | 'open' | 'changed'> {
    const { plan } = run;
    const content = JSON.stringify({ repositories: plan.repositories, rules: plan.rules });
    const { rows } = await sql<{ was_there: boolean; was_made: boolean }>`
      with plan as (
        select id, project, environment, version from retention_plans
        where id = ${plan.id}::uuid and version = ${plan.version} and is_enabled for share
      ), made as (
        insert into retention_runs (id, plan_id, project, environment, plan_version, content, is_scheduled, asked_by,
          asker_id, accepts_many, expected_count)
        select ${run.id}::uuid, plan.id, plan.project, plan.environment, plan.version, ${content}::jsonb,
          ${run.isScheduled}::boolean, ${run.askedBy}::text, ${run.askerId}::uuid, ${run.acceptsMany}::boolean,
          ${run.expectedCount}::integer
        from plan
        on conflict (plan_id) where finished_at is null do nothing
        returning id
      )
      select exists (select from plan) as was_there, exists (select from made) as was_made
    `.execute(this.#kysely);
    const [answer] = rows;
    if (answer?.was_there !== true) return 'changed';
    return answer.was_made ? 'created' : 'open';
  }

  async find(id: string): Promise<RetentionRun | undefined> {
    const row = await this.#kysely.selectFrom('retention_runs').selectAll().where('id', '=', id).executeTakeFirst();
    return row && runOf(row);
  }

  /** The last run of each plan of a project. */
  async listLast(project: string): Promise<Map<string, RetentionRun>> {
    const { rows } = await sql<Row<'retention_runs'>>`
      select distinct on (plan_id) * from retention_runs
      where project = ${project} and plan_id is not null order by plan_id, created_at desc, id
    `.execute(this.#kysely);
    return new Map(rows.flatMap((row) => (row.plan_id === null ? [] : [[row.plan_id, runOf(row)] as const])));
  }

  async list(
    project: string,
    query: {
      readonly limit: number;
      readonly after: RunPosition | undefined;
      readonly planId: string | undefined;
      readonly q: string | undefined;
      /** Null: all; otherwise runs of plans for one of these environments. */
      readonly environments: readonly string[] | null;
    },
  ): Promise<Array<RetentionRun & { readonly positionMicroseconds: number }>> {
    const { limit, after, planId, q, environments } = query;
    let rows = this.#kysely
      .selectFrom('retention_runs')
      .selectAll()
      .select(createdMicroseconds.as('position'))
      .where('project', '=', project);
    if (planId !== undefined) rows = rows.where('plan_id', '=', planId);
    if (q !== undefined && q !== '') {
      rows = rows.where(sql<boolean>`strpos(lower(coalesce(asked_by, '')), ${q.toLowerCase()}) > 0`);
    }
    if (environments !== null) {
      rows = rows.where(sql<boolean>`environment = any (${[...environments]}::text[])`);
    }
    if (after !== undefined) {
      rows = rows.where(
        sql<boolean>`(${createdMicroseconds}, id) < (${after.createdMicroseconds}::bigint, ${after.id}::uuid)`,
      );
    }
    const found = await rows.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    return found.map((row) => ({ ...runOf(row), positionMicroseconds: row.position }));
  }

  async listTags(
    runId: string,
    query: {
      readonly limit: number;
      readonly afterPosition: number;
      readonly q: string | undefined;
      readonly outcome: ShownOutcome | undefined;
    },
  ): Promise<RunTag[]> {
    const { limit, afterPosition, q, outcome } = query;
    const stored = outcome === 'waiting' ? ['pending', 'asked'] : [outcome];
    const conditions = [
      sql`run_id = ${runId}::uuid and position > ${afterPosition}`,
      ...(q === undefined || q === ''
        ? []
        : [sql`strpos(lower(repository || ':' || tag || ' ' || digest), ${q.toLowerCase()}) > 0`]),
      ...(outcome === undefined ? [] : [sql`outcome = any (${stored}::text[])`]),
    ];
    const { rows } = await sql<RunTag>`
      select position, registry_id as "registryId", repository, tag, digest, pushed_at as "pushedAt",
        size_bytes as "sizeBytes", reasons,
        case when outcome in ('pending', 'asked') then 'waiting' else outcome end as outcome,
        outcome_reason as "outcomeReason",
        case when outcome in ('asked', 'trashed', 'failed') then item_id end as "trashItemId"
      from retention_run_tags where ${sql.join(conditions, sql` and `)} order by position limit ${limit}
    `.execute(this.#kysely);
    return rows;
  }

  /** The plan is about to change or to go: what waits for a word about the old one is over. */
  async endHeld(planId: string): Promise<void> {
    const reason = JSON.stringify(aboutRuns.planChanged());
    await sql`
      with ended as (
        update retention_runs set state = 'stopped', finished_at = clock_timestamp(), spared_count = delete_count,
          reason = ${reason}::jsonb
        where plan_id = ${planId}::uuid and state = 'held' returning id
      )
      update retention_run_tags t set outcome = 'spared', outcome_reason = ${reason}::jsonb
      from ended where t.run_id = ended.id and t.outcome = 'pending'
    `.execute(this.#kysely);
  }

  /** A person’s word. @returns false where nothing waits for one */
  async decide(id: string, isYes: boolean, by: string | null): Promise<boolean> {
    const { rows } = await sql`
      with decided as (
        update retention_runs set decided_by = ${by}::text, state = ${isYes ? 'deleting' : 'declined'},
          begun_at = case when ${isYes}::boolean then clock_timestamp() end, next_attempt_at = clock_timestamp(),
          finished_at = case when not ${isYes}::boolean then clock_timestamp() end,
          spared_count = case when ${isYes}::boolean then 0 else delete_count end
        where id = ${id}::uuid and state = 'held' returning id
      ), spared as (
        update retention_run_tags t set outcome = 'spared', outcome_reason = ${JSON.stringify(sparing.declined())}::jsonb
        from decided where t.run_id = decided.id and not ${isYes}::boolean and t.outcome = 'pending'
      )
      select id from decided
    `.execute(this.#kysely);
    return rows.length > 0;
  }
}
