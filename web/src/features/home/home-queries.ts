import { getMatrix, listProjects } from 'bff/contract/projects';
import { listRegistries } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/operations';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const PROJECTS_SHOWN = 6;
const TAGS_SHOWN = 4;
const REFRESH_REST_MS = 1_000;
const followed = [listProjects, getMatrix];

/** The shell asks for these two as well and keeps them current. */
export const fleetQuery = () => endpointQuery(listRegistries, {});
export const operationsQuery = () => endpointQuery(getOperations, {});
export const recentProjectsQuery = () =>
  endpointQuery(listProjects, { query: { sort: '-pushed', limit: PROJECTS_SHOWN } });
export const recentTagsQuery = (project: string) =>
  endpointQuery(getMatrix, { params: { project }, query: { sort: '-pushed', limit: TAGS_SHOWN } });

/** Pushed tags appear by themselves. */
export function useLiveProjects(): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS);
  useStreamEvent('tag', refresh);
  useStreamEvent('catalog', refresh);
}
