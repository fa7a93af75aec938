import { type Kysely, type RawBuilder, sql } from 'kysely';
import { likeLiteral } from '../../database/keyset.ts';
import type { Tables } from '../../database/tables.ts';
import type { Promotion, PromotionState, Reason } from './promotions.ts';

export type PromotionsView = ReturnType<typeof createPromotionsView>;

/** What somebody sees of a project's promotions. */
export interface PromotionSight {
  /** Both ends have to be in one of these; null: every environment. */
  readonly environments: readonly string[] | null;
  /** The own ones need less. */
  readonly own: { readonly userId: string; readonly environments: readonly string[] } | null;
}

export interface PromotionsQuery {
  readonly project: string;
  readonly sight: PromotionSight;
  readonly q: string | undefined;
  readonly state: PromotionState | undefined;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  readonly isNewestFirst: boolean;
  readonly limit: number;
  readonly after: { readonly microseconds: number; readonly id: string } | null;
}

/** Projects and the environments in them into which somebody may push. */
export type PushPlaces = ReadonlyArray<{ readonly project: string; readonly environments: readonly string[] }>;

export interface WaitingQuery {
  /** Null: everywhere. */
  readonly places: PushPlaces | null;
  readonly project: string | undefined;
  /** Whose own ones are left out. */
  readonly userId: string;
  readonly limit: number;
}

/** Joined queries of the pages about promotions: each promotion with what has become of its execution. */
export function createPromotionsView(kysely: Kysely<Tables>) {
  return {
    async list(query: PromotionsQuery): Promise<Promotion[]> {
      const order = query.isNewestFirst ? sql`desc` : sql`asc`;
      const { rows } = await sql<PromotionRow>`
        select * from (${promotions(sql`p.project = ${query.project} and ${isSeen(query.sight)}`)}) as shown
        where ${sql.join(conditionsOf(query), sql` and `)}
        order by created_at ${order}, id::text ${order} limit ${query.limit}`.execute(kysely);
      return rows.map(promotionOf);
    },

    async find(id: string): Promise<Promotion | undefined> {
      const { rows } = await sql<PromotionRow>`${promotions(sql`p.id = ${id}`)}`.execute(kysely);
      return rows[0] && promotionOf(rows[0]);
    },

    /** Waiting ones of others, the oldest first. `total`: beyond `limit` too. */
    async listWaiting({ places, project, userId, limit }: WaitingQuery) {
      const isOurs = project === undefined ? sql`true` : sql`p.project = ${project}`;
      const isWaiting = sql`p.state = 'waiting' and p.expires_at > now()
        and p.requester_id is distinct from ${userId}::uuid and ${isOurs} and ${isAt(places)}`;
      const { rows } = await sql<PromotionRow>`
        ${promotions(isWaiting)} order by p.created_at, p.id limit ${limit}`.execute(kysely);
      if (rows.length < limit) return { items: rows.map(promotionOf), total: rows.length };
      const counted = await sql<{
        count: number;
      }>`select count(*) as count from promotions p where ${isWaiting}`.execute(kysely);
      return { items: rows.map(promotionOf), total: counted.rows[0]?.count ?? rows.length };
    },
  };
}

function isAt(places: PushPlaces | null): RawBuilder<unknown> {
  if (places === null) return sql`true`;
  const each = places.map(
    ({ project, environments }) => sql`(p.project = ${project} and p.environment = any (${[...environments]}::text[]))`,
  );
  return sql`(${sql.join([sql`false`, ...each], sql` or `)})`;
}

interface PromotionRow {
  id: string;
  kind: 'promotion' | 'undo';
  project: string;
  repository: string;
  tag: string;
  digest: string;
  source_registry_id: string;
  source_environment: string;
  environment: string;
  targets: { registryId: string; previousDigest: string | null; currentDigest: string | null }[];
  state: PromotionState;
  comment: string;
  requested_by: string | null;
  requester_id: string | null;
  needs_approval: boolean;
  decided_by: string | null;
  decision_comment: string;
  decided_at: Date | null;
  source_digest: string | null;
  execution_id: string | null;
  undo_of: string | null;
  reason: Reason | null;
  created_at: Date;
  expires_at: Date;
  finished_at: Date | null;
  microseconds: number;
}

/** What has become of a begun one, its execution says; the time of a waiting one ends by itself. */
const shownState = sql`case
  when p.state = 'waiting' and p.expires_at <= now() then 'expired'
  when p.state <> 'begun' then p.state
  when e.state = 'running' then 'copying'
  when e.state = 'succeeded' and exists (
    select from promotions u join executions ue on ue.id = u.execution_id
    where u.undo_of = p.id and ue.state = 'succeeded') then 'undone'
  when e.state = 'succeeded' then 'done'
  else e.state end`;

const currentTag = (registry: RawBuilder<unknown>) => sql`
  select tags.digest from tags
  where tags.registry_id = ${registry} and tags.repository = p.repository and tags.name = p.tag`;

function promotions(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select p.id, p.kind, p.project, p.repository, p.tag, p.digest, p.source_registry_id, p.source_environment,
      p.environment, targets.targets, ${shownState} as state, p.comment, p.requested_by, p.requester_id,
      p.needs_approval, p.decided_by, p.decision_comment, p.decided_at,
      (${currentTag(sql`p.source_registry_id`)}) as source_digest, p.execution_id, p.undo_of,
      (select t.reason from tasks t
        where t.execution_id = p.execution_id and t.reason is not null and t.state in ('failed', 'stopped', 'waiting')
        order by t.state, t.created_at, t.id limit 1) as reason,
      p.created_at, p.expires_at,
      case when p.state = 'begun' then e.finished_at when p.state = 'waiting' then null else p.decided_at end
        as finished_at,
      (extract(epoch from p.created_at) * 1000000)::bigint as microseconds
    from promotions p left join executions e on e.id = p.execution_id
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object(
        'registryId', wanted.registry_id,
        'previousDigest', case when p.state = 'begun' then begun.previous_digest else now_there.digest end,
        'currentDigest', now_there.digest) order by wanted.position), '[]') as targets
      from unnest(p.registry_ids) with ordinality as wanted (registry_id, position)
      left join promotion_targets begun on begun.promotion_id = p.id and begun.registry_id = wanted.registry_id
      left join lateral (${currentTag(sql`wanted.registry_id`)}) now_there on true
    ) as targets
    where ${condition}`;
}

function isSeen({ environments, own }: PromotionSight): RawBuilder<unknown> {
  if (environments === null) return sql`true`;
  const bothIn = (seen: readonly string[]) => sql`p.environment = any (${[...seen]}::text[])
    and p.source_environment = any (${[...seen]}::text[])`;
  const seen = sql`(${bothIn(environments)})`;
  if (own === null) return seen;
  return sql`(${seen} or (p.requester_id = ${own.userId}::uuid and ${bothIn(own.environments)}))`;
}

function conditionsOf({ q, state, repository, tag, after, isNewestFirst }: PromotionsQuery): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (state !== undefined) conditions.push(sql`state = ${state}`);
  if (repository !== undefined) conditions.push(sql`repository = ${repository}`);
  if (tag !== undefined) conditions.push(sql`tag = ${tag}`);
  if (q !== undefined && q !== '') {
    const pattern = `%${likeLiteral(q)}%`;
    conditions.push(sql`(repository || ':' || tag ilike ${pattern} or comment ilike ${pattern}
      or requested_by ilike ${pattern} or decided_by ilike ${pattern} or digest ilike ${pattern})`);
  }
  if (after !== null) {
    const place = sql`(microseconds, id::text)`;
    const last = sql`(${after.microseconds}::bigint, ${after.id}::text)`;
    conditions.push(isNewestFirst ? sql`${place} < ${last}` : sql`${place} > ${last}`);
  }
  return conditions;
}

function promotionOf(row: PromotionRow): Promotion {
  const { decided_at: at, digest } = row;
  return {
    id: row.id,
    kind: row.kind,
    project: row.project,
    repository: row.repository,
    tag: row.tag,
    digest,
    source: { registryId: row.source_registry_id, environment: row.source_environment },
    environment: row.environment,
    targets: row.targets.map(({ registryId, previousDigest }) => ({ registryId, previousDigest })),
    state: row.state,
    comment: row.comment,
    requester: { id: row.requester_id, name: row.requested_by },
    needsApproval: row.needs_approval,
    decision: at === null ? null : { by: row.decided_by, at, comment: row.decision_comment },
    sourceDigest: row.source_digest,
    executionId: row.execution_id,
    undoOf: row.undo_of,
    isUndoable: row.kind === 'promotion' && row.state === 'done' && hasWayBack(row),
    reason: row.state === 'done' || row.state === 'undone' ? null : row.reason,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    finishedAt: row.finished_at,
    createdAtMicroseconds: row.microseconds,
  };
}

/** Something else was there before, and what was promoted still is. */
function hasWayBack({ targets, digest }: PromotionRow): boolean {
  const changed = targets.filter(({ previousDigest }) => previousDigest !== digest);
  return (
    changed.length > 0 &&
    changed.every(({ previousDigest, currentDigest }) => previousDigest !== null && currentDigest === digest)
  );
}
