import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page, searchText } from './lists.ts';
import { RepositoryPattern, TagPattern } from './patterns.ts';
import { Cron, TimeZone } from './policy-content.ts';
import { Digest, Environment, Id, Instant, ProjectName, Reason, RegistryId, RepositoryName, TagName } from './words.ts';

const days = z.int().check(z.minimum(1), z.maximum(3650));

/** What one of them keeps is kept. */
export const RetentionRule = z
  .discriminatedUnion('kind', [
    /** Of each repository so many tags: the latest pushed. */
    z.strictObject({ kind: z.literal('newest'), count: z.int().check(z.minimum(1), z.maximum(100_000)) }),
    z.strictObject({ kind: z.literal('pushed-within'), days }),
    /** Under any tag, or by its digest; what was never pulled counts from when Longshore began to look. */
    z.strictObject({ kind: z.literal('pulled-within'), days }),
    z.strictObject({ kind: z.literal('tags'), patterns: z.array(TagPattern).check(z.minLength(1), z.maxLength(50)) }),
    /** A registry of another environment has its digest under some tag of the project. */
    z.strictObject({ kind: z.literal('used-elsewhere') }),
  ])
  .register(z.globalRegistry, { id: 'RetentionRule' });
export type RetentionRule = z.infer<typeof RetentionRule>;

const repositories = z.strictObject({
  /** Below the project: `api`, `**`. */
  include: z.array(RepositoryPattern).check(z.minLength(1), z.maxLength(50)),
  exclude: z.array(RepositoryPattern).check(z.maxLength(50)),
});

const content = {
  /** Null: each environment by itself. */
  environment: z.nullable(Environment),
  repositories,
  /** A plan without a rule is refused: it would keep nothing. */
  rules: z.array(RetentionRule).check(z.maxLength(20)),
};
const draft = {
  ...content,
  /** Off: it neither runs nor keeps anything. */
  isEnabled: z.boolean(),
  /** Null: by hand only. */
  schedule: z.nullable(z.strictObject({ cron: Cron, timeZone: TimeZone })),
};
export const RetentionDraft = z.strictObject(draft).register(z.globalRegistry, { id: 'RetentionDraft' });
export type RetentionDraft = z.infer<typeof RetentionDraft>;

export const retentionRunStates = ['planning', 'held', 'deleting', 'done', 'declined', 'stopped', 'failed'] as const;
/** planning → deleting → done; planning → held → deleting or declined; stopped: the plan was changed, or the project archived. */
export const RetentionRunState = z.enum(retentionRunStates);
export type RetentionRunState = z.infer<typeof RetentionRunState>;

export const RetentionRun = z
  .object({
    id: Id,
    /** Null: the plan is gone. */
    planId: z.nullable(Id),
    project: ProjectName,
    environment: z.nullable(z.string()),
    planVersion: z.int(),
    /** What the plan said when the run was asked for. */
    content: z.object({ repositories, rules: z.array(RetentionRule) }),
    isScheduled: z.boolean(),
    askedBy: z.nullable(z.string()),
    state: RetentionRunState,
    /** Why it waits, or waited, for a person’s word. */
    heldBack: z.nullable(Reason),
    decidedBy: z.nullable(z.string()),
    /** While it is open what it waits for; else why it ended other than well. */
    reason: z.nullable(Reason),
    /** Registries that were not looked at: nothing of them goes. */
    leftOut: z.array(z.object({ registryId: RegistryId, reason: Reason })),
    keepCount: z.int(),
    deleteCount: z.int(),
    /** Null where there were too many to add up. */
    freedBytes: z.nullable(z.int()),
    /** Of those that no rule kept: in the trash, spared at the last moment, not deleted for another reason. */
    trashedCount: z.int(),
    sparedCount: z.int(),
    failedCount: z.int(),
    /** How old the catalog was. */
    asOf: z.nullable(Instant),
    createdAt: Instant,
    finishedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'RetentionRun' });
export type RetentionRun = z.infer<typeof RetentionRun>;

export const RetentionPlan = z
  .object({
    ...draft,
    id: Id,
    version: z.int(),
    nextRunAt: z.nullable(Instant),
    createdBy: z.nullable(z.string()),
    changedBy: z.nullable(z.string()),
    changedAt: Instant,
    lastRun: z.nullable(RetentionRun),
  })
  .register(z.globalRegistry, { id: 'RetentionPlan' });
export type RetentionPlan = z.infer<typeof RetentionPlan>;

export const RetentionRunTag = z
  .object({
    registryId: RegistryId,
    repository: RepositoryName,
    tag: TagName,
    digest: Digest,
    pushedAt: z.nullable(Instant),
    sizeBytes: z.nullable(z.int()),
    /** Why no rule kept it. */
    reasons: z.array(Reason),
    /** `waiting`: not done yet. */
    outcome: z.enum(['waiting', 'trashed', 'spared', 'failed']),
    outcomeReason: z.nullable(Reason),
    /** Where there is one. */
    trashItemId: z.nullable(Id),
  })
  .register(z.globalRegistry, { id: 'RetentionRunTag' });
export type RetentionRunTag = z.infer<typeof RetentionRunTag>;

export const RetentionRow = z
  .object({
    verdict: z.enum(['keep', 'delete']),
    registryId: RegistryId,
    repository: RepositoryName,
    tag: TagName,
    digest: Digest,
    pushedAt: z.nullable(Instant),
    sizeBytes: z.nullable(z.int()),
    /** Which rules keep it, or why none does. */
    reasons: z.array(Reason),
  })
  .register(z.globalRegistry, { id: 'RetentionRow' });
export type RetentionRow = z.infer<typeof RetentionRow>;

export const RetentionPreview = z
  .object({
    tagCount: z.int(),
    keepCount: z.int(),
    deleteCount: z.int(),
    /** That a garbage collection gives back once they are purged. Null: not asked for, or too many to add up. */
    freedBytes: z.nullable(z.int()),
    /** Repositories that would lose more than half of their tags, or all: a run waits for a person’s word. The first 20. */
    many: z.array(
      z.object({ registryId: RegistryId, repository: RepositoryName, deleteCount: z.int(), tagCount: z.int() }),
    ),
    manyCount: z.int(),
    /** Registries that cannot be looked at now: nothing of them would go. */
    leftOut: z.array(z.object({ registryId: RegistryId, reason: Reason })),
    /** Policies that copy what would go there again; of the first page only. */
    cautions: z.array(Reason),
    /** Where a rule asks for pulls: since when they are seen, and whether the registry tells of those that go to it directly. */
    pulls: z.array(z.object({ registryId: RegistryId, since: Instant, isTold: z.boolean() })),
    asOf: z.nullable(Instant),
    rows: z.array(RetentionRow),
    nextCursor: z.nullable(z.string()),
    /** Of all pages, with the filter. */
    rowCount: z.int(),
  })
  .register(z.globalRegistry, { id: 'RetentionPreview' });
export type RetentionPreview = z.infer<typeof RetentionPreview>;

const byProject = z.strictObject({ project: ProjectName });
const byPlan = z.strictObject({ project: ProjectName, retentionPlanId: Id });
const byRun = z.strictObject({ retentionRunId: Id });

export const listRetentionPlans = endpoint({
  method: 'GET',
  path: '/projects/:project/retention-plans',
  summary: 'Which tags of a project are kept, by environment, and what became of the others last time',
  permission: 'member.read',
  params: byProject,
  response: z.object({ items: z.array(RetentionPlan) }),
  errors: ['project-not-found'],
});
export const createRetentionPlan = endpoint({
  method: 'POST',
  path: '/projects/:project/retention-plans',
  summary: 'Add a plan; needs the right to delete as well, in its environment or in all',
  permission: 'project.manage',
  params: byProject,
  body: RetentionDraft,
  response: RetentionPlan,
  status: 201,
  errors: ['project-not-found', 'too-many-retention-plans'],
});
export const updateRetentionPlan = endpoint({
  method: 'PUT',
  path: '/projects/:project/retention-plans/:retentionPlanId',
  summary: 'Change a plan; a run of it that is not over deletes nothing more',
  permission: 'project.manage',
  params: byPlan,
  body: z.strictObject({ ...draft, version: z.int() }),
  response: RetentionPlan,
  errors: ['project-not-found', 'retention-plan-not-found', 'version-conflict'],
});
export const deleteRetentionPlan = endpoint({
  method: 'DELETE',
  path: '/projects/:project/retention-plans/:retentionPlanId',
  summary: 'Remove a plan; a run of it that is not over deletes nothing more',
  permission: 'project.manage',
  params: byPlan,
  response: null,
  errors: ['project-not-found', 'retention-plan-not-found'],
});
export const previewRetention = endpoint({
  method: 'POST',
  path: '/projects/:project/retention-plans/preview',
  summary: 'What rules would keep and delete, tag by tag, with the reasons; nothing is written',
  permission: 'artifact.delete',
  isAudited: false,
  params: byProject,
  body: z.strictObject({
    ...content,
    /** The plan that this is or will be: the others that are on keep what they keep. Null for one that is new. */
    planId: z.nullable(Id),
    rows: z.optional(
      z.strictObject({
        verdict: z.optional(z.enum(['keep', 'delete'])),
        q: z.optional(searchText),
        limit: z.optional(z.int().check(z.minimum(1), z.maximum(500))),
        cursor: z.optional(z.string().check(z.maxLength(2048), z.regex(/^[A-Za-z0-9_-]+$/))),
      }),
    ),
  }),
  response: RetentionPreview,
  errors: ['project-not-found', 'cursor-invalid'],
});
export const runRetention = endpoint({
  method: 'POST',
  path: '/projects/:project/retention-plans/:retentionPlanId/runs',
  summary: 'Put into the trash what no rule keeps',
  permission: 'artifact.delete',
  params: byPlan,
  body: z.strictObject({
    /** Of the plan that the caller has seen. */
    version: z.int(),
    /** How many deletions the caller has seen: where there are more, the run waits for a word. */
    expectedCount: z.int().check(z.minimum(0)),
    /** Yes to repositories that lose more than half of their tags, or all. */
    acceptsMany: z.boolean(),
  }),
  response: RetentionRun,
  status: 202,
  errors: [
    'project-not-found',
    'retention-plan-not-found',
    'retention-run-open',
    'retention-plan-off',
    'version-conflict',
  ],
});
export const listRetentionRuns = endpoint({
  method: 'GET',
  path: '/projects/:project/retention-runs',
  summary: 'What runs of a project’s plans did, the latest first',
  permission: 'member.read',
  params: byProject,
  query: z.strictObject({ ...listQuery(['-created']), planId: z.optional(Id) }),
  response: page(RetentionRun),
  errors: ['project-not-found', 'cursor-invalid'],
});
export const getRetentionRun = endpoint({
  method: 'GET',
  path: '/retention-runs/:retentionRunId',
  summary: 'One run',
  permission: 'member.read',
  params: byRun,
  response: RetentionRun,
  errors: ['retention-run-not-found'],
});
export const listRetentionRunTags = endpoint({
  method: 'GET',
  path: '/retention-runs/:retentionRunId/tags',
  summary: 'The tags that no rule kept in a run, why, and what became of each',
  permission: 'member.read',
  params: byRun,
  query: z.strictObject({
    ...listQuery(['position']),
    outcome: z.optional(z.enum(['waiting', 'trashed', 'spared', 'failed'])),
  }),
  response: page(RetentionRunTag),
  errors: ['retention-run-not-found', 'cursor-invalid'],
});
export const confirmRetentionRun = endpoint({
  method: 'POST',
  path: '/retention-runs/:retentionRunId/confirm',
  summary: 'Let a run delete that was held back; what a rule keeps by now is spared',
  permission: 'artifact.delete',
  params: byRun,
  response: RetentionRun,
  errors: ['retention-run-not-found', 'retention-run-not-held'],
});
export const declineRetentionRun = endpoint({
  method: 'POST',
  path: '/retention-runs/:retentionRunId/decline',
  summary: 'End a run that was held back; nothing is deleted',
  permission: 'artifact.delete',
  params: byRun,
  response: RetentionRun,
  errors: ['retention-run-not-found', 'retention-run-not-held'],
});

export const retentionEndpoints = {
  listRetentionPlans,
  createRetentionPlan,
  updateRetentionPlan,
  deleteRetentionPlan,
  previewRetention,
  runRetention,
  listRetentionRuns,
  getRetentionRun,
  listRetentionRunTags,
  confirmRetentionRun,
  declineRetentionRun,
};
