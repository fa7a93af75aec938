import { useNow } from '../../i18n/now.ts';

const MINUTE_MS = 60_000;

/** The day in UTC, as `2026-11-27`: what was measured is kept by such days. */
export function useToday(): string {
  return new Date(useNow(MINUTE_MS)).toISOString().slice(0, 10);
}
