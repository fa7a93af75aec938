import { keepPreviousData } from '@tanstack/react-query';
import { search, type SearchResult } from 'bff/contract/search';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { shortenDigest } from '../../domain/digest.ts';
import { paths } from '../../paths.ts';

export const searchQuery = (q: string) => ({
  ...endpointQuery(search, { query: { q } }),
  enabled: q !== '',
  // The last results stay in sight while the next are asked for; nothing flickers while one types.
  placeholderData: keepPreviousData,
});

export const searchKinds = ['project', 'repository', 'tag', 'digest'] as const;
export type SearchKind = (typeof searchKinds)[number];

export interface SearchEntry {
  kind: SearchKind;
  /** Unique among the entries of one answer. */
  id: string;
  label: string;
  /** A second line of the same entry's name: the repository of a tag, the tags of a digest. */
  detail: string;
  count: number | null;
  registryIds: readonly string[];
  to: string;
}

/** An answer as one list in the order it is drawn, which is the order in which the arrow keys walk it. */
export function searchEntries(result: SearchResult): SearchEntry[] {
  return [
    ...result.projects.map(
      ({ name, repositoryCount }): SearchEntry => ({
        kind: 'project',
        id: `project ${name}`,
        label: name,
        detail: '',
        count: repositoryCount,
        registryIds: [],
        to: paths.project(name),
      }),
    ),
    ...result.repositories.map(
      ({ name, tagCount }): SearchEntry => ({
        kind: 'repository',
        id: `repository ${name}`,
        label: name,
        detail: '',
        count: tagCount,
        registryIds: [],
        to: paths.repository(name),
      }),
    ),
    ...result.tags.map(
      ({ repository, name, registryIds }): SearchEntry => ({
        kind: 'tag',
        id: `tag ${repository}:${name}`,
        label: `${repository}:${name}`,
        detail: '',
        count: null,
        registryIds,
        to: paths.artifact(repository, name, { registry: registryIds[0] }),
      }),
    ),
    ...result.digests.map(
      ({ digest, repository, registryId, tags }): SearchEntry => ({
        kind: 'digest',
        id: `digest ${registryId} ${repository}@${digest}`,
        label: `${repository}@${shortenDigest(digest)}`,
        detail: tags.join(', '),
        count: null,
        registryIds: [registryId],
        to: paths.artifact(repository, digest, { registry: registryId }),
      }),
    ),
  ];
}
