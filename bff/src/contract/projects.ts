import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { Digest, Id, Instant, Platform, ProjectName, Reason, RegistryId, RepositoryName, TagName } from './words.ts';

export const Project = z
  .object({
    name: ProjectName,
    repositoryCount: z.int(),
    tagCount: z.int(),
    sizeBytes: z.number(),
    pushedAt: z.nullable(Instant),
    registries: z.array(z.object({ registryId: RegistryId, tagCount: z.int() })),
  })
  .register(z.globalRegistry, { id: 'Project' });
export type Project = z.infer<typeof Project>;

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
    /** `first`: leftmost column that has the tag; `same`, `differs`: compared with it. `copying` may have no digest yet. */
    state: z.enum(['first', 'same', 'differs', 'missing', 'copying']),
    digest: z.nullable(Digest),
    sizeBytes: z.nullable(z.number()),
    pushedAt: z.nullable(Instant),
    pushedBy: z.nullable(z.string()),
    task: z.nullable(z.object({ id: Id, bytesDone: z.number(), bytesTotal: z.nullable(z.number()) })),
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

export const listProjects = endpoint({
  method: 'GET',
  path: '/projects',
  summary: 'Projects the caller may see',
  permission: 'catalog.read',
  query: z.strictObject({ ...listQuery(['name', '-name', '-pushed', '-size', '-tags']) }),
  response: page(Project),
  errors: ['cursor-invalid'],
});
export const getProject = endpoint({
  method: 'GET',
  path: '/projects/:project',
  summary: 'One project',
  permission: 'catalog.read',
  params: z.strictObject({ project: ProjectName }),
  response: Project,
  errors: ['project-not-found'],
});
export const getMatrix = endpoint({
  method: 'GET',
  path: '/projects/:project/matrix',
  summary: 'Which build is where: tags as rows, registries in the order of their environments as columns',
  permission: 'catalog.read',
  params: z.strictObject({ project: ProjectName }),
  query: z.strictObject({
    ...listQuery(matrixSorts),
    repository: z.optional(RepositoryName),
    /** Only rows that a column lacks or differs in. */
    only: z.optional(z.enum(['all', 'drift'])),
  }),
  response: z.extend(page(MatrixRow), { columns: z.array(MatrixColumn) }),
  errors: ['project-not-found', 'cursor-invalid'],
});

export const projectEndpoints = { listProjects, getProject, getMatrix };
