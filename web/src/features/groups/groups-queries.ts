import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from 'bff/contract/endpoint';
import { createGroup, deleteGroup, type Group, listGroups, updateGroup } from 'bff/contract/groups';
import { getUser, listUsers } from 'bff/contract/users';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';

export type GroupDraft = CallInput<typeof createGroup>['body'];
export type GroupChange = CallInput<typeof updateGroup>['body'];
export type Person = Group['users'][number];

const PEOPLE_OFFERED = 20;

export const groupsQuery = () => endpointQuery(listGroups, {});

/** Whom a group can be given, by any part of their name. */
export const peopleQuery = (q: string) => ({
  ...endpointQuery(listUsers, { query: { sort: 'username', limit: PEOPLE_OFFERED, ...(q === '' ? {} : { q }) } }),
  placeholderData: keepPreviousData,
});

export function useGroupActions() {
  const client = useQueryClient();
  const onSettled = () => {
    // Users name their groups and count the projects they have through them.
    for (const { path } of [listGroups, listUsers, getUser]) void client.invalidateQueries({ queryKey: [path] });
  };
  return {
    save: useMutation({
      mutationFn: (save: { create: GroupDraft } | { groupId: string; change: GroupChange }) =>
        'create' in save
          ? call(createGroup, { body: save.create })
          : call(updateGroup, { params: { groupId: save.groupId }, body: save.change }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (groupId: string) => call(deleteGroup, { params: { groupId } }), onSettled }),
  };
}
