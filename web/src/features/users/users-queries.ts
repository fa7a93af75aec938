import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from 'bff/contract/endpoint';
import { createUser, getUser, listUsers, resetPassword, updateUser } from 'bff/contract/users';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';

export const userSorts = ['username', '-username', '-created', '-signed-in'] as const;
export const userStates = ['enabled', 'disabled', 'system-admin'] as const;
export type UserState = (typeof userStates)[number];
export type UserChange = CallInput<typeof updateUser>['body'];

const PAGE_ROWS = 100;

export const userPages = (q: string, sort: (typeof userSorts)[number], state: UserState | undefined) => ({
  ...endpointPages(listUsers, {
    query: { sort, limit: PAGE_ROWS, ...(q === '' ? {} : { q }), ...(state === undefined ? {} : { state }) },
  }),
  placeholderData: keepPreviousData,
});

export const userQuery = (userId: string) => endpointQuery(getUser, { params: { userId } });

/** Lists and details of users, and groups, which name their people. */
function useReadAgain(): () => void {
  const client = useQueryClient();
  return () => {
    for (const path of [listUsers.path, getUser.path, '/groups']) void client.invalidateQueries({ queryKey: [path] });
  };
}

export function useCreateUser() {
  return useMutation({
    mutationFn: (body: CallInput<typeof createUser>['body']) => call(createUser, { body }),
    onSuccess: useReadAgain(),
    // The answer holds the first password: it is not kept after it was shown.
    gcTime: 0,
  });
}

export function useUserActions(userId: string) {
  const onSuccess = useReadAgain();
  const params = { userId };
  return {
    change: useMutation({
      mutationFn: (body: UserChange) => call(updateUser, { params, body }),
      onSuccess,
      // Somebody else changed the user: what is shown is old.
      onError: onSuccess,
    }),
    reset: useMutation({ mutationFn: () => call(resetPassword, { params }), onSuccess, gcTime: 0 }),
  };
}
