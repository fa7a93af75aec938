import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { MatrixColumn, matrixSorts } from './projects.ts';
import { Digest, Instant, Platform, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

export const Repository = z
  .object({
    name: RepositoryName,
    project: ProjectName,
    /** Distinct tag names over all registries. */
    tagCount: z.int(),
    sizeBytes: z.number(),
    pushedAt: z.nullable(Instant),
    registries: z.array(z.object({ registryId: RegistryId, tagCount: z.int() })),
  })
  .register(z.globalRegistry, { id: 'Repository' });
export type Repository = z.infer<typeof Repository>;

/**
 * One tag name of a repository; what is beside the name is of the registry that is asked for, else of the leftmost that
 * has it. `registries` are all that have it, whatever is asked for.
 */
export const Tag = z
  .object({
    name: TagName,
    digest: Digest,
    mediaType: z.nullable(z.string()),
    artifactType: z.nullable(z.string()),
    sizeBytes: z.nullable(z.number()),
    platforms: z.array(Platform),
    pushedAt: z.nullable(Instant),
    pushedBy: z.nullable(z.string()),
    registries: z.array(z.object({ registryId: RegistryId, digest: Digest, pushedAt: z.nullable(Instant) })),
  })
  .register(z.globalRegistry, { id: 'Tag' });
export type Tag = z.infer<typeof Tag>;

export const listRepositories = endpoint({
  method: 'GET',
  path: '/repositories',
  summary: 'Repositories over all registries',
  permission: 'catalog.read',
  query: z.strictObject({
    ...listQuery(['name', '-name', '-pushed', '-size', '-tags']),
    project: z.optional(ProjectName),
    registryId: z.optional(RegistryId),
  }),
  response: page(Repository),
  errors: ['cursor-invalid'],
});
export const getRepository = endpoint({
  method: 'GET',
  path: '/repository',
  summary: 'One repository, with the state of each registry that has it',
  permission: 'catalog.read',
  query: z.strictObject({ name: RepositoryName }),
  response: z.extend(Repository, { columns: z.array(MatrixColumn) }),
  errors: ['repository-not-found'],
});
export const listTags = endpoint({
  method: 'GET',
  path: '/tags',
  summary: 'Tags of one repository, over all registries or in one',
  permission: 'catalog.read',
  query: z.strictObject({
    ...listQuery(matrixSorts),
    repository: RepositoryName,
    registryId: z.optional(RegistryId),
  }),
  response: page(Tag),
  errors: ['repository-not-found', 'cursor-invalid'],
});

export const repositoryEndpoints = { listRepositories, getRepository, listTags };
