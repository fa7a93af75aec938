import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { toldTrigger } from '../../database/told-trigger.ts';
import type { ExecutionState, Reason, TaskState } from './replication.ts';
import { movesTagOnly } from './tag-moves.view.ts';
import { type Activity, activityOf, type Remark, remarkOf, sharedReason, sharedCause } from './task-activity.view.ts';
import { type TaskScope, visibleTasks } from './task-scope.view.ts';

export type ExecutionTrigger = 'copy' | 'promotion' | 'manual' | 'schedule' | 'push' | 'deletion' | 'reconcile';

/** What was to be done when it was planned. */
export interface PlannedWork {
  readonly copy: number;
  readonly replace: number;
  readonly upToDate: number;
  readonly differs: number;
  readonly loses: number;
  readonly delete: number;
  readonly impossible: number;
  readonly bytes: number;
}

export interface ExecutionPromotion {
  readonly id: string;
  readonly kind: 'promotion' | 'undo';
  readonly project: string;
  readonly repository: string;
  readonly tag: string;
  readonly environment: string;
}

export interface Execution {
  readonly id: string;
  readonly trigger: ExecutionTrigger;
  /** Null for a copy that somebody asked for by hand. */
  readonly policy: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    readonly exists: boolean;
  } | null;
  /** Whose copy it is. */
  readonly promotion: ExecutionPromotion | null;
  readonly planned: PlannedWork | null;
  readonly heldBack: Reason | null;
  readonly requestedBy: string | null;
  readonly state: ExecutionState;
  /** What its open tasks do; null where none is. */
  readonly activity: Activity | null;
  /** Of tasks that succeeded: that a tag was left, or took the place of somebody's push. */
  readonly remark: Remark | null;
  readonly tasks: Record<TaskState, number>;
  /** Tasks that delete a tag. */
  readonly deletions: number;
  /** Copies that move nothing but a tag. */
  readonly tagMoves: number;
  /** Once it has ended, of the task with the most attempts, where that is more than one. */
  readonly retried: { readonly tries: number; readonly reason: Reason | null } | null;
  readonly bytesTotal: number;
  readonly bytesDone: number;
  readonly bytesSkipped: number;
  readonly sample: readonly {
    readonly repository: string;
    readonly reference: string;
    readonly destination: { readonly repository: string; readonly tag: string | null };
  }[];
  readonly sourceRegistryIds: readonly string[];
  readonly destinationRegistryIds: readonly string[];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Where it stands in the order of creation, for cursors. */
  readonly createdAtMicroseconds: number;
}

export interface ExecutionsQuery {
  /** What the caller may see. */
  readonly scope: TaskScope;
  readonly q: string | undefined;
  /** `held`: its deletions wait for a person's word; `moving`: something of it runs or will at once; `waiting`: something waits. */
  readonly state: ExecutionState | OpenFilter | undefined;
  readonly policyId: string | undefined;
  readonly isNewestFirst: boolean;
  readonly limit: number;
  /** Of running tasks that the caller sees: newer figures than the database has. */
  readonly live: readonly LiveBytes[];
  /** Instant in microseconds and id of the last one on the page before. */
  readonly after: { readonly microseconds: number; readonly id: string } | null;
}

type OpenFilter = 'held' | 'moving' | 'waiting';

export interface LiveBytes {
  readonly id: string;
  readonly executionId: string;
  readonly bytesDone: number;
  readonly bytesSkipped: number;
  readonly bytesTotal: number | null;
}

export type ExecutionsView = ReturnType<typeof createExecutionsView>;

const microseconds = sql<number>`(extract(epoch from e.created_at) * 1000000)::bigint`;
export const noTasks: Record<TaskState, number> = {
  queued: 0,
  running: 0,
  waiting: 0,
  succeeded: 0,
  failed: 0,
  stopped: 0,
};

export function createExecutionsView(database: Kysely<Tables>) {
  return {
    async list(query: ExecutionsQuery): Promise<Execution[]> {
      const rows = await heads(database, conditionsOf(query), query);
      return withTasks(database, rows, visibleTasks(query.scope), query.live);
    },
    async find(id: string, scope: TaskScope, live: readonly LiveBytes[]): Promise<Execution | undefined> {
      const [row] = await heads(database, [sql`e.id = ${id}`], { isNewestFirst: true, limit: 1, scope });
      return row && (await withTasks(database, [row], visibleTasks(scope), live))[0];
    },
  };
}

/** Literal text in a pattern of LIKE. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

function conditionsOf(query: ExecutionsQuery): RawBuilder<unknown>[] {
  const { q, state, policyId, after, isNewestFirst, scope } = query;
  const conditions: RawBuilder<unknown>[] = [];
  if (policyId !== undefined) conditions.push(sql`e.policy_id = ${policyId}::uuid`);
  if (state !== undefined) {
    const own = scope.isEverything ? sql`e.state` : sql`seen.state`;
    conditions.push(
      isOpenFilter(state) ? sql`${own} = 'running' and ${openFilter(state, scope)}` : sql`${own} = ${state}`,
    );
  }
  if (q !== undefined && q !== '') {
    const pattern = likePattern(q);
    conditions.push(sql`(e.requested_by ilike ${pattern} or exists (
      select 1 from tasks t where t.execution_id = e.id and ${visibleTasks(scope) ?? sql`true`} and (t.source_repository ilike ${pattern}
        or t.destination_repository ilike ${pattern} or t.source_reference ilike ${pattern})))`);
  }
  if (after !== null) {
    const place = sql`(${microseconds}, e.id::text)`;
    const last = sql`(${after.microseconds}::bigint, ${after.id}::text)`;
    conditions.push(isNewestFirst ? sql`${place} < ${last}` : sql`${place} > ${last}`);
  }
  return conditions;
}

function isOpenFilter(state: ExecutionState | OpenFilter): state is OpenFilter {
  return state === 'held' || state === 'moving' || state === 'waiting';
}

function openFilter(filter: OpenFilter, scope: TaskScope): RawBuilder<unknown> {
  if (filter === 'held') return sql`e.held_back is not null`;
  const states: readonly TaskState[] = filter === 'moving' ? ['queued', 'running'] : ['waiting'];
  return sql`exists (select from tasks t
    where t.execution_id = e.id and t.state in (${sql.join(states)}) and ${visibleTasks(scope) ?? sql`true`})`;
}

interface Head {
  id: string;
  trigger: ExecutionTrigger;
  policy_id: string | null;
  policy_name: string | null;
  policy_version: number | null;
  policy_exists: boolean;
  promotion: ExecutionPromotion | null;
  planned: PlannedWork | null;
  held_back: Reason | null;
  requested_by: string | null;
  state: ExecutionState;
  created_at: Date;
  finished_at: Date | null;
  microseconds: number;
}

async function heads(
  database: Kysely<Tables>,
  conditions: readonly RawBuilder<unknown>[],
  { isNewestFirst, limit, scope }: Pick<ExecutionsQuery, 'isNewestFirst' | 'limit' | 'scope'>,
): Promise<Head[]> {
  const direction = isNewestFirst ? sql`desc` : sql`asc`;
  const visible = visibleTasks(scope);
  const own = visible === null ? sql`e.state, e.finished_at` : sql`seen.state, seen.finished_at`;
  const { rows } = await sql<Head>`
    select e.id, case when promoted.promotion is null then ${toldTrigger('e')} else 'promotion' end as trigger,
      promoted.promotion, e.requested_by, ${own}, e.created_at, ${microseconds} as microseconds,
      e.policy_id, e.policy_name, e.policy_version, e.planned,
      case when e.state = 'running' then e.held_back end as held_back,
      exists (select from policies p where p.id = e.policy_id) as policy_exists
    from executions e ${promotedPart} ${visible === null ? sql`` : seenPart(visible)} where ${sql.join([sql`true`, ...conditions], sql` and `)}
    order by e.created_at ${direction}, e.id::text ${direction} limit ${limit}`.execute(database);
  return rows;
}

/** The promotion whose copy an execution is: whoever sees the copy sees both its ends. */
const promotedPart = sql`left join lateral (
  select jsonb_build_object('id', p.id, 'kind', p.kind, 'project', p.project, 'repository', p.repository, 'tag', p.tag,
    'environment', p.environment) as promotion
  from promotions p where p.execution_id = e.id limit 1) promoted on true`;

/** For the caller an execution is its visible tasks, and its end is theirs; without any it is not there. */
function seenPart(visible: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`cross join lateral (
    select case when counts.open > 0 then 'running' when counts.failed > 0 then 'failed'
        when counts.stopped > 0 then 'stopped' else 'succeeded' end as state,
      case when counts.open = 0 then counts.finished_at end as finished_at
    from (
      select count(*) filter (where t.state in ('queued', 'running', 'waiting')) as open,
        count(*) filter (where t.state = 'failed') as failed, count(*) filter (where t.state = 'stopped') as stopped,
        count(*) as total, max(t.finished_at) as finished_at
      from tasks t where t.execution_id = e.id and ${visible}
    ) counts where counts.total > 0) seen`;
}

function policyOf({ policy_id: id, policy_name: name, policy_version: version, policy_exists: exists }: Head) {
  return id === null ? null : { id, name: name ?? '', version: version ?? 0, exists };
}

interface Counted {
  execution_id: string;
  state: TaskState;
  count: number;
  reason: Reason | null;
  bytes_total: number;
  bytes_done: number;
  bytes_skipped: number;
  deletions: number;
  tag_moves: number;
  attempts: number;
  sources: string[];
  destinations: string[];
}

interface Sample {
  execution_id: string;
  repository: string;
  reference: string;
  destination_repository: string;
  destination_tag: string | null;
}

const sumOf = <Part>(parts: readonly Part[], figure: (part: Part) => number): number =>
  parts.reduce((sum, part) => sum + figure(part), 0);

async function withTasks(
  database: Kysely<Tables>,
  rows: readonly Head[],
  visible: RawBuilder<boolean> | null,
  live: readonly LiveBytes[],
): Promise<Execution[]> {
  if (rows.length === 0) return [];
  const stored = sql`filter (where t.id <> all (${live.map(({ id }) => id)}::uuid[]))`;
  const ids = sql.join(rows.map(({ id }) => id));
  const narrowed = visible === null ? sql`` : sql`and ${visible}`;
  const counted = await sql<Counted>`
    select execution_id, state, count(*) as count, ${sharedReason} as reason, coalesce(sum(bytes_total) ${stored}, 0) as bytes_total,
      coalesce(sum(bytes_done) ${stored}, 0) as bytes_done, coalesce(sum(bytes_skipped) ${stored}, 0) as bytes_skipped,
      count(*) filter (where kind = 'delete') as deletions, count(*) filter (where ${movesTagOnly}) as tag_moves,
      max(attempt) as attempts, array_agg(distinct source_registry_id) as sources, array_agg(distinct destination_registry_id) as destinations
    from tasks t where execution_id in (${ids}) ${narrowed} group by execution_id, state, ${sharedCause}`.execute(
    database,
  );
  const samples = await listSamples(database, ids, narrowed);
  const again = new Set(counted.rows.filter(({ attempts }) => attempts > 1).map(({ execution_id }) => execution_id));
  const retried = await listRetried(database, { rows, again }, narrowed);
  return rows.map((row) => {
    const own = counted.rows.filter(({ execution_id }) => execution_id === row.id);
    const tasks = { ...noTasks };
    for (const { state, count } of own) tasks[state] += count;
    const moving = live.filter(({ executionId }) => executionId === row.id);
    return {
      id: row.id,
      trigger: row.trigger,
      policy: policyOf(row),
      promotion: row.promotion,
      planned: row.planned,
      heldBack: row.held_back,
      requestedBy: row.requested_by,
      state: row.state,
      activity: activityOf(own),
      remark: remarkOf(own),
      tasks,
      deletions: sumOf(own, ({ deletions }) => deletions),
      retried: retried.get(row.id) ?? null,
      tagMoves: sumOf(own, ({ tag_moves }) => tag_moves),
      bytesTotal: sumOf(own, ({ bytes_total }) => bytes_total) + sumOf(moving, ({ bytesTotal }) => bytesTotal ?? 0),
      bytesDone: sumOf(own, ({ bytes_done }) => bytes_done) + sumOf(moving, ({ bytesDone }) => bytesDone),
      bytesSkipped:
        sumOf(own, ({ bytes_skipped }) => bytes_skipped) + sumOf(moving, ({ bytesSkipped }) => bytesSkipped),
      sample: samples
        .filter(({ execution_id }) => execution_id === row.id)
        .map((sample) => ({
          repository: sample.repository,
          reference: sample.reference,
          destination: { repository: sample.destination_repository, tag: sample.destination_tag },
        })),
      sourceRegistryIds: [...new Set(own.flatMap(({ sources }) => sources))],
      destinationRegistryIds: [...new Set(own.flatMap(({ destinations }) => destinations))],
      createdAt: row.created_at,
      finishedAt: row.finished_at,
      createdAtMicroseconds: row.microseconds,
    };
  });
}

/** The first few artifacts of each, by name. */
async function listSamples(database: Kysely<Tables>, ids: RawBuilder<unknown>, narrowed: RawBuilder<unknown>) {
  const { rows } = await sql<Sample>`
    select e.id as execution_id, s.* from executions e
    cross join lateral (
      select distinct on (source_repository, source_reference) source_repository as repository,
        source_reference as reference, destination_repository, destination_tag from (
        select * from tasks t
        where execution_id = e.id ${narrowed} limit 100) first_tasks
      order by source_repository, source_reference, destination_repository, destination_tag limit 3) s
    where e.id in (${ids})`.execute(database);
  return rows;
}

/** Of each the task with the most attempts, and why the last of these failed that did. */
async function listRetried(
  database: Kysely<Tables>,
  { rows: heads, again }: { rows: readonly Head[]; again: ReadonlySet<string> },
  narrowed: RawBuilder<unknown>,
) {
  const ended = heads.filter(({ id, state }) => state !== 'running' && again.has(id));
  if (ended.length === 0) return new Map<string, Execution['retried']>();
  const { rows } = await sql<{ execution_id: string; tries: number; reason: Reason | null }>`
    select e.id as execution_id, most.attempt as tries, failed.reason from executions e
    cross join lateral (
      select id, attempt from tasks t where t.execution_id = e.id ${narrowed} order by attempt desc, id limit 1) most
    left join lateral (
      select reason from task_attempts a where a.task_id = most.id and a.outcome = 'failed' and a.reason is not null
      order by number desc limit 1) failed on true
    where e.id in (${sql.join(ended.map(({ id }) => id))})`.execute(database);
  return new Map(rows.map(({ execution_id, tries, reason }) => [execution_id, { tries, reason }]));
}
