import { expect, test } from 'vitest';
import { etaSeconds, RateMeter } from './rate-meter.ts';

test('says nothing before it has measured', () => {
  expect(new RateMeter(0).bytesPerSecond).toBeNull();
});

test('shows a steady rate as it is, from the first sample on', () => {
  const meter = new RateMeter(0);
  for (let nowMs = 250; nowMs <= 10_000; nowMs += 250) {
    meter.add(250_000);
    meter.sample(nowMs);
    expect(meter.bytesPerSecond).toBe(1_000_000);
  }
});

test('follows a change within seconds and falls to nothing when nothing moves', () => {
  const meter = new RateMeter(0);
  for (let nowMs = 250; nowMs <= 10_000; nowMs += 250) {
    meter.add(250_000);
    meter.sample(nowMs);
  }
  for (let nowMs = 10_250; nowMs <= 40_000; nowMs += 250) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBeLessThan(100);
});

test('tells how long the rest takes, where that can be said', () => {
  expect(etaSeconds(1_000_000, 400_000)).toBe(3);
  expect(etaSeconds(0, null)).toBe(0);
  expect(etaSeconds(10, null)).toBeNull();
  expect(etaSeconds(10, 0)).toBeNull();
});
