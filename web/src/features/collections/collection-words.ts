import type { Collection, CollectionStep } from 'bff/contract/collections';
import type { Tone } from '../../ui/StatusDot.tsx';

export function collectionTone({ state }: Pick<Collection, 'state'>): Tone {
  if (state === 'running') return 'accent';
  if (state === 'done') return 'ok';
  return state === 'failed' ? 'danger' : 'neutral';
}

export type ShownStepState = CollectionStep['state'] | 'waiting';

/** A step that runs and says why it does not go on waits for somebody. */
export function stepTone(state: ShownStepState, hasReason: boolean): Tone {
  if (state === 'running') return hasReason ? 'warn' : 'accent';
  if (state === 'done') return 'ok';
  return state === 'failed' ? 'danger' : 'neutral';
}

/** Of the storage where it was measured, else of the blobs whose size is known; null before anything was removed. */
export function reclaimedBytes(run: Collection): number | null {
  if (run.bytesBefore !== null && run.bytesAfter !== null) return Math.max(0, run.bytesBefore - run.bytesAfter);
  return run.removedCount === null ? null : run.eligibleBytes;
}

/** For how long writes were refused, or have been. */
export function refusedMs({ writesRefusedAt, writableAt }: Collection, nowMs: number): number | null {
  if (writesRefusedAt === null) return null;
  // The page's clock ticks each second, and may go behind the server's.
  return Math.max(0, (writableAt === null ? nowMs : Date.parse(writableAt)) - Date.parse(writesRefusedAt));
}

/** Once blobs may be gone the registry is made safe before it takes writes. */
export function hasSwept({ step }: Pick<Collection, 'step'>): boolean {
  return step === 'collect' || step === 'restart' || step === 'verify' || step === 'writable';
}

const LEAST_MINUTES = 5;
const MOST_MINUTES = 1440;
export const USUAL_MINUTES = 120;

/** Undefined for what is no limit. */
export function limitOf(text: string): number | undefined {
  const minutes = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES ? minutes : undefined;
}
