import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from 'bff/contract/endpoint';
import {
  createImmutableRule,
  deleteImmutableRule,
  type ImmutableRule,
  listImmutableRules,
  previewImmutableRule,
} from 'bff/contract/immutable-rules';
import { listMembers } from 'bff/contract/members';
import { deleteProject, getProject, listProjects, updateProject } from 'bff/contract/projects';
import { getTrashWindow, updateTrashWindow } from 'bff/contract/trash';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { projectQuery } from '../../domain/project-access.ts';

export type ProjectChange = Omit<CallInput<typeof updateProject>['body'], 'version'>;
export type RuleDraft = Pick<ImmutableRule, 'environment' | 'repositoryPattern' | 'tagPattern'>;

/** Read for its columns: the environments there are, in their order. */
export const environmentsQuery = (project: string) => endpointQuery(listMembers, { params: { project } });
export const rulesQuery = (project: string) => endpointQuery(listImmutableRules, { params: { project } });

export const trashWindowQuery = (project: string) => endpointQuery(getTrashWindow, { params: { project } });

export const rulePreviewQuery = (project: string, draft: RuleDraft) =>
  queryOptions({
    queryKey: [previewImmutableRule.path, { project, draft }] as const,
    queryFn: ({ signal }) => call(previewImmutableRule, { params: { project }, body: draft }, { signal }),
    placeholderData: keepPreviousData,
  });

export function useLiveRules(project: string): void {
  const client = useQueryClient();
  useStreamEvent('project', (changed) => {
    if (changed.project === project) void client.invalidateQueries({ queryKey: [listImmutableRules.path] });
  });
}

export function useProjectActions(project: string) {
  const client = useQueryClient();
  const params = { project };
  const readRules = () => client.invalidateQueries({ queryKey: [listImmutableRules.path] });
  return {
    update: useMutation({
      mutationFn: ({ version, change }: { version: number; change: ProjectChange }) =>
        call(updateProject, { params, body: { version, ...change } }),
      onSuccess: (saved) => {
        client.setQueryData(projectQuery(project).queryKey, saved);
        void client.invalidateQueries({ queryKey: [listProjects.path] });
      },
    }),
    /** As it is now, after an edit was refused because somebody else changed it. */
    readAgain: () => client.fetchQuery({ ...projectQuery(project), staleTime: 0 }),
    addRule: useMutation({
      mutationFn: (body: RuleDraft) => call(createImmutableRule, { params, body }),
      onSuccess: readRules,
    }),
    removeRule: useMutation({
      mutationFn: (ruleId: string) => call(deleteImmutableRule, { params: { project, ruleId } }),
      onSettled: readRules,
    }),
    setTrashWindow: useMutation({
      mutationFn: (days: number) => call(updateTrashWindow, { params, body: { days } }),
      onSuccess: (saved) => client.setQueryData(trashWindowQuery(project).queryKey, saved),
    }),
    remove: useMutation({
      mutationFn: () => call(deleteProject, { params }),
      // It itself is not asked for any more.
      onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== getProject.path }),
    }),
  };
}
