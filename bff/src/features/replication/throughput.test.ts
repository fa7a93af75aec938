import { expect, test } from 'vitest';
import { ThroughputMeter } from './throughput.ts';

const copy = (from: string, to: string) => ({
  task: { source: { registryId: from }, destination: { registryId: to } },
});

test('a way on which nothing is under way shows no rate a second later, however long it had rested before', () => {
  let nowMs = 0;
  const meter = new ThroughputMeter(() => nowMs);
  const running = [copy('hq', 'city')];
  const pass = (forMs: number, under: typeof running, byteCount = 0) => {
    for (const endMs = nowMs + forMs; nowMs < endMs; ) {
      nowMs += 320;
      if (byteCount > 0) meter.add('hq', 'city', byteCount);
      meter.sample(under);
    }
  };
  for (const restMs of [4000, 15_000, 90_000]) {
    pass(1000, running, 5_000_000);
    expect(meter.read().routes[0]?.bytesPerSecond).toBeGreaterThan(1_000_000);
    pass(960, []);
    expect(meter.read()).toMatchObject({ bytesPerSecond: 0, routes: [{ bytesPerSecond: 0 }] });
    pass(restMs, []);
  }
});

test('what begins after a rest is measured for itself, and all together is what the ways are', () => {
  let nowMs = 0;
  const meter = new ThroughputMeter(() => nowMs);
  const beat = (byteCount: number, under: ReturnType<typeof copy>[]) => {
    nowMs += 320;
    if (byteCount > 0) meter.add('hq', 'city', byteCount);
    meter.sample(under);
  };
  beat(320_000, [copy('hq', 'city')]);
  for (let beats = 0; beats < 100; beats += 1) beat(0, []);
  beat(320_000, [copy('hq', 'city')]);
  expect(meter.read()).toMatchObject({ bytesPerSecond: 1_000_000, routes: [{ bytesPerSecond: 1_000_000 }] });
});

test('ways to and from a registry that cannot be used have no rate from that moment on', () => {
  let nowMs = 0;
  const meter = new ThroughputMeter(() => nowMs);
  for (let beat = 0; beat < 5; beat += 1) {
    nowMs += 320;
    meter.add('hq', 'city', 1_000_000);
    meter.add('hq', 'port', 1_000_000);
    meter.sample([copy('hq', 'city'), copy('hq', 'port')]);
  }
  meter.cut('city');
  const { bytesPerSecond, routes } = meter.read();
  expect(routes.map((route) => [route.destinationRegistryId, route.bytesPerSecond > 0])).toEqual([
    ['city', false],
    ['port', true],
  ]);
  expect(bytesPerSecond).toBe(routes[1]?.bytesPerSecond);
});

test('a way on which a copy waits for its bandwidth keeps its rate', () => {
  let nowMs = 0;
  const meter = new ThroughputMeter(() => nowMs);
  for (let beat = 1; beat <= 200; beat += 1) {
    nowMs += 320;
    if (beat % 15 === 0) meter.add('hq', 'city', 65_536);
    meter.sample([copy('hq', 'city')]);
    if (beat > 60) expect(meter.read().routes[0]?.bytesPerSecond).toBeGreaterThan(5000);
  }
});
