import { CronExpressionParser } from 'cron-parser';
import cronstrue from 'cronstrue/i18n.js';

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

export interface ScheduleProblem {
  readonly field: 'cron' | 'timeZone';
  readonly message: string;
}

/** Undefined where it is good. */
export function problemOfSchedule({ cron, timeZone }: Schedule): ScheduleProblem | undefined {
  if (!isTimeZone(timeZone)) {
    return { field: 'timeZone', message: `“${timeZone}” is no time zone; one is Europe/Berlin.` };
  }
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) {
    return {
      field: 'cron',
      message: 'A schedule has five fields: minute, hour, day of the month, month, day of the week.',
    };
  }
  // "H" is a moment that the library makes up.
  if (fields.some((field) => /(?:^|,)H/i.test(field))) return { field: 'cron', message: 'H is no time.' };
  try {
    nextTimes({ cron, timeZone }, new Date(), 1);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { field: 'cron', message: `“${cron}” is no schedule: ${cause.replace(/\.$/, '')}.` };
  }
}

export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** After `from`, in order. Throws for what is no schedule. */
export function nextTimes({ cron, timeZone }: Schedule, from: Date, count: number): Date[] {
  const expression = CronExpressionParser.parse(cron.trim(), { currentDate: from, tz: timeZone });
  return Array.from({ length: count }, () => expression.next().toDate());
}

export function nextTime(schedule: Schedule | null, from: Date): Date | null {
  return schedule === null ? null : (nextTimes(schedule, from, 1)[0] ?? null);
}

/** The library says “在02:30, 每天”, the time before the day as English does; people say it the other way round. */
const dayFirst = (words: string): string => words.replace(/^在\s*(\d\d:\d\d), ([^,]+)$/, '$2 $1');

/** As people say it. */
export function scheduleInWords(cron: string): { en: string; zh: string } {
  const options = { use24HourTimeFormat: true, verbose: true };
  return {
    en: cronstrue.toString(cron, { ...options, locale: 'en' }),
    zh: dayFirst(cronstrue.toString(cron, { ...options, locale: 'zh_CN' })),
  };
}
