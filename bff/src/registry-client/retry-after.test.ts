import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

test('Retry-After is seconds or a date, and never endless', () => {
  expect(parseRetryAfter('7', 0)).toBe(7000);
  expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:30 GMT', 10_000)).toBe(20_000);
  expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:30 GMT', 60_000)).toBe(0);
  expect(parseRetryAfter('999999999', 0)).toBe(24 * 3_600_000);
  expect(parseRetryAfter('soon', 0)).toBeUndefined();
  expect(parseRetryAfter(undefined, 0)).toBeUndefined();
});
