import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRegistry, listRegistries } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/replication';
import { endpointQuery } from '../api/endpoint-query.ts';
import { useStreamEvent } from '../api/stream-hooks.tsx';
import { useCan } from '../domain/account.ts';

/** The figures that the shell shows on every page, kept current by events; pages that show more share these answers. */
export function useShellFigures(): { runningTasks: number; unhealthyRegistries: number } {
  const client = useQueryClient();
  const operationsQuery = endpointQuery(getOperations, {});
  const operations = useQuery({ ...operationsQuery, enabled: useCan('replication.read') });
  const registries = useQuery({ ...endpointQuery(listRegistries, {}), enabled: useCan('registry.read') });
  useStreamEvent('operations', (payload) => client.setQueryData(operationsQuery.queryKey, payload));
  useStreamEvent('registry', () => {
    void client.invalidateQueries({ queryKey: [listRegistries.path] });
    void client.invalidateQueries({ queryKey: [getRegistry.path] });
  });
  return {
    runningTasks: operations.data?.counts.running ?? 0,
    unhealthyRegistries:
      registries.data?.items.filter(({ health }) => health === 'down' || health === 'degraded').length ?? 0,
  };
}
