import { createHash } from 'node:crypto';

/** How a repository holds a blob or manifest: bits, because it can be in several ways at once. */
export const heldBy = { tag: 1, untagged: 2, trash: 4, young: 8 } as const;

/** Exact numbers end here; a hostile manifest may claim more. */
export const largest = Number.MAX_SAFE_INTEGER;

export function addBytes(one: number, other: number): number {
  return Math.min(one + other, largest);
}

/**
 * The first 128 bits of a digest, as a UUID: that is enough to tell blobs apart, small in an index, and evenly spread, so
 * that all of them can be gone through in ranges of about the same size.
 */
export function blobKeyOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{32})/.exec(digest)?.[1] ?? createHash('sha256').update(digest).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Where a range of blob keys begins: `index` of `count`, a power of two up to 2^16. Null at the end of all. */
export function rangeStart(index: number, count: number): string | null {
  if (index >= count) return null;
  const head = Math.floor((index * 0x10000) / count)
    .toString(16)
    .padStart(4, '0');
  return `${head}0000-0000-0000-0000-000000000000`;
}

/** A measuring that another instance has taken over. */
export class MeasuringLostError extends Error {
  override readonly name = 'MeasuringLostError';

  constructor() {
    super('Another instance measures this registry by now.');
  }
}

/** What a worker holds while its lease lasts. */
export interface TakenRegistry {
  readonly registryId: string;
  readonly number: number;
  readonly fence: number;
}

/** A repository whose catalog has changed since it was measured. */
export interface ChangedRepository {
  readonly repository: string;
  readonly marks: number;
}
