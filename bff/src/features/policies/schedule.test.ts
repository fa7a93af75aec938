import { describe, expect, test } from 'vitest';
import { nextTimes, problemOfSchedule, scheduleInWords } from './schedule.ts';

const times = (cron: string, timeZone: string, from: string, count: number) =>
  nextTimes({ cron, timeZone }, new Date(from), count).map((time) => time.toISOString());

describe('a schedule', () => {
  test('is due at the times of its time zone, over the change of clocks too', () => {
    expect(times('30 2 * * *', 'Asia/Shanghai', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-01-01T18:30:00.000Z',
      '2026-01-02T18:30:00.000Z',
    ]);
    expect(times('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
    ]);
  });

  test('is said in words in both languages', () => {
    const { en, zh } = scheduleInWords('30 2 * * 1-5');
    expect(en).toContain('02:30');
    expect(en).toContain('Monday through Friday');
    expect(zh).toContain('02:30');
    expect(zh).toMatch(/星期一/);
    expect(scheduleInWords('30 2 * * *').zh).toBe('每天 02:30');
    expect(scheduleInWords('0 3 1,2,3 * *').zh).toContain('03:00, 限每月');
  });

  test.each([
    ['* * * *', 'UTC', 'cron'],
    ['0 0 0 * * *', 'UTC', 'cron'],
    ['61 * * * *', 'UTC', 'cron'],
    ['H 2 * * *', 'UTC', 'cron'],
    ['nonsense is no cron line', 'UTC', 'cron'],
    ['0 2 * * *', 'Mars/Base', 'timeZone'],
  ])('“%s” in %s is refused for its %s', (cron, timeZone, field) => {
    expect(problemOfSchedule({ cron, timeZone })).toMatchObject({ field });
  });

  test('is good where it is', () => {
    for (const cron of ['*/5 * * * *', '0 2 1 JAN,JUL *', '0 8 * * THU']) {
      expect(problemOfSchedule({ cron, timeZone: 'Europe/Berlin' })).toBeUndefined();
    }
  });
});
