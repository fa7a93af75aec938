import { keepPreviousData } from '@tanstack/react-query';
import { getTrashWindow, listAllTrash, listTrash, trashStates } from 'bff/contract/trash';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const PAGE_ROWS = 200;
const REFRESH_REST_MS = 400;
const followed = [listTrash, listAllTrash];

export const trashUrl = { q: '', sort: '-created', state: 'kept', registry: '', repository: '' } as const;
export type TrashUrl = { readonly [K in keyof typeof trashUrl]: string };

/** Everything, in the URL: the list without a state is what can be had back. */
export const ANY_STATE = 'any';
const sorts = ['-created', 'created', 'expires', '-expires'] as const;

export function questionOf({ q, sort, state, registry, repository }: TrashUrl) {
  const wanted = state === ANY_STATE ? undefined : (trashStates.find((one) => one === state) ?? ('kept' as const));
  return {
    sort: sorts.find((one) => one === sort) ?? '-created',
    limit: PAGE_ROWS,
    ...(q === '' ? {} : { q }),
    ...(wanted === undefined ? {} : { state: wanted }),
    ...(registry === '' ? {} : { registryId: registry }),
    ...(repository === '' ? {} : { repository }),
  };
}

export const projectTrashPages = (project: string, url: TrashUrl) => ({
  ...endpointPages(listTrash, { params: { project }, query: questionOf(url) }),
  placeholderData: keepPreviousData,
});

export const allTrashPages = (url: TrashUrl) => ({
  ...endpointPages(listAllTrash, { query: questionOf(url) }),
  placeholderData: keepPreviousData,
});

export const windowQuery = (project: string) => endpointQuery(getTrashWindow, { params: { project } });

/** What is deleted, restored or removed anywhere appears by itself. */
export function useLiveTrash(project: string | undefined): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS, project);
  useStreamEvent('trash', (changed) => {
    if (project === undefined || changed.project === project) refresh();
  });
}
