import { useQuery } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { type Execution, getExecution } from 'bff/contract/replication';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { createSurroundings, holdRequests } from '../../testing/live.tsx';
import { rememberExecution, useLiveTasks } from './task-queries.ts';

const execution = (succeeded: number): Execution => ({
  id: 'copy',
  trigger: 'copy',
  policy: null,
  promotion: null,
  planned: null,
  heldBack: null,
  activity: null,
  remark: null,
  requestedBy: null,
  state: succeeded === 2 ? 'succeeded' : 'running',
  tasks: { queued: 2 - succeeded, running: 0, waiting: 0, succeeded, failed: 0, stopped: 0 },
  deletions: 0,
  tagMoves: 0,
  retried: null,
  bytesTotal: 2,
  bytesDone: succeeded,
  bytesSkipped: 0,
  rateBytesPerSecond: null,
  etaSeconds: null,
  sample: [],
  sourceRegistryIds: [],
  destinationRegistryIds: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
});
const changed = { name: 'execution', payload: { executionId: 'copy', at: '2026-01-01T00:00:01.000Z' } } as const;
const LONGER_THAN_A_REST_MS = 1_300;

function useExecutionPage() {
  useLiveTasks();
  return useQuery(endpointQuery(getExecution, { params: { executionId: 'copy' } })).data?.tasks.succeeded;
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the page of an execution', () => {
  it('shows what happened between the answer that made it and its own opening', async () => {
    const requests = holdRequests();
    const { client, wrapper } = createSurroundings();
    rememberExecution(client, execution(0));
    // Both tasks end while the page's code is still being fetched: nobody hears of it.
    const { result } = renderHook(useExecutionPage, { wrapper });
    await waitFor(() => expect(result.current).toBe(0));
    await act(async () => requests.at(-1)?.answer(execution(2)));
    await waitFor(() => expect(result.current).toBe(2));
  });

  it('shows what happened since it was left', async () => {
    const requests = holdRequests();
    const { wrapper } = createSurroundings();
    const first = renderHook(useExecutionPage, { wrapper });
    await act(async () => requests.at(-1)?.answer(execution(1)));
    first.unmount();
    const { result } = renderHook(useExecutionPage, { wrapper });
    await waitFor(() => expect(result.current).toBe(1));
    await act(async () => requests.at(-1)?.answer(execution(2)));
    await waitFor(() => expect(result.current).toBe(2));
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['first', 0],
    ['second', 1],
  ])('shows what happened while its %s reading was under way', async (_which, before) => {
    const requests = holdRequests();
    const { wrapper, happen } = createSurroundings();
    const { result } = renderHook(useExecutionPage, { wrapper });
    for (let reading = 0; reading < before; reading += 1) {
      await act(async () => requests.at(-1)?.answer(execution(0)));
      act(() => happen(changed));
    }
    // The server had counted before the last task ended; its answer arrives after the message of that.
    act(() => happen(changed));
    await act(() => new Promise((resolve) => setTimeout(resolve, LONGER_THAN_A_REST_MS)));
    await act(async () => requests.at(-1)?.answer(execution(1)));
    await waitFor(() => expect(requests).toHaveLength(before + 2), { timeout: 30_000 });
    await act(async () => requests.at(-1)?.answer(execution(2)));
    await waitFor(() => expect(result.current).toBe(2));
  });
});
