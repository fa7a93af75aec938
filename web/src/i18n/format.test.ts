import { describe, expect, it } from 'vitest';
import * as format from './format.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

const DAY_S = 86_400;

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1.00 kB'],
    [1000, '1.00 kB'],
    [37_200_000, '37.2 MB'],
    [410_000_000, '410 MB'],
    [999_700_000, '1.00 GB'],
    [4_210_000_000, '4.21 GB'],
    [-1500, '−1.50 kB'],
  ])('%d bytes are %s', (sizeBytes, text) => {
    expect(format.formatBytes('en', sizeBytes)).toBe(text);
  });

  it('are rates with a second under them', () => {
    expect(format.formatRate('zh-CN', 118_000_000)).toBe('118 MB/s');
  });
});

describe('shares', () => {
  it('are 100 % only when all is there', () => {
    expect(plain(format.formatPercent('en', 0.9999))).toBe('99%');
    expect(plain(format.formatPercent('en', 1))).toBe('100%');
    expect(plain(format.formatPercent('en', 0.6249))).toBe('62%');
  });
});

describe('times', () => {
  it.each([
    [0, '0:00'],
    [3.2, '0:04'],
    [41, '0:41'],
    [723, '12:03'],
    [11_220, '3:07:00'],
    [-5, '0:00'],
  ])('%d seconds on a clock are %s', (seconds, text) => {
    expect(format.formatClock(seconds)).toBe(text);
  });

  it.each([
    [340, '340 ms'],
    [2_430, '2.4 sec'],
    [59_700, '1 min'],
    [192_000, '3 min 12 sec'],
    [7_500_000, '2 hr 5 min'],
    [90_000_000, '1 day 1 hr'],
  ])('%d milliseconds took %s', (milliseconds, text) => {
    expect(plain(format.formatDuration('en', milliseconds))).toBe(text);
  });

  const now = Date.parse('2026-03-10T12:00:00Z');
  it.each([
    ['2026-03-10T11:59:58Z', 'now', '现在'],
    ['2026-03-10T12:00:41Z', 'in 41 seconds', '41秒钟后'],
    ['2026-03-10T11:46:00Z', '14 minutes ago', '14分钟前'],
    ['2026-03-09T11:00:00Z', 'yesterday', '昨天'],
    ['2026-02-24T12:00:00Z', '2 weeks ago', '2周前'],
    ['2024-03-01T12:00:00Z', '2 years ago', '2年前'],
  ])('%s is %s', (instant, english, chinese) => {
    expect(format.formatRelative('en', instant, now)).toBe(english);
    expect(format.formatRelative('zh-CN', instant, now)).toBe(chinese);
  });

  it.each([
    [90 * DAY_S - 60, 'in 3 months'],
    [2 * DAY_S - 60, 'in 2 days'],
    [1.5 * DAY_S, 'tomorrow'],
    [45 * DAY_S, 'next month'],
    [-(90 * DAY_S - 60), '2 months ago'],
  ])('to come are not a unit less a moment after they were set: %i s', (seconds, expected) => {
    expect(format.formatRelative('en', new Date(now + seconds * 1000), now)).toBe(expected);
  });

  it('are written out with the time zone', () => {
    expect(plain(format.formatInstant('en', '2026-03-10T12:00:05Z'))).toMatch(/2026.*:05/);
  });
});
