import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { searchText } from './lists.ts';
import { Digest, Instant, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

/** Best matches first in each group; at most `limit` of each. */
export const SearchResult = z
  .object({
    projects: z.array(z.object({ name: ProjectName, repositoryCount: z.int() })),
    repositories: z.array(z.object({ name: RepositoryName, project: ProjectName, tagCount: z.int() })),
    tags: z.array(
      z.object({
        repository: RepositoryName,
        name: TagName,
        registryIds: z.array(RegistryId),
        pushedAt: z.nullable(Instant),
      }),
    ),
    digests: z.array(
      z.object({ digest: Digest, repository: RepositoryName, registryId: RegistryId, tags: z.array(TagName) }),
    ),
  })
  .register(z.globalRegistry, { id: 'SearchResult' });
export type SearchResult = z.infer<typeof SearchResult>;

export const search = endpoint({
  method: 'GET',
  path: '/search',
  summary: 'Projects, repositories, tags and digests over all registries; `repository:tag` and digest prefixes work',
  permission: 'catalog.read',
  query: z.strictObject({ q: searchText.check(z.minLength(1)) }),
  response: SearchResult,
  errors: [],
});

export const searchEndpoints = { search };
