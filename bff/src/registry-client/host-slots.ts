/** Questions and manifests | blobs from the host | blobs to the host. */
export type SlotKind = 'small' | 'read' | 'write';

interface Lane {
  free: number;
  readonly waiting: (() => void)[];
}

/**
 * Requests at once to one host, in three lanes that never wait for each other: a manifest does not stand behind
 * gigabytes, and two registries that are copied in both directions at once cannot lock each other up (a writer waits
 * for its reader, a reader for nobody).
 */
export class HostSlots {
  readonly #lanes: Record<SlotKind, Lane>;
  readonly perLane: number;

  constructor(perLane: number) {
    this.perLane = Math.max(1, perLane);
    const lane = (): Lane => ({ free: this.perLane, waiting: [] });
    this.#lanes = { small: lane(), read: lane(), write: lane() };
  }

  /** How many of a lane are taken. */
  busy(kind: SlotKind): number {
    return this.perLane - this.#lanes[kind].free;
  }

  /** @returns the release, which may be called more than once; rejects with the signal's reason */
  async take(kind: SlotKind, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const lane = this.#lanes[kind];
    if (lane.free > 0) lane.free -= 1;
    else await wait(lane, signal);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = lane.waiting.shift();
      if (next) next();
      else lane.free += 1;
    };
  }
}

function wait(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const grant = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => {
      const position = lane.waiting.indexOf(grant);
      if (position >= 0) lane.waiting.splice(position, 1);
      reject(signal?.reason as Error);
    };
    lane.waiting.push(grant);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
