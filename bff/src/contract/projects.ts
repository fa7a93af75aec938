import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { PlaceAction, Role } from './permissions.ts';
import {
  Digest,
  Environment,
  Id,
  Instant,
  Platform,
  ProjectName,
  Reason,
  RegistryId,
  RepositoryName,
  TagName,
} from './words.ts';

export const Project = z
  .object({
    name: ProjectName,
    description: z.string(),
    /** Anybody may list and pull; an environment of `publicEnvironments` overrides it, either way. */
    isPublic: z.boolean(),
    publicEnvironments: z.record(z.string(), z.boolean()),
    /** Nothing can be pushed or copied into it any more; it reads as before. */
    isArchived: z.boolean(),
    repositoryCount: z.int(),
    tagCount: z.int(),
    sizeBytes: z.number(),
    pushedAt: z.nullable(Instant),
    registries: z.array(z.object({ registryId: RegistryId, tagCount: z.int() })),
  })
  .register(z.globalRegistry, { id: 'Project' });
export type Project = z.infer<typeof Project>;

/** What the caller may do in one environment of a project. */
export const ProjectAccess = z
  .object({
    /** Null: no registry serves any environment yet; this is what holds in all that will be. */
    environment: z.nullable(Environment),
    /** Null: only because the project is public there, or because the caller is a system administrator. */
    role: z.nullable(Role),
    actions: z.array(PlaceAction),
  })
  .register(z.globalRegistry, { id: 'ProjectAccess' });
export type ProjectAccess = z.infer<typeof ProjectAccess>;

export const ProjectDetail = z
  .extend(Project, {
    /** Each environment of which the caller may read something, in their order. */
    access: z.array(ProjectAccess),
    /** Give it back in `version` when changing. */
    version: z.int(),
    createdAt: Instant,
  })
  .register(z.globalRegistry, { id: 'ProjectDetail' });
export type ProjectDetail = z.infer<typeof ProjectDetail>;

/** A column of the matrix: one registry of an environment, in the environments' order. */
export const MatrixColumn = z
  .object({
    registryId: RegistryId,
    name: z.string(),
    environment: z.string(),
    health: z.enum(['up', 'degraded', 'down', 'unknown']),
    /** The age of what this column shows: the last time the catalog was known to agree with the registry. */
    asOf: z.nullable(Instant),
    isStale: z.boolean(),
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'MatrixColumn' });
export type MatrixColumn = z.infer<typeof MatrixColumn>;

export const MatrixCell = z
  .object({
    /**
     * `first`: leftmost column that has the tag; `same`, `differs`: compared with it; `trash`: not there, but it can be had
     * back. `copying` may have no digest yet.
     */
    state: z.enum(['first', 'same', 'differs', 'missing', 'copying', 'trash']),
    digest: z.nullable(Digest),
    sizeBytes: z.nullable(z.number()),
    pushedAt: z.nullable(Instant),
    pushedBy: z.nullable(z.string()),
    task: z.nullable(z.object({ id: Id, bytesDone: z.number(), bytesTotal: z.nullable(z.number()) })),
    /** Where the state is `trash`: what was deleted there last. */
    trash: z.nullable(z.object({ itemId: Id, digest: Digest, deletedAt: Instant, deletedBy: z.nullable(z.string()) })),
  })
  .register(z.globalRegistry, { id: 'MatrixCell' });
export type MatrixCell = z.infer<typeof MatrixCell>;

export const MatrixRow = z
  .object({
    repository: RepositoryName,
    tag: TagName,
    pushedAt: z.nullable(Instant),
    sizeBytes: z.nullable(z.number()),
    platforms: z.array(Platform),
    /** One for each column, in the columns' order. */
    cells: z.array(MatrixCell),
  })
  .register(z.globalRegistry, { id: 'MatrixRow' });
export type MatrixRow = z.infer<typeof MatrixRow>;

/**
 * `semver` sorts versions as versions (2.10 above 2.9, a release above its candidates); `pushed` by the latest push.
 * Without `repository` every repository of the project is in it.
 */
export const matrixSorts = ['-pushed', 'pushed', '-semver', 'semver', 'name', '-name'] as const;

const byProject = z.strictObject({ project: ProjectName });

export const listProjects = endpoint({
  method: 'GET',
  path: '/projects',
  summary: 'Projects the caller may see',
  permission: 'catalog.read',
  query: z.strictObject({
    ...listQuery(['name', '-name', '-pushed', '-size', '-tags']),
    /** Archived projects are left out unless asked for. */
    archived: z.optional(z.enum(['without', 'only', 'with'])),
  }),
  response: page(Project),
  errors: ['cursor-invalid'],
});
export const getProject = endpoint({
  method: 'GET',
  path: '/projects/:project',
  summary: 'One project',
  permission: 'catalog.read',
  params: byProject,
  response: ProjectDetail,
  errors: ['project-not-found'],
});

const description = z.string().check(z.trim(), z.maxLength(500));
const visibility = {
  isPublic: z.optional(z.boolean()),
  /** All of them: what is left out follows `isPublic` again. Environments that the caller may not see stay as they are. */
  publicEnvironments: z.optional(z.record(Environment, z.boolean())),
};
export const createProject = endpoint({
  method: 'POST',
  path: '/projects',
  summary:
    'Make a project before anything is pushed to it; nobody but system administrators sees it until it has members',
  permission: 'project.create',
  body: z.strictObject({ name: ProjectName, description: z.optional(description), ...visibility }),
  response: ProjectDetail,
  status: 201,
  errors: ['name-taken'],
});
export const updateProject = endpoint({
  method: 'PATCH',
  path: '/projects/:project',
  summary:
    'Change a project; what is left out stays. The default visibility and archiving need the right in every environment',
  permission: 'project.manage',
  params: byProject,
  body: z.strictObject({
    version: z.int(),
    description: z.optional(description),
    ...visibility,
    isArchived: z.optional(z.boolean()),
  }),
  response: ProjectDetail,
  errors: ['project-not-found', 'version-conflict'],
});
export const deleteProject = endpoint({
  method: 'DELETE',
  path: '/projects/:project',
  summary: 'Remove a project that holds no repositories, with its members, robots and rules',
  permission: 'project.create',
  params: byProject,
  response: null,
  errors: ['project-not-found', 'project-not-empty'],
});
export const getMatrix = endpoint({
  method: 'GET',
  path: '/projects/:project/matrix',
  summary: 'Which build is where: tags as rows, registries in the order of their environments as columns',
  permission: 'catalog.read',
  params: byProject,
  query: z.strictObject({
    ...listQuery(matrixSorts),
    repository: z.optional(RepositoryName),
    /** Only rows that a column lacks or differs in. */
    only: z.optional(z.enum(['all', 'drift'])),
  }),
  response: z.extend(page(MatrixRow), { columns: z.array(MatrixColumn) }),
  errors: ['project-not-found', 'cursor-invalid'],
});

export const projectEndpoints = {
  listProjects,
  getProject,
  createProject,
  updateProject,
  deleteProject,
  getMatrix,
};
