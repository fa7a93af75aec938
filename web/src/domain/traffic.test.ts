import type { Operations, Traffic } from 'bff/contract/operations';
import { describe, expect, it } from 'vitest';
import { withTraffic } from './traffic.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const registry = (registryId: string, inBytesPerSecond: number, writing = 0) => ({
  registryId,
  inBytesPerSecond,
  outBytesPerSecond: 0,
  writing,
  reading: 0,
  slots: 8,
  quietUntil: null,
});
const route = (destinationRegistryId: string, bytesPerSecond: number) => ({
  sourceRegistryId: 'main',
  destinationRegistryId,
  bytesPerSecond,
});
const tasks = { bytesLastHour: 9, runningTasks: 1, queuedTasks: 2, waitingTasks: 3, failedLastHour: 4, activity: null };

const known: Operations = {
  counts: { queued: 2, running: 1, waiting: 3, succeeded: 0, failed: 4, stopped: 0 },
  oldestQueuedAt: at(0),
  rateBytesPerSecond: 10,
  rateHistory: [1, 2],
  registries: [
    { ...registry('north', 10, 2), runningTasks: 1, failedLastHour: 4 },
    { ...registry('south', 5), runningTasks: 0, failedLastHour: 0 },
  ],
  routes: [
    { ...route('north', 10), ...tasks },
    { ...route('south', 5), ...tasks },
  ],
  failures: [],
  at: at(10),
};
const traffic = (change: Partial<Traffic>): Traffic => ({
  rateBytesPerSecond: 30,
  registries: [registry('north', 20, 3)],
  routes: [route('north', 20), route('east', 10)],
  at: at(11),
  ...change,
});

describe('live traffic', () => {
  it('changes what moves and leaves the counts as they are', () => {
    const after = withTraffic(known, traffic({}));
    expect(after).toMatchObject({ rateBytesPerSecond: 30, counts: known.counts, at: at(11) });
    expect(after.registries).toEqual([
      { ...registry('north', 20, 3), runningTasks: 1, failedLastHour: 4 },
      { ...registry('south', 0), runningTasks: 0, failedLastHour: 0 },
    ]);
  });

  it('shows a way that nobody knew, and as still what is not named', () => {
    const none = {
      bytesLastHour: 0,
      runningTasks: 0,
      queuedTasks: 0,
      waitingTasks: 0,
      failedLastHour: 0,
      activity: null,
    };
    expect(withTraffic(known, traffic({})).routes).toEqual([
      { ...route('north', 20), ...tasks },
      { ...route('south', 0), ...tasks },
      { ...route('east', 10), ...none },
    ]);
  });

  it('does not set newer figures back', () => {
    expect(withTraffic(known, traffic({ at: at(9) }))).toBe(known);
  });
});
