import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  confirmExecution,
  declineExecution,
  createPolicy,
  deletePolicy,
  listPolicies,
  listPolicyVersions,
  type PlanOutcome,
  type Policy,
  type PolicyContent,
  type PolicyDraft,
  type PolicyPreview,
  previewPolicy,
  previewPolicyDraft,
  runPolicy,
  updatePolicy,
} from 'bff/contract/policies';
import { getExecution, listExecutions } from 'bff/contract/replication';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { ofPolicies, rememberPolicy, usePolicyChanges } from '../../domain/policy/policy-changes.ts';

export const policySorts = ['name', '-name', 'changed', '-changed'] as const;
export type PolicySort = (typeof policySorts)[number];

const PAGE_ROWS = 100;
const EXECUTION_ROWS = 50;
const PLAN_ROWS = 200;

export const policyPages = ({ q, sort, isPaused }: { q: string; sort: PolicySort; isPaused: boolean }) =>
  endpointPages(listPolicies, {
    query: { sort, limit: PAGE_ROWS, ...(q === '' ? {} : { q }), ...(isPaused ? { state: 'paused' } : {}) },
  });

export const versionPages = (policyId: string) =>
  endpointPages(listPolicyVersions, { params: { policyId }, query: { limit: EXECUTION_ROWS } });

export const policyExecutionPages = (policyId: string) =>
  endpointPages(listExecutions, { query: { policyId, sort: '-created', limit: EXECUTION_ROWS } });

export const executionQuery = (executionId: string) => endpointQuery(getExecution, { params: { executionId } });

export interface PlanFilter {
  outcome: PlanOutcome | undefined;
  q: string;
}

/** What is previewed: a saved policy, or what is in the editor. */
export type Previewed = { policyId: string } | { project: string | null; content: PolicyContent };

const rowsOf = ({ outcome, q }: PlanFilter) => ({
  ...(outcome === undefined ? {} : { outcome }),
  ...(q === '' ? {} : { q }),
});

/** The figures of a draft; of the rows only one, which nobody looks at. */
export const draftPreviewQuery = (draft: { project: string | null; content: PolicyContent }) =>
  endpointQuery(previewPolicyDraft, { body: { ...draft, rows: { limit: 1 } } });

/** Its rows, page by page. */
export const planPages = (previewed: Previewed, filter: PlanFilter) =>
  infiniteQueryOptions({
    queryKey: [
      'policyId' in previewed ? previewPolicy.path : previewPolicyDraft.path,
      previewed,
      filter,
      'pages',
    ] as const,
    queryFn: ({ pageParam, signal }): Promise<PolicyPreview> => {
      const rows = { ...rowsOf(filter), limit: PLAN_ROWS, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return 'policyId' in previewed
        ? call(previewPolicy, { params: { policyId: previewed.policyId }, query: rows }, { signal })
        : call(previewPolicyDraft, { body: { ...previewed, rows } }, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }: PolicyPreview) => nextCursor,
  });

/** One after the other, up to the first that is refused. */
const eachOf =
  (endpoint: typeof confirmExecution | typeof declineExecution) =>
  async (executionIds: readonly string[]): Promise<void> => {
    for (const executionId of executionIds) await call(endpoint, { params: { executionId } });
  };

export function usePolicyActions() {
  const client = useQueryClient();
  const onSettled = () => void readAgain(client, queriesOf([...ofPolicies, getExecution]));
  return {
    ...usePolicyChanges(),
    run: useMutation({ mutationFn: (policyId: string) => call(runPolicy, { params: { policyId } }), onSettled }),
    remove: useMutation({
      mutationFn: (policyId: string) => call(deletePolicy, { params: { policyId } }),
      onSettled: () => void readAgain(client, queriesOf([listPolicies])),
    }),
    confirm: useMutation({ mutationFn: eachOf(confirmExecution), onSettled }),
    refuse: useMutation({ mutationFn: eachOf(declineExecution), onSettled }),
  };
}

export type PolicySave =
  | { create: PolicyDraft }
  | { policyId: string; change: { version: number; name: string; content: PolicyContent } };

export function useSavePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (save: PolicySave): Promise<Policy> =>
      'create' in save
        ? call(createPolicy, { body: save.create })
        : call(updatePolicy, { params: { policyId: save.policyId }, body: save.change }),
    onSuccess: (policy) => rememberPolicy(client, policy),
  });
}
