import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { GetBlobOptions } from './client-types.ts';
import type { Digest } from './reference.ts';
import { isDigest, parseDigest } from './reference.ts';
import { defaultTimeouts } from './endpoint.ts';
import type { Occasion } from './error-sentences.ts';
import { connectionError, registryError, stopped } from './error-sentences.ts';
import type { RegistryError, RegistryErrorCode } from './registry-error.ts';

/** sha256 of the bytes, as a digest. */
export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

const hashNames: Readonly<Record<string, string>> = { sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' };

/** The hash to check a digest with, or undefined for an algorithm that is not known here. */
export function hashFor(digest: string): ReturnType<typeof createHash> | undefined {
  const name = isDigest(digest) ? hashNames[digest.slice(0, digest.indexOf(':'))] : undefined;
  return name === undefined ? undefined : createHash(name);
}

export interface BlobSource {
  readonly name: string;
  readonly host?: string;
  getBlob(repository: string, digest: string, options?: GetBlobOptions): Promise<Readable>;
}

export interface VerifiedBlobOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the size of each piece that arrived. */
  readonly onBytes?: ((byteCount: number) => void) | undefined;
  /** How many times in a row, without a byte in between, a broken download is taken up again by Range. */
  readonly resumeLimit?: number | undefined;
  /** A slower source is given up. */
  readonly minimumRate?: { readonly bytesPerSecond: number; readonly windowMs: number } | undefined;
  /** Where to begin, and the hash of what comes before; the first byte unless given. */
  readonly from?: { readonly offsetBytes: number; readonly hash: Hash } | undefined;
  /** Filled with the hash up to and with each piece, so that another reader can go on behind any of them. */
  readonly hashes?: WeakMap<Uint8Array, Hash> | undefined;
  /** Whoever takes the bytes checks them against the digest, and refuses others: here only their number is checked. */
  readonly isHashedByReader?: boolean | undefined;
  /** Waits before the next try. */
  readonly backoff?: ((attempt: number) => Promise<void>) | undefined;
}

const defaultMinimumRate = {
  bytesPerSecond: defaultTimeouts.minimumRateBytesPerSecond,
  windowMs: defaultTimeouts.minimumRateWindowMs,
};
// A piece more than the usual socket read, so that a slow reader does not stop and start the source at every piece.
const bufferBytes = 1024 * 1024;

/**
 * The blob's bytes, hashed as they pass. A source that drops is taken up again where it stopped. The last piece is given out
 * only when length and digest are right: whoever stores the stream can never finish storing wrong bytes. Where the reader
 * hashes them, the last piece goes when the length is right. The stream fails with RegistryError.
 */
export async function openVerifiedBlob(
  source: BlobSource,
  repository: string,
  blob: { readonly digest: string; readonly sizeBytes: number },
  options: VerifiedBlobOptions = {},
): Promise<Readable> {
  const reader = new VerifiedBlob(source, repository, blob, options);
  await reader.start();
  return reader;
}

class VerifiedBlob extends Readable {
  readonly #source: BlobSource;
  readonly #repository: string;
  readonly #blob: { readonly digest: string; readonly sizeBytes: number };
  readonly #options: VerifiedBlobOptions;
  readonly #hash;
  #receivedBytes = 0;
  #failuresInARow = 0;
  #body: Readable | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    source: BlobSource,
    repository: string,
    blob: { readonly digest: string; readonly sizeBytes: number },
    options: VerifiedBlobOptions,
  ) {
    super({ highWaterMark: bufferBytes });
    this.#source = source;
    this.#repository = repository;
    this.#blob = blob;
    this.#options = options;
    this.#hash = options.isHashedByReader === true ? undefined : (options.from?.hash ?? hashFor(blob.digest));
    this.#receivedBytes = options.from?.offsetBytes ?? 0;
  }

  async start(): Promise<void> {
    if (!this.#hash && this.#options.isHashedByReader !== true)
      throw this.#error('unsupported', 'uses a digest algorithm that cannot be checked for');
    await this.#open();
    this.#watch = this.#startWatch();
  }

  override _read(): void {
    this.#body?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.#watch);
    this.#body
      ?.removeAllListeners('data')
      .on('error', () => undefined)
      .destroy();
    this.#body = undefined;
    callback(error);
  }

  /** A source that trickles holds a slot for ever: only time in which bytes were wanted counts. */
  #startWatch(): NodeJS.Timeout {
    const { bytesPerSecond, windowMs } = this.#options.minimumRate ?? defaultMinimumRate;
    let seenBytes = 0;
    const watch = setInterval(() => {
      const isWanted = this.#body !== undefined && !this.#body.isPaused();
      if (isWanted && this.#receivedBytes - seenBytes < (bytesPerSecond * windowMs) / 1000) {
        this.destroy(this.#error('too-slow', 'sends bytes too slowly: the download was cut at'));
      }
      seenBytes = this.#receivedBytes;
    }, windowMs);
    return watch.unref();
  }

  async #open(): Promise<void> {
    const { signal } = this.#options;
    const offsetBytes = this.#receivedBytes;
    const body = await this.#source.getBlob(this.#repository, this.#blob.digest, { offsetBytes, signal });
    if (this.destroyed) {
      body.on('error', () => undefined).destroy();
      return;
    }
    this.#body = body;
    let isOver = false;
    body.on('data', (piece: Buffer) => this.#take(piece, body));
    body.once('end', () => {
      isOver = true;
      this.#ended();
    });
    body.once('error', (error: Error) => {
      isOver = true;
      this.#broken(error);
    });
    body.once('close', () => {
      if (!isOver && this.#body === body) this.#ended();
    });
  }

  #take(piece: Buffer, body: Readable): void {
    if (piece.length === 0) return;
    if (this.destroyed || this.#isComplete()) {
      body.destroy();
      return;
    }
    this.#receivedBytes += piece.length;
    this.#failuresInARow = 0;
    this.#options.onBytes?.(piece.length);
    if (this.#receivedBytes > this.#blob.sizeBytes) {
      this.destroy(this.#error('digest-mismatch', 'sent more bytes than the manifest names for'));
      return;
    }
    this.#hash?.update(piece);
    if (this.#hash) this.#options.hashes?.set(piece, this.#hash.copy());
    if (this.#receivedBytes === this.#blob.sizeBytes) {
      if (!this.#isVerified()) return;
      // The body ends by itself, which keeps its connection for the next request.
      this.#body = undefined;
      this.push(piece);
      this.push(null);
      return;
    }
    if (!this.push(piece)) body.pause();
  }

  #isVerified(): boolean {
    if (this.#options.isHashedByReader === true) return true;
    const algorithm = this.#blob.digest.slice(0, this.#blob.digest.indexOf(':'));
    if (`${algorithm}:${this.#hash?.digest('hex')}` === this.#blob.digest) return true;
    this.destroy(this.#error('digest-mismatch', 'sent other bytes than the digest names for'));
    return false;
  }

  #ended(): void {
    if (this.destroyed) return;
    if (this.#receivedBytes === this.#blob.sizeBytes) {
      if (this.#blob.sizeBytes === 0 && this.#isVerified()) this.push(null);
      return;
    }
    this.#broken(this.#error('truncated', 'ended too early with'));
  }

  #broken(cause: unknown): void {
    if (this.destroyed || this.#isComplete()) return;
    const error = this.#options.signal?.aborted
      ? stopped(this.#occasion(), cause)
      : connectionError(cause, this.#occasion());
    this.#failuresInARow += 1;
    if (!error.retryable || this.#failuresInARow > (this.#options.resumeLimit ?? 3)) {
      this.destroy(error);
      return;
    }
    void this.#resume(this.#failuresInARow);
  }

  #isComplete(): boolean {
    return this.#blob.sizeBytes > 0 && this.#receivedBytes === this.#blob.sizeBytes;
  }

  async #resume(attempt: number): Promise<void> {
    try {
      await this.#options.backoff?.(attempt);
      if (!this.destroyed) await this.#open();
    } catch (error) {
      this.#broken(error);
    }
  }

  #error(code: RegistryErrorCode, verb: string): RegistryError {
    const { digest } = this.#blob;
    return registryError(this.#occasion(), code, `${verb} ${digest} in ${this.#repository}`, { params: { digest } });
  }

  #occasion(): Occasion {
    return {
      name: this.#source.name,
      host: this.#source.host ?? this.#source.name,
      operation: 'get-blob',
      method: 'GET',
      repository: this.#repository,
      reference: this.#blob.digest,
      hasCredential: false,
    };
  }
}
