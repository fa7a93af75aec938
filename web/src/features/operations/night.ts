const NIGHT_FROM_HOUR = 20;
const NIGHT_TO_HOUR = 7;

/** Whether a bright screen would disturb, by the clock of the place where it hangs. */
export function isNight(now: Date): boolean {
  const hour = now.getHours();
  return hour >= NIGHT_FROM_HOUR || hour < NIGHT_TO_HOUR;
}
