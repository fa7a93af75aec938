import { expect, it } from 'vitest';
import { changeSide, parseSide } from './compare-sides.ts';

it('reads a side as it is written', () => {
  for (const side of [
    { registryId: 'development', reference: '2.7.3' },
    { registryId: 'production', reference: `sha256:${'a'.repeat(64)}` },
    { registryId: 'production', reference: '' },
  ]) {
    expect(parseSide(changeSide('', side))).toEqual(side);
  }
  expect(parseSide('')).toEqual({ registryId: '', reference: '' });
  expect(parseSide('testing')).toEqual({ registryId: 'testing', reference: '' });
});

it('changes one part of a side and leaves the other', () => {
  expect(changeSide('development/2.7.3', { registryId: 'staging' })).toBe('staging/2.7.3');
  expect(changeSide('development/2.7.3', { reference: '2.8.0' })).toBe('development/2.8.0');
});
