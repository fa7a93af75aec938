import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type CollectionLine,
  getCollection,
  getCollectionLog,
  getCollectionSetup,
  listCollections,
  setCollectionSchedule,
  startCollection,
  stopCollection,
} from 'bff/contract/collections';
import { getRegistry } from 'bff/contract/registries';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const REST_MS = 500;
const followed = [getCollectionSetup, listCollections, getCollection, getCollectionLog];
const ofRegistry = [getRegistry, getCollectionSetup];

export const registryQuery = (registryId: string) => endpointQuery(getRegistry, { params: { registryId } });
export const setupQuery = (registryId: string) => endpointQuery(getCollectionSetup, { params: { registryId } });
export const collectionQuery = (registryId: string, collectionId: string) =>
  endpointQuery(getCollection, { params: { registryId, collectionId } });
export const historyPages = (registryId: string) =>
  infiniteQueryOptions(endpointPages(listCollections, { params: { registryId }, query: {} }));

/** A run says when something of it is new; what that is is read again. */
export function useLiveCollections(registryId: string): void {
  const refresh = useRefresh(followed, REST_MS, registryId);
  const refreshRegistry = useRefresh(ofRegistry, REST_MS, registryId);
  useStreamEvent('collection', refresh);
  useStreamEvent('registry', ({ registryId: changed }) => {
    if (changed === registryId) refreshRegistry();
  });
}

/** The lines so far; reading them again asks only for what is behind the last one. */
export const logQuery = (registryId: string, collectionId: string) => {
  const params = { registryId, collectionId };
  const queryKey = [getCollectionLog.path, { params }] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<readonly CollectionLine[]> => {
      const lines = [...(client.getQueryData<readonly CollectionLine[]>(queryKey) ?? [])];
      for (;;) {
        const query = { after: lines.at(-1)?.id ?? 0 };
        const { items, hasMore } = await call(getCollectionLog, { params, query }, { signal });
        lines.push(...items);
        if (!hasMore) return lines;
      }
    },
  });
};

export function useCollectionActions(registryId: string) {
  const client = useQueryClient();
  const params = { registryId };
  const onSuccess = () => void readAgain(client, queriesOf([...followed, getRegistry]));
  return {
    start: useMutation({
      mutationFn: (body: { kind: 'preview' | 'collection'; limitMinutes?: number }) =>
        call(startCollection, { params, body }),
      onSuccess,
    }),
    stop: useMutation({
      mutationFn: (collectionId: string) => call(stopCollection, { params: { ...params, collectionId } }),
      onSuccess,
    }),
    setSchedule: useMutation({
      mutationFn: (schedule: { cron: string; timeZone: string; limitMinutes?: number } | null) =>
        call(setCollectionSchedule, { params, body: { schedule } }),
      onSuccess,
    }),
  };
}
