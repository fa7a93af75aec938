import { expect, it } from 'vitest';
import { averages } from './throughput-steps.ts';

it('sums an hour up in a few figures, of which none is left out', () => {
  expect(averages([1, 3, 10, 0, 0, 0], 3)).toEqual([2, 5, 0]);
  const hour = Array.from({ length: 360 }, (_, index) => index);
  const steps = averages(hour, 12);
  expect(steps).toHaveLength(12);
  expect(steps.reduce((sum, step) => sum + step * 30, 0)).toBe(hour.reduce((sum, value) => sum + value, 0));
  expect(averages([], 2)).toEqual([0, 0]);
});
