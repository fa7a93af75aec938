import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from 'bff/contract/endpoint';
import { createProject, getMatrix, getProject, listProjects, type matrixSorts } from 'bff/contract/projects';
import { listRepositories } from 'bff/contract/repositories';
import { call } from '../../api/call.ts';
import { endpointPages } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';
import { projectOf } from '../../paths.ts';
import { isFinal } from './matrix-cell.ts';
import { showProgress } from './matrix-progress.ts';

export const projectSorts = ['name', '-name', '-pushed', '-size', '-tags'] as const;
export type ProjectSort = (typeof projectSorts)[number];
export type MatrixSort = (typeof matrixSorts)[number];

export interface MatrixFilters {
  q: string;
  sort: MatrixSort;
  /** Empty for all. */
  repository: string;
  isOnlyDrift: boolean;
}

/** Some screens' worth: one request fills the window and the next scroll. */
const MATRIX_PAGE_ROWS = 100;
const LIST_PAGE_ROWS = 100;
/** The rest between two readings while messages pour in; a single message is followed at once. */
const REFRESH_REST_MS = 400;
const ofProject = [getMatrix, getProject, listRepositories];
const ofProjects = [listProjects];

const given = (q: string) => (q === '' ? {} : { q });

export const archivedFilters = ['without', 'only', 'with'] as const;
export type ArchivedFilter = (typeof archivedFilters)[number];

export const projectPages = (q: string, sort: ProjectSort, archived: ArchivedFilter) => ({
  ...endpointPages(listProjects, {
    query: { ...given(q), ...(archived === 'without' ? {} : { archived }), sort, limit: LIST_PAGE_ROWS },
  }),
  placeholderData: keepPreviousData,
});

export const projectRepositoryPages = (project: string, q: string, sort: ProjectSort) => ({
  ...endpointPages(listRepositories, { query: { ...given(q), project, sort, limit: LIST_PAGE_ROWS } }),
  placeholderData: keepPreviousData,
});

export const matrixPages = (project: string, { q, sort, repository, isOnlyDrift }: MatrixFilters) => ({
  ...endpointPages(getMatrix, {
    params: { project },
    query: {
      ...given(q),
      ...(repository === '' ? {} : { repository }),
      ...(isOnlyDrift ? { only: 'drift' as const } : {}),
      sort,
      limit: MATRIX_PAGE_ROWS,
    },
  }),
  placeholderData: keepPreviousData,
});

/** Keeps the pages of one project in step with the registries: a tag pushed elsewhere appears without a reload. */
export function useLiveProject(project: string): void {
  const client = useQueryClient();
  const refresh = useRefresh(ofProject, REFRESH_REST_MS, project);
  useStreamEvent('tag', ({ repository }) => {
    if (projectOf(repository) === project) refresh();
  });
  useStreamEvent('catalog', refresh);
  useStreamEvent('registry', refresh);
  useStreamEvent('trash', (changed) => {
    if (changed.project === project) refresh();
  });
  useStreamEvent('execution', refresh);
  useStreamEvent('task', (progress) => {
    if (isFinal(progress)) refresh();
    else showProgress(client, progress);
  });
}

/** Keeps the list of projects in step; a new project appears with its first push. */
export function useLiveProjects(): void {
  const refresh = useRefresh(ofProjects, REFRESH_REST_MS);
  useStreamEvent('tag', refresh);
  useStreamEvent('catalog', refresh);
  useStreamEvent('project', refresh);
}

export type NewProject = CallInput<typeof createProject>['body'];

export function useCreateProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewProject) => call(createProject, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: [listProjects.path] }),
  });
}
