/**
 * Figures as people read them. Every function takes the language, so that they can be used outside of components;
 * `useFormat` binds them to the page's language.
 */
const numberFormats = new Map<string, Intl.NumberFormat>();
const instantFormats = new Map<string, Intl.DateTimeFormat>();
const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

export function formatNumber(language: string, value: number, fractionDigits = 0): string {
  return kept(
    numberFormats,
    `${language}/${fractionDigits}`,
    () =>
      new Intl.NumberFormat(language, {
        minimumFractionDigits: fractionDigits,
        maximumFractionDigits: fractionDigits,
      }),
  ).format(value);
}

/** A share from 0 to 1. Shows 100 % only when it is all there. */
export function formatPercent(language: string, share: number): string {
  const whole = share >= 1 ? 100 : Math.min(99, Math.floor(share * 100));
  return kept(
    numberFormats,
    `${language}/percent`,
    () => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }),
  ).format(whole / 100);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as registries and network rates use; three significant figures. */
export function formatBytes(language: string, sizeBytes: number): string {
  let value = Math.abs(sizeBytes);
  let unit = 0;
  // 999.5 would be written as 1000 of this unit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const fractionDigits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${sizeBytes < 0 ? '−' : ''}${formatNumber(language, value, fractionDigits)} ${byteUnits[unit]}`;
}

export function formatRate(language: string, bytesPerSecond: number): string {
  return `${formatBytes(language, bytesPerSecond)}/s`;
}

/** `0:41`, `12:03`, `3:07:00`: a duration that is counted, as on a clock. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `2.4 s`, `3 min 12 s`, `2 h 5 min`: how long something took. */
export function formatDuration(language: string, milliseconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day' | 'millisecond', digits = 0) =>
    kept(
      numberFormats,
      `${language}/${name}/${digits}`,
      () =>
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit: name,
          unitDisplay: 'short',
          maximumFractionDigits: digits,
        }),
    ).format(value);
  if (milliseconds < 1000) return unit(Math.round(milliseconds), 'millisecond');
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return unit(seconds, 'second', 1);
  const whole = Math.round(seconds);
  if (whole < 60) return unit(whole, 'second');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60)
    return whole % 60 === 0 ? unit(minutes, 'minute') : `${unit(minutes, 'minute')} ${unit(whole % 60, 'second')}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return minutes % 60 === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(minutes % 60, 'minute')}`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? unit(days, 'day') : `${unit(days, 'day')} ${unit(hours % 24, 'hour')}`;
}

/** Date and time to the second in the reader's time zone, which is named. */
export function formatInstant(language: string, instant: string | Date): string {
  return kept(
    instantFormats,
    language,
    () =>
      new Intl.DateTimeFormat(language, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZoneName: 'short',
      }),
  ).format(new Date(instant));
}

/** `14:10` for a time of the same day, else `Nov 27, 14:10`: until when something holds. */
export function formatMoment(language: string, instant: string | Date, now: Date): string {
  const date = new Date(instant);
  const isToday = date.toDateString() === now.toDateString();
  return kept(
    instantFormats,
    `${language}/${isToday ? 'clock' : 'moment'}`,
    () =>
      new Intl.DateTimeFormat(language, {
        ...(isToday ? {} : { month: 'short', day: 'numeric' }),
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
  ).format(date);
}

/** `Nov 27, 2026`: the day of something that is not looked at closer. */
export function formatDay(language: string, instant: string | Date): string {
  return kept(
    instantFormats,
    `${language}/day`,
    () => new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric' }),
  ).format(new Date(instant));
}

const relativeSteps = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Of a unit: what was made to expire in 90 days is still that a while after, not two months. */
const FUTURE_TOLERANCE = 0.1;

/** `14 minutes ago`, `yesterday`, `in 41 seconds`. Within five seconds of now it is "now". */
export function formatRelative(language: string, instant: string | Date, nowMs: number): string {
  const seconds = (new Date(instant).getTime() - nowMs) / 1000;
  const format = kept(relativeFormats, language, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
  if (Math.abs(seconds) < 5) return format.format(0, 'second');
  for (const [unit, length] of relativeSteps) {
    if (Math.abs(seconds) < length) continue;
    const count = seconds / length;
    return format.format(Math.trunc(count > 0 && unit !== 'second' ? count + FUTURE_TOLERANCE : count), unit);
  }
  return format.format(0, 'second');
}
