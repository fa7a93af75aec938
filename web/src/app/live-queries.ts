import { useQuery } from '@tanstack/react-query';
import { listRegistries } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/replication';
import { endpointQuery } from '../api/endpoint-query.ts';
import { useCan } from '../domain/account.ts';
import { useLiveOperations, useLiveRegistryHealth } from '../domain/live-figures.ts';

/** The figures that the shell shows on every page, kept current by events; pages that show more share these answers. */
export function useShellFigures(): { runningTasks: number; unhealthyRegistries: number } {
  const operations = useQuery({ ...endpointQuery(getOperations, {}), enabled: useCan('replication.read') });
  const registries = useQuery({ ...endpointQuery(listRegistries, {}), enabled: useCan('registry.read') });
  useLiveOperations();
  useLiveRegistryHealth();
  return {
    runningTasks: operations.data?.counts.running ?? 0,
    unhealthyRegistries:
      registries.data?.items.filter(({ health }) => health === 'down' || health === 'degraded').length ?? 0,
  };
}
