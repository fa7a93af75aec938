import { randomUUID } from 'node:crypto';

/** What may stand in a log line and in an answer's header without a second thought. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** A caller's own id where it is well formed, so that lines of several systems can be joined; else a new one. */
export function requestIdFrom(given: string | undefined): string {
  return given !== undefined && wellFormed.test(given) ? given : randomUUID();
}
