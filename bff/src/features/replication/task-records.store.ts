import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { Reason, TaskBlob, TaskFigures, TaskLogEntry, TaskState } from './replication.ts';

/** What became of a running task since the last write. */
export interface TaskRecord extends TaskFigures {
  readonly id: string;
  readonly executionId: string;
  readonly fence: number;
  readonly attempt: number;
  readonly state: TaskState;
  readonly digest: string | null;
  readonly reason: Reason | null;
  /** For `waiting`. */
  readonly delayMs: number | null;
  /** Tries that were the registry's fault as a whole, and do not count. */
  readonly attemptsForgiven: number;
  /** Null while it runs. */
  readonly outcome: 'succeeded' | 'failed' | 'stopped' | 'lost' | null;
  /** Planned since the last write: blobs of an earlier plan go. */
  readonly isPlannedAnew: boolean;
  readonly blobs: readonly (TaskBlob & { readonly position: number })[];
  readonly log: readonly (TaskLogEntry & { readonly at: Date })[];
}

export type TaskRecordsStore = ReturnType<typeof createTaskRecordsStore>;
type Connection = Kysely<Tables>;

export function createTaskRecordsStore(database: Connection) {
  return {
    /** Writes only where the fence is current. @returns the tasks that were ours, and executions that ended */
    write: (owner: string, records: readonly TaskRecord[]): Promise<{ written: Set<string>; ended: string[] }> =>
      database.transaction().execute(async (transaction) => {
        const written = await writeTasks(transaction, owner, records);
        const own = records.filter(({ id }) => written.has(id));
        await writeBlobs(transaction, own);
        await writeLog(transaction, own);
        const finished = own.filter(({ outcome }) => outcome !== null);
        await endAttempts(transaction, finished);
        const executionIds = [...new Set(finished.map(({ executionId }) => executionId))];
        return { written, ended: await endExecutions(transaction, executionIds) };
      }),
    endExecutions: (executionIds: readonly string[]) => endExecutions(database, executionIds),
  };
}

async function writeTasks(database: Connection, owner: string, records: readonly TaskRecord[]): Promise<Set<string>> {
  const content = JSON.stringify(
    records.map((record) => ({
      id: record.id,
      fence: record.fence,
      state: record.state,
      digest: record.digest,
      reason: record.reason,
      bytes_total: record.bytesTotal,
      bytes_done: record.bytesDone,
      bytes_skipped: record.bytesSkipped,
      blobs_total: record.blobsTotal,
      blobs_done: record.blobsDone,
      delay_ms: record.delayMs,
      forgiven: record.attemptsForgiven,
    })),
  );
  const { rows } = await sql<{ id: string }>`
    update tasks t set
      state = x.state, digest = x.digest, reason = nullif(x.reason, 'null'::jsonb),
      bytes_total = coalesce(x.bytes_total, t.bytes_total), bytes_done = x.bytes_done, bytes_skipped = x.bytes_skipped,
      blobs_total = x.blobs_total, blobs_done = x.blobs_done,
      attempts_allowed = t.attempts_allowed + x.forgiven, attempts_forgiven = t.attempts_forgiven + x.forgiven,
      next_attempt_at = case when x.state = 'waiting' then now() + x.delay_ms * interval '1 millisecond' end,
      finished_at = case when x.state in ('succeeded', 'failed', 'stopped') then now() end,
      lease_owner = case when x.state = 'running' then t.lease_owner end,
      lease_until = case when x.state = 'running' then t.lease_until end
    from jsonb_to_recordset(${content}::jsonb) as x(
      id uuid, fence bigint, state text, digest text, reason jsonb, bytes_total bigint, bytes_done bigint,
      bytes_skipped bigint, blobs_total integer, blobs_done integer, delay_ms double precision, forgiven integer)
    where t.id = x.id and t.fence = x.fence and t.lease_owner = ${owner} and t.state = 'running'
    returning t.id`.execute(database);
  return new Set(rows.map(({ id }) => id));
}

async function writeBlobs(database: Connection, records: readonly TaskRecord[]): Promise<void> {
  const replanned = records.filter(({ isPlannedAnew, attempt }) => isPlannedAnew && attempt > 1).map(({ id }) => id);
  if (replanned.length > 0) await database.deleteFrom('task_blobs').where('task_id', 'in', replanned).execute();
  const rows = records.flatMap(({ id, blobs }) =>
    blobs.map((blob) => ({
      task_id: id,
      digest: blob.digest,
      kind: blob.kind,
      platform: blob.platform,
      position: blob.position,
      size_bytes: blob.sizeBytes,
      bytes_done: blob.bytesDone,
      state: blob.state,
    })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into task_blobs (task_id, digest, kind, platform, position, size_bytes, bytes_done, state)
    select task_id, digest, kind, nullif(platform, 'null'::jsonb), position, size_bytes, bytes_done, state
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      task_id uuid, digest text, kind text, platform jsonb, position integer, size_bytes bigint, bytes_done bigint,
      state text)
    on conflict (task_id, digest) do update set bytes_done = excluded.bytes_done, state = excluded.state`.execute(
    database,
  );
}

async function writeLog(database: Connection, records: readonly TaskRecord[]): Promise<void> {
  const rows = records
    .flatMap(({ id, attempt, log }) => log.map((line) => ({ task_id: id, attempt, ...line })))
    .map((line, place) => ({ ...line, place }));
  if (rows.length === 0) return;
  await sql`
    insert into task_log (task_id, attempt, at, level, code, sentence, params)
    select task_id, attempt, at, level, code, sentence, params
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      task_id uuid, attempt integer, at timestamptz, level text, code text, sentence text, params jsonb, place integer)
    order by place`.execute(database);
}

async function endAttempts(database: Connection, finished: readonly TaskRecord[]): Promise<void> {
  if (finished.length === 0) return;
  const rows = finished.map(({ id, attempt, outcome, reason }) => ({ task_id: id, number: attempt, outcome, reason }));
  await sql`
    update task_attempts a set finished_at = now(), outcome = x.outcome, reason = nullif(x.reason, 'null'::jsonb)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      task_id uuid, number integer, outcome text, reason jsonb)
    where a.task_id = x.task_id and a.number = x.number`.execute(database);
}

/** Those of the executions none of whose tasks is open. */
export async function endExecutions(database: Connection, executionIds: readonly string[]): Promise<string[]> {
  if (executionIds.length === 0) return [];
  // Two instances may write the ends of the last two tasks at once. Each would see the other's task still running, and
  // nobody would end the execution: so one waits here for the other's transaction, and looks after that.
  await sql`select id from executions where id in (${sql.join(executionIds)}) order by id for no key update`.execute(
    database,
  );
  const { rows } = await sql<{ id: string }>`
    update executions e set finished_at = now(), state = case
      when exists (select 1 from tasks where execution_id = e.id and state = 'failed') then 'failed'
      when exists (select 1 from tasks where execution_id = e.id and state = 'stopped') then 'stopped'
      else 'succeeded' end
    where e.id in (${sql.join(executionIds)}) and e.state = 'running'
      and not exists (
        select 1 from tasks where execution_id = e.id and state in ('queued', 'running', 'waiting'))
    returning e.id`.execute(database);
  return rows.map(({ id }) => id);
}
