/** How fast a policy may send into one of its destinations. */
export interface Bandwidth {
  readonly timeZone: string;
  readonly windows: readonly { readonly from: string; readonly to: string; readonly bytesPerSecond: number | null }[];
  readonly otherwise: number | null;
}

/** Bytes per second at a moment; null: as fast as it goes. The first window that fits counts. */
export function rateAt({ timeZone, windows, otherwise }: Bandwidth, now: Date): number | null {
  if (windows.length === 0) return otherwise;
  const time = timeOfDay(timeZone, now);
  const fitting = windows.find(({ from, to }) => (from <= to ? time >= from && time < to : time >= from || time < to));
  return fitting === undefined ? otherwise : fitting.bytesPerSecond;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Such as 08:30, which sorts as text. */
function timeOfDay(timeZone: string, now: Date): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  return format.format(now);
}
