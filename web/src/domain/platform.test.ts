import { describe, expect, it } from 'vitest';
import { platformLabel, summarizePlatforms } from './platform.ts';

const amd64 = { os: 'linux', architecture: 'amd64', variant: null, osVersion: null };

describe('platformLabel', () => {
  it('joins what is known', () => {
    expect(platformLabel(amd64)).toBe('linux/amd64');
    expect(platformLabel({ ...amd64, architecture: 'arm', variant: 'v7' })).toBe('linux/arm/v7');
    expect(platformLabel({ ...amd64, os: 'windows', osVersion: '10.0.20348' })).toBe('windows/amd64 (10.0.20348)');
  });
});

describe('summarizePlatforms', () => {
  it('keeps the first and names the rest', () => {
    const arm = { ...amd64, architecture: 'arm64' };
    expect(summarizePlatforms([amd64, arm, amd64], 2)).toEqual({
      labels: ['linux/amd64', 'linux/arm64'],
      remaining: ['linux/amd64'],
    });
  });
});
