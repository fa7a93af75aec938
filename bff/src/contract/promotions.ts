import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { countPromotionApprovals } from './promotion-approvals.ts';
import { Digest, Environment, Id, Instant, ProjectName, Reason, RegistryId, RepositoryName, TagName } from './words.ts';

/** Into `environment`, from the one before it. */
export const PathStep = z.strictObject({
  environment: Environment,
  /** Somebody other than the requester has to approve what goes into it. */
  needsApproval: z.boolean(),
});
export type PathStep = z.infer<typeof PathStep>;

export const PromotionPath = z
  .object({
    /** In order; environments of which the caller may see nothing are left out. */
    steps: z.array(PathStep),
    /** Nobody set one: it is the environments in their order. */
    isDefault: z.boolean(),
    /** Environments that registries serve and that are not on the path. */
    others: z.array(z.string()),
    /** Give it back when changing; 0 while nobody set one. */
    version: z.int(),
  })
  .register(z.globalRegistry, { id: 'PromotionPath' });
export type PromotionPath = z.infer<typeof PromotionPath>;

/** waiting → copying → done | failed | stopped; waiting → declined | withdrawn | expired; done → undone. */
export const promotionStates = [
  'waiting',
  'copying',
  'done',
  'failed',
  'stopped',
  'declined',
  'withdrawn',
  'expired',
  'undone',
] as const;
export const PromotionState = z.enum(promotionStates);
export type PromotionState = z.infer<typeof PromotionState>;

export const Promotion = z
  .object({
    id: Id,
    /** `undo`: puts back what the target's tag was before the promotion `undoOf`. */
    kind: z.enum(['promotion', 'undo']),
    project: ProjectName,
    repository: RepositoryName,
    tag: TagName,
    digest: Digest,
    source: z.object({ registryId: RegistryId, environment: z.string() }),
    environment: z.string(),
    targets: z.array(
      z.object({
        registryId: RegistryId,
        /** What its tag was before; while it waits, what it is. Null: it has none. */
        previousDigest: z.nullable(Digest),
      }),
    ),
    state: PromotionState,
    comment: z.string(),
    requestedBy: z.nullable(z.string()),
    /** The caller asked for it. */
    isOwn: z.boolean(),
    needsApproval: z.boolean(),
    decision: z.nullable(z.object({ by: z.nullable(z.string()), at: Instant, comment: z.string() })),
    /** What the tag is at the source by now; null: it is not there any more. */
    sourceDigest: z.nullable(Digest),
    executionId: z.nullable(Id),
    undoOf: z.nullable(Id),
    /** As far as the catalog knows, it can be undone by whoever may push there. */
    isUndoable: z.boolean(),
    /** Why it failed, was stopped or is held up. */
    reason: z.nullable(Reason),
    createdAt: Instant,
    /** Of one that waits. */
    expiresAt: z.nullable(Instant),
    finishedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'Promotion' });
export type Promotion = z.infer<typeof Promotion>;

const comment = z.string().check(
  z.trim(),
  z.maxLength(1000),
  // A NUL cannot be stored in PostgreSQL text; refusing it here keeps it a 400.
  z.refine((text: string) => !text.includes('\u0000'), 'must not contain a NUL character'),
);
const byProject = z.strictObject({ project: ProjectName });
const byId = z.strictObject({ promotionId: Id });
const decision = z.strictObject({ comment: z.optional(comment) });
const beginning = ['promotion-tag-moved', 'promotion-tag-held', 'promotion-off-path'] as const;

export const getPromotionPath = endpoint({
  method: 'GET',
  path: '/projects/:project/promotion-path',
  summary: 'The environments that a tag of the project goes through, in order',
  permission: 'catalog.read',
  params: byProject,
  response: PromotionPath,
  errors: ['project-not-found'],
});
export const updatePromotionPath = endpoint({
  method: 'PUT',
  path: '/projects/:project/promotion-path',
  summary:
    'Set the path, or with null go back to the environments in their order; needs the right in every environment',
  permission: 'project.manage',
  params: byProject,
  body: z.strictObject({ version: z.int(), steps: z.nullable(z.array(PathStep).check(z.maxLength(50))) }),
  response: PromotionPath,
  errors: ['project-not-found', 'version-conflict'],
});
export const listPromotions = endpoint({
  method: 'GET',
  path: '/projects/:project/promotions',
  summary: 'What was promoted in a project, by whom and when, newest first',
  permission: 'replication.read',
  params: byProject,
  query: z.strictObject({
    ...listQuery(['-created', 'created']),
    state: z.optional(PromotionState),
    repository: z.optional(RepositoryName),
    tag: z.optional(TagName),
  }),
  response: page(Promotion),
  errors: ['project-not-found', 'cursor-invalid'],
});
export const listPromotionApprovals = endpoint({
  method: 'GET',
  path: '/promotion-approvals',
  summary: 'What waits for the caller to approve or decline it, the oldest first, at most 50',
  permission: 'artifact.push',
  query: z.strictObject({ project: z.optional(ProjectName) }),
  response: z.object({ items: z.array(Promotion), total: z.int() }),
  errors: [],
});
export const createPromotion = endpoint({
  method: 'POST',
  path: '/promotions',
  summary: 'Promote a tag, by the digest it was seen with, into a later environment of the path, or ask for it',
  permission: 'artifact.push',
  body: z.strictObject({
    registryId: RegistryId,
    repository: RepositoryName,
    tag: TagName,
    digest: Digest,
    /** Where to. */
    environment: Environment,
    /** Of the registries that serve it; all unless given. */
    registryIds: z.optional(z.array(RegistryId).check(z.minLength(1), z.maxLength(20))),
    comment: z.optional(comment),
  }),
  response: Promotion,
  status: 201,
  errors: [...beginning, 'registry-not-found', 'repository-not-found', 'promotion-not-needed', 'promotion-pending'],
});
export const getPromotion = endpoint({
  method: 'GET',
  path: '/promotions/:promotionId',
  summary: 'One promotion',
  permission: 'replication.read',
  params: byId,
  response: Promotion,
  errors: ['promotion-not-found'],
});
export const previewPromotion = endpoint({
  method: 'GET',
  path: '/promotions/:promotionId/preview',
  summary: 'What to know before approving or undoing: that a policy puts something else in its place again',
  permission: 'replication.read',
  params: byId,
  response: z.object({ cautions: z.array(Reason) }),
  errors: ['promotion-not-found'],
});
export const approvePromotion = endpoint({
  method: 'POST',
  path: '/promotions/:promotionId/approve',
  summary: 'Approve what somebody else asked for; the copy begins',
  permission: 'artifact.push',
  params: byId,
  body: decision,
  response: Promotion,
  errors: [...beginning, 'promotion-not-found', 'promotion-own', 'promotion-not-waiting'],
});
export const declinePromotion = endpoint({
  method: 'POST',
  path: '/promotions/:promotionId/decline',
  summary: 'Decline what somebody else asked for',
  permission: 'artifact.push',
  params: byId,
  body: decision,
  response: Promotion,
  errors: ['promotion-not-found', 'promotion-own', 'promotion-not-waiting'],
});
export const withdrawPromotion = endpoint({
  method: 'POST',
  path: '/promotions/:promotionId/withdraw',
  summary: 'Take back what one asked for oneself',
  permission: 'catalog.read',
  params: byId,
  response: Promotion,
  errors: ['promotion-not-found', 'promotion-not-waiting'],
});
export const undoPromotion = endpoint({
  method: 'POST',
  path: '/promotions/:promotionId/undo',
  summary: 'Put back what the target’s tag was before, unless it has moved since',
  permission: 'artifact.push',
  params: byId,
  body: decision,
  response: Promotion,
  status: 201,
  errors: [...beginning, 'promotion-not-found', 'promotion-not-undoable'],
});

export const promotionEndpoints = {
  getPromotionPath,
  updatePromotionPath,
  listPromotions,
  listPromotionApprovals,
  countPromotionApprovals,
  createPromotion,
  getPromotion,
  previewPromotion,
  approvePromotion,
  declinePromotion,
  withdrawPromotion,
  undoPromotion,
};
