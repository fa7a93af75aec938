import { expect, it } from 'vitest';
import { isNight } from './night.ts';

it.each([
  [6, true],
  [7, false],
  [12, false],
  [19, false],
  [20, true],
  [23, true],
  [0, true],
])('at %i o’clock the wall screen is dim: %s', (hour, expected) => {
  expect(isNight(new Date(2026, 0, 1, hour, 30))).toBe(expected);
});
