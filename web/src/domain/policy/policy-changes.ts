import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  disablePolicy,
  enablePolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  pausePolicy,
  pausePolicyDestination,
  type Policy,
  previewPolicy,
  resumePolicy,
  resumePolicyDestination,
} from 'bff/contract/policies';
import { listExecutions } from 'bff/contract/replication';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { isFinal } from '../tasks/task-status.ts';
import { useRefresh } from '../use-refresh.ts';

const REST_MS = 1_000;
/** A plan looks at every tag of the policy. */
const PREVIEW_REST_MS = 3_000;
const previews = [previewPolicy];
const policyAnswers = [listPolicies, getPolicy];
export const ofPolicies = [listPolicies, getPolicy, listPolicyVersions, previewPolicy, listExecutions];

export const policyQuery = (policyId: string) => endpointQuery(getPolicy, { params: { policyId } });

/** Policies are changed by others, and by what they do; the rest between two readings keeps a storm small. */
export function useLivePolicies(): void {
  const readPolicies = useRefresh(policyAnswers, REST_MS);
  useStreamEvent('policy', readPolicies);
  useStreamEvent('execution', readPolicies);
}

/** While its dry run is shown: planned anew when the policy has done something, and when tags changed at its registries. */
export function useLivePreview({ id, content: { sourceRegistryId, destinations } }: Policy): void {
  const readPreview = useRefresh(previews, PREVIEW_REST_MS, id);
  const isDestination = (registryId: string) => destinations.some((each) => each.registryId === registryId);
  const onTags = ({ registryId }: { registryId: string }) => {
    if (registryId === sourceRegistryId || isDestination(registryId)) readPreview();
  };
  useStreamEvent('tag', onTags);
  useStreamEvent('catalog', onTags);
  useStreamEvent('policy', ({ policyId }) => {
    if (policyId === id) readPreview();
  });
  useStreamEvent('task', ({ state, source, destination }) => {
    const isOfPolicy = source.registryId === sourceRegistryId && isDestination(destination.registryId);
    if (isOfPolicy && isFinal(state)) readPreview();
  });
}

export function rememberPolicy(client: QueryClient, policy: Policy): void {
  client.setQueryData(policyQuery(policy.id).queryKey, policy);
  void readAgain(client, queriesOf(ofPolicies));
}

export type PolicyVerb = 'enable' | 'disable' | 'pause' | 'resume';
const verbs = { enable: enablePolicy, disable: disablePolicy, pause: pausePolicy, resume: resumePolicy } as const;

/** What a press makes of a policy, or of one of its destinations. */
export function usePolicyChanges() {
  const client = useQueryClient();
  const onSuccess = (policy: Policy) => rememberPolicy(client, policy);
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
  };
}
