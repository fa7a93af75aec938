import { expect, it } from 'vitest';
import { parseSide, sideText } from './compare-sides.ts';

it('reads a side as it is written', () => {
  for (const side of [
    { registryId: 'development', reference: '2.7.3' },
    { registryId: 'production', reference: `sha256:${'a'.repeat(64)}` },
    { registryId: 'production', reference: '' },
  ]) {
    expect(parseSide(sideText(side))).toEqual(side);
  }
  expect(parseSide('')).toEqual({ registryId: '', reference: '' });
  expect(parseSide('testing')).toEqual({ registryId: 'testing', reference: '' });
});
