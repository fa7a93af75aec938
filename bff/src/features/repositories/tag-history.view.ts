import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { FollowedPolicyJson, Tables } from '../../database/index.ts';
import { findPolicies } from '../../database/find-policies.ts';
import { inScope } from '../../database/scope.ts';
import { replacedCode } from '../../contract/replication.ts';
import { hasBeen } from '../../database/tag-been.ts';

/** The other of two pushes to two masters of a tag, neither of which knew of the other. */
export interface RivalPush {
  /** `lost`: the other took this one's place; `won`: this one the other's. */
  readonly outcome: 'lost' | 'won';
  readonly digest: string;
  readonly registryId: string;
  readonly repository: string;
  /** ISO 8601. */
  readonly pushedAt: string;
}

export interface TagMoment {
  readonly id: number;
  readonly registryId: string;
  readonly digest: string | null;
  readonly sizeBytes: number | null;
  readonly at: Date;
  readonly until: Date | null;
  readonly how: 'push' | 'copy' | 'policy' | 'promotion' | 'undo' | 'restore' | 'scan' | 'delete';
  readonly actor: string | null;
  readonly policy: Omit<FollowedPolicyJson, 'executionId'> | null;
  readonly executionId: string | null;
  readonly standing: 'current' | 'there' | 'trash' | 'gone' | null;
  readonly trashItemId: string | null;
  readonly trashTag: string | null;
  readonly trashExpiresAt: Date | null;
  readonly rival: RivalPush | null;
}

export interface TagHistoryQuestion {
  /** Within the project of the repository. */
  readonly scope: Scope;
  readonly project: string;
  readonly repository: string;
  readonly tag: string;
  readonly registryId: string | undefined;
  readonly limit: number;
  /** Older than this one. */
  readonly beforeId: number | null;
}

type Place = Pick<TagHistoryQuestion, 'scope' | 'project' | 'repository' | 'tag'>;

export type TagHistoryView = ReturnType<typeof createTagHistoryView>;

/** What tags were, and what of that could be had back. */
export function createTagHistoryView(kysely: Kysely<Tables>) {
  return {
    async list(question: TagHistoryQuestion): Promise<TagMoment[]> {
      const { limit, beforeId } = question;
      const { rows } = await sql<TagMoment>`
        with moments as (${momentsOf(question)})
        select moments.id, moments.registry_id as "registryId", moments.digest, moments.at, moments.until,
          coalesce(moments.actor, copy.requested_by, back.acted_by) as actor,
          coalesce(copy.policy, moments.policy) as policy,
          coalesce(copy.execution_id, (moments.policy->>'executionId')::uuid) as "executionId",
          case
            when copy.execution_id is not null
              then coalesce(copy.promotion, case when copy.policy_id is null then 'copy' else 'policy' end)
            when back.id is not null then 'restore'
            else moments.how end as how,
          case
            when moments.digest is null then null
            when moments.is_last then 'current'
            when held.digest is not null then 'there'
            when kept.id is not null then 'trash'
            else 'gone' end as standing,
          kept.id as "trashItemId", kept.tag as "trashTag", kept.expires_at as "trashExpiresAt",
          manifests.total_size_bytes as "sizeBytes", coalesce(${lostTo}, ${wonOver}) as rival
        from moments
        left join repositories on repositories.registry_id = moments.registry_id and repositories.name = moments.repository
        left join repository_manifests held
          on held.repository_id = repositories.id and held.digest = moments.digest collate "C"
        left join manifests on manifests.digest = moments.digest collate "C"
        left join lateral (${whatKeeps}) kept on held.digest is null
        left join lateral (${whatRestored('moments')}) back on ${isOurs('moments')}
        left join lateral (${whatCopied('moments', 'back')}) copy on moments.how = 'copy' or ${isOurs('moments')}
        left join lateral (${whatCame}) later on moments.next_digest is not null
        left join lateral (${whatRestored('later')}) later_back on ${isOurs('later')}
        left join lateral (${whatCopied('later', 'later_back')}) later_copy on later.how = 'copy' or ${isOurs('later')}
        where ${beforeId === null ? sql`true` : sql`moments.id < ${beforeId}::bigint`}
        order by moments.id desc limit ${limit}
      `.execute(kysely);
      return rows;
    },

    /** Which of these policies there are still. */
    findPolicies: (ids: readonly string[]) => findPolicies(kysely, ids),

    countElsewhere: (place: Place, registryId: string) => countElsewhere(kysely, place, registryId),

    /** What the tag is now, where it is. */
    async findNow({ scope, repository, tag, registryId }: Omit<TagHistoryQuestion, 'limit' | 'beforeId'>) {
      const { rows } = await sql<{ registryId: string; digest: string }>`
        select registry_id as "registryId", digest from tags
        where repository = ${repository} and name = ${tag} and ${inScope(scope, 'project', 'registry_id')}
          and ${registryId === undefined ? sql`true` : sql`registry_id = ${registryId}`}
        order by registry_id
      `.execute(kysely);
      return rows;
    },
  };
}

/** How many lines the other registries have of what the tag has never been in this one. */
async function countElsewhere(
  kysely: Kysely<Tables>,
  { scope, project, repository, tag }: Place,
  registryId: string,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count
    from (select *, ${project}::text as project from tag_history) history
    where history.repository = ${repository} and history.name = ${tag} and history.registry_id <> ${registryId}
      and history.digest is not null and ${inScope(scope, 'history.project', 'history.registry_id')}
      and not ${hasBeen({ registryId, repository, name: tag }, sql`history.digest`)}
  `.execute(kysely);
  return rows[0]?.count ?? 0;
}

/** Each with its end. The catalog is what the last one is compared with: a tag may have been found before it was told of. */
function momentsOf({ scope, project, repository, tag, registryId }: TagHistoryQuestion) {
  return sql`
    select told.*, tags.digest is not null and told.next_id is null as is_last
    from (
      select history.*,
        lead(history.at) over tag as until,
        lead(history.id) over tag as next_id, lead(history.digest) over tag as next_digest,
        lead(history.how) over tag as next_how, lead(history.actor) over tag as next_actor,
        lag(history.digest) over tag as former_digest, lag(history.at) over tag as former_at
      from (select *, ${project}::text as project from tag_history) history
      where history.repository = ${repository} and history.name = ${tag}
        and ${inScope(scope, 'history.project', 'history.registry_id')}
        and ${registryId === undefined ? sql`true` : sql`history.registry_id = ${registryId}`}
      window tag as (partition by history.registry_id order by history.id)
    ) told
    left join tags on tags.registry_id = told.registry_id and tags.repository = told.repository
      and tags.name = told.name and tags.digest = told.digest collate "C"
  `;
}

/** Rather the one that was deleted under this very tag: it goes back there with one word. */
const whatKeeps = sql`
  select item.id, item.tag, item.expires_at from trash_items item
  where item.registry_id = moments.registry_id and item.repository = moments.repository
    and item.digest = moments.digest and item.state = 'deleted'
  order by (item.tag is not distinct from moments.name) desc, item.expires_at desc limit 1
`;

/** The registry's news of what Longshore itself has put there names nobody, and may come before Longshore's own word. */
const isOurs = (moment: string) =>
  sql`(${sql.ref(`${moment}.how`)} = 'push' and ${sql.ref(`${moment}.actor`)} is null)`;
const newsDelay = sql`interval '5 minutes'`;

/** The newest copy that could have been it, unless a restore was later. */
function whatCopied(ofMoment: string, ofBack: string) {
  const moment = sql.table(ofMoment);
  return sql`
    select tasks.execution_id, executions.policy_id, executions.requested_by,
      case when executions.policy_id is not null then jsonb_build_object(
        'id', executions.policy_id, 'name', executions.policy_name, 'sourceRegistryId', tasks.source_registry_id,
        'sourceRepository', tasks.source_repository) end as policy,
      (select promotions.kind from promotions where promotions.execution_id = executions.id) as promotion,
      tasks.reason->>'code' = ${replacedCode} as has_replaced, tasks.origin_at, tasks.source_registry_id, tasks.source_repository
    from tasks join executions on executions.id = tasks.execution_id
    where tasks.destination_registry_id = ${moment}.registry_id
      and tasks.destination_repository = ${moment}.repository collate "default"
      and tasks.destination_tag = ${moment}.name collate "default"
      and tasks.digest = ${moment}.digest and tasks.created_at <= ${moment}.at and tasks.kind = 'copy'
      and (${moment}.how = 'copy' or (tasks.started_at <= ${moment}.at
        and coalesce(tasks.finished_at, ${moment}.at) >= ${moment}.at - ${newsDelay}
        and tasks.created_at > coalesce(${sql.table(ofBack)}.asked_at, '-infinity')))
    order by tasks.created_at desc limit 1
  `;
}

/** The newest restore that could have been it. */
function whatRestored(ofMoment: string) {
  const moment = sql.table(ofMoment);
  return sql`
    select item.id, item.acted_by, item.asked_at from trash_items item
    where item.registry_id = ${moment}.registry_id and item.repository = ${moment}.repository
      and item.digest = ${moment}.digest and item.restore is not null and item.asked_at <= ${moment}.at
      and coalesce(item.finished_at, ${moment}.at) >= ${moment}.at - ${newsDelay}
    order by item.asked_at desc limit 1
  `;
}

/** What the tag became next. */
const whatCame = sql`
  select moments.registry_id, moments.repository, moments.name, moments.next_digest as digest, moments.until as at,
    moments.next_how as how, moments.next_actor as actor
`;

/** A copy between masters has said that it replaced what somebody had pushed here: the task and its history must not disagree. */
const replaced = (copy: string, digest: string) =>
  sql`${sql.ref(`${copy}.has_replaced`)} and ${sql.ref(`${copy}.origin_at`)} is not null and ${sql.ref(digest)} is not null`;
const lostTo = sql`case when ${replaced('later_copy', 'moments.digest')} then jsonb_build_object(
  'outcome', 'lost', 'digest', moments.next_digest, 'registryId', later_copy.source_registry_id,
  'repository', later_copy.source_repository, 'pushedAt', later_copy.origin_at) end`;
const wonOver = sql`case when ${replaced('copy', 'moments.former_digest')} then jsonb_build_object(
  'outcome', 'won', 'digest', moments.former_digest, 'registryId', moments.registry_id,
  'repository', moments.repository, 'pushedAt', moments.former_at) end`;
