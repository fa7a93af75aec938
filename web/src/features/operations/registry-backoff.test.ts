import type { Operations } from 'bff/contract/operations';
import { describe, expect, it } from 'vitest';
import { backoffUntil } from './registry-backoff.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const failure = (params: Record<string, string>, nextAttemptAt: string | null): Operations['failures'][number] => ({
  sourceRegistryId: 'main',
  destinationRegistryId: 'north',
  reason: { code: 'refused', sentence: '', params },
  taskCount: 1,
  waitingCount: 1,
  executionCount: 1,
  since: at(0),
  nextAttemptAt,
  taskIds: [],
  policyIds: [],
});
const registry = (quietUntil: string | null): Operations['registries'][number] => ({
  registryId: 'north',
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
  writing: 0,
  reading: 0,
  slots: 8,
  quietUntil,
  runningTasks: 0,
  failedLastHour: 0,
});
const north = { id: 'north', name: 'Branch north' };

describe('how long a registry is left alone', () => {
  it('is what it asked for itself', () => {
    const failures = [failure({ registry: 'Branch north' }, at(1))];
    expect(backoffUntil({ registries: [registry(at(9))], failures }, north)).toBe(at(9));
  });

  it('is else the next try of what failed because of it', () => {
    const failures = [
      failure({ registry: 'Branch north' }, at(5)),
      failure({ registryId: 'north' }, at(3)),
      failure({ registry: 'main' }, at(1)),
      failure({ registry: 'Branch north' }, null),
    ];
    expect(backoffUntil({ registries: [registry(null)], failures }, north)).toBe(at(3));
    expect(backoffUntil({ registries: [], failures: [] }, north)).toBeNull();
  });
});
