import { describe, expect, it } from 'vitest';
import { compareLayers } from './compare-layers.ts';

const stack = (letters: string) => letters.split('').map((digest) => ({ digest }));
const signs = { same: '=', removed: '-', added: '+' };
const compared = (left: string, right: string) =>
  compareLayers(stack(left), stack(right))
    .map(({ state, layer }) => `${signs[state]}${layer.digest}`)
    .join(' ');

describe('compareLayers', () => {
  it('keeps a shared base and replaces what is above', () => {
    expect(compared('abc', 'abd')).toBe('=a =b -c +d');
  });
  it('finds a layer put in between', () => {
    expect(compared('abc', 'axbc')).toBe('=a +x =b =c');
  });
  it('aligns in the middle of two changed ends', () => {
    expect(compared('xabz', 'yabw')).toBe('-x +y =a =b -z +w');
  });
  it('handles an empty side, equal stacks and repeated layers', () => {
    expect(compared('', 'ab')).toBe('+a +b');
    expect(compared('ab', '')).toBe('-a -b');
    expect(compared('aab', 'aab')).toBe('=a =a =b');
    expect(compared('aab', 'ab')).toBe('=a -a =b');
  });
  it('compares absurdly tall stacks without aligning them', () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ digest: `l${i}` }));
    const others = [{ digest: 'new' }, ...many.slice(1, -1), { digest: 'top' }];
    const states = compareLayers(many, others);
    expect(states.filter(({ state }) => state === 'same')).toHaveLength(2998);
    expect(states.filter(({ state }) => state === 'added').map(({ layer }) => layer.digest)).toEqual(['new', 'top']);
  });
});
