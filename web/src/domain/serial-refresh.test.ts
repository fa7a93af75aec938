import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSerialRefresh } from './serial-refresh.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reading that ends when told. */
function reading() {
  const ends: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => ends.push(resolve));
  return { run, count: () => ends.length, end: () => ends.at(-1)?.() };
}

describe('createSerialRefresh', () => {
  it('reads at once and never twice at a time', async () => {
    const one = reading();
    const refresh = createSerialRefresh(100, one.run);
    refresh.request();
    refresh.request();
    refresh.request();
    expect(one.count()).toBe(1);
    one.end();
    await vi.advanceTimersByTimeAsync(99);
    expect(one.count()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.count()).toBe(2);
  });
  it('reads once when asked once, and at once again after the rest', async () => {
    const one = reading();
    const refresh = createSerialRefresh(100, one.run);
    refresh.request();
    one.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(one.count()).toBe(1);
    refresh.request();
    expect(one.count()).toBe(2);
  });
  it('goes on after a reading that failed, and not for what was forgotten', async () => {
    let count = 0;
    const refresh = createSerialRefresh(100, () => {
      count += 1;
      return Promise.reject(new Error('away'));
    });
    refresh.request();
    refresh.request();
    await vi.advanceTimersByTimeAsync(100);
    expect(count).toBe(2);
    refresh.request();
    refresh.forget();
    await vi.advanceTimersByTimeAsync(1000);
    expect(count).toBe(2);
  });
});
