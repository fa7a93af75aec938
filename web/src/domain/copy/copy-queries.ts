import { type QueryClient, QueryObserver, useMutation, useQueryClient } from '@tanstack/react-query';
import { type CopyRequest, createExecution, type Execution, getExecution, previewCopy } from 'bff/contract/replication';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { rememberExecution } from '../tasks/task-queries.ts';

/** What a copy would do. Never older than a moment: what the destination holds changes under it. */
export const previewQuery = (request: CopyRequest) => ({
  ...endpointQuery(previewCopy, { body: request }),
  staleTime: 0,
  gcTime: 60_000,
});

export function useStartCopy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: CopyRequest) => call(createExecution, { body: request }),
    onSuccess: (execution) => rememberExecution(client, execution),
  });
}

const FOLLOW_INTERVAL_MS = 1_500;

/** Tells when an execution has ended, whatever page is shown by then. */
export function followExecution(client: QueryClient, executionId: string, onEnd: (execution: Execution) => void): void {
  const observer = new QueryObserver(client, {
    ...endpointQuery(getExecution, { params: { executionId } }),
    refetchInterval: FOLLOW_INTERVAL_MS,
  });
  const stop = observer.subscribe(({ data }) => {
    if (data === undefined || data.state === 'running') return;
    stop();
    onEnd(data);
  });
}
