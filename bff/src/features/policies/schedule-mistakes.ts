/** A sentence in each language that people read. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

interface Field {
  readonly en: string;
  /** “hours go from 0 to 23” */
  readonly plural: string;
  readonly every: string;
  readonly zh: string;
  readonly min: number;
  readonly max: number;
  /** That of `min`, and so on. */
  readonly names?: readonly string[];
  /** What stands for a day that is no number, as `L` for the last one. */
  readonly special?: RegExp;
}

const minute: Field = { en: 'minute', plural: 'minutes', every: 'minute', zh: '分钟', min: 0, max: 59 };
const hour: Field = { en: 'hour', plural: 'hours', every: 'hour', zh: '小时', min: 0, max: 23 };
const day: Field = {
  en: 'day of the month',
  plural: 'days of the month',
  every: 'day',
  zh: '日',
  min: 1,
  max: 31,
  special: /^L$/,
};
const month: Field = {
  en: 'month',
  plural: 'months',
  every: 'month',
  zh: '月',
  min: 1,
  max: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
/** Sunday is 0 and 7. */
const weekday: Field = {
  en: 'day of the week',
  plural: 'days of the week',
  every: 'day',
  zh: '星期',
  min: 0,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  special: /^(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5])$/i,
};
const fields = [minute, hour, day, month, weekday] as const;
const SUNDAY = 7;
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Every mistake of a cron line: which part, what is wrong, and what to write. Empty where it is good. */
export function mistakesOfCron(cron: string): Words[] {
  const texts = cron.trim().split(/\s+/);
  if (texts.length !== fields.length) return [countMistake(texts.length)];
  const found = fields.flatMap((field, index) => mistakesOfField(field, texts[index] ?? ''));
  // The same twice in one list is one mistake.
  const mistakes = [...new Map(found.map((words) => [words.en, words])).values()];
  if (mistakes.length > 0) return mistakes;
  const [, , days = '', months = '', weekdays = ''] = texts;
  return neverComes(days, months, weekdays) ? [noSuchDay(days)] : [];
}

export const joinWords = (mistakes: readonly Words[]): Words => ({
  en: mistakes.map(({ en }) => en).join(' '),
  zh: mistakes.map(({ zh }) => zh).join(''),
});

/** For what the library refuses and we do not: it should not come to that. */
export const noSchedule: Words = {
  en: 'This is no schedule; 30 2 * * * is one: every day at 02:30.',
  zh: '这不是有效的计划；例如 30 2 * * * 表示每天 02:30。',
};

function countMistake(count: number): Words {
  return {
    en: `A schedule has five parts with spaces between, and this one has ${count}; write minute, hour, day of the month, month and day of the week: 30 2 * * * is every day at 02:30.`,
    zh: `计划由五部分组成，以空格分隔，这里有 ${count} 部分；请依次写分钟、小时、日、月、星期：30 2 * * * 表示每天 02:30。`,
  };
}

function mistakesOfField(field: Field, text: string): Words[] {
  const parts = text.split(',');
  if (parts.includes('')) {
    return [
      {
        en: `The ${field.en} is “${text}”: beside a comma something is missing; write it, or leave the comma out.`,
        zh: `${field.zh}写的是“${text}”：逗号旁缺少内容；请补上或去掉逗号。`,
      },
    ];
  }
  // The numbered day of a month stands alone.
  if (parts.length > 1 && text.includes('#')) return [noValue(field, text)];
  return parts.flatMap((part) => mistakesOfPart(field, part));
}

function mistakesOfPart(field: Field, part: string): Words[] {
  if (field.special?.test(part) === true) return [];
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0) return [noValue(field, part)];
  const isStep = step === undefined || (/^\d+$/.test(step) && Number(step) >= 1);
  const wrongStep = isStep ? [] : [stepMistake(field, step)];
  if (range === '*' || range === '?') return wrongStep;
  const ends = range.split('-');
  if (ends.length > 2) return [noValue(field, part)];
  const values = ends.map((end) => valueOf(field, end));
  const wrong = values.flatMap((value) => {
    if (value === undefined) return [noValue(field, range)];
    return value < field.min || value > field.max ? [outOfRange(field, value)] : [];
  });
  const [from = 0, to = from] = values;
  if (wrong.length === 0 && from > to) return [...wrongStep, backwards(field, range, step)];
  return [...wrong, ...wrongStep];
}

/** Undefined where it is neither a number nor a name. */
function valueOf({ names = [], min }: Field, text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toUpperCase());
  return index === -1 ? undefined : index + min;
}

function outOfRange({ en, plural, zh, min, max, names }: Field, value: number): Words {
  const sunday = max === SUNDAY ? ', both ends being Sunday' : '';
  const orNames = names === undefined ? '' : `, or ${names[0]} to ${names.at(-1)}`;
  return {
    en: `The ${en} is ${value}; ${plural} go from ${min} to ${max}${sunday}${orNames}.`,
    zh: `${zh}写的是 ${value}；${zh}应为 ${min} 到 ${max}${max === SUNDAY ? '（0 和 7 都是星期日）' : ''}。`,
  };
}

function noValue({ en, every, zh, min, max, names }: Field, text: string): Words {
  const orNames = names === undefined ? '' : `, a name from ${names[0]} to ${names.at(-1)}`;
  const orNamesZh = names === undefined ? '' : `、${names[0]} 到 ${names.at(-1)} 的名称`;
  return {
    en: `The ${en} is “${text}”; write a number from ${min} to ${max}${orNames}, or * for every ${every}.`,
    zh: `${zh}写的是“${text}”；请写 ${min} 到 ${max} 的数字${orNamesZh}，或用 * 表示不限。`,
  };
}

function stepMistake({ en, zh }: Field, step: string): Words {
  return {
    en: `The step of the ${en} is “${step}”; after the slash write a whole number of at least 1, as in */5.`,
    zh: `${zh}的间隔写的是“${step}”；斜杠后请写不小于 1 的整数，例如 */5。`,
  };
}

/** What was meant goes on over midnight, or over the end of the week or the year. */
function backwards(field: Field, range: string, step: string | undefined): Words {
  const { en, plural, zh, min, max, names } = field;
  const [from = '', to = ''] = range.toUpperCase().split('-');
  const isNamed = /[a-z]/i.test(range);
  const last = max === SUNDAY ? max - 1 : max;
  const first = isNamed ? (names?.[0] ?? '') : String(min);
  const end = isNamed ? (names?.at(-1) ?? '') : String(last);
  const spans =
    valueOf(field, from) === SUNDAY && max === SUNDAY
      ? [[first, to]]
      : [
          [from, end],
          [first, to],
        ];
  const every = step === undefined ? '' : `/${step}`;
  const better = spans.map(([one = '', other = '']) => (one === other ? one : `${one}-${other}${every}`)).join(',');
  return {
    en: `The ${en} is ${range}, and ${plural} do not run backwards; write ${better}.`,
    zh: `${zh}写的是 ${range}，范围不能倒着写；请写 ${better}。`,
  };
}

/** The 31st of months that have none; a day of the week beside it comes anyhow. */
function neverComes(days: string, months: string, weekdays: string): boolean {
  if (!/^[*?]$/.test(weekdays) || !/^[\d,-]+$/.test(days)) return false;
  const first = Math.min(...days.split(/[,-]/).map(Number));
  const chosen = monthDays.filter((_days, index) => hasMonth(months, index + 1));
  return chosen.every((count) => count < first);
}

function hasMonth(months: string, value: number): boolean {
  return months.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [from = '', to = step === undefined ? from : 'DEC'] = range.split('-');
    if (/^[*?]$/.test(from)) return (value - 1) % Number(step ?? 1) === 0;
    const start = valueOf(month, from) ?? 0;
    return value >= start && value <= (valueOf(month, to) ?? 0) && (value - start) % Number(step ?? 1) === 0;
  });
}

function noSuchDay(days: string): Words {
  return {
    en: `The day of the month is ${days}, and none of the months chosen has it; write another day or other months.`,
    zh: `日写的是 ${days}，所选月份都没有这一天；请更改日或月。`,
  };
}
