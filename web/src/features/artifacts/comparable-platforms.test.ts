import { describe, expect, it } from 'vitest';
import { choosePlatform, comparablePlatforms } from './comparable-platforms.ts';

const platform = (architecture: string) => ({ os: 'linux', architecture, variant: null, osVersion: null });
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const entry = (architecture: string, letter: string, over = {}) => ({
  digest: digest(letter),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  platform: platform(architecture),
  isAttestation: false,
  totalSizeBytes: null,
  isPresent: true,
  ...over,
});
const index = (...platforms: ReturnType<typeof entry>[]) => ({
  kind: 'index' as const,
  digest: digest('0'),
  platform: null,
  platforms,
});
const image = (architecture: string, letter: string) => ({
  kind: 'image' as const,
  digest: digest(letter),
  platform: platform(architecture),
  platforms: [],
});

describe('comparablePlatforms', () => {
  it('pairs what both indexes have', () => {
    const left = index(entry('amd64', 'a'), entry('arm64', 'b'));
    const right = index(entry('arm64', 'c'), entry('s390x', 'd'));
    expect(comparablePlatforms(left, right)).toEqual([
      { label: 'linux/arm64', leftDigest: digest('b'), rightDigest: digest('c') },
    ]);
  });
  it('pairs an image with the same platform of an index', () => {
    expect(comparablePlatforms(image('amd64', 'a'), index(entry('amd64', 'b')))).toHaveLength(1);
    expect(comparablePlatforms(image('arm64', 'a'), index(entry('amd64', 'b')))).toEqual([]);
  });
  it('leaves out attestations and what the registry does not hold', () => {
    const left = index(entry('amd64', 'a', { isAttestation: true }), entry('arm64', 'b', { isPresent: false }));
    expect(comparablePlatforms(left, index(entry('amd64', 'c'), entry('arm64', 'd')))).toEqual([]);
  });
});

describe('choosePlatform', () => {
  const platforms = [{ label: 'linux/arm64' }, { label: 'linux/amd64' }];
  it('takes the one asked for, else linux/amd64, else the first', () => {
    expect(choosePlatform(platforms, 'linux/arm64')?.label).toBe('linux/arm64');
    expect(choosePlatform(platforms, 'windows/amd64')?.label).toBe('linux/amd64');
    expect(choosePlatform([{ label: 'linux/riscv64' }], '')?.label).toBe('linux/riscv64');
    expect(choosePlatform([], '')).toBeUndefined();
  });
});
