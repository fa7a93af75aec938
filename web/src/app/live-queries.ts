import { type Query, useQuery, useQueryClient } from '@tanstack/react-query';
import { listProjects } from 'bff/contract/projects';
import { listRegistries } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/operations';
import { endpointQuery } from '../api/endpoint-query.ts';
import { readAgain } from '../api/read-again.ts';
import { useStreamEvent } from '../api/stream-hooks.tsx';
import { useCan } from '../domain/account.ts';
import { useLiveOperations, useLiveRegistryHealth } from '../domain/live-figures.ts';

/** The figures that the shell shows on every page, kept current by events; pages that show more share these answers. */
export function useShellFigures(): { runningTasks: number; unhealthyRegistries: number } {
  const operations = useQuery({
    ...endpointQuery(getOperations, {}),
    enabled: useCan('operations.read'),
    // Of figures that change several times a second only this one draws the whole shell anew.
    select: ({ counts }) => counts.running,
  });
  const registries = useQuery({ ...endpointQuery(listRegistries, {}), enabled: useCan('registry.read') });
  useLiveOperations();
  useLiveRegistryHealth();
  return {
    runningTasks: operations.data ?? 0,
    unhealthyRegistries:
      registries.data?.items.filter(({ health }) => health === 'down' || health === 'degraded').length ?? 0,
  };
}

/** A project, its members, robots or rules changed: what is shown of it, and the list it is in, are read again. */
export function useProjectEvents(): void {
  const client = useQueryClient();
  useStreamEvent('project', ({ project }) => {
    void readAgain(client, (query) => query.queryKey[0] === listProjects.path || isOfProject(query, project));
  });
}

/** Whether a query asks for something below `/projects/:project`. */
export function isOfProject({ queryKey: [path, input] }: Pick<Query, 'queryKey'>, project: string): boolean {
  if (typeof path !== 'string' || !path.startsWith('/projects/:project')) return false;
  return (input as { params?: { project?: string } } | undefined)?.params?.project === project;
}
