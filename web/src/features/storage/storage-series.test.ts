import type { StoragePoint } from 'bff/contract/storage';
import { expect, test } from 'vitest';
import { chartPaths, pointAt, pointBefore, sumSeries } from './storage-series.ts';

const point = (day: string, bytes: number, uniqueBytes = 0, trashBytes = 0): StoragePoint => ({
  day,
  bytes,
  uniqueBytes,
  trashBytes,
});

test('the sum of several carries each on where it has no point of its own', () => {
  const one = [point('2026-11-01', 10, 1), point('2026-11-03', 20, 2)];
  const other = [point('2026-11-02', 100, 50, 5), point('2026-11-04', 0)];
  expect(sumSeries([one, other, []])).toEqual([
    point('2026-11-01', 10, 1),
    point('2026-11-02', 110, 51, 5),
    point('2026-11-03', 120, 52, 5),
    point('2026-11-04', 20, 2),
  ]);
});

test('thirty days ago is what held then, or the first day there is', () => {
  const series = [point('2026-09-01', 1), point('2026-10-20', 2), point('2026-11-20', 3)];
  expect(pointBefore(series, '2026-11-27')?.bytes).toBe(2);
  expect(pointBefore(series.slice(2), '2026-11-27')?.bytes).toBe(3);
  expect(pointBefore(series.slice(2), '2026-11-20')).toBeUndefined();
  expect(pointBefore([], '2026-11-20')).toBeUndefined();
});

test('the chart steps from day to day, and holds the last figure to today', () => {
  const series = [point('2026-11-01', 50, 25), point('2026-11-06', 100, 50)];
  const { line, area, unique } = chartPaths(series, '2026-11-11', 200, 100);
  expect(line).toBe('M0 50H100V0H200');
  expect(area).toBe('M0 50H100V0H200V100H0Z');
  expect(unique).toBe('M0 75H100V50H200V100H0Z');
  expect(chartPaths([], '2026-11-11', 200, 100).line).toBe('');
  expect(pointAt(series, '2026-11-11', 0.4)).toEqual({ ...series[0], day: '2026-11-05' });
  expect(pointAt(series, '2026-11-11', 1)).toEqual({ ...series[1], day: '2026-11-11' });
});
