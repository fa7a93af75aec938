import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { listMembers } from 'bff/contract/members';
import {
  confirmRetentionRun,
  createRetentionPlan,
  declineRetentionRun,
  deleteRetentionPlan,
  getRetentionRun,
  listRetentionPlans,
  listRetentionRuns,
  listRetentionRunTags,
  previewRetention,
  type RetentionDraft,
  type RetentionPlan,
  type RetentionPreview,
  runRetention,
  updateRetentionPlan,
} from 'bff/contract/retention';
import type { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const REST_MS = 500;
const ROWS = 200;
const RUN_ROWS = 20;
const followed = [listRetentionPlans, listRetentionRuns, getRetentionRun, listRetentionRunTags];

export const plansQuery = (project: string) => endpointQuery(listRetentionPlans, { params: { project } });
/** Read for its columns: the environments there are, in their order. */
export const environmentsQuery = (project: string) => endpointQuery(listMembers, { params: { project } });
export const runPages = (project: string) =>
  endpointPages(listRetentionRuns, { params: { project }, query: { limit: RUN_ROWS } });
export const runQuery = (retentionRunId: string) => endpointQuery(getRetentionRun, { params: { retentionRunId } });

export type RunTagOutcome = 'waiting' | 'trashed' | 'spared' | 'failed';
export const runTagPages = (retentionRunId: string, { q, outcome }: { q: string; outcome?: RunTagOutcome }) =>
  endpointPages(listRetentionRunTags, {
    params: { retentionRunId },
    query: { limit: ROWS, ...(q === '' ? {} : { q }), ...(outcome === undefined ? {} : { outcome }) },
  });

/** What rules would do: of a plan that is there, or of what is in the editor. */
export interface Previewed extends Pick<RetentionDraft, 'environment' | 'repositories' | 'rules'> {
  readonly project: string;
  readonly planId: string | null;
}

function bodyOf({ environment, repositories, rules, planId }: Previewed) {
  return { environment, repositories, rules, planId };
}

/** The figures; of the rows only one, which nobody looks at. */
export const previewQuery = (previewed: Previewed) =>
  queryOptions<RetentionPreview, ApiError>({
    queryKey: [previewRetention.path, previewed] as const,
    queryFn: ({ signal }) =>
      call(
        previewRetention,
        { params: { project: previewed.project }, body: { ...bodyOf(previewed), rows: { limit: 1 } } },
        { signal },
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });

export interface RowFilter {
  verdict: 'keep' | 'delete' | undefined;
  q: string;
}

export const previewPages = (previewed: Previewed, { verdict, q }: RowFilter) =>
  infiniteQueryOptions({
    queryKey: [previewRetention.path, previewed, { verdict, q }, 'pages'] as const,
    queryFn: ({ pageParam, signal }): Promise<RetentionPreview> => {
      const rows = {
        limit: ROWS,
        ...(verdict === undefined ? {} : { verdict }),
        ...(q === '' ? {} : { q }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      const params = { project: previewed.project };
      return call(previewRetention, { params, body: { ...bodyOf(previewed), rows } }, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }: RetentionPreview) => nextCursor,
  });

/** Runs say when something of them is new; what that is is read again. */
export function useLiveRetention(project: string): void {
  const refresh = useRefresh(followed, REST_MS, project);
  useStreamEvent('retention', (changed) => {
    if (changed.project === project) refresh();
  });
}

export function useRetentionActions(project: string) {
  const client = useQueryClient();
  const onSuccess = () => void readAgain(client, queriesOf(followed));
  const byPlan = (retentionPlanId: string) => ({ project, retentionPlanId });
  return {
    save: useMutation<RetentionPlan, ApiError, { plan: RetentionPlan | undefined; draft: RetentionDraft }>({
      mutationFn: ({ plan, draft }) =>
        plan === undefined
          ? call(createRetentionPlan, { params: { project }, body: draft })
          : call(updateRetentionPlan, { params: byPlan(plan.id), body: { ...draft, version: plan.version } }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (planId: string) => call(deleteRetentionPlan, { params: byPlan(planId) }),
      onSettled: onSuccess,
    }),
    run: useMutation({
      mutationFn: ({ plan, ...body }: { plan: RetentionPlan; expectedCount: number; acceptsMany: boolean }) =>
        call(runRetention, { params: byPlan(plan.id), body: { version: plan.version, ...body } }),
      onSuccess,
    }),
    confirm: useMutation({
      mutationFn: (retentionRunId: string) => call(confirmRetentionRun, { params: { retentionRunId } }),
      onSuccess,
    }),
    decline: useMutation({
      mutationFn: (retentionRunId: string) => call(declineRetentionRun, { params: { retentionRunId } }),
      onSuccess,
    }),
  };
}
