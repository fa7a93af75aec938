import type { BlobOutcome, CopyObserver, CopyPlan } from '../../replication-engine/index.ts';
import type { Platform } from '../../registry-client/index.ts';
import { etaSeconds, RateMeter } from './rate-meter.ts';
import type { PlatformOfBlob, TaskBlob, TaskFigures } from './replication.ts';

export interface PlacedBlob extends TaskBlob {
  readonly position: number;
}

interface Part {
  readonly digest: string;
  readonly kind: TaskBlob['kind'];
  readonly platform: PlatformOfBlob | null;
  readonly sizeBytes: number;
  readonly position: number;
  bytesDone: number;
  state: TaskBlob['state'];
}

/** Where a part's change has been told already. */
type Reader = 'pages' | 'database';

/** The figures of one running attempt, kept in memory and fed by the engine. */
export class TaskProgress {
  readonly #parts = new Map<string, Part>();
  readonly #changed: Record<Reader, Set<Part>> = { pages: new Set(), database: new Set() };
  readonly #rate: RateMeter;
  readonly #onMoved: (byteCount: number) => void;
  #bytesTotal: number | null = null;
  #bytesDone = 0;
  #bytesSkipped = 0;
  #partsDone = 0;
  #partsTotal: number | null = null;
  #isPlanned = false;

  constructor(nowMs: number, onMoved: (byteCount: number) => void) {
    this.#rate = new RateMeter(nowMs);
    this.#onMoved = onMoved;
  }

  /** What the engine tells. */
  readonly observer: CopyObserver = {
    planned: (plan) => this.#plan(plan),
    blobStarted: (digest) => this.#set(digest, (part) => (part.state = 'running')),
    blobBytes: (digest, byteCount) => {
      this.#set(digest, (part) => (part.bytesDone += byteCount));
      this.#bytesDone += byteCount;
      this.#rate.add(byteCount);
      this.#onMoved(byteCount);
    },
    blobRestarted: (digest) =>
      this.#set(digest, (part) => {
        this.#bytesDone -= part.bytesDone;
        part.bytesDone = 0;
      }),
    blobDone: (digest, outcome) => this.#end(digest, outcome),
    manifestDone: (digest, outcome) => this.#end(digest, outcome === 'pushed' ? 'copied' : 'existed'),
    tagged: () => {},
  };

  /** Nothing had to be done for an artifact of this size. */
  skipAll(sizeBytes: number | null): void {
    this.#bytesTotal = sizeBytes ?? 0;
    this.#bytesDone = this.#bytesTotal;
    this.#bytesSkipped = this.#bytesTotal;
  }

  /** The attempt has ended: what was on its way is not. */
  end(state: 'queued' | 'failed'): void {
    for (const part of this.#parts.values()) {
      if (part.state === 'running') this.#set(part.digest, (changed) => (changed.state = state));
    }
  }

  sample(nowMs: number): void {
    this.#rate.sample(nowMs);
  }

  get figures(): TaskFigures & { rateBytesPerSecond: number | null; etaSeconds: number | null } {
    const rate = this.#rate.bytesPerSecond;
    return {
      bytesTotal: this.#bytesTotal,
      bytesDone: this.#bytesDone,
      bytesSkipped: this.#bytesSkipped,
      blobsTotal: this.#partsTotal,
      blobsDone: this.#partsDone,
      rateBytesPerSecond: rate,
      etaSeconds: this.#etaSeconds(),
    };
  }

  /** Of this attempt: what was there already is not sent. Manifests count as well. */
  get bytesSent(): number {
    return this.#bytesDone - this.#bytesSkipped;
  }

  get blobs(): PlacedBlob[] {
    return [...this.#parts.values()].map((part) => ({ ...part }));
  }

  /** Whether the plan is new since the last time this was asked. */
  takeIsPlanned(): boolean {
    const isPlanned = this.#isPlanned;
    this.#isPlanned = false;
    return isPlanned;
  }

  /** What changed since this reader last asked. */
  takeChanged(reader: Reader): PlacedBlob[] {
    const changed = [...this.#changed[reader]].map((part) => ({ ...part }));
    this.#changed[reader].clear();
    return changed;
  }

  #etaSeconds(): number | null {
    if (this.#bytesTotal === null) return null;
    const left = this.#bytesTotal - this.#bytesDone;
    return left > 0 && !this.#rate.isSettled ? null : etaSeconds(left, this.#rate.bytesPerSecond);
  }

  #plan(plan: CopyPlan): void {
    const parts = [
      ...plan.blobs.map(({ digest, kind, platform, sizeBytes }) => ({ digest, kind, platform, sizeBytes })),
      ...plan.manifests.map(({ digest, platform, sizeBytes }) => ({
        digest,
        kind: 'manifest' as const,
        platform,
        sizeBytes,
      })),
    ];
    for (const [position, part] of parts.entries()) {
      const kept: Part = { ...part, platform: platformOf(part.platform), position, bytesDone: 0, state: 'queued' };
      this.#parts.set(part.digest, kept);
      this.#mark(kept);
    }
    this.#bytesTotal = plan.bytesTotal;
    this.#partsTotal = this.#parts.size;
    this.#isPlanned = true;
  }

  #end(digest: string, state: BlobOutcome): void {
    const part = this.#parts.get(digest);
    // A destination that had lost a blob gets it a second time; it counts once.
    if (part === undefined || isDone(part.state)) return;
    this.#bytesDone += part.sizeBytes - part.bytesDone;
    if (state !== 'copied') this.#bytesSkipped += part.sizeBytes - part.bytesDone;
    this.#partsDone += 1;
    this.#set(digest, (changed) => {
      changed.bytesDone = changed.sizeBytes;
      changed.state = state;
    });
  }

  #set(digest: string, change: (part: Part) => void): void {
    const part = this.#parts.get(digest);
    if (part === undefined) return;
    change(part);
    this.#mark(part);
  }

  #mark(part: Part): void {
    this.#changed.pages.add(part);
    this.#changed.database.add(part);
  }
}

function isDone(state: TaskBlob['state']): boolean {
  return state === 'copied' || state === 'mounted' || state === 'existed';
}

function platformOf(platform: Platform | undefined): PlatformOfBlob | null {
  if (platform === undefined) return null;
  const { os, architecture, variant, osVersion } = platform;
  return { os, architecture, variant: variant ?? null, osVersion: osVersion ?? null };
}
