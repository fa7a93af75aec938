import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type Execution,
  getExecution,
  getTask,
  listExecutions,
  listTasks,
  retryExecution,
  retryTask,
  stopExecution,
  stopTask,
} from 'bff/contract/replication';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { rememberExecution, taskPages } from '../../domain/tasks/task-queries.ts';

/** `held`: they wait for a person's word. */
export const executionFilters = [
  'running',
  'waiting',
  'held',
  'failed',
  'stopped',
  'succeeded',
] as const satisfies readonly (Execution['state'] | 'waiting' | 'held')[];
interface ExecutionFilter {
  state: (typeof executionFilters)[number] | undefined;
  /** Only those of one policy; undefined for all. */
  policyId: string | undefined;
}

const PAGE_ROWS = 100;
export const TASK_PAGE_ROWS = 200;

export const executionPages = ({ state, policyId }: ExecutionFilter) =>
  endpointPages(listExecutions, {
    query: {
      sort: '-created',
      limit: PAGE_ROWS,
      // What only waits is not called running.
      ...(state === undefined ? {} : { state: state === 'running' ? 'moving' : state }),
      ...(policyId === undefined ? {} : { policyId }),
    },
  });

/** All that have not ended, whether they run or wait. */
export const openExecutionPages = () =>
  endpointPages(listExecutions, { query: { sort: '-created', limit: PAGE_ROWS, state: 'running' } });

export const executionQuery = (executionId: string) => endpointQuery(getExecution, { params: { executionId } });

/** Every task of an execution, those that need a person first. */
export const allTaskPages = (executionId: string) => taskPages({ executionId, sort: 'state', limit: TASK_PAGE_ROWS });

export function useExecutionActions(executionId: string) {
  const client = useQueryClient();
  const onSuccess = (execution: Execution) => rememberExecution(client, execution);
  return {
    stop: useMutation({ mutationFn: () => call(stopExecution, { params: { executionId } }), onSuccess }),
    retry: useMutation({ mutationFn: () => call(retryExecution, { params: { executionId } }), onSuccess }),
  };
}

export function useTaskActions(taskId: string) {
  const client = useQueryClient();
  // The answer may be older than what the stream has said since: the task is read again instead.
  const onSettled = () => void readAgain(client, queriesOf([getTask, listTasks, getExecution, listExecutions]));
  return {
    stop: useMutation({ mutationFn: () => call(stopTask, { params: { taskId } }), onSettled }),
    retry: useMutation({ mutationFn: () => call(retryTask, { params: { taskId } }), onSettled }),
  };
}
