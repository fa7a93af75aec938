import { CronExpressionParser } from 'cron-parser';
import cronstrue from 'cronstrue/i18n.js';
import { joinWords, mistakesOfCron, noSchedule, type Words } from './schedule-mistakes.ts';

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

export interface ScheduleProblem {
  readonly field: 'cron' | 'timeZone';
  /** Every mistake of the field, in our own words: those of the library name one, and not what to write. */
  readonly words: Words;
}

/** At most one for each field; none where it is good. */
export function problemsOfSchedule({ cron, timeZone }: Schedule): ScheduleProblem[] {
  const mistakes = mistakesOfCron(cron);
  const isZone = isTimeZone(timeZone);
  const problems: ScheduleProblem[] = [];
  if (mistakes.length > 0) problems.push({ field: 'cron', words: joinWords(mistakes) });
  if (!isZone) problems.push({ field: 'timeZone', words: wrongTimeZone(timeZone) });
  if (problems.length === 0 && !isDue({ cron, timeZone })) problems.push({ field: 'cron', words: noSchedule });
  return problems;
}

function isDue(schedule: Schedule): boolean {
  try {
    return nextTimes(schedule, new Date(), 1).length > 0;
  } catch {
    return false;
  }
}

export const wrongTimeZone = (timeZone: string): Words => ({
  en: `“${timeZone}” is no time zone; write one such as Europe/Berlin or Asia/Shanghai.`,
  zh: `没有“${timeZone}”这个时区；请写例如 Asia/Shanghai 或 Europe/Berlin。`,
});

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
export function scheduleInWords(cron: string): Words {
  const options = { use24HourTimeFormat: true, verbose: true };
  return {
    en: cronstrue.toString(cron, { ...options, locale: 'en' }),
    zh: dayFirst(cronstrue.toString(cron, { ...options, locale: 'zh_CN' })),
  };
}
