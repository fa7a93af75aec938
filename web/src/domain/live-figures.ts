import { useQueryClient } from '@tanstack/react-query';
import { getRegistry, listRegistries, listRegistryDirectory } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/operations';
import { endpointQuery } from '../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../api/read-again.ts';
import { useStreamEvent } from '../api/stream-hooks.tsx';
import { withTraffic } from './traffic.ts';
import { useRefresh } from './use-refresh.ts';

const registryEndpoints = [listRegistries, getRegistry, listRegistryDirectory];
const REST_MS = 400;

/** Names, environments and health of registries, wherever they are shown. */
export function useLiveRegistryHealth(): void {
  useStreamEvent('registry', useRefresh(registryEndpoints, REST_MS));
}

/** What always moves, for pages that show it; the rest of the figures stays as it was. */
export function useLiveTraffic(): void {
  const client = useQueryClient();
  const { queryKey } = endpointQuery(getOperations, {});
  useStreamEvent('traffic', (traffic) => {
    client.setQueryData(queryKey, (known) => known && withTraffic(known, traffic));
  });
}

/** The figures of all copies: every message replaces them. */
export function useLiveOperations(): void {
  const client = useQueryClient();
  const { queryKey } = endpointQuery(getOperations, {});
  useStreamEvent('operations', (operations) => {
    const isUnderWay = client.isFetching({ queryKey, exact: true }) > 0;
    client.setQueryData(queryKey, operations);
    // Its answer may be the older one, and would stand until the next message.
    if (isUnderWay) void readAgain(client, queriesOf([getOperations]));
  });
}
