import { describe, expect, test } from 'vitest';
import type { Descriptor, ImageIndex } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { hasWantedPlatform, parsePlatformName, wantedChildren } from './platforms.ts';

const named = (...names: string[]) => names.map(parsePlatformName);
const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const;

function child(letter: string, platform?: string, about?: string): Descriptor {
  return {
    mediaType: mediaTypes.ociManifest,
    digest: digest(letter),
    sizeBytes: 1,
    ...(platform === undefined ? {} : { platform: parsePlatformName(platform) }),
    ...(about === undefined ? {} : { annotations: { 'vnd.docker.reference.digest': digest(about) } }),
  };
}

function chosen(manifests: readonly Descriptor[], ...wanted: string[]): string {
  const index: ImageIndex = { kind: 'index', mediaType: mediaTypes.ociIndex, manifests, annotations: {} };
  return wantedChildren(index, named(...wanted))
    .map((entry) => entry.digest.at(-1))
    .join('');
}

describe('a platform', () => {
  test.each([
    ['linux/arm64', 'linux/arm64', true],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['linux/arm64', 'linux/arm64/v8', true],
    ['linux/arm/v6', 'linux/arm', true],
    ['linux/arm/v6', 'linux/arm/v7', false],
    ['linux/arm', 'linux/arm/v7', true],
    ['linux/amd64', 'linux/amd64/v3', false],
    ['windows/amd64', 'linux/amd64', false],
  ])('%s where %s is wanted: %s', (has, wanted, isWanted) => {
    expect(hasWantedPlatform(named(has), named(wanted))).toBe(isWanted);
  });

  test('that nobody knows is for all', () => {
    expect(hasWantedPlatform([], named('linux/amd64'))).toBe(true);
    expect(hasWantedPlatform([{ os: 'linux', architecture: 'arm64', variant: null }], named('linux/arm64/v8'))).toBe(
      true,
    );
  });
});

describe('of an index', () => {
  const index = [
    child('a', 'linux/amd64'),
    child('b', 'linux/arm64/v8'),
    child('c', 'unknown/unknown', 'a'),
    child('d', 'unknown/unknown', 'b'),
  ];

  test('the wanted images are chosen, with the attestations about them', () => {
    expect(chosen(index, 'linux/arm64')).toBe('bd');
    expect(chosen(index, 'linux/arm64', 'linux/amd64')).toBe('abcd');
  });

  test('nothing is, where no image is wanted', () => {
    expect(chosen([...index, child('e')], 'linux/s390x')).toBe('');
  });

  test('what is of no platform comes along, and an index without any is whole', () => {
    expect(chosen([...index, child('e'), child('f', 'unknown/unknown')], 'linux/amd64')).toBe('acef');
    expect(chosen([child('a'), child('b', 'unknown/unknown', 'x')], 'linux/amd64')).toBe('ab');
  });
});
