import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import * as format from './format.ts';

/** The formatters of `format.ts` in the page's language. */
export function useFormat() {
  const { language } = useTranslation('common').i18n;
  return useMemo(
    () => ({
      language,
      number: (value: number, fractionDigits?: number) => format.formatNumber(language, value, fractionDigits),
      percent: (share: number) => format.formatPercent(language, share),
      bytes: (sizeBytes: number) => format.formatBytes(language, sizeBytes),
      rate: (bytesPerSecond: number) => format.formatRate(language, bytesPerSecond),
      clock: format.formatClock,
      duration: (milliseconds: number) => format.formatDuration(language, milliseconds),
      instant: (instant: string | Date) => format.formatInstant(language, instant),
      moment: (instant: string | Date) => format.formatMoment(language, instant, new Date()),
      day: (instant: string | Date) => format.formatDay(language, instant),
      relative: (instant: string | Date, nowMs: number) => format.formatRelative(language, instant, nowMs),
    }),
    [language],
  );
}
