import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRefreshThrottle } from './refresh-throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('reads at once, then at most once an interval, and never forgets the last request', () => {
  const run = vi.fn();
  const throttle = createRefreshThrottle(1000, run);
  for (let message = 0; message < 50; message += 1) throttle.request();
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(run).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(run).toHaveBeenCalledTimes(2);
  throttle.request();
  expect(run).toHaveBeenCalledTimes(3);
});

it('reads nothing after it was cancelled', () => {
  const run = vi.fn();
  const throttle = createRefreshThrottle(1000, run);
  throttle.request();
  throttle.request();
  throttle.cancel();
  vi.advanceTimersByTime(5000);
  expect(run).toHaveBeenCalledTimes(1);
});
