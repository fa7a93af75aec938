import { describe, expect, test } from 'vitest';
import { nextTimes, problemsOfSchedule, scheduleInWords } from './schedule.ts';

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

  const mistakes = (cron: string) => {
    const [problem] = problemsOfSchedule({ cron, timeZone: 'UTC' });
    return problem?.field === 'cron' ? problem.words : undefined;
  };

  test.each([
    ['0 25 * * *', 'The hour is 25; hours go from 0 to 23.', '小时写的是 25；小时应为 0 到 23。'],
    ['0 2 * 13 *', 'The month is 13; months go from 1 to 12, or JAN to DEC.', '月写的是 13；月应为 1 到 12。'],
    [
      '0 2 * * 8',
      'The day of the week is 8; days of the week go from 0 to 7, both ends being Sunday, or SUN to SAT.',
      '星期写的是 8；星期应为 0 到 7（0 和 7 都是星期日）。',
    ],
    [
      'H 2 * * *',
      'The minute is “H”; write a number from 0 to 59, or * for every minute.',
      '分钟写的是“H”；请写 0 到 59 的数字，或用 * 表示不限。',
    ],
    [
      '0 2 * juny *',
      'The month is “juny”; write a number from 1 to 12, a name from JAN to DEC, or * for every month.',
      '月写的是“juny”；请写 1 到 12 的数字、JAN 到 DEC 的名称，或用 * 表示不限。',
    ],
    [
      '0 17-9 * * *',
      'The hour is 17-9, and hours do not run backwards; write 17-23,0-9.',
      '小时写的是 17-9，范围不能倒着写；请写 17-23,0-9。',
    ],
    [
      '0 2 * * fri-sun',
      'The day of the week is fri-sun, and days of the week do not run backwards; write FRI-SAT,SUN.',
      '星期写的是 fri-sun，范围不能倒着写；请写 FRI-SAT,SUN。',
    ],
    [
      '*/0 * * * *',
      'The step of the minute is “0”; after the slash write a whole number of at least 1, as in */5.',
      '分钟的间隔写的是“0”；斜杠后请写不小于 1 的整数，例如 */5。',
    ],
    [
      '1,,5 * * * *',
      'The minute is “1,,5”: beside a comma something is missing; write it, or leave the comma out.',
      '分钟写的是“1,,5”：逗号旁缺少内容；请补上或去掉逗号。',
    ],
    [
      '0 0 31 2,APR *',
      'The day of the month is 31, and none of the months chosen has it; write another day or other months.',
      '日写的是 31，所选月份都没有这一天；请更改日或月。',
    ],
    [
      '0 0 0 * * *',
      'A schedule has five parts with spaces between, and this one has 6; write minute, hour, day of the month, month and day of the week: 30 2 * * * is every day at 02:30.',
      '计划由五部分组成，以空格分隔，这里有 6 部分；请依次写分钟、小时、日、月、星期：30 2 * * * 表示每天 02:30。',
    ],
  ])('“%s” is refused in our own words', (cron, en, zh) => {
    expect(mistakes(cron)).toEqual({ en, zh });
  });

  test('all of its mistakes are named at once, those of the time zone beside them', () => {
    expect(mistakes('61 25,25 * * *')?.en).toBe(
      'The minute is 61; minutes go from 0 to 59. The hour is 25; hours go from 0 to 23.',
    );
    const both = problemsOfSchedule({ cron: '61 2 * * *', timeZone: 'Mars/Base' });
    expect(both.map(({ field }) => field)).toEqual(['cron', 'timeZone']);
    expect(both[1]?.words.en).toContain('“Mars/Base” is no time zone');
  });

  test.each([
    '*/5 * * * *',
    '0 2 1 JAN,JUL *',
    '0 8 * * THU',
    '0 8 * * 5-7',
    '0 0 29 2 *',
    '0 0 31 2 MON',
    '0 0 L * *',
    '0 0 * * 5L',
    '0 0 * * fri#2',
    '5/15 0-23/2 1,15-20 ? 0',
  ])('“%s” is good', (cron) => {
    expect(problemsOfSchedule({ cron, timeZone: 'Europe/Berlin' })).toEqual([]);
  });

  test('what we find good the library takes, and what we refuse has words of ours', () => {
    const pieces = ['*', '?', '0', '7', '31', '60', '1-5', '5-1', '*/2', '3/4', '2-9/3', '1,2', 'L', 'mon', 'jan-mar'];
    const lines = pieces.flatMap((one, index) =>
      pieces.flatMap((other, step) => [
        [one, other, '*', '*', '*'],
        ['0', '0', one, other, '*'],
        ['0', '0', pieces[(index + step) % pieces.length], one, other],
      ]),
    );
    for (const line of lines) {
      const cron = line.join(' ');
      // Its own sentence would mean that the library refused what we had found good.
      expect(mistakes(cron)?.en ?? '', cron).not.toMatch(/^This is no schedule/);
    }
  });
});
