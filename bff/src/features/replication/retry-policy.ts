import { isRegistryError, patientCodes, type RegistryError } from '../../registry-client/index.ts';

export interface TryFacts {
  readonly error: unknown;
  readonly attempt: number;
  /** Attempts that count. */
  readonly tries: number;
  readonly triesAllowed: number;
  readonly deadlineLeftMs: number;
  readonly random: () => number;
}

export type RetryDecision =
  | { readonly kind: 'wait'; readonly delayMs: number; readonly isFree: boolean }
  | { readonly kind: 'fail'; readonly because: 'final' | 'attempts' | 'deadline' };

const firstDelayMs = 2000;
const longestDelayMs = 5 * 60_000;
const longestFreeDelayMs = 60_000;

/** Causes that concern, or may concern, the registry as a whole: whatever else needs it would fail the same way. */
export const registryWideCodes = [
  'connection-refused',
  'unreachable',
  'unavailable',
  'name-not-resolved',
  'disk-full',
  'read-only',
  'rate-limited',
  'timeout',
] as const;
/** Of those, the ones that concern only what writes there: it can be read all the same. */
export const aboutWriting: readonly string[] = ['disk-full', 'read-only'];

/** Questions that a registry answers at once; a large blob may take its time to be checked. */
const questions: ReadonlySet<string> = new Set(['ping', 'head-manifest', 'get-manifest', 'head-blob', 'list-tags']);

/** Whether it opens the registry's breaker. What hangs would otherwise hold a slot for each task until its time is over. */
export function isRegistryWide({ code, operation }: Pick<RegistryError, 'code' | 'operation'>): boolean {
  if (code === 'timeout') return questions.has(operation);
  return (registryWideCodes as readonly string[]).includes(code);
}

export function planRetry({ error, attempt, tries, triesAllowed, deadlineLeftMs, random }: TryFacts): RetryDecision {
  // What is no registry's error is a fault of ours: worth a few tries, in case it was a passing one.
  const isRetryable = isRegistryError(error) ? error.retryable || error.code === 'aborted' : true;
  if (!isRetryable) return { kind: 'fail', because: 'final' };
  const isFree = isRegistryError(error) && patientCodes.has(error.code);
  if (!isFree && tries >= triesAllowed) return { kind: 'fail', because: 'attempts' };
  const [before, longestMs] = isFree ? [attempt, longestFreeDelayMs] : [tries, longestDelayMs];
  const grownMs = Math.min(longestMs, firstDelayMs * 2 ** Math.min(20, before - 1));
  const askedMs = isRegistryError(error) ? (error.retryAfterMs ?? 0) : 0;
  // Between three quarters and five quarters: what failed together must not come back together.
  const delayMs = Math.round(Math.max(grownMs * (0.75 + random() / 2), askedMs * (1 + random() / 4)));
  if (delayMs > deadlineLeftMs) return { kind: 'fail', because: 'deadline' };
  return { kind: 'wait', delayMs, isFree };
}
