import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createMemoryTarget } from '../../testing/memory-target.ts';
import { randomBlob } from '../../testing/real-registry.ts';
import { rateAt } from './bandwidth.ts';
import { Pace, PacedTargets, pacedTarget } from './paced-target.ts';

/** Time passes only by sleeping. */
function stillClock() {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: (durationMs: number) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
}

describe('a paced destination', () => {
  test('takes its bytes no faster than the rate, and whole', async () => {
    const clock = stillClock();
    const destination = createMemoryTarget('north');
    const target = pacedTarget(destination, new Pace(() => 1000, clock));
    const blob = randomBlob(10_000);
    const pieces = Array.from({ length: 10 }, (_, index) => blob.bytes.subarray(index * 1000, (index + 1) * 1000));
    await target.pushBlob('a/b', blob, () => Promise.resolve(Readable.from(pieces)));
    expect(await destination.hasBlob('a/b', blob.digest)).toBe(true);
    // The last piece begins after nine seconds.
    expect(clock.now()).toBe(9000);
  });

  test('shares its rate among all that send at once', async () => {
    const clock = stillClock();
    const pace = new Pace(() => 1000, clock);
    await Promise.all([pace.take(500, undefined), pace.take(500, undefined), pace.take(500, undefined)]);
    const before = clock.now();
    await pace.take(1, undefined);
    expect(before).toBeLessThanOrEqual(1500);
    expect(clock.now()).toBeGreaterThanOrEqual(1500);
  });

  test('follows a rate that changes, to none at all too', async () => {
    const clock = stillClock();
    let rate: number | null = 1000;
    const pace = new Pace(() => rate, clock);
    await pace.take(1000, undefined);
    await pace.take(1000, undefined);
    expect(clock.now()).toBe(1000);
    rate = null;
    await pace.take(1_000_000, undefined);
    expect(clock.now()).toBe(1000);
  });

  test('is the same object for the same policy', () => {
    const targets = new PacedTargets();
    const destination = createMemoryTarget('north');
    const first = targets.targetFor(destination, 'one', () => 1);
    expect(targets.targetFor(destination, 'one', () => 2)).toBe(first);
    expect(targets.targetFor(destination, 'two', () => 2)).not.toBe(first);
  });

  test('passes an error of the source on', async () => {
    const target = pacedTarget(createMemoryTarget('north'), new Pace(() => 1_000_000_000));
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('some');
        await Promise.resolve();
        throw new Error('The source broke off.');
      })(),
    );
    await expect(target.pushBlob('a/b', randomBlob(10), () => Promise.resolve(broken))).rejects.toThrow('broke off');
  });
});

describe('a bandwidth', () => {
  const windows = [
    { from: '08:00', to: '18:00', bytesPerSecond: 100_000 },
    { from: '22:00', to: '06:00', bytesPerSecond: null },
  ];
  const bandwidth = { timeZone: 'Asia/Shanghai', windows, otherwise: 500_000 };
  test.each([
    ['2026-01-01T00:00:00Z', 100_000],
    ['2026-01-01T09:59:00Z', 100_000],
    ['2026-01-01T10:00:00Z', 500_000],
    ['2026-01-01T14:00:00Z', null],
    ['2026-01-01T21:59:00Z', null],
    ['2026-01-01T22:00:00Z', 500_000],
  ])('at %s is %s', (at, rate) => {
    expect(rateAt(bandwidth, new Date(at))).toBe(rate);
  });
});
