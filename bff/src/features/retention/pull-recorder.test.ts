import { expect, it, onTestFinished, vi } from 'vitest';
import { PullRecorder } from './pull-recorder.ts';
import type { NotedPull } from './pulls.store.ts';

const pull = (digest: string, atMs?: number) => ({ registryId: 'dev', repository: 'p/api', digest, atMs });

function recorder(save: (pulls: readonly NotedPull[]) => Promise<void>) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const faults: unknown[] = [];
  const store = { save, saveTold: () => Promise.resolve(), prune: () => Promise.resolve() };
  const made = new PullRecorder({ store, now: () => 1000, onFault: (error) => faults.push(error) });
  made.start();
  return { made, faults };
}

it('keeps the last pull of each image and writes them together', async () => {
  const saved: NotedPull[][] = [];
  const { made } = recorder((pulls) => Promise.resolve(void saved.push([...pulls])));
  for (let index = 0; index < 100; index += 1) made.note(pull('a', index));
  made.note(pull('a', 5));
  made.note(pull('b'));
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saved).toEqual([
    [
      { ...pull('a'), atMs: 99 },
      { ...pull('b'), atMs: 1000 },
    ],
  ]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saved).toHaveLength(1);
  await made.stop();
});

it('tries again what could not be written, and is bounded while nothing can', async () => {
  let isAway = true;
  const saved: NotedPull[] = [];
  const { made, faults } = recorder((pulls) => {
    if (isAway) return Promise.reject(new Error('away'));
    saved.push(...pulls);
    return Promise.resolve();
  });
  for (let index = 0; index < 30_000; index += 1) made.note(pull(`d${index}`));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(faults.length).toBeGreaterThan(0);
  isAway = false;
  await made.stop();
  expect(saved).toHaveLength(20_000);
});
