import { useQueryClient } from '@tanstack/react-query';
import { getMatrix, listProjects } from 'bff/contract/projects';
import { listRegistries } from 'bff/contract/registries';
import { getOperations } from 'bff/contract/replication';
import { useEffect, useState } from 'react';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { createSerialRefresh } from '../../domain/serial-refresh.ts';

const PROJECTS_SHOWN = 6;
const TAGS_SHOWN = 4;
const REFRESH_REST_MS = 1_000;

/** The shell asks for these two as well and keeps them current. */
export const fleetQuery = () => endpointQuery(listRegistries, {});
export const operationsQuery = () => endpointQuery(getOperations, {});
export const recentProjectsQuery = () =>
  endpointQuery(listProjects, { query: { sort: '-pushed', limit: PROJECTS_SHOWN } });
export const recentTagsQuery = (project: string) =>
  endpointQuery(getMatrix, { params: { project }, query: { sort: '-pushed', limit: TAGS_SHOWN } });

/** Pushed tags appear by themselves. */
export function useLiveProjects(): void {
  const client = useQueryClient();
  const [refresh] = useState(() =>
    createSerialRefresh(REFRESH_REST_MS, () =>
      Promise.all([
        client.invalidateQueries({ queryKey: [listProjects.path] }),
        client.invalidateQueries({ queryKey: [getMatrix.path] }),
      ]),
    ),
  );
  useEffect(() => () => refresh.forget(), [refresh]);
  useStreamEvent('tag', () => refresh.request());
  useStreamEvent('catalog', () => refresh.request());
}
