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
  for (let nowMs = 10_250; nowMs < 12_000; nowMs += 250) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBeLessThan(700_000);
  expect(meter.bytesPerSecond).toBeGreaterThan(0);
  meter.sample(12_000);
  expect(meter.bytesPerSecond).toBe(0);
  meter.add(1_000_000);
  meter.sample(12_250);
  expect(meter.bytesPerSecond).toBeGreaterThan(0);
});

test('does not flicker where a bandwidth limit lets a piece through every few seconds', () => {
  const meter = new RateMeter(0);
  const rates: number[] = [];
  for (let nowMs = 250; nowMs <= 120_000; nowMs += 250) {
    if (nowMs % 5000 === 0) meter.add(65_536);
    meter.sample(nowMs);
    if (nowMs > 30_000) rates.push(meter.bytesPerSecond ?? 0);
  }
  const mean = 65_536 / 5;
  expect(Math.min(...rates)).toBeGreaterThan(mean * 0.7);
  expect(Math.max(...rates)).toBeLessThan(mean * 1.4);
  for (let nowMs = 120_250; nowMs <= 131_000; nowMs += 250) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBe(0);
});

test('shows soon that nothing moves where it moved fast before, also after it was held up once', () => {
  const meter = new RateMeter(0);
  let nowMs = 60_000;
  for (let piece = 0; piece < 8; piece += 1, nowMs += 250) {
    meter.add(250_000);
    meter.sample(nowMs);
  }
  for (const endMs = nowMs + 2250; nowMs <= endMs; nowMs += 250) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBe(0);
});

test('says from when on its rate tells how long the rest takes: after a second in which something moved', () => {
  const meter = new RateMeter(0);
  // Nothing moves while the copy is planned.
  for (let nowMs = 250; nowMs <= 5_000; nowMs += 250) meter.sample(nowMs);
  meter.add(4_000);
  meter.sample(5_250);
  expect(meter.bytesPerSecond).toBeGreaterThan(0);
  expect(meter.isSettled).toBe(false);
  meter.sample(5_750);
  expect(meter.isSettled).toBe(false);
  meter.sample(6_000);
  expect(meter.isSettled).toBe(true);
});

test('tells how long the rest takes, where that can be said', () => {
  expect(etaSeconds(1_000_000, 400_000)).toBe(3);
  expect(etaSeconds(0, null)).toBe(0);
  expect(etaSeconds(10, null)).toBeNull();
  expect(etaSeconds(10, 0)).toBeNull();
});
