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
  for (const nowMs of [10_250, 10_500]) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBeLessThan(900_000);
  expect(meter.bytesPerSecond).toBeGreaterThan(0);
  meter.sample(10_750);
  expect(meter.bytesPerSecond).toBe(0);
});

test('goes on after a moment in which nothing moved as if it had only been slower', () => {
  const meter = new RateMeter(0);
  let nowMs = 250;
  for (; nowMs <= 10_000; nowMs += 250) {
    meter.add(250_000);
    meter.sample(nowMs);
  }
  for (; nowMs <= 11_000; nowMs += 250) meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBe(0);
  meter.add(250_000);
  meter.sample(nowMs);
  expect(meter.bytesPerSecond).toBeGreaterThan(600_000);
  expect(meter.bytesPerSecond).toBeLessThan(1_000_000);
});

test('tells the same rate after a hold-up as before it', () => {
  const meter = new RateMeter(0);
  let nowMs = 0;
  const move = (forMs: number, byteCount: number) => {
    for (const endMs = nowMs + forMs; nowMs < endMs; ) {
      nowMs += 250;
      if (byteCount > 0) meter.add(byteCount);
      meter.sample(nowMs);
    }
  };
  move(10_000, 250_000);
  move(17_000, 0);
  expect(meter.bytesPerSecond).toBe(0);
  move(1000, 250_000);
  expect(meter.bytesPerSecond).toBeGreaterThan(750_000);
  // And that it stands again is seen as soon.
  move(1000, 0);
  expect(meter.bytesPerSecond).toBe(0);
});

test('does not flicker where several copies share a limit and each gets its pieces unevenly', () => {
  const meter = new RateMeter(0);
  const gapsMs = [1250, 250, 250, 250, 1250, 500, 250, 1250, 250, 250, 250, 500];
  let piece = 0;
  let nextMs = 250;
  for (let nowMs = 250; nowMs <= 60_000; nowMs += 250) {
    if (nowMs === nextMs) {
      meter.add(1_000_000);
      nextMs += gapsMs[piece % gapsMs.length] ?? 250;
      piece += 1;
    }
    meter.sample(nowMs);
    if (nowMs > 10_000) expect(meter.bytesPerSecond).toBeGreaterThan(0);
  }
});

test('shows no rate from the moment on at which it is known that nothing moves', () => {
  const meter = new RateMeter(0);
  for (let nowMs = 250; nowMs <= 2_000; nowMs += 250) {
    meter.add(250_000);
    meter.sample(nowMs);
  }
  meter.add(50_000);
  meter.cut();
  expect(meter.bytesPerSecond).toBe(0);
  meter.sample(2_250);
  expect(meter.bytesPerSecond).toBe(0);
  meter.add(250_000);
  meter.sample(2_500);
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
  for (const endMs = nowMs + 750; nowMs <= endMs; nowMs += 250) meter.sample(nowMs);
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
