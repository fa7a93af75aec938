import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { RepositoryPattern, TagPattern } from './patterns.ts';
import {
  Digest,
  Id,
  Instant,
  PolicyName,
  ProjectName,
  Reason,
  Reference,
  RegistryId,
  RepositoryName,
  TagName,
} from './words.ts';

/** deleting → deleted → restoring → restored, or → purging → purged; deleting → failed. A refusal leads back to `deleted`. */
export const trashStates = ['deleting', 'deleted', 'restoring', 'restored', 'purging', 'purged', 'failed'] as const;
export const TrashState = z.enum(trashStates);
export type TrashState = z.infer<typeof TrashState>;

export const TrashItem = z
  .object({
    id: Id,
    project: ProjectName,
    registryId: RegistryId,
    environment: z.string(),
    repository: RepositoryName,
    /** Null: a manifest, with all its tags. */
    tag: z.nullable(TagName),
    /** Null while it is not known yet. */
    digest: z.nullable(Digest),
    state: TrashState,
    /** `tag`: the registry takes no repository of ours; whoever lists the tags there sees what keeps it. */
    keptIn: z.enum(['repository', 'tag']),
    /** `untagged`: no tag reached it; who asked for that is `deletedBy`. */
    why: z.enum(['person', 'retention', 'policy', 'untagged']),
    deletedBy: z.nullable(z.string()),
    /** Which policy, because its source deleted it. */
    policy: z.nullable(PolicyName),
    /** What they wrote about it; empty for nothing. */
    comment: z.string(),
    /** Of a deleted tag: other tags of the digest, which stayed. Of a manifest: those that went with it. */
    aliases: z.array(TagName),
    /** With everything below and about it. */
    sizeBytes: z.nullable(z.int()),
    pushedAt: z.nullable(Instant),
    pushedBy: z.nullable(z.string()),
    /** Who restored or purged it. */
    actedBy: z.nullable(z.string()),
    /** Why it failed or waits, or why a restore was refused. */
    reason: z.nullable(Reason),
    /** What its tag is by now, as far as the catalog knows: a policy or a push may have brought it back. Null where it is free. */
    tagNow: z.nullable(Digest),
    createdAt: Instant,
    deletedAt: z.nullable(Instant),
    /** It is purged then. */
    expiresAt: z.nullable(Instant),
    finishedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'TrashItem' });
export type TrashItem = z.infer<typeof TrashItem>;

/** What is to be deleted. */
export const TrashSelection = z
  .discriminatedUnion('kind', [
    /** Tags and digests of one repository; a digest goes with all its tags. */
    z.strictObject({
      kind: z.literal('references'),
      registryId: RegistryId,
      repository: RepositoryName,
      references: z.array(Reference).check(z.minLength(1), z.maxLength(1000)),
    }),
    /** Tags by their names; patterns of repositories are below the project. */
    z.strictObject({
      kind: z.literal('pattern'),
      registryIds: z.array(RegistryId).check(z.minLength(1), z.maxLength(50)),
      repositoryPattern: RepositoryPattern,
      tagPattern: TagPattern,
    }),
    /** Everything in it. */
    z.strictObject({ kind: z.literal('repository'), registryId: RegistryId, repository: RepositoryName }),
  ])
  .register(z.globalRegistry, { id: 'TrashSelection' });
export type TrashSelection = z.infer<typeof TrashSelection>;

const Selected = z.object({
  registryId: RegistryId,
  repository: RepositoryName,
  tag: z.nullable(TagName),
  digest: z.nullable(Digest),
});

/** From the catalog, which is as old as `asOf`; the deletion itself goes by what the registry says. */
export const DeletionPreview = z
  .object({
    /** At most 100. */
    items: z.array(Selected),
    total: z.int(),
    /** Other tags of the same digests, which stay; at most 100. */
    siblings: z.array(z.object({ registryId: RegistryId, repository: RepositoryName, tag: TagName, digest: Digest })),
    siblingCount: z.int(),
    /** Manifests that no tag will name any more, with what goes along with them. */
    manifestCount: z.int(),
    childCount: z.int(),
    referrerCount: z.int(),
    /** That a garbage collection gives back once they are purged. */
    freedBytes: z.int(),
    /** Held by an immutable rule: they would be refused; at most 100. */
    held: z.array(z.object({ registryId: RegistryId, repository: RepositoryName, tag: TagName, rule: z.string() })),
    heldCount: z.int(),
    /** Registries that delete nothing, and why. */
    undeletable: z.array(z.object({ registryId: RegistryId, reason: z.nullable(Reason) })),
    /** What else to know beforehand: that it waits for a maintenance to end, or that a policy copies it there again. */
    cautions: z.array(Reason),
    windowDays: z.int(),
    asOf: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'DeletionPreview' });
export type DeletionPreview = z.infer<typeof DeletionPreview>;

export const RestoreTarget = z
  .discriminatedUnion('kind', [
    /** Under the tags it had, where nothing else has them by now. */
    z.strictObject({ kind: z.literal('same') }),
    /** Under its tag, in place of the digest that the caller saw there. */
    z.strictObject({ kind: z.literal('replace'), replaces: Digest }),
    z.strictObject({ kind: z.literal('tag'), tag: TagName }),
    z.strictObject({ kind: z.literal('digest') }),
  ])
  .register(z.globalRegistry, { id: 'RestoreTarget' });
export type RestoreTarget = z.infer<typeof RestoreTarget>;

const byProject = z.strictObject({ project: ProjectName });
const byId = z.strictObject({ project: ProjectName, trashItemId: Id });
const selected = z.strictObject({ selection: TrashSelection });
const comment = z.string().check(
  z.trim(),
  z.maxLength(1000),
  // PostgreSQL text cannot hold it.
  z.refine((text: string) => !text.includes('\u0000'), 'must not contain a NUL character'),
);
const selecting = ['project-not-found', 'repository-not-found', 'artifact-not-found'] as const;
const listed = {
  ...listQuery(['-created', 'created', 'expires', '-expires']),
  /** `kept`: what can be had back, or is on its way in or out. */
  state: z.optional(z.enum([...trashStates, 'kept'])),
  registryId: z.optional(RegistryId),
  repository: z.optional(RepositoryName),
  itemId: z.optional(Id),
};

export const previewDeletion = endpoint({
  method: 'POST',
  path: '/projects/:project/trash/preview',
  summary: 'What a deletion would take, what it would leave, and how many bytes would come back',
  permission: 'artifact.delete',
  isAudited: false,
  params: byProject,
  body: selected,
  response: DeletionPreview,
  errors: selecting,
});
export const deleteToTrash = endpoint({
  method: 'POST',
  path: '/projects/:project/trash',
  summary: 'Delete tags, manifests or a whole repository to the trash, from where they can be restored for a while',
  permission: 'artifact.delete',
  params: byProject,
  body: z.extend(selected, { comment: z.optional(comment) }),
  /** `items`: the first 100. */
  response: z.object({ items: z.array(Id), total: z.int() }),
  status: 202,
  errors: selecting,
});
export const listTrash = endpoint({
  method: 'GET',
  path: '/projects/:project/trash',
  summary: 'What was deleted in a project and what became of it',
  permission: 'artifact.delete',
  params: byProject,
  query: z.strictObject(listed),
  response: page(TrashItem),
  errors: ['project-not-found', 'cursor-invalid'],
});
export const listAllTrash = endpoint({
  method: 'GET',
  path: '/trash',
  summary: 'What was deleted in all projects in which the caller may restore',
  permission: 'artifact.delete',
  query: z.strictObject({ ...listed, project: z.optional(ProjectName) }),
  response: page(TrashItem),
  errors: ['cursor-invalid'],
});
export const previewRestore = endpoint({
  method: 'POST',
  path: '/projects/:project/trash/:trashItemId/restore/preview',
  summary: 'What to know before restoring: that a policy puts something else in its place again',
  permission: 'artifact.delete',
  isAudited: false,
  params: byId,
  body: z.strictObject({ target: RestoreTarget }),
  response: z.object({ cautions: z.array(Reason) }),
  errors: ['project-not-found', 'trash-item-not-found'],
});
export const restoreFromTrash = endpoint({
  method: 'POST',
  path: '/projects/:project/trash/:trashItemId/restore',
  summary: 'Put back the same bytes under the same digest, and under a tag as the caller chooses',
  permission: 'artifact.delete',
  params: byId,
  body: z.strictObject({ target: RestoreTarget }),
  response: TrashItem,
  status: 202,
  errors: ['project-not-found', 'trash-item-not-found', 'trash-item-busy', 'trash-tag-taken'],
});
export const purgeFromTrash = endpoint({
  method: 'POST',
  path: '/projects/:project/trash/:trashItemId/purge',
  summary: 'Remove it for good',
  permission: 'trash.purge',
  params: byId,
  response: TrashItem,
  status: 202,
  errors: ['project-not-found', 'trash-item-not-found', 'trash-item-busy'],
});
export const getTrashWindow = endpoint({
  method: 'GET',
  path: '/projects/:project/trash-window',
  summary: 'How long what is deleted in a project can be restored',
  permission: 'catalog.read',
  params: byProject,
  response: z.object({ days: z.int() }),
  errors: ['project-not-found'],
});
export const updateTrashWindow = endpoint({
  method: 'PUT',
  path: '/projects/:project/trash-window',
  summary: 'Set how long; what is in the trash already never goes sooner than it was told. Needs the right everywhere',
  permission: 'project.manage',
  params: byProject,
  body: z.strictObject({ days: z.int().check(z.minimum(1), z.maximum(365)) }),
  response: z.object({ days: z.int() }),
  errors: ['project-not-found'],
});

export const trashEndpoints = {
  previewDeletion,
  deleteToTrash,
  listTrash,
  listAllTrash,
  previewRestore,
  restoreFromTrash,
  purgeFromTrash,
  getTrashWindow,
  updateTrashWindow,
};
