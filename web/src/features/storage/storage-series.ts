import type { StoragePoint } from 'bff/contract/storage';

/** The sum of several series: of days on which one has no point, its point before holds; before its first, nothing. */
export function sumSeries(all: ReadonlyArray<readonly StoragePoint[]>): StoragePoint[] {
  const days = [...new Set(all.flatMap((series) => series.map(({ day }) => day)))].toSorted();
  const next = all.map(() => 0);
  return days.map((day) => {
    const sum = { day, bytes: 0, uniqueBytes: 0, trashBytes: 0 };
    for (const [index, series] of all.entries()) {
      while ((series[next[index] ?? 0]?.day ?? '~') <= day) next[index] = (next[index] ?? 0) + 1;
      const last = series[(next[index] ?? 0) - 1];
      sum.bytes += last?.bytes ?? 0;
      sum.uniqueBytes += last?.uniqueBytes ?? 0;
      sum.trashBytes += last?.trashBytes ?? 0;
    }
    return sum;
  });
}

const dayMs = 86_400_000;

/** What held thirty days before `today`, or on the first day where that is younger; undefined on the first day itself. */
export function pointBefore(series: readonly StoragePoint[], today: string): StoragePoint | undefined {
  const wanted = new Date(Date.parse(today) - 30 * dayMs).toISOString().slice(0, 10);
  const held = series.findLast(({ day }) => day <= wanted) ?? series[0];
  return held !== undefined && held.day < today ? held : undefined;
}

export interface ChartPaths {
  /** All bytes, and those that one repository alone names, as areas on the same scale; zero is the base. */
  readonly area: string;
  readonly line: string;
  readonly unique: string;
}

/**
 * As steps: a figure holds until another one is measured. Days are as far from each other as in the calendar, up to today.
 */
export function chartPaths(series: readonly StoragePoint[], today: string, width: number, height: number): ChartPaths {
  const [first] = series;
  if (first === undefined) return { area: '', line: '', unique: '' };
  const beginsAt = Date.parse(first.day);
  const spanMs = Math.max(Date.parse(today) - beginsAt, dayMs);
  const peak = Math.max(1, ...series.map(({ bytes }) => bytes));
  const x = (day: string): number => round(((Date.parse(day) - beginsAt) / spanMs) * width);
  const y = (bytes: number): number => round(height - (bytes / peak) * height);
  const stepped = (valueOf: (point: StoragePoint) => number): string => {
    const steps = series.map((point, index) => {
      const level = y(valueOf(point));
      return index === 0 ? `M0 ${level}` : `H${x(point.day)}V${level}`;
    });
    return `${steps.join('')}H${width}`;
  };
  const line = stepped(({ bytes }) => bytes);
  return { line, area: `${line}V${height}H0Z`, unique: `${stepped(({ uniqueBytes }) => uniqueBytes)}V${height}H0Z` };
}

/** The point that holds at a share of the chart's width. */
export function pointAt(series: readonly StoragePoint[], today: string, share: number): StoragePoint | undefined {
  const [first] = series;
  if (first === undefined) return undefined;
  const beginsAt = Date.parse(first.day);
  const day = new Date(beginsAt + share * Math.max(Date.parse(today) - beginsAt, dayMs)).toISOString().slice(0, 10);
  const held = series.findLast((point) => point.day <= day) ?? first;
  return { ...held, day: day > today ? today : day };
}

const round = (value: number): number => Math.round(value * 10) / 10;
