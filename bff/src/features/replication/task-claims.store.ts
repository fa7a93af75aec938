import { type Kysely, sql } from 'kysely';
import { gathered } from '../../database/gathered.ts';
import type { Tables } from '../../database/tables.ts';
import { type ClaimedTask, onHoldCodes, type Reason } from './replication.ts';
import { aboutWriting } from './retry-policy.ts';
import { sentences } from './task-outcome.ts';

export interface ClaimLimits {
  /** At most this many now. */
  readonly count: number;
  /** Running tasks of one destination registry, over all instances. */
  readonly tasksPerRegistry: number;
}

export interface LeaseNews {
  /** Still ours. */
  readonly kept: ReadonlySet<string>;
  readonly stopRequested: readonly StopRequested[];
}

/** `deleted-at-source`: held, and by a policy that propagates deletions, whose source has lost the tag since. */
export type FenceAnswer = 'held' | 'lost' | 'deleted-at-source' | StopCause;

const isDeletedAtSource = sql<boolean>`(tasks.policy_id is not null and exists (
  select from policies where policies.id = tasks.policy_id
    and (policies.content->'options'->>'propagateDeletions')::boolean
) and not exists (
  select from tags where tags.registry_id = tasks.source_registry_id and tags.repository = tasks.source_repository
    and tags.name = tasks.source_reference
))`;

interface StopRequested {
  readonly id: string;
  readonly because: StopCause;
}

/** `superseded`: its policy has a newer task for the tag. */
export type StopCause = 'stopped' | 'superseded';

// Only what is to stop is looked at further: every copy asks this before it moves its tag.
const stopCause = sql<StopCause>`case when tasks.stop_requested and exists (
  select from tasks newer where newer.policy_id = tasks.policy_id
    and newer.destination_registry_id = tasks.destination_registry_id
    and newer.destination_repository = tasks.destination_repository
    and newer.destination_tag = tasks.destination_tag and newer.created_at > tasks.created_at
) then 'superseded' else 'stopped' end`;

export type TaskClaimsStore = ReturnType<typeof createTaskClaimsStore>;

/** A worker that is silent for this long is taken for dead; four renewals may be lost before. */
export const leaseMs = 15_000;

// Any number that nothing else locks by: claims are made one after the other, so that slots are counted exactly.
const claimLock = 7_101_801;

export function createTaskClaimsStore(database: Kysely<Tables>) {
  const lease = sql<Date>`now() + ${leaseMs} * interval '1 millisecond'`;
  const fences = gathered((owner, items: readonly Fenced[]) => askFences(database, owner, items));
  return {
    claim: (owner: string, limits: ClaimLimits): Promise<ClaimedTask[]> =>
      database.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${claimLock})`.execute(transaction);
        const { rows } = await claimStatement(owner, limits).execute(transaction);
        return rows.map(claimedTask);
      }),

    /** Renews the leases of all tasks given; those missing in the answer are another worker's now, or ended. */
    async renew(owner: string, taskIds: readonly string[]): Promise<LeaseNews> {
      const rows = await database
        .updateTable('tasks')
        .set({ lease_until: lease })
        .where('id', 'in', taskIds)
        .where('lease_owner', '=', owner)
        .where('state', '=', 'running')
        .returning(['id', 'stop_requested', stopCause.as('because')])
        .execute();
      return {
        kept: new Set(rows.map(({ id }) => id)),
        stopRequested: rows.filter((row) => row.stop_requested).map(({ id, because }) => ({ id, because })),
      };
    },

    /** Whether the worker may move the tag: asked directly before. Several at once: one statement. */
    async askFence(owner: string, taskId: string, fence: number): Promise<FenceAnswer> {
      return (await fences(owner, { taskId, fence })).get(taskId) ?? 'lost';
    },

    /** For a start that knows every older worker to be dead: their tasks can be claimed at once. */
    async endAllLeases(): Promise<void> {
      await database
        .updateTable('tasks')
        .set({ lease_until: sql<Date>`now() - interval '1 millisecond'` })
        .where('state', '=', 'running')
        .execute();
    },

    /** Tasks that no worker will end: past their deadline, or stopped while their worker was dead or gave them back. */
    endAbandoned: () => endAbandoned(database),
  };
}

interface Fenced {
  readonly taskId: string;
  readonly fence: number;
}

/** Of those that the worker still holds. */
async function askFences(
  database: Kysely<Tables>,
  owner: string,
  items: readonly Fenced[],
): Promise<ReadonlyMap<string, FenceAnswer>> {
  const { rows } = await sql<{ id: string; answer: FenceAnswer }>`
    select tasks.id, case when tasks.stop_requested then ${stopCause} when ${isDeletedAtSource} then 'deleted-at-source'
      else 'held' end as answer
    from unnest(${items.map(({ taskId }) => taskId)}::uuid[], ${items.map(({ fence }) => fence)}::bigint[])
      as given (id, fence)
    join tasks on tasks.id = given.id and tasks.fence = given.fence
    where tasks.lease_owner = ${owner} and tasks.state = 'running' and tasks.lease_until > clock_timestamp()`.execute(
    database,
  );
  return new Map(rows.map(({ id, answer }) => [id, answer]));
}

async function endAbandoned(database: Kysely<Tables>): Promise<{ id: string; executionId: string }[]> {
  const { rows } = await sql<{ id: string; execution_id: string }>`
    with ended as (
      update tasks set
        state = case when stop_requested then 'stopped' else 'failed' end,
        finished_at = now(), lease_owner = null, lease_until = null, next_attempt_at = null,
        reason = case
          when stop_requested and ${stopCause} = 'superseded' then ${JSON.stringify(sentences.movedOn())}::jsonb
          when stop_requested then ${JSON.stringify(sentences.stopped())}::jsonb
          else coalesce(reason, ${JSON.stringify(deadlineReason)}::jsonb) end
      where (state in ('queued', 'waiting') and (deadline_at < now() or stop_requested))
        or (state = 'running' and stop_requested and lease_until < now())
      returning id, execution_id, attempt, state
    ), attempts as (
      update task_attempts a set outcome = 'lost', finished_at = now()
      from ended where a.task_id = ended.id and a.outcome = 'running'
    )
    select id, execution_id from ended`.execute(database);
  return rows.map((row) => ({ id: row.id, executionId: row.execution_id }));
}

const deadlineReason = {
  code: 'deadline-passed',
  sentence: 'It could not be run before its deadline of 24 hours.',
  params: {},
};

interface ClaimRow {
  id: string;
  execution_id: string;
  kind: 'copy' | 'delete';
  policy_id: string | null;
  policy_name: string | null;
  is_contested: boolean;
  origin_at: Date | null;
  source_registry_id: string;
  source_repository: string;
  source_reference: string;
  destination_registry_id: string;
  destination_repository: string;
  destination_tag: string | null;
  expects_digest: string | null;
  digest: string | null;
  replaces_digest: string | null;
  attempt: number;
  attempts_allowed: number;
  attempts_forgiven: number;
  deadline_left_ms: number;
  fence: number;
  created_at: Date;
  started_at: Date;
  include_referrers: boolean;
  when_different: 'replace' | 'skip';
  platforms: string[] | null;
  bytes_total: number | null;
  requested_by: string | null;
  requester_id: string | null;
  requester_name: string | null;
  requester_is_system_admin: boolean | null;
  requester_is_disabled: boolean | null;
  is_superseded: boolean;
  is_taken_over: boolean;
  catalog_digest: string | null;
  catalog_size_bytes: number | null;
  is_believed_there: boolean;
  is_sparse_there: boolean;
  is_probe: boolean;
  previous_state: string;
  reason: Reason | null;
}

/** By the database's clock, so that no instance writes when the maintenance has begun for another. */
const takesWrites = sql`not exists (
  select 1 from registries kept where kept.id = d.registry_id and kept.maintenance_until > now())`;
/** Into a registry in trouble one at a time, and none before its time: see breakers.store.ts. */
const slotsOf = (most: number) => sql`case
  when b.registry_id is null then greatest(0, ${most} - busy.running)
  when b.probe_at <= now() and busy.running = 0 then 1 else 0 end`;
/** Nor out of one. */
const isAboutReading = sql`s.reason->>'code' not in (${sql.join(aboutWriting)})`;
const mayBeRead = sql`not exists (
  select 1 from registry_breakers s where s.registry_id = t.source_registry_id
    and ${isAboutReading} and (s.probe_at > now() or exists (
    select 1 from tasks r where r.state = 'running' and r.lease_until >= now()
      and r.source_registry_id = s.registry_id)))`;
const requesterColumns = sql`u.username as requester_name, u.is_system_admin as requester_is_system_admin,
  u.disabled_at is not null as requester_is_disabled`;

/**
 * The oldest tasks that may run: queued, due again, or left by a worker whose lease has run out; not while an older one
 * for the same tag is queued or running, not into a registry in maintenance, and not more than a destination's slots.
 * Each destination is looked at by itself along an index, and no further than its free slots: with ten thousand tasks
 * queued a claim costs what it costs with ten. A policy may have fewer at once into each of its destinations. Where slots are
 * few, destinations take turns, the one with the least under way first.
 */
function candidates({ count, tasksPerRegistry }: ClaimLimits) {
  return sql`
    destinations (registry_id) as (
      (select min(destination_registry_id) from tasks
        where state in ('queued', 'running', 'waiting') and not stop_requested)
      union all
      select (
        select min(t.destination_registry_id) from tasks t
        where t.state in ('queued', 'running', 'waiting') and not t.stop_requested
          and t.destination_registry_id > d.registry_id
      ) from destinations d where d.registry_id is not null
    ), limited as (
      select id, (content->'options'->>'concurrency')::integer as most from policies
      where content->'options'->>'concurrency' is not null
    ), active as (
      select t.policy_id, t.destination_registry_id, count(*) as running
      from limited l join tasks t on t.policy_id = l.id
      where t.state = 'running' and t.lease_until >= now() group by t.policy_id, t.destination_registry_id
    ), full_up as (
      select a.policy_id, a.destination_registry_id from active a join limited l on l.id = a.policy_id
      where a.running >= l.most
    ), ranked as (
      select open.id, open.state as previous_state, open.created_at, l.most - coalesce(a.running, 0) as room,
        case when s.registry_id is null then 1
          else row_number() over (partition by s.registry_id order by open.created_at, open.id) end as source_place,
        row_number() over (partition by open.policy_id, d.registry_id order by open.created_at, open.id) as place,
        busy.running + row_number() over (partition by d.registry_id order by open.created_at, open.id) as turn
      from destinations d
      left join registry_breakers b on b.registry_id = d.registry_id
      cross join lateral (
        select count(*) as running from tasks t
        where t.destination_registry_id = d.registry_id and t.state = 'running' and t.lease_until >= now()
      ) busy
      cross join lateral (
        select t.id, t.state, t.created_at, t.policy_id, t.source_registry_id from tasks t
        where t.destination_registry_id = d.registry_id
          and t.state in ('queued', 'running', 'waiting') and not t.stop_requested
          and (t.state = 'queued' or (t.state = 'waiting' and t.next_attempt_at <= now())
            or (t.state = 'running' and t.lease_until < now()))
          and not exists (
            select 1 from full_up f where f.policy_id = t.policy_id and f.destination_registry_id = d.registry_id)
          and not exists (
            select 1 from tasks older
            where older.destination_registry_id = t.destination_registry_id
              and older.destination_repository = t.destination_repository and older.destination_tag = t.destination_tag
              and older.state in ('queued', 'running') and (older.created_at, older.id) < (t.created_at, t.id))
          and ${mayBeRead}
        order by t.created_at, t.id limit ${slotsOf(tasksPerRegistry)}
      ) open
      left join limited l on l.id = open.policy_id
      left join registry_breakers s on s.registry_id = open.source_registry_id and ${isAboutReading}
      left join active a on a.policy_id = open.policy_id and a.destination_registry_id = d.registry_id
      where d.registry_id is not null and ${takesWrites}
    ), picked as (
      select id, previous_state from ranked where (room is null or place <= room) and source_place = 1
      order by turn, created_at, id limit ${count}
    )`;
}

function claimStatement(owner: string, limits: ClaimLimits) {
  return sql<ClaimRow>`
    with recursive ${candidates(limits)}, claimed as (
      update tasks t set state = 'running', attempt = t.attempt + 1, fence = t.fence + 1, lease_owner = ${owner},
        lease_until = now() + ${leaseMs} * interval '1 millisecond', started_at = coalesce(t.started_at, now()),
        next_attempt_at = null, finished_at = null
      from picked
      where t.id = picked.id and t.state = picked.previous_state and not t.stop_requested
      returning t.*, picked.previous_state
    ), lost as (
      update task_attempts a set outcome = 'lost', finished_at = now()
      from claimed where a.task_id = claimed.id and a.outcome = 'running'
    ), begun as (
      insert into task_attempts (task_id, number) select id, attempt from claimed
    )
    select c.*, e.include_referrers, e.when_different, e.platforms, e.requested_by, e.policy_name,
      ${requesterColumns},
      c.previous_state = 'running' as is_taken_over,
      extract(epoch from c.deadline_at - now()) * 1000 as deadline_left_ms,
      exists (
        select 1 from tasks newer
        where newer.destination_registry_id = c.destination_registry_id
          and newer.destination_repository = c.destination_repository and newer.destination_tag = c.destination_tag
          and newer.state = 'succeeded' and (newer.created_at, newer.id) > (c.created_at, c.id)
          and newer.execution_id <> c.execution_id
      ) as is_superseded,
      exists (
        select 1 from registry_breakers b where b.registry_id in (c.source_registry_id, c.destination_registry_id)
      ) as is_probe,
      tags.digest as catalog_digest, m.total_size_bytes as catalog_size_bytes,
      exists (
        select 1 from tags there
        where there.registry_id = c.destination_registry_id and there.repository = c.destination_repository
          and there.name = c.destination_tag and there.digest = coalesce(c.digest, tags.digest)
      ) as is_believed_there,
      exists (
        select 1 from repositories there join repository_manifests held on held.repository_id = there.id
        where there.registry_id = c.destination_registry_id and there.name = c.destination_repository
          and held.digest = coalesce(c.digest, tags.digest) and held.held_size_bytes is not null
      ) as is_sparse_there
    from claimed c
    join executions e on e.id = c.execution_id left join users u on u.id = c.requester_id
    left join repositories r on r.registry_id = c.source_registry_id and r.name = c.source_repository
    left join tags on tags.repository_id = r.id and tags.name = c.source_reference
    left join manifests m on m.digest = coalesce(c.digest, tags.digest)
    order by c.created_at, c.id`;
}

function claimedTask(row: ClaimRow): ClaimedTask {
  return {
    id: row.id,
    executionId: row.execution_id,
    kind: row.kind,
    policyId: row.policy_id,
    policyName: row.policy_name,
    contest: row.is_contested && row.origin_at !== null ? { originAt: row.origin_at } : null,
    source: { registryId: row.source_registry_id, repository: row.source_repository, reference: row.source_reference },
    destination: {
      registryId: row.destination_registry_id,
      repository: row.destination_repository,
      tag: row.destination_tag,
    },
    digest: row.digest,
    replacesDigest: row.replaces_digest,
    attempt: row.attempt,
    attemptsAllowed: row.attempts_allowed,
    attemptsForgiven: row.attempts_forgiven,
    deadlineLeftMs: row.deadline_left_ms,
    fence: row.fence,
    createdAt: row.created_at,
    startedAt: row.started_at,
    includeReferrers: row.include_referrers,
    whenDifferent: row.when_different,
    platforms: row.platforms,
    requestedBy: row.requested_by,
    requester: requesterOf(row),
    isSuperseded: row.is_superseded,
    isTakenOver: row.is_taken_over,
    catalogDigest: row.catalog_digest,
    // Of chosen platforms the plan knows better.
    catalogSizeBytes: row.platforms === null ? row.catalog_size_bytes : row.bytes_total,
    isBelievedThere: row.is_believed_there,
    isSparseThere: row.is_sparse_there,
    isProbe: row.is_probe,
    // What waited because somebody wanted it so has not failed.
    lastReason: row.previous_state === 'waiting' && !onHoldCodes.includes(row.reason?.code ?? '') ? row.reason : null,
    ...(row.expects_digest === null ? {} : { expectedDigest: row.expects_digest }),
  };
}

function requesterOf(row: ClaimRow): ClaimedTask['requester'] {
  if (row.requester_id === null) return null;
  return {
    id: row.requester_id,
    name: row.requester_name ?? row.requested_by ?? '',
    isSystemAdmin: row.requester_is_system_admin === true,
    isActive: row.requester_name !== null && row.requester_is_disabled !== true,
  };
}
