import { infiniteQueryOptions, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  checkSchedule,
  confirmExecution,
  declineExecution,
  createPolicy,
  deletePolicy,
  disablePolicy,
  enablePolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  pausePolicy,
  pausePolicyDestination,
  type PlanOutcome,
  type Policy,
  type PolicyContent,
  type PolicyDraft,
  type PolicyPreview,
  previewPolicy,
  previewPolicyDraft,
  resumePolicy,
  resumePolicyDestination,
  runPolicy,
  updatePolicy,
} from 'bff/contract/policies';
import { getExecution, listExecutions } from 'bff/contract/replication';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

export const policySorts = ['name', '-name', 'changed', '-changed'] as const;
export type PolicySort = (typeof policySorts)[number];

const PAGE_ROWS = 100;
const EXECUTION_ROWS = 50;
const PLAN_ROWS = 200;
const REST_MS = 1_000;
const HOUR_MS = 3_600_000;
const policyAnswers = [listPolicies, getPolicy];
const ofPolicies = [listPolicies, getPolicy, listPolicyVersions, previewPolicy, listExecutions];

export const policyPages = ({ q, sort }: { q: string; sort: PolicySort }) =>
  endpointPages(listPolicies, { query: { sort, limit: PAGE_ROWS, ...(q === '' ? {} : { q }) } });

export const policyQuery = (policyId: string) => endpointQuery(getPolicy, { params: { policyId } });

export const versionPages = (policyId: string) =>
  endpointPages(listPolicyVersions, { params: { policyId }, query: { limit: EXECUTION_ROWS } });

export const policyExecutionPages = (policyId: string) =>
  endpointPages(listExecutions, { query: { policyId, sort: '-created', limit: EXECUTION_ROWS } });

export const executionQuery = (executionId: string) => endpointQuery(getExecution, { params: { executionId } });

/** A cron line in words. The words do not change; the times do, and are read again now and then. */
export const scheduleQuery = (schedule: { cron: string; timeZone: string }) => ({
  ...endpointQuery(checkSchedule, { body: schedule }),
  staleTime: HOUR_MS,
});

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

/** Policies are changed by others, and by what they do; the rest between two readings keeps a storm small. */
export function useLivePolicies(): void {
  const readPolicies = useRefresh(policyAnswers, REST_MS);
  useStreamEvent('policy', readPolicies);
  useStreamEvent('execution', readPolicies);
}

function remember(client: QueryClient, policy: Policy): void {
  client.setQueryData(policyQuery(policy.id).queryKey, policy);
  void readAgain(client, queriesOf(ofPolicies));
}

export type PolicyVerb = 'enable' | 'disable' | 'pause' | 'resume';
const verbs = { enable: enablePolicy, disable: disablePolicy, pause: pausePolicy, resume: resumePolicy } as const;

export function usePolicyActions() {
  const client = useQueryClient();
  const onSuccess = (policy: Policy) => remember(client, policy);
  const onSettled = () => void readAgain(client, queriesOf([...ofPolicies, getExecution]));
  return {
    change: useMutation({
      mutationFn: ({ policyId, verb }: { policyId: string; verb: PolicyVerb }): Promise<Policy> =>
        call(verbs[verb], { params: { policyId } }),
      onSuccess,
    }),
    changeDestination: useMutation({
      mutationFn: ({ isPaused, ...params }: { policyId: string; registryId: string; isPaused: boolean }) =>
        call(isPaused ? pausePolicyDestination : resumePolicyDestination, { params }),
      onSuccess,
    }),
    run: useMutation({ mutationFn: (policyId: string) => call(runPolicy, { params: { policyId } }), onSettled }),
    remove: useMutation({
      mutationFn: (policyId: string) => call(deletePolicy, { params: { policyId } }),
      onSettled: () => void readAgain(client, queriesOf([listPolicies])),
    }),
    confirm: useMutation({
      mutationFn: (executionId: string) => call(confirmExecution, { params: { executionId } }),
      onSettled,
    }),
    refuse: useMutation({
      mutationFn: (executionId: string) => call(declineExecution, { params: { executionId } }),
      onSettled,
    }),
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
    onSuccess: (policy) => remember(client, policy),
  });
}
