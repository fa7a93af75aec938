import { useMutation, useQueryClient } from '@tanstack/react-query';
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
import { useEffect, useMemo } from 'react';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { createRefreshThrottle } from '../../domain/tasks/refresh-throttle.ts';
import type { ChangeBody, DraftBody, TestBody } from './registry-form.ts';

const READ_INTERVAL_MS = 1_000;
const SEARCHED_EXECUTIONS = 200;

export const registriesQuery = () => endpointQuery(listRegistries, {});
export const registryQuery = (registryId: string) => endpointQuery(getRegistry, { params: { registryId } });
export const tokenConfigurationQuery = (registryId: string) =>
  endpointQuery(getTokenConfiguration, { params: { registryId } });
export const recentExecutions = () =>
  endpointQuery(listExecutions, { query: { sort: '-created', limit: SEARCHED_EXECUTIONS } });

/** Health, counts and scans change by themselves: the lists are read again when the server says so. */
export function useLiveRegistries(): void {
  const client = useQueryClient();
  const refresh = useMemo(
    () =>
      createRefreshThrottle(READ_INTERVAL_MS, () => {
        for (const { path } of [listRegistries, getRegistry]) {
          void client.invalidateQueries({ queryKey: [path] }, { cancelRefetch: false });
        }
      }),
    [client],
  );
  useEffect(() => refresh.cancel, [refresh]);
  useStreamEvent('registry', refresh.request);
  useStreamEvent('catalog', refresh.request);
}

function useRemember() {
  const client = useQueryClient();
  return (registry: Registry) => {
    client.setQueryData(registryQuery(registry.id).queryKey, registry);
    for (const { path } of [listRegistries, listRegistryDirectory]) void client.invalidateQueries({ queryKey: [path] });
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
  const readAgain = () => {
    void client.invalidateQueries({ queryKey: [listRegistries.path] });
    void client.invalidateQueries({ queryKey: registryQuery(registryId).queryKey });
  };
  return {
    scan: useMutation({ mutationFn: () => call(scanRegistry, { params }), onSuccess: readAgain }),
    probe: useMutation({ mutationFn: () => call(probeRegistry, { params }), onSuccess: remember }),
    makeSecret: useMutation({ mutationFn: () => call(createNotificationSecret, { params }), onSuccess: readAgain }),
    beginMaintenance: useMutation({
      mutationFn: (body: { until: string; message: string }) => call(beginMaintenance, { params, body }),
      onSuccess: remember,
    }),
    endMaintenance: useMutation({ mutationFn: () => call(endMaintenance, { params }), onSuccess: remember }),
    remove: useMutation({
      mutationFn: () => call(deleteRegistry, { params }),
      onSuccess: () => {
        // Repositories, tags and copies of it are gone from every list as well; it itself is not asked for any more.
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== getRegistry.path });
      },
    }),
  };
}
