import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { likePattern } from './executions.view.ts';
import { heldBackCode } from './replication.ts';
import { parkedCodes } from './task-pauses.store.ts';
import { movesTagOnly } from './tag-moves.view.ts';
import { ownTasks, type TaskScope, visibleTasks } from './task-scope.view.ts';
import {
  openStates,
  type Reason,
  type Task,
  type TaskBlob,
  type TaskKind,
  type TaskLogEntry,
  type TaskState,
  triesOf,
} from './replication.ts';

export interface Attempt {
  readonly number: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'stopped' | 'lost';
  readonly reason: Reason | null;
}

export interface LogLine extends TaskLogEntry {
  readonly id: number;
  readonly at: Date;
  readonly attempt: number;
}

export interface TaskDetail {
  readonly task: Task;
  readonly blobs: readonly TaskBlob[];
  readonly attempts: readonly Attempt[];
  readonly log: readonly LogLine[];
}

/** A task with its place in the three orders a list can have. */
export interface ListedTask {
  readonly task: Task;
  readonly rank: number;
  readonly microseconds: number;
}

export interface TasksQuery {
  /** What the caller may see. */
  readonly scope: TaskScope;
  readonly q: string | undefined;
  readonly executionId: string | undefined;
  readonly state: TaskState | 'active' | undefined;
  readonly repository: string | undefined;
  readonly sort: 'state' | 'progress' | 'created' | '-created';
  readonly limit: number;
  readonly after: { readonly rank: number; readonly microseconds: number; readonly id: string } | null;
}

export interface PlacedTask {
  readonly id: string;
  readonly state: TaskState;
  readonly destination: { readonly registryId: string; readonly repository: string };
}

type OneOrAll = { readonly executionId: string } | { readonly taskId: string };

export type TasksView = ReturnType<typeof createTasksView>;

/** What asks for attention comes first. */
const byState = sql<number>`case t.state when 'failed' then 0 when 'waiting' then 1 when 'running' then 2
  when 'queued' then 3 when 'stopped' then 4 else 5 end`;
/** What moves comes first. */
const byProgress = sql<number>`case when t.state = 'running' then 0 when t.state = 'queued' then 1
  when t.state <> 'waiting' then 4 when t.reason->>'code' = ${heldBackCode} then 3 else 2 end`;
const rankOf = (sort: TasksQuery['sort']) => (sort === 'progress' ? byProgress : byState);
const microseconds = sql<number>`(extract(epoch from t.created_at) * 1000000)::bigint`;
const everything: TaskScope = { isEverything: true };
const logMax = 5000;
const blobsMax = 20_000;

export function createTasksView(database: Kysely<Tables>) {
  return {
    async list(query: TasksQuery): Promise<{ items: ListedTask[]; total: number | null }> {
      const conditions = conditionsOf(query);
      const paged = query.after === null ? conditions : [...conditions, afterCondition(query, query.after)];
      const rows = await read(database, paged, sql`order by ${orderOf(query.sort)} limit ${query.limit}`, query.sort);
      const isCountable = query.executionId !== undefined || query.state === 'active';
      return { items: rows, total: isCountable ? await count(database, conditions) : null };
    },
    async find(id: string, scope: TaskScope = everything): Promise<Task | undefined> {
      return (await read(database, [sql`t.id = ${id}`, ...narrowed(scope)], sql``))[0]?.task;
    },
    /** Where an execution's tasks go, for decisions about each of them. */
    async listDestinations(executionId: string, scope: TaskScope): Promise<PlacedTask[]> {
      const conditions = [sql`t.execution_id = ${executionId}`, ...narrowed(scope)];
      const { rows } = await sql<Pick<TaskRow, 'id' | 'state' | 'destination_registry_id' | 'destination_repository'>>`
        select t.id, t.state, t.destination_registry_id, t.destination_repository
        from tasks t where ${all(conditions)}`.execute(database);
      return rows.map(({ id, state, destination_registry_id, destination_repository }) => ({
        id,
        state,
        destination: { registryId: destination_registry_id, repository: destination_repository },
      }));
    },
    listOwn: (which: OneOrAll, userId: string) => listOwn(database, which, userId),
    async findDetail(id: string, scope: TaskScope): Promise<TaskDetail | undefined> {
      const task = await this.find(id, scope);
      if (task === undefined) return undefined;
      const blobs = database.selectFrom('task_blobs').selectAll().where('task_id', '=', id).orderBy('position');
      const attempts = database.selectFrom('task_attempts').selectAll().where('task_id', '=', id).orderBy('number');
      const log = database.selectFrom('task_log').selectAll().where('task_id', '=', id).orderBy('id', 'desc');
      return {
        task,
        blobs: (await blobs.limit(blobsMax).execute()).map((row) => ({
          digest: row.digest,
          kind: row.kind,
          platform: row.platform,
          sizeBytes: row.size_bytes,
          bytesDone: row.bytes_done,
          state: row.state,
        })),
        attempts: (await attempts.execute()).map((row) => ({
          number: row.number,
          startedAt: row.started_at,
          finishedAt: row.finished_at,
          outcome: row.outcome,
          reason: row.reason,
        })),
        log: (await log.limit(logMax).execute()).toReversed().map((row) => ({
          id: row.id,
          at: row.at,
          attempt: row.attempt,
          level: row.level,
          code: row.code,
          sentence: row.sentence,
          params: row.params,
        })),
      };
    },
  };
}

/** Those that somebody asked for. */
async function listOwn(database: Kysely<Tables>, which: OneOrAll, userId: string): Promise<Set<string>> {
  const place = 'taskId' in which ? sql`t.id = ${which.taskId}` : sql`t.execution_id = ${which.executionId}`;
  const { rows } = await sql<{ id: string }>`
    select t.id from tasks t where ${all([place, ownTasks(userId)])}`.execute(database);
  return new Set(rows.map(({ id }) => id));
}

function narrowed(scope: TaskScope): RawBuilder<unknown>[] {
  const condition = visibleTasks(scope);
  return condition === null ? [] : [condition];
}

function conditionsOf({ q, executionId, state, repository, scope }: TasksQuery): RawBuilder<unknown>[] {
  const conditions = narrowed(scope);
  if (executionId !== undefined) conditions.push(sql`t.execution_id = ${executionId}`);
  if (state === 'active') conditions.push(sql`t.state in (${sql.join(openStates)})`);
  else if (state !== undefined) conditions.push(sql`t.state = ${state}`);
  if (repository !== undefined) {
    conditions.push(sql`(t.source_repository = ${repository} or t.destination_repository = ${repository})`);
  }
  if (q !== undefined && q !== '') {
    const pattern = likePattern(q);
    conditions.push(sql`(t.source_repository ilike ${pattern} or t.destination_repository ilike ${pattern}
      or t.source_reference ilike ${pattern} or t.destination_tag ilike ${pattern} or t.digest ilike ${pattern})`);
  }
  return conditions;
}

function orderOf(sort: TasksQuery['sort']): RawBuilder<unknown> {
  if (sort === 'created') return sql`t.created_at, t.id::text`;
  if (sort === '-created') return sql`t.created_at desc, t.id::text desc`;
  return sql`${rankOf(sort)}, t.created_at, t.id::text`;
}

function afterCondition({ sort }: TasksQuery, after: NonNullable<TasksQuery['after']>): RawBuilder<unknown> {
  const place = sql`${after.microseconds}::bigint, ${after.id}::text`;
  const own = sql`(${microseconds}, t.id::text)`;
  if (sort === 'created') return sql`${own} > (${place})`;
  if (sort === '-created') return sql`${own} < (${place})`;
  return sql`(${rankOf(sort)}, ${microseconds}, t.id::text) > (${after.rank}::integer, ${place})`;
}

async function count(database: Kysely<Tables>, conditions: readonly RawBuilder<unknown>[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from tasks t where ${all(conditions)}`.execute(database);
  return rows[0]?.count ?? 0;
}

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join([sql`true`, ...conditions], sql` and `);
}

interface TaskRow {
  id: string;
  kind: TaskKind;
  execution_id: string;
  source_registry_id: string;
  source_repository: string;
  source_reference: string;
  destination_registry_id: string;
  destination_repository: string;
  destination_tag: string | null;
  digest: string | null;
  replaces_digest: string | null;
  state: TaskState;
  attempt: number;
  attempts_allowed: number;
  attempts_forgiven: number;
  reason: Reason | null;
  bytes_total: number | null;
  bytes_done: number;
  bytes_skipped: number;
  blobs_total: number | null;
  blobs_done: number;
  next_attempt_at: Date | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  requested_by: string | null;
  moves_tag_only: boolean;
  rank: number;
  microseconds: number;
}

async function read(
  database: Kysely<Tables>,
  conditions: readonly RawBuilder<unknown>[],
  tail: RawBuilder<unknown>,
  sort: TasksQuery['sort'] = 'state',
): Promise<ListedTask[]> {
  const { rows } = await sql<TaskRow>`
    select t.*, ${movesTagOnly} as moves_tag_only, e.requested_by, ${rankOf(sort)} as rank, ${microseconds} as microseconds
    from tasks t join executions e on e.id = t.execution_id
    where ${all(conditions)} ${tail}`.execute(database);
  return rows.map((row) => ({ task: taskOf(row), rank: row.rank, microseconds: row.microseconds }));
}

function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    kind: row.kind,
    executionId: row.execution_id,
    source: { registryId: row.source_registry_id, repository: row.source_repository, reference: row.source_reference },
    destination: {
      registryId: row.destination_registry_id,
      repository: row.destination_repository,
      tag: row.destination_tag,
    },
    digest: row.digest,
    replacesDigest: row.replaces_digest,
    movesTagOnly: row.moves_tag_only,
    state: row.state,
    attempt: row.attempt,
    ...triesOf({
      attempt: row.attempt,
      attemptsAllowed: row.attempts_allowed,
      attemptsForgiven: row.attempts_forgiven,
    }),
    reason: row.reason,
    bytesTotal: row.bytes_total,
    bytesDone: row.bytes_done,
    bytesSkipped: row.bytes_skipped,
    blobsTotal: row.blobs_total,
    blobsDone: row.blobs_done,
    nextAttemptAt: parkedCodes.includes(row.reason?.code ?? '') ? null : row.next_attempt_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    requestedBy: row.requested_by,
    rateBytesPerSecond: null,
    etaSeconds: null,
  };
}
