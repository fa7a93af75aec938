import { expect, it } from 'vitest';
import { inTurns } from './in-turns.ts';

it('works on a few at once, and tells of each that failed', async () => {
  let running = 0;
  let most = 0;
  const failures = await inTurns([1, 2, 3, 4, 5, 6], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (item % 3 === 0) throw new Error(`no ${item}`);
  });
  expect(most).toBe(2);
  expect(failures.map(({ item, error }) => [item, error.message])).toEqual([
    [3, 'no 3'],
    [6, 'no 6'],
  ]);
});
