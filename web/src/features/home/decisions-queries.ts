import { useQuery } from '@tanstack/react-query';
import { countPromotionApprovals } from 'bff/contract/promotion-approvals';
import { listExecutions } from 'bff/contract/replication';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { useRefresh } from '../../domain/use-refresh.ts';

const APPROVALS_REST_MS = 1_000;
/** Held runs come rarely, and executions change often while something is copied. */
const RUNS_REST_MS = 5_000;
const approvals = [countPromotionApprovals];
const runs = [listExecutions];

/** Whether anything waits for the reader's word. Requests and held runs come and go by themselves. */
export function useWaitingDecisions(mayApprove: boolean, mayDelete: boolean): boolean {
  const asked = useQuery({ ...endpointQuery(countPromotionApprovals, {}), enabled: mayApprove });
  const held = useQuery({ ...heldRunsQuery(), enabled: mayDelete });
  useStreamEvent('promotion', useRefresh(approvals, APPROVALS_REST_MS));
  useStreamEvent('execution', useRefresh(runs, RUNS_REST_MS));
  return (asked.data?.total ?? 0) > 0 || (held.data?.items.length ?? 0) > 0;
}
