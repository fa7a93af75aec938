import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createAccessToken, deleteAccessToken, listAccessTokens } from 'bff/contract/access-tokens';
import type { CallInput } from 'bff/contract/endpoint';
import { listProjects } from 'bff/contract/projects';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';

export type TokenDraft = CallInput<typeof createAccessToken>['body'];

const PROJECTS_OFFERED = 30;

export const accessTokensQuery = () => endpointQuery(listAccessTokens, {});

/** The projects one sees, by any part of their name. */
export function useProjectNames(q: string): { names: string[]; isFetching: boolean } {
  const { data, isFetching } = useQuery({
    ...endpointQuery(listProjects, { query: { sort: 'name', limit: PROJECTS_OFFERED, ...(q === '' ? {} : { q }) } }),
    placeholderData: keepPreviousData,
  });
  return { names: (data?.items ?? []).map(({ name }) => name), isFetching };
}

/** Every environment in which one sees something, in their order. */
export function useEnvironments(): string[] {
  const { registries } = useRegistryDirectory();
  return [...new Set(registries.map(({ environment }) => environment))];
}

export function useAccessTokenActions() {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: [listAccessTokens.path] });
  return {
    // The answer holds the secret: it is not kept after it was shown.
    create: useMutation({ mutationFn: (body: TokenDraft) => call(createAccessToken, { body }), onSettled, gcTime: 0 }),
    revoke: useMutation({
      mutationFn: (accessTokenId: string) => call(deleteAccessToken, { params: { accessTokenId } }),
      onSettled,
    }),
  };
}
