import { describe, expect, it } from 'vitest';
import { registryEntry } from '../../testing/people.ts';
import { executionWith } from '../../testing/policies.ts';
import { createRegistryDirectory } from '../registry-directory.ts';
import { executionAsKnown } from './known-activity.ts';

const directory = createRegistryDirectory([
  registryEntry('hq'),
  { ...registryEntry('city'), health: 'down' },
  registryEntry('port'),
]);
const activity = { kind: 'running', taskCount: 3, reason: null } as const;

function told(change: Parameters<typeof executionWith>[0]) {
  const ends = { sourceRegistryIds: ['hq'], destinationRegistryIds: ['city'] };
  return executionAsKnown(executionWith({ state: 'running', activity, ...ends, ...change }), directory).activity;
}

describe('a copy that runs', () => {
  it('waits where the only registry that it goes to, or comes from, does not answer', () => {
    const waits = { kind: 'waiting', taskCount: 3, reason: null, absent: 'city' };
    expect(told({})).toEqual(waits);
    expect(told({ sourceRegistryIds: ['city'], destinationRegistryIds: ['hq', 'port'] })).toEqual(waits);
  });

  it('runs where bytes move, or another registry answers', () => {
    expect(told({ rateBytesPerSecond: 5 })).toBe(activity);
    expect(told({ destinationRegistryIds: ['city', 'port'] })).toBe(activity);
    expect(told({ sourceRegistryIds: [], destinationRegistryIds: [] })).toBe(activity);
  });

  it('waits for what it is said to wait for, where it has failed before', () => {
    const reason = { code: 'timeout', sentence: 'city did not answer.', params: { registryId: 'city' } };
    const waiting = { kind: 'waiting', taskCount: 3, reason } as const;
    expect(told({ activity: waiting })).toBe(waiting);
    expect(told({ activity: null })).toBeNull();
  });
});
