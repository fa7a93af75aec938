import type { Registry } from 'bff/contract/registries';
import { describe, expect, it } from 'vitest';
import { latencyMs, missingCapabilities, needsAttention, worstEndpoint } from './registry-health.ts';

const endpoint = (state: 'up' | 'down' | 'unknown', latency: number | null): Registry['endpoints'][number] => ({
  url: `https://${state}.example`,
  state,
  checkedAt: null,
  latencyMs: latency,
  since: null,
  reason: null,
});

describe('the health of a registry', () => {
  it('is explained by the endpoint that is down', () => {
    const endpoints = [endpoint('up', 3), endpoint('unknown', null), endpoint('down', null)];
    expect(worstEndpoint({ endpoints })?.state).toBe('down');
    expect(latencyMs({ endpoints })).toBe(3);
  });
  it('needs no explanation when all are up', () => {
    expect(worstEndpoint({ endpoints: [endpoint('up', 3)] })).toBeUndefined();
  });
  it('wants attention when something is down, not while it is unknown', () => {
    const all = (['up', 'degraded', 'down', 'unknown'] as const).filter((health) => needsAttention({ health }));
    expect(all).toEqual(['degraded', 'down']);
  });
});

it('counts a capability as missing only when it certainly is', () => {
  const capabilities = (['yes', 'no', 'unknown'] as const).map((state) => ({
    name: 'push' as const,
    state,
    reason: null,
  }));
  expect(missingCapabilities({ capabilities }).map(({ state }) => state)).toEqual(['no']);
});
