import type { Operations } from 'bff/contract/operations';
import { describe, expect, it } from 'vitest';
import { hasFigures } from '../traffic.ts';
import { policyContent, policyWith } from '../../testing/policies.ts';
import { standingAlong, waysOf } from './ways.ts';

const operations = (routes: Operations['routes']) => ({ routes }) as Operations;
const moving = {
  sourceRegistryId: 'development',
  destinationRegistryId: 'testing',
  bytesPerSecond: 5,
  bytesLastHour: 6,
  runningTasks: 1,
  queuedTasks: 0,
  waitingTasks: 0,
  activity: null,
  failedLastHour: 0,
};

describe('ways', () => {
  it('are those of all policies, with what moves there, and others while something moves', () => {
    const policy = policyWith();
    const byHand = { ...moving, destinationRegistryId: 'branch-north' };
    const arrived = { ...byHand, destinationRegistryId: 'branch-south', bytesPerSecond: 0, runningTasks: 0 };
    expect(waysOf([policy], operations([moving, byHand, arrived]))).toEqual([
      { ...moving, policies: [policy], isOff: false, isOnce: false },
      { ...byHand, policies: [], isOff: false, isOnce: true },
      expect.objectContaining({ destinationRegistryId: 'production', policies: [policy], bytesPerSecond: 0 }),
    ]);
  });

  it('are there as long as something that no policy copies has just failed along them', () => {
    const failed = { ...moving, bytesPerSecond: 0, runningTasks: 0, failedLastHour: 1 };
    expect(waysOf([], operations([failed]))).toEqual([{ ...failed, policies: [], isOff: false, isOnce: true }]);
    expect(waysOf([], operations([{ ...failed, failedLastHour: 0 }]))).toEqual([]);
  });

  it('have no figures where these are not known', () => {
    expect(waysOf([policyWith()], undefined).map(hasFigures)).toEqual([false, false]);
    expect(waysOf([policyWith()], operations([])).map(hasFigures)).toEqual([true, true]);
  });

  it('have of a policy what it does along them, whatever it does along others', () => {
    const reason = { code: 'timeout', sentence: 'testing did not answer.', params: { registryId: 'testing' } };
    const activity = { kind: 'waiting', taskCount: 3, reason } as const;
    const [first, second] = policyWith().destinations;
    if (first === undefined || second === undefined) throw new Error('The policy has no destinations.');
    const policy = policyWith({ state: 'waiting', activity, destinations: [{ ...first, activity }, second] });
    expect(standingAlong(policy, 'testing')).toMatchObject({ state: 'waiting', activity });
    expect(standingAlong(policy, 'production')).toMatchObject({ state: 'idle', activity: null });
    const running = { kind: 'running', taskCount: 1, reason: null } as const;
    const busy = { ...policy, destinations: [first, { ...second, activity: running }] };
    expect(standingAlong(busy, 'production').state).toBe('running');
    const paused = { ...policy, destinations: [first, { ...second, pausedAt: '2026-01-01T00:00:00.000Z' }] };
    expect(standingAlong(paused, 'production').state).toBe('paused');
  });

  it('are off where no policy of them copies', () => {
    const [first, second] = policyWith().destinations;
    if (first === undefined || second === undefined) throw new Error('The policy has no destinations.');
    const paused = policyWith({ destinations: [{ ...first, pausedAt: '2026-01-01T00:00:00.000Z' }, second] });
    const isOff = (policies: Parameters<typeof waysOf>[0]) => waysOf(policies, undefined).map((way) => way.isOff);
    expect(isOff([paused])).toEqual([true, false]);
    expect(isOff([paused, policyWith({ name: 'b' })])).toEqual([false, false]);
    expect(isOff([policyWith({ isEnabled: false })])).toEqual([true, true]);
    const content = { ...policyContent, destinations: [] };
    expect(waysOf([policyWith({ content })], undefined)).toEqual([]);
  });
});
