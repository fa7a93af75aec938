import { keepPreviousData } from '@tanstack/react-query';
import { getArtifact, listReferrers } from 'bff/contract/artifacts';
import { listTags } from 'bff/contract/repositories';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

/** What names one artifact: where, in what, and by which tag or digest. */
export interface Coordinates {
  registryId: string;
  repository: string;
  reference: string;
}

const FOUND_ROWS = 20;
const REFRESH_REST_MS = 400;
// Tags too: a link without a registry waits for the first one that has the tag.
const followed = [getArtifact, listReferrers, listTags];

export const artifactQuery = (coordinates: Coordinates) => endpointQuery(getArtifact, { query: { ...coordinates } });

export const referrersQuery = (coordinates: Coordinates) => endpointQuery(listReferrers, { query: { ...coordinates } });

/** Tags to choose from while someone types one. */
export const tagChoices = (repository: string, registryId: string, q: string) => ({
  ...endpointQuery(listTags, {
    query: {
      repository,
      sort: '-semver',
      limit: FOUND_ROWS,
      ...(registryId === '' ? {} : { registryId }),
      ...(q === '' ? {} : { q }),
    },
  }),
  placeholderData: keepPreviousData,
});

/** The leftmost registry that has a tag, for links that name none; null when there is none. */
export const tagPlace = (repository: string, tag: string) => ({
  ...endpointQuery(listTags, { query: { repository, q: tag, sort: 'name', limit: 500 } }),
  select: (page: { items: { name: string; registries: { registryId: string }[] }[] }) =>
    page.items.find(({ name }) => name === tag)?.registries[0]?.registryId ?? null,
});

/** An artifact's page follows its tag, what refers to it and where else it is. */
export function useLiveArtifact(repository: string): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS, repository);
  useStreamEvent('tag', (change) => {
    if (change.repository === repository) refresh();
  });
  useStreamEvent('catalog', refresh);
}
