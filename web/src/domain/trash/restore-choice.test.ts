import { describe, expect, it } from 'vitest';
import { initialKind, isTaken, targetOf } from './restore-choice.ts';

const [ours, other] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];
const free = { tag: '1.0', digest: ours, nowDigest: null };
const taken = { tag: '1.0', digest: ours, nowDigest: other };

describe('where something is restored to', () => {
  it('is its own tag where that is free, or the same image already', () => {
    expect(initialKind(free, undefined)).toBe('same');
    expect(initialKind({ ...free, nowDigest: ours }, '1.0')).toBe('same');
    expect(targetOf('same', free, '')).toEqual({ kind: 'same' });
  });
  it('is for the person to choose where the tag is something else by now', () => {
    expect(isTaken(taken)).toBe(true);
    expect(initialKind(taken, undefined)).toBeNull();
    expect(targetOf(null, taken, '')).toBeUndefined();
    expect(targetOf('replace', taken, '')).toEqual({ kind: 'replace', replaces: other });
  });
  it('is the tag that it was wanted for', () => {
    expect(initialKind(free, 'latest')).toBe('tag');
    expect(targetOf('tag', free, 'latest')).toEqual({ kind: 'tag', tag: 'latest' });
  });
  it('is nothing while the tag cannot be one', () => {
    expect(targetOf('tag', free, '')).toBeUndefined();
    expect(targetOf('tag', free, 'not a tag')).toBeUndefined();
  });
  it('is no tag of a manifest that had none', () => {
    const manifest = { tag: null, digest: ours, nowDigest: null };
    expect(isTaken(manifest)).toBe(false);
    expect(initialKind(manifest, undefined)).toBe('same');
    expect(targetOf('digest', manifest, '')).toEqual({ kind: 'digest' });
  });
});
