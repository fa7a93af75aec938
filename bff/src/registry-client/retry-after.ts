// A registry that names an hour must not park a task on a live connection: the caller decides on long waits.
const longestMs = 24 * 60 * 60 * 1000;

/** Milliseconds from now, from seconds or an HTTP date (RFC 9110 10.2.3). */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const durationMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  if (Number.isNaN(durationMs)) return undefined;
  return Math.min(Math.max(0, durationMs), longestMs);
}
