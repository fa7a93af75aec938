import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  getProjectStorage,
  getRegistryStorage,
  getStorage,
  listProjectStorage,
  listProjectUntagged,
  listRegistryStorage,
  listRegistryUntagged,
  measureProjectStorage,
  measureRegistryStorage,
  trashProjectUntagged,
  trashRegistryUntagged,
} from 'bff/contract/storage';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const PAGE_ROWS = 200;
const REST_MS = 1000;
const followed = [
  getStorage,
  getRegistryStorage,
  getProjectStorage,
  listRegistryStorage,
  listProjectStorage,
  listRegistryUntagged,
  listProjectUntagged,
];

/** What is looked at: a registry as a whole, or a project in all the registries that the reader sees it in. */
export type StorageOf =
  | { readonly kind: 'registry'; readonly registryId: string }
  | { readonly kind: 'project'; readonly project: string };

export const storageUrl = { view: '', q: '', sort: '-bytes' } as const;
export const sorts = ['-bytes', 'bytes', '-unique', 'unique', 'name', '-name'] as const;
export type StorageSort = (typeof sorts)[number];

export const allStorageQuery = () => endpointQuery(getStorage, {});
export const registryStorageQuery = (registryId: string) =>
  endpointQuery(getRegistryStorage, { params: { registryId } });
export const projectStorageQuery = (project: string) => endpointQuery(getProjectStorage, { params: { project } });

const firstCursor = null as string | null;
const nextOf = ({ nextCursor }: { nextCursor: string | null }) => nextCursor;
const paramsOf = (of: StorageOf) => (of.kind === 'registry' ? { registryId: of.registryId } : { project: of.project });

export function repositoryPages(of: StorageOf, q: string, sort: StorageSort) {
  const query = { sort, limit: PAGE_ROWS, ...(q === '' ? {} : { q }) };
  const { path } = of.kind === 'registry' ? listRegistryStorage : listProjectStorage;
  return infiniteQueryOptions({
    queryKey: [path, { params: paramsOf(of), query }, 'pages'] as const,
    queryFn: ({ pageParam, signal }) => {
      const asked = { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return of.kind === 'registry'
        ? call(listRegistryStorage, { params: { registryId: of.registryId }, query: asked }, { signal })
        : call(listProjectStorage, { params: { project: of.project }, query: asked }, { signal });
    },
    initialPageParam: firstCursor,
    getNextPageParam: nextOf,
    placeholderData: keepPreviousData,
  });
}

export function untaggedPages(of: StorageOf, q: string) {
  const query = { limit: PAGE_ROWS, ...(q === '' ? {} : { q }) };
  const { path } = of.kind === 'registry' ? listRegistryUntagged : listProjectUntagged;
  return infiniteQueryOptions({
    queryKey: [path, { params: paramsOf(of), query }, 'pages'] as const,
    queryFn: ({ pageParam, signal }) => {
      const asked = { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return of.kind === 'registry'
        ? call(listRegistryUntagged, { params: { registryId: of.registryId }, query: asked }, { signal })
        : call(listProjectUntagged, { params: { project: of.project }, query: asked }, { signal });
    },
    initialPageParam: firstCursor,
    getNextPageParam: nextOf,
    placeholderData: keepPreviousData,
  });
}

/** A measuring that ended, and what leaves the lists because it was deleted. */
export function useLiveStorage(subject: string): void {
  const refresh = useRefresh(followed, REST_MS, subject);
  useStreamEvent('storage', refresh);
}

/** Something that is being deleted is in the list no more. */
export function useReadStorageAgain(): () => void {
  const client = useQueryClient();
  return () => void readAgain(client, queriesOf(followed));
}

export function useMeasure(of: StorageOf) {
  return useMutation({
    mutationFn: () =>
      of.kind === 'registry'
        ? call(measureRegistryStorage, { params: { registryId: of.registryId } })
        : call(measureProjectStorage, { params: { project: of.project }, body: {} }),
    onSuccess: useReadStorageAgain(),
  });
}

export interface Leftovers {
  readonly registryId: string;
  /** Undefined: all of those that are old enough. */
  readonly repository?: string | undefined;
  readonly digests?: readonly string[] | undefined;
}

export function usePutInTrash(of: StorageOf) {
  return useMutation({
    mutationFn: async (all: readonly Leftovers[]) => {
      let total = 0;
      for (const { registryId, repository, digests } of all) {
        const chosen = repository === undefined ? {} : { repository, digests: [...(digests ?? [])] };
        const answer =
          of.kind === 'registry'
            ? await call(trashRegistryUntagged, { params: { registryId }, body: chosen })
            : await call(trashProjectUntagged, { params: { project: of.project }, body: { registryId, ...chosen } });
        total += answer.total;
      }
      return total;
    },
    onSettled: useReadStorageAgain(),
  });
}
