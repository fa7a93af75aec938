import type { Readable } from 'node:stream';
import type { BlobSource } from '../registry-client/index.ts';
import { SharedBlob } from './shared-blob.ts';

/** Who takes longer than this to come to a blob is waited for no more: a slow destination must not slow the others. */
const gatherMaxMs = 2000;

interface MemberState {
  /** Digests that it has asked for or needs no bytes of. */
  readonly came: Set<string>;
  isLate: boolean;
  readonly markLate: () => void;
}

interface Gathering {
  readonly shared: SharedBlob;
  readonly timer: NodeJS.Timeout;
}

export interface SharedBlobName {
  readonly source: BlobSource;
  readonly repository: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** One copy among several of the same artifact to different destinations. */
export interface FanOutMember {
  /** For a blob that this destination misses. Its bytes flow when all others have come to it or passed it by. */
  read(blob: SharedBlobName, signal: AbortSignal): Readable;
  /** This destination needs no bytes of the blob. */
  pass(digest: string): void;
  /** The others wait for it no more: what it still needs it reads by itself. */
  readonly isLate: boolean;
  readonly whenLate: Promise<void>;
  /** The copy has ended. */
  leave(): void;
}

/** Copies of one artifact that run at the same time: what several of them need is read once. */
export class FanOut {
  readonly #members = new Map<FanOutMember, MemberState>();
  readonly #gatherings = new Map<string, Gathering>();

  get size(): number {
    return this.#members.size;
  }

  enter(): FanOutMember {
    const { promise, resolve } = Promise.withResolvers<void>();
    const state: MemberState = { came: new Set(), isLate: false, markLate: resolve };
    const member: FanOutMember = {
      read: (blob, signal) => this.#join(member, blob, signal),
      pass: (digest) => this.#came(member, digest),
      get isLate() {
        return state.isLate;
      },
      whenLate: promise,
      leave: () => {
        this.#members.delete(member);
        for (const digest of this.#gatherings.keys()) this.#startIfAllCame(digest);
      },
    };
    this.#members.set(member, state);
    return member;
  }

  #join(member: FanOutMember, blob: SharedBlobName, signal: AbortSignal): Readable {
    const { digest } = blob;
    let gathering = this.#gatherings.get(digest);
    if (gathering === undefined) {
      const timer = setTimeout(() => this.#giveUpWaiting(digest), gatherMaxMs).unref();
      gathering = { shared: new SharedBlob(blob.source, blob.repository, blob), timer };
      this.#gatherings.set(digest, gathering);
    }
    const reader = gathering.shared.join(signal);
    this.#came(member, digest);
    return reader;
  }

  #came(member: FanOutMember, digest: string): void {
    this.#members.get(member)?.came.add(digest);
    this.#startIfAllCame(digest);
  }

  #startIfAllCame(digest: string): void {
    if ([...this.#members.values()].every(({ came, isLate }) => isLate || came.has(digest))) this.#start(digest);
  }

  #giveUpWaiting(digest: string): void {
    for (const state of this.#members.values()) {
      if (state.came.has(digest)) continue;
      state.isLate = true;
      state.markLate();
    }
    for (const waiting of this.#gatherings.keys()) this.#startIfAllCame(waiting);
  }

  #start(digest: string): void {
    const gathering = this.#gatherings.get(digest);
    if (gathering === undefined) return;
    clearTimeout(gathering.timer);
    this.#gatherings.delete(digest);
    void gathering.shared.start();
  }
}
