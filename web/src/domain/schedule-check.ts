import { useQuery } from '@tanstack/react-query';
import { checkSchedule, type ScheduleCheck } from 'bff/contract/policies';
import { endpointQuery } from '../api/endpoint-query.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useDebounced } from '../ui/use-debounced.ts';

const HOUR_MS = 3_600_000;
const PAUSE_MS = 350;

interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

const none: Schedule = { cron: '', timeZone: '' };

const scheduleQuery = (schedule: Schedule) => ({
  ...endpointQuery(checkSchedule, { body: schedule }),
  // The words do not change; the times do, and are read again now and then.
  staleTime: HOUR_MS,
});

/** The words of a schedule; undefined while the server has not said them, or has none. */
export function useScheduleWords(schedule: Schedule | null): string | undefined {
  const { language } = useFormat();
  const { data } = useQuery({ ...scheduleQuery(schedule ?? none), enabled: schedule !== null });
  if (schedule === null) return undefined;
  return language === 'zh-CN' ? data?.sentence?.zh : data?.sentence?.en;
}

/** What the server says of a schedule, with the time zone that it was asked about. */
export type CheckedSchedule = ScheduleCheck & { readonly timeZone: string };

/**
 * What the server says of what is typed, a moment after the last key; undefined until it has, so that nobody is kept from saving
 * by what was wrong before. Null: there is no schedule.
 */
export function useDraftSchedule(typed: Schedule | null): CheckedSchedule | undefined {
  const cron = typed?.cron.trim() ?? '';
  const timeZone = typed?.timeZone.trim() ?? '';
  const wanted = cron === '' || timeZone === '' ? '' : JSON.stringify({ cron, timeZone });
  const settled = useDebounced(wanted, PAUSE_MS);
  const asked = settled === '' ? none : (JSON.parse(settled) as Schedule);
  const { data } = useQuery({ ...scheduleQuery(asked), enabled: settled !== '' && typed !== null });
  return data && settled === wanted ? { ...data, timeZone } : undefined;
}

/** What is wrong with each of its fields, in the page's language. */
export function useScheduleWrong(): (
  schedule: ScheduleCheck | undefined,
) => Partial<Record<'cron' | 'timeZone', string>> {
  const { language } = useFormat();
  return (schedule) =>
    Object.fromEntries(
      (schedule?.problems ?? []).map(({ field, words }) => [field, language === 'zh-CN' ? words.zh : words.en]),
    );
}
