import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { FollowedPolicyJson, Tables } from '../../database/index.ts';
import { findPolicies } from '../../database/find-policies.ts';
import { inScope } from '../../database/scope.ts';

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
          manifests.total_size_bytes as "sizeBytes"
        from moments
        left join repositories on repositories.registry_id = moments.registry_id and repositories.name = moments.repository
        left join repository_manifests held
          on held.repository_id = repositories.id and held.digest = moments.digest collate "C"
        left join manifests on manifests.digest = moments.digest collate "C"
        left join lateral (${whatKeeps}) kept on held.digest is null
        left join lateral (${whatRestored}) back on ${isOurs}
        left join lateral (${whatCopied}) copy on moments.how = 'copy' or ${isOurs}
        where ${beforeId === null ? sql`true` : sql`moments.id < ${beforeId}::bigint`}
        order by moments.id desc limit ${limit}
      `.execute(kysely);
      return rows;
    },

    /** Which of these policies there are still. */
    findPolicies: (ids: readonly string[]) => findPolicies(kysely, ids),

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

/** Each with its end. The catalog is what the last one is compared with: a tag may have been found before it was told of. */
function momentsOf({ scope, project, repository, tag, registryId }: TagHistoryQuestion) {
  return sql`
    select told.*, tags.digest is not null and told.next_id is null as is_last
    from (
      select history.*,
        lead(history.at) over (partition by history.registry_id order by history.id) as until,
        lead(history.id) over (partition by history.registry_id order by history.id) as next_id
      from (select *, ${project}::text as project from tag_history) history
      where history.repository = ${repository} and history.name = ${tag}
        and ${inScope(scope, 'history.project', 'history.registry_id')}
        and ${registryId === undefined ? sql`true` : sql`history.registry_id = ${registryId}`}
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
const isOurs = sql`(moments.how = 'push' and moments.actor is null)`;
const newsDelay = sql`interval '5 minutes'`;

/** The newest copy that could have been it, unless a restore was later. */
const whatCopied = sql`
  select tasks.execution_id, executions.policy_id, executions.requested_by,
    case when executions.policy_id is not null then jsonb_build_object(
      'id', executions.policy_id, 'name', executions.policy_name, 'sourceRegistryId', tasks.source_registry_id,
      'sourceRepository', tasks.source_repository) end as policy,
    (select promotions.kind from promotions where promotions.execution_id = executions.id) as promotion
  from tasks join executions on executions.id = tasks.execution_id
  where tasks.destination_registry_id = moments.registry_id
    and tasks.destination_repository = moments.repository collate "default"
    and tasks.destination_tag = moments.name collate "default"
    and tasks.digest = moments.digest and tasks.created_at <= moments.at and tasks.kind = 'copy'
    and (moments.how = 'copy' or (tasks.started_at <= moments.at
      and coalesce(tasks.finished_at, moments.at) >= moments.at - ${newsDelay}
      and tasks.created_at > coalesce(back.asked_at, '-infinity')))
  order by tasks.created_at desc limit 1
`;

/** The newest restore that could have been it. */
const whatRestored = sql`
  select item.id, item.acted_by, item.asked_at from trash_items item
  where item.registry_id = moments.registry_id and item.repository = moments.repository
    and item.digest = moments.digest and item.restore is not null and item.asked_at <= moments.at
    and coalesce(item.finished_at, moments.at) >= moments.at - ${newsDelay}
  order by item.asked_at desc limit 1
`;
