import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Refresh, RefreshQueue } from './refresh-queue.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function queueOf(options: { isBusy: () => boolean }) {
  const calls: { refreshes: readonly Refresh[]; end: () => void; fail: (error: Error) => void }[] = [];
  const faults: unknown[] = [];
  const queue = new RefreshQueue({
    refresh: (refreshes) =>
      new Promise((resolve, reject) => calls.push({ refreshes, end: () => resolve(), fail: reject })),
    isBusy: options.isBusy,
    onFault: (error) => faults.push(error),
  });
  const tagsOf = (call: (typeof calls)[number] | undefined) => call?.refreshes.map(({ tag }) => tag);
  return { queue, calls, faults, tagsOf };
}

const refresh = (repository: string, tag: string): Refresh => ({
  registryId: 'north',
  repository,
  tag,
  digest: null,
  how: 'copy',
  actor: null,
});

test('a single copy is looked at at once', () => {
  const { queue, calls } = queueOf({ isBusy: () => false });
  queue.add(refresh('p/api', '1'));
  expect(calls).toHaveLength(1);
});

test('while many copies run, those of a repository that end close together are looked at together, each tag once', async () => {
  const { queue, calls, tagsOf } = queueOf({ isBusy: () => true });
  queue.add(refresh('p/api', '1'));
  queue.add(refresh('p/api', '2'));
  queue.add(refresh('p/web', '1'));
  queue.add(refresh('p/api', '1'));
  expect(calls).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1100);
  // One repository at a time while the copies need the machine.
  expect(calls.map(tagsOf)).toEqual([['1', '2']]);
  calls[0]?.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls.map(tagsOf)).toEqual([['1', '2'], ['1']]);
});

test('what comes while its repository is being looked at is looked at after that', async () => {
  const { queue, calls, faults, tagsOf } = queueOf({ isBusy: () => false });
  queue.add(refresh('p/api', '1'));
  queue.add(refresh('p/api', '2'));
  queue.add(refresh('p/web', '9'));
  expect(calls.map(tagsOf)).toEqual([['1'], ['9']]);
  calls[0]?.fail(new Error('gone'));
  await vi.advanceTimersByTimeAsync(0);
  expect(calls.map(tagsOf)).toEqual([['1'], ['9'], ['2']]);
  expect(faults).toHaveLength(1);
});

test('at the end nothing new begins', async () => {
  const { queue, calls } = queueOf({ isBusy: () => true });
  queue.add(refresh('p/api', '1'));
  await queue.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toHaveLength(0);
});
