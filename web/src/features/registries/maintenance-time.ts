const MINUTE_MS = 60_000;
const LONGEST_MS = 24 * 60 * MINUTE_MS;

/** How long a maintenance may be chosen to last, in minutes. */
export const usualMinutes = [30, 60, 120, 240, 480] as const;

/** What a `datetime-local` field shows for a time: `2026-11-26T14:10` in the reader's time zone. */
export function fieldOfTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The whole minute that many minutes from now, so that the strip says 14:10 and means it. */
export function minutesFrom(now: Date, minutes: number): Date {
  return new Date(Math.ceil(now.getTime() / MINUTE_MS + minutes) * MINUTE_MS);
}

export type UntilProblem = 'missing' | 'past' | 'far';

/** What is wrong with the time that was typed; null when it can be sent. */
export function findUntilProblem(field: string, now: Date): UntilProblem | null {
  const ms = new Date(field).getTime();
  if (field === '' || Number.isNaN(ms)) return 'missing';
  if (ms <= now.getTime()) return 'past';
  return ms > now.getTime() + LONGEST_MS ? 'far' : null;
}
