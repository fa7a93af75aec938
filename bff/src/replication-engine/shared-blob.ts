import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type BlobSource, keepForSeveral, openVerifiedBlob } from '../registry-client/index.ts';

/** Below this a reader wants more: the source goes on as long as one does. */
const hungryBytes = 1024 * 1024;
/** What may lie here for a slow destination while another wants more. */
const fullBytes = 4 * 1024 * 1024;

interface Blob {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * One download of a blob for several uploads, as fast as the fastest of them takes it. A reader that falls far behind is let
 * go and reads the rest by itself, from where it was, so that it stops nobody. Each reader gets the last piece only
 * when length and digest are right, as from a download of its own.
 */
export class SharedBlob {
  readonly #source: BlobSource;
  readonly #repository: string;
  readonly #blob: Blob;
  readonly #readers = new Set<SharedReader>();
  readonly #cut = new AbortController();
  readonly #hashes = new WeakMap<Uint8Array, Hash>();
  #body: Readable | undefined;
  #givenBytes = 0;
  #hash: Hash | undefined;

  constructor(source: BlobSource, repository: string, blob: Blob) {
    this.#source = source;
    this.#repository = repository;
    this.#blob = blob;
  }

  /** Before `start`. The signal ends this reader and nobody else's. */
  join(signal: AbortSignal): Readable {
    const reader = new SharedReader({
      onWanted: () => this.#body?.resume(),
      onLeft: () => this.#leave(reader),
      openRest: (from) => openVerifiedBlob(this.#source, this.#repository, this.#blob, from && { from }),
    });
    this.#readers.add(reader);
    const onAbort = (): void => void reader.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    reader.once('close', () => signal.removeEventListener('abort', onAbort));
    return reader;
  }

  /** Never rejects: readers fail with what the source fails with. */
  async start(): Promise<void> {
    try {
      const { signal } = this.#cut;
      const options = { signal, hashes: this.#hashes };
      const body = await openVerifiedBlob(this.#source, this.#repository, this.#blob, options);
      if (signal.aborted) {
        body.destroy();
        return;
      }
      this.#body = body;
      body.on('data', (piece: Buffer) => this.#give(piece));
      body.once('end', () => this.#each((reader) => reader.finish()));
      body.once('error', (error) => this.#each((reader) => reader.destroy(error)));
    } catch (error) {
      this.#each((reader) => reader.destroy(error instanceof Error ? error : new Error(String(error))));
    }
  }

  #each(work: (reader: SharedReader) => void): void {
    for (const reader of this.#readers) work(reader);
  }

  #give(piece: Buffer): void {
    if (this.#readers.size > 1) keepForSeveral(piece);
    const before = this.#hash && { offsetBytes: this.#givenBytes, hash: this.#hash };
    this.#givenBytes += piece.length;
    this.#hash = this.#hashes.get(piece);
    const isAnyHungry = [...this.#readers].some((reader) => reader.isHungry);
    this.#each((reader) => {
      if (isAnyHungry && reader.isFull) {
        this.#readers.delete(reader);
        reader.goOnAlone(before && { offsetBytes: before.offsetBytes, hash: before.hash.copy() });
      } else {
        reader.push(piece);
      }
    });
    if (![...this.#readers].some((reader) => reader.isHungry)) this.#body?.pause();
  }

  #leave(reader: SharedReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) {
      // It may have been the only one that was full.
      this.#body?.resume();
      return;
    }
    this.#cut.abort();
    this.#body?.on('error', () => undefined).destroy();
  }
}

interface ReaderParts {
  readonly onWanted: () => void;
  readonly onLeft: () => void;
  /** Undefined: from the first byte. */
  readonly openRest: (from: { offsetBytes: number; hash: Hash } | undefined) => Promise<Readable>;
}

class SharedReader extends Readable {
  readonly #parts: ReaderParts;
  #rest: { offsetBytes: number; hash: Hash } | 'first byte' | undefined;
  #own: Readable | undefined;
  #isOpening = false;

  constructor(parts: ReaderParts) {
    super({ highWaterMark: hungryBytes });
    this.#parts = parts;
  }

  get isHungry(): boolean {
    return this.readableLength < hungryBytes;
  }

  get isFull(): boolean {
    return this.readableLength >= fullBytes;
  }

  finish(): void {
    this.push(null);
  }

  /** The rest is opened when what lies here has nearly been taken. */
  goOnAlone(from: { offsetBytes: number; hash: Hash } | undefined): void {
    this.#rest = from ?? 'first byte';
  }

  override _read(): void {
    if (this.#own !== undefined) this.#own.resume();
    else if (this.#rest === undefined) this.#parts.onWanted();
    else this.#openRest();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#own?.on('error', () => undefined).destroy();
    this.#parts.onLeft();
    callback(error);
  }

  #openRest(): void {
    if (this.#isOpening || this.#rest === undefined) return;
    this.#isOpening = true;
    const from = this.#rest === 'first byte' ? undefined : this.#rest;
    this.#parts.openRest(from).then(
      (own) => this.#follow(own),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  #follow(own: Readable): void {
    if (this.destroyed) {
      own.destroy();
      return;
    }
    this.#own = own;
    own.on('data', (piece: Buffer) => {
      if (!this.push(piece)) own.pause();
    });
    own.once('end', () => this.push(null));
    own.once('error', (error) => this.destroy(error));
  }
}
