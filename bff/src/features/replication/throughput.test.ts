import { expect, test } from 'vitest';
import { ThroughputMeter } from './throughput.ts';

const copy = (from: string, to: string) => ({
  task: { source: { registryId: from }, destination: { registryId: to } },
});

test('a way on which nothing is under way shows no rate two seconds later, however long it had rested before', () => {
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
    pass(2240, []);
    expect(meter.read()).toMatchObject({ bytesPerSecond: 0, routes: [{ bytesPerSecond: 0 }] });
    pass(restMs, []);
  }
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
