import { isRegistryError, patientCodes, type RegistryClient } from '../../registry-client/index.ts';
import { type ClaimedItem, type ItemEnd, type Reason, TrashRefusal } from './trash.ts';
import { trashReasons } from './trash-reasons.ts';

const attemptsMax = 10;
const firstDelayMs = 2000;
const longestDelayMs = 5 * 60_000;

/** How a try ends that threw. */
export function endOfFailure(
  error: unknown,
  item: Pick<ClaimedItem, 'attempt' | 'deadlineLeftMs'>,
  random: () => number,
): ItemEnd {
  if (error instanceof TrashRefusal) return { state: 'refused', reason: error.reason };
  const reason = reasonOf(error);
  // What is no registry's error is a fault of ours: worth a few tries, in case it was a passing one.
  const isRetryable = isRegistryError(error) ? error.retryable || error.code === 'aborted' : true;
  const isFree = isRegistryError(error) && patientCodes.has(error.code);
  if (!isRetryable || (!isFree && item.attempt >= attemptsMax)) return { state: 'refused', reason };
  const grownMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(20, item.attempt - 1));
  const askedMs = isRegistryError(error) ? (error.retryAfterMs ?? 0) : 0;
  const delayMs = Math.round(Math.max(grownMs * (0.75 + random() / 2), askedMs * (1 + random() / 4)));
  return delayMs > item.deadlineLeftMs ? { state: 'refused', reason } : { state: 'waiting', reason, delayMs };
}

function reasonOf(error: unknown): Reason {
  if (!isRegistryError(error)) return trashReasons.unexpected();
  return { code: error.code, sentence: error.sentence, params: { ...error.params } };
}

/** Deletion by digest is what everything here rests on. */
export function refuseUndeletable(client: Pick<RegistryClient, 'name'>, isEnabled: boolean): void {
  if (!isEnabled) throw new TrashRefusal(trashReasons.deletionDisabled(client.name));
}
