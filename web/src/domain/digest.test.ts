import { describe, expect, it } from 'vitest';
import { isDigest, shortenDigest } from './digest.ts';

describe('shortenDigest', () => {
  it('keeps both ends of a SHA-256 digest', () => {
    expect(shortenDigest(`sha256:77b0${'0'.repeat(56)}e1a2`)).toBe('77b0…e1a2');
  });
  it('names any other algorithm', () => {
    expect(shortenDigest(`sha512:abcd${'0'.repeat(120)}ef01`)).toBe('sha512:abcd…ef01');
  });
  it('leaves a short text as it is', () => {
    expect(shortenDigest('sha256:abc')).toBe('abc');
    expect(shortenDigest('')).toBe('');
  });
});

describe('isDigest', () => {
  it('tells a digest from a tag', () => {
    expect(isDigest('sha256:00')).toBe(true);
    expect(isDigest('1.4.2')).toBe(false);
  });
});
