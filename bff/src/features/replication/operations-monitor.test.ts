import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OperationsMonitor, type OperationsNow } from './operations-monitor.ts';
import type { OperationsRecord } from './operations.view.ts';
import { ThroughputMeter } from './throughput.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const record = { counts: { running: 1 }, routes: [], registryIds: [], failures: [] } as unknown as OperationsRecord;

function startMonitor() {
  const meter = new ThroughputMeter(() => performance.now());
  const told: OperationsNow[] = [];
  const read = vi.fn(async () => record);
  let movedBytes = 0;
  const monitor = new OperationsMonitor({
    view: { read },
    store: {
      add: async (moved) => {
        for (const { byteCount } of moved) movedBytes += byteCount;
      },
      listSteps: async () => [],
      forgetBefore: async () => undefined,
      sumRoutes: async () => [{ sourceRegistryId: 'hq', destinationRegistryId: 'city', byteCount: movedBytes }],
    },
    meter,
    loads: () => [],
    instanceId: 'one',
    tellOthers: null,
    pages: { areThere: () => true, operations: (operations) => told.push(operations), traffic: () => undefined },
    clock: { now: () => new Date() },
    onFault: (error) => expect.fail(String(error)),
  });
  monitor.start();
  /** A long blob on its way: bytes move, and no task says anything. */
  const pass = async (seconds: number, bytesPerSecond: number) => {
    for (let second = 0; second < seconds; second += 1) {
      if (bytesPerSecond > 0) meter.add('hq', 'city', bytesPerSecond);
      await vi.advanceTimersByTimeAsync(1000);
    }
  };
  return { monitor, told, read, pass };
}

describe('that a copy fails', () => {
  it('is read as soon as it is heard where none was failing, and not so often after that', async () => {
    const { monitor, told, read, pass } = startMonitor();
    monitor.noteChange();
    await pass(1, 0);
    monitor.noteChange();
    await pass(1, 0);
    const readBefore = read.mock.calls.length;
    monitor.noteTask({ id: 'one', state: 'running' });
    await vi.advanceTimersByTimeAsync(1);
    read.mockResolvedValue({ ...record, failures: [{}] } as unknown as OperationsRecord);
    monitor.noteTask({ id: 'one', state: 'waiting' });
    await vi.advanceTimersByTimeAsync(1);
    expect(read.mock.calls.length).toBe(readBefore + 2);
    expect(told.at(-1)?.failures).toHaveLength(1);
    monitor.noteTask({ id: 'two', state: 'waiting' });
    await vi.advanceTimersByTimeAsync(1);
    expect(read.mock.calls.length).toBe(readBefore + 2);
    await monitor.shutDown();
  });
});

describe('the line of the last two minutes', () => {
  it('goes on during one long blob, without tasks being counted for it', async () => {
    const { monitor, told, read, pass } = startMonitor();
    monitor.noteChange();
    await pass(1, 100);
    const [toldBefore, readBefore] = [told.length, read.mock.calls.length];
    await pass(40, 100);
    expect(read.mock.calls.length).toBe(readBefore);
    expect(told.length - toldBefore).toBeGreaterThanOrEqual(7);
    expect(told.length - toldBefore).toBeLessThanOrEqual(8);
    const last = told.at(-1) ?? expect.fail();
    expect(last.counts.running).toBe(1);
    expect(last.traffic.history.filter((byteCount) => byteCount > 0).length).toBeGreaterThan(30);
    expect(last.movedLastHour[0]?.byteCount).toBeGreaterThan(3000);
    await monitor.shutDown();
  });

  it('falls when the blob has ended, and then rests', async () => {
    const { monitor, told, pass } = startMonitor();
    monitor.noteChange();
    await pass(3, 100);
    await pass(10, 0);
    expect(told.at(-1)?.traffic.history.slice(-4)).toEqual([0, 0, 0, 0]);
    await pass(180, 0);
    const toldBefore = told.length;
    await pass(50, 0);
    expect(told.length - toldBefore).toBeLessThanOrEqual(1);
    await monitor.shutDown();
  });
});
