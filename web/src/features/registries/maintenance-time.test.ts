import { describe, expect, it } from 'vitest';
import { fieldOfTime, findUntilProblem, minutesFrom } from './maintenance-time.ts';

const now = new Date(2026, 10, 26, 13, 9, 20);

describe('the end of a maintenance', () => {
  it('is written as its field wants it, and read back as the same minute', () => {
    const until = minutesFrom(now, 60);
    expect(fieldOfTime(until)).toBe('2026-11-26T14:10');
    expect(new Date(fieldOfTime(until)).getTime()).toBe(until.getTime());
  });

  it('lies ahead, and at most a day', () => {
    expect(findUntilProblem('', now)).toBe('missing');
    expect(findUntilProblem('2026-11-26T13:09', now)).toBe('past');
    expect(findUntilProblem('2026-11-27T13:09', now)).toBeNull();
    expect(findUntilProblem('2026-11-27T13:10', now)).toBe('far');
  });
});
