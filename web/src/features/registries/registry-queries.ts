import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getCollectionSetup } from 'bff/contract/collections';
import { listExecutions } from 'bff/contract/replication';
import {
  beginMaintenance,
  createNotificationSecret,
  createRegistry,
  deleteRegistry,
  endMaintenance,
  getRegistry,
  getTokenConfiguration,
  listRegistries,
  listRegistryDirectory,
  probeRegistry,
  type Registry,
  scanRegistry,
  testRegistry,
  updateRegistry,
} from 'bff/contract/registries';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';
import type { ChangeBody, DraftBody, TestBody } from './registry-form.ts';

const REFRESH_REST_MS = 1_000;
const followed = [listRegistries, getRegistry, listRegistryDirectory, getCollectionSetup];
const SEARCHED_EXECUTIONS = 200;

export const registriesQuery = () => endpointQuery(listRegistries, {});
export const registryQuery = (registryId: string) => endpointQuery(getRegistry, { params: { registryId } });
export const tokenConfigurationQuery = (registryId: string) =>
  endpointQuery(getTokenConfiguration, { params: { registryId } });
export const recentExecutions = () =>
  endpointQuery(listExecutions, { query: { sort: '-created', limit: SEARCHED_EXECUTIONS } });

/** Health, counts and scans change by themselves: the lists are read again when the server says so. */
export function useLiveRegistries(): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS);
  useStreamEvent('registry', refresh);
  useStreamEvent('catalog', refresh);
}

function useRemember() {
  const client = useQueryClient();
  return (registry: Registry) => {
    client.setQueryData(registryQuery(registry.id).queryKey, registry);
    void readAgain(client, queriesOf(followed));
  };
}

export function useSaveRegistry() {
  const onSuccess = useRemember();
  return useMutation({
    mutationFn: (save: { create: DraftBody } | { registryId: string; change: ChangeBody }) =>
      'create' in save
        ? call(createRegistry, { body: save.create })
        : call(updateRegistry, { params: { registryId: save.registryId }, body: save.change }),
    onSuccess,
  });
}

export const useTestRegistry = () => useMutation({ mutationFn: (body: TestBody) => call(testRegistry, { body }) });

export function useRegistryActions(registryId: string) {
  const client = useQueryClient();
  const remember = useRemember();
  const params = { registryId };
  const onSuccess = () => void readAgain(client, queriesOf(followed));
  return {
    scan: useMutation({ mutationFn: () => call(scanRegistry, { params }), onSuccess }),
    probe: useMutation({ mutationFn: () => call(probeRegistry, { params }), onSuccess: remember }),
    makeSecret: useMutation({ mutationFn: () => call(createNotificationSecret, { params }), onSuccess }),
    beginMaintenance: useMutation({
      mutationFn: (body: { until: string; message: string }) => call(beginMaintenance, { params, body }),
      onSuccess: remember,
    }),
    endMaintenance: useMutation({ mutationFn: () => call(endMaintenance, { params }), onSuccess: remember }),
    remove: useMutation({
      mutationFn: () => call(deleteRegistry, { params }),
      onSuccess: () => {
        // Repositories, tags and copies of it are gone from every list as well; it itself is not asked for any more.
        void readAgain(client, ({ queryKey }) => queryKey[0] !== getRegistry.path);
      },
    }),
  };
}
