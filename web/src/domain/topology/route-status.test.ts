import { describe, expect, it } from 'vitest';
import { routeThickness, routeTone } from './route-status.ts';

const route = {
  sourceRegistryId: 'main',
  destinationRegistryId: 'north',
  bytesPerSecond: 0,
  bytesLastHour: 0,
  runningTasks: 0,
  queuedTasks: 0,
  waitingTasks: 0,
  failedLastHour: 0,
  activity: null,
};

describe('a way between two registries', () => {
  it.each([
    [{}, 'idle'],
    [{ bytesPerSecond: 5, waitingTasks: 3, failedLastHour: 1 }, 'moving'],
    [{ runningTasks: 1, waitingTasks: 3 }, 'waiting'],
    [{ runningTasks: 1, failedLastHour: 1 }, 'moving'],
    [{ runningTasks: 1, activity: { kind: 'waiting', taskCount: 1, reason: null } as const }, 'waiting'],
    [{ queuedTasks: 4, failedLastHour: 1 }, 'failing'],
    [{ queuedTasks: 4 }, 'idle'],
    [{ waitingTasks: 3, activity: { kind: 'waiting', taskCount: 3, reason: null } as const }, 'waiting'],
    [{ waitingTasks: 3, activity: { kind: 'held', taskCount: 3, reason: null } as const }, 'waiting'],
    [{ waitingTasks: 3, activity: { kind: 'maintenance', taskCount: 3, reason: null } as const }, 'onHold'],
    [{ waitingTasks: 3, activity: { kind: 'paused', taskCount: 3, reason: null } as const }, 'onHold'],
  ])('with %j is %s', (change, expected) => expect(routeTone({ ...route, ...change })).toBe(expected));

  it('is drawn wider the more flows, within bounds', () => {
    const widths = [0, 1e5, 1e7, 1e8, 1e15].map(routeThickness);
    expect(widths).toEqual(widths.toSorted((one, other) => one - other));
    expect(new Set(widths.slice(0, 4)).size).toBe(4);
    expect(widths.at(-1)).toBe(9);
  });
});
