import { keepPreviousData } from '@tanstack/react-query';
import type { matrixSorts } from 'bff/contract/projects';
import { getRepository, listTags, type Tag } from 'bff/contract/repositories';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

export type TagSort = (typeof matrixSorts)[number];

export interface TagFilters {
  q: string;
  sort: TagSort;
  /** Empty for all. */
  registryId: string;
}

const PAGE_ROWS = 200;
const REFRESH_REST_MS = 400;
const followed = [listTags, getRepository];

export const repositoryDetail = (name: string) => endpointQuery(getRepository, { query: { name } });

export const tagPages = (repository: string, { q, sort, registryId }: TagFilters) => ({
  ...endpointPages(listTags, {
    query: {
      repository,
      sort,
      limit: PAGE_ROWS,
      ...(q === '' ? {} : { q }),
      ...(registryId === '' ? {} : { registryId }),
    },
  }),
  placeholderData: keepPreviousData,
});

/** Where a tag is read: in the registry people look at, else in the leftmost that has it. */
export function placeOf({ registries }: Pick<Tag, 'registries'>, wantedId: string): string | undefined {
  return wantedId === '' ? registries[0]?.registryId : wantedId;
}

/** A tag pushed, moved or removed anywhere shows here without a reload. */
export function useLiveRepository(repository: string): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS, repository);
  useStreamEvent('tag', (change) => {
    if (change.repository === repository) refresh();
  });
  useStreamEvent('catalog', refresh);
  useStreamEvent('registry', refresh);
}

/**
 * The registry to copy several tags from: the one asked for, or the leftmost that has them all. Undefined when no single
 * one does: a copy has one source.
 */
export function findCopySource(
  tags: readonly Pick<Tag, 'registries'>[],
  registryIds: readonly string[],
  wantedId: string,
): string | undefined {
  const candidates = wantedId === '' ? registryIds : [wantedId];
  return candidates.find((id) => tags.every((tag) => tag.registries.some(({ registryId }) => registryId === id)));
}
