import { useQuery } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { getOperations, type Operations } from 'bff/contract/operations';
import { afterEach, expect, it, vi } from 'vitest';
import { endpointQuery } from '../api/endpoint-query.ts';
import { createSurroundings, holdRequests } from '../testing/live.tsx';
import { useLiveOperations } from './live-figures.ts';

const operations = (running: number): Operations => ({
  counts: { queued: 0, running, waiting: 0, succeeded: 0, failed: 0, stopped: 0 },
  oldestQueuedAt: null,
  rateBytesPerSecond: 0,
  rateHistory: [],
  registries: [],
  routes: [],
  failures: [],
  at: '2026-01-01T00:00:00.000Z',
});

function useRunning() {
  useLiveOperations();
  return useQuery(endpointQuery(getOperations, {})).data?.counts.running;
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('does not keep an answer that was overtaken by the last message', async () => {
  const requests = holdRequests();
  const { wrapper, happen } = createSurroundings();
  const { result } = renderHook(useRunning, { wrapper });
  // Nothing runs any more, and so nothing more will be said.
  act(() => happen({ name: 'operations', payload: operations(0) }));
  await waitFor(() => expect(result.current).toBe(0));
  await act(async () => requests[0]?.answer(operations(1)));
  await waitFor(() => expect(requests).toHaveLength(2));
  await act(async () => requests[1]?.answer(operations(0)));
  await waitFor(() => expect(result.current).toBe(0));
});

it('takes each message as it is', async () => {
  const requests = holdRequests();
  const { wrapper, happen } = createSurroundings();
  const { result } = renderHook(useRunning, { wrapper });
  await act(async () => requests[0]?.answer(operations(1)));
  act(() => happen({ name: 'operations', payload: operations(3) }));
  await waitFor(() => expect(result.current).toBe(3));
  expect(requests).toHaveLength(1);
});
