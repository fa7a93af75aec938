import {
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import {
  changeMembers,
  listMemberCandidates,
  listMembers,
  type MemberChange,
  previewMembers,
} from 'bff/contract/members';
import { type PlaceAction, type Role, roles } from 'bff/contract/permissions';
import { getProject } from 'bff/contract/projects';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import type { Cell } from './members-draft.ts';

export const membersQuery = (project: string) => endpointQuery(listMembers, { params: { project } });

const previewQuery = (project: string, changes: MemberChange[]) =>
  queryOptions({
    queryKey: [previewMembers.path, { project, changes }] as const,
    queryFn: ({ signal }) => call(previewMembers, { params: { project }, body: { changes } }, { signal }),
  });

/** What the changes would do; what was last known stays while it is asked for anew. */
export const useEffectsOf = (project: string, changes: MemberChange[]) =>
  useQuery({ ...previewQuery(project, changes), enabled: changes.length > 0, placeholderData: keepPreviousData });

interface RoleAnswers {
  /** What each role would let the member do; no entry while that is not known, or where the role would not count. */
  readonly actions: ReadonlyMap<Role, readonly PlaceAction[]>;
  /** Roles that would not count in the cell's environment, with the group that gives more. */
  readonly outdone: ReadonlyMap<Role, { readonly role: Role; readonly group: string }>;
  readonly isAsking: boolean;
}

/** What each role would mean for the member of a cell there, as the server decides. */
export function useRoleActions(project: string, cell: Cell | undefined): RoleAnswers {
  const answers = useQueries({
    queries: roles.map((role) => ({
      ...previewQuery(
        project,
        cell === undefined ? [] : [{ kind: cell.member.kind, id: cell.member.id, environment: cell.column, role }],
      ),
      enabled: cell !== undefined,
    })),
  });
  const known = new Map<Role, readonly PlaceAction[]>();
  const outdone = new Map<Role, { role: Role; group: string }>();
  for (const [index, role] of roles.entries()) {
    const places = answers[index]?.data?.items.flatMap(({ environments }) => environments) ?? [];
    // Where a group gives a higher role, or a single environment says otherwise, the answer is about that role.
    const fitting = places.find(
      ({ environment, after }) => after.role === role && (cell?.column == null || cell.column === environment),
    );
    if (fitting !== undefined) known.set(role, fitting.after.actions);
    const here = places.find(({ environment }) => environment === cell?.column);
    if (fitting === undefined && here !== undefined && here.viaGroup !== null && here.after.role !== null) {
      outdone.set(role, { role: here.after.role, group: here.viaGroup });
    }
  }
  return { actions: known, outdone, isAsking: answers.some(({ isFetching }) => isFetching) };
}

export const useCandidates = (project: string, q: string) =>
  useQuery({
    ...endpointQuery(listMemberCandidates, { params: { project }, query: q === '' ? {} : { q } }),
    placeholderData: keepPreviousData,
  });

export function useSaveMembers(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: MemberChange[]) => call(changeMembers, { params: { project }, body: { changes } }),
    onSuccess: (list) => {
      client.setQueryData(membersQuery(project).queryKey, list);
      // One may have changed what one may do oneself.
      for (const { path } of [getProject, previewMembers]) void client.invalidateQueries({ queryKey: [path] });
    },
  });
}

/** Somebody else's changes appear by themselves. */
export function useLiveMembers(project: string): void {
  const client = useQueryClient();
  useStreamEvent('project', (changed) => {
    if (changed.project !== project) return;
    for (const { path } of [listMembers, previewMembers]) void client.invalidateQueries({ queryKey: [path] });
  });
}
