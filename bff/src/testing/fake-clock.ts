/** A clock that stands until it is told to move. */
export function fakeClock(start: Date | string = '2026-01-01T00:00:00Z') {
  let nowMs = new Date(start).getTime();
  return {
    now: (): Date => new Date(nowMs),
    advance: (byMs: number): void => {
      nowMs += byMs;
    },
  };
}
