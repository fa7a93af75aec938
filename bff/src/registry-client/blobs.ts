import { Readable, Transform } from 'node:stream';
import type { BlobSight, GetBlobOptions, PushBlobOptions, RequestOptions, Timeouts } from './client-types.ts';
import { registryError } from './error-sentences.ts';
import { parseDigest, parseRepositoryName } from './reference.ts';
import { readCapped } from './answer-body.ts';
import { markSpent } from './blob-buffers.ts';
import { refuseWebPage } from './manifests.ts';
import type { Answer, Call, Transport } from './transport.ts';
import { isRegistryError } from './registry-error.ts';
import { digestOf, openVerifiedBlob } from './verified-blob.ts';

// Configs are a few kilobytes; an SBOM that someone wants to look at may be a few megabytes.
const smallBlobMaxBytes = 4 * 1024 * 1024;
const cancelTimeoutMs = 5000;
const sightedMaxBytes = 64 * 1024;

// A registry is not exchanged for a worse one every hour.
const verifiedForMs = 24 * 60 * 60_000;
const unknownForMs = 60_000;
const probeTimeoutMs = 5000;
const sentBytes = Buffer.from('These bytes have another digest.');
const otherDigest = digestOf(Buffer.from('These bytes are never sent.'));

interface Upload {
  readonly answer: Answer;
  /** Where the bytes go, on the endpoint that opened the session. */
  readonly location: URL;
}

/** Blobs: whole downloads with Range, uploads as POST and one PUT. */
export class Blobs {
  readonly name: string;
  readonly #transport: Transport;
  readonly #timeouts: Timeouts;
  #verifies: { readonly answer: Promise<boolean>; untilMs: number } | undefined;

  constructor(name: string, transport: Transport, timeouts: Timeouts) {
    this.name = name;
    this.#transport = transport;
    this.#timeouts = timeouts;
  }

  async has(repository: string, digest: string, options: RequestOptions = {}): Promise<boolean> {
    const answer = await this.#transport.receive({
      ...target('head-blob', repository, digest, 'pull'),
      method: 'HEAD',
      signal: options.signal,
      expect: [200, 404],
    });
    refuseWebPage(answer);
    return answer.status === 200;
  }

  async getBlob(repository: string, digest: string, options: GetBlobOptions = {}): Promise<Readable> {
    const { offsetBytes = 0 } = options;
    const answer = await this.#transport.send({
      ...target('get-blob', repository, digest, 'pull'),
      method: 'GET',
      slot: 'read',
      ...(offsetBytes > 0 ? { headers: { range: `bytes=${offsetBytes}-` } } : {}),
      signal: options.signal,
      expect: offsetBytes > 0 ? [200, 206] : [200],
    });
    try {
      refuseWebPage(answer);
      return fromOffset(answer, offsetBytes);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  }

  async read(
    repository: string,
    digest: string,
    options: RequestOptions & { readonly maxBytes?: number } = {},
  ): Promise<Buffer> {
    const { maxBytes = smallBlobMaxBytes, signal } = options;
    const answer = await this.#transport.send({
      ...target('get-blob', repository, digest, 'pull'),
      method: 'GET',
      signal,
      expect: [200],
    });
    const sizeBytes = Number(answer.header('content-length') ?? Number.NaN);
    if (!(sizeBytes <= maxBytes)) {
      answer.body.destroy();
      const limit = `${Math.floor(maxBytes / 1024)} KiB`;
      throw registryError(
        answer.occasion,
        'answer-too-large',
        `has a blob that is larger than the ${limit} read at once`,
      );
    }
    const source = { name: this.name, getBlob: () => Promise.resolve(answer.body) };
    return readCapped(await openVerifiedBlob(source, repository, { digest, sizeBytes }, { resumeLimit: 0 }), maxBytes);
  }

  async mount(repository: string, digest: string, from: string, options: RequestOptions = {}): Promise<boolean> {
    const answer = await this.#start('mount-blob', repository, digest, from, options.signal);
    if (answer.status === 201) return true;
    this.#cancel({ answer, location: this.#location(answer) }, repository);
    return false;
  }

  async push(
    repository: string,
    blob: { readonly digest: string; readonly sizeBytes: number },
    open: (signal: AbortSignal) => Promise<Readable> | Readable,
    options: PushBlobOptions = {},
  ): Promise<'copied' | 'mounted'> {
    const { digest, sizeBytes } = blob;
    const started = await this.#start('start-upload', repository, digest, options.mountFrom, options.signal);
    if (started.status === 201) return 'mounted';
    const upload = { answer: started, location: this.#location(started) };
    try {
      await this.#transport.receive({
        ...target('put-blob', repository, digest, 'pull,push'),
        path: withDigest(upload.location, digest),
        endpoint: started.endpoint,
        method: 'PUT',
        slot: 'write',
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
        body:
          sizeBytes === 0 ? new Uint8Array(0) : async (signal) => this.#watched(await open(signal), started, options),
        answerTimeoutMs: this.#timeouts.uploadAnswerMs,
        signal: options.signal,
        expect: [201, 204],
      });
      return 'copied';
    } catch (error) {
      this.#cancel(upload, repository);
      throw error;
    }
  }

  /** For all who ask meanwhile; none of them can stop it. */
  verifiesUploads(repository: string): Promise<boolean> {
    const nowMs = performance.now();
    if (this.#verifies !== undefined && nowMs < this.#verifies.untilMs) return this.#verifies.answer;
    const verifies = { answer: this.#probeVerifying(repository), untilMs: nowMs + verifiedForMs };
    void verifies.answer.then((isKnown) => {
      if (!isKnown) verifies.untilMs = performance.now() + unknownForMs;
    });
    this.#verifies = verifies;
    return verifies.answer;
  }

  async #probeVerifying(repository: string): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(probeTimeoutMs);
      const blob = { digest: otherDigest, sizeBytes: sentBytes.length };
      await this.push(repository, blob, () => Readable.from([sentBytes]), { signal });
    } catch (error) {
      return isRegistryError(error, 'digest-mismatch');
    }
    await this.delete(repository, otherDigest).catch(() => undefined);
    return false;
  }

  async sight(repository: string, digest: string, { signal }: RequestOptions = {}): Promise<BlobSight[]> {
    return Promise.all(
      this.#transport.endpoints.map(async (endpoint) => {
        const ask = { ...target('sight-blob', repository, digest, 'pull'), endpoint, signal, expect: [200, 404] };
        const { status } = await this.#transport.receive({ ...ask, method: 'HEAD' });
        return { host: endpoint.host, isKnown: status === 200, content: await this.#contentAt(ask) };
      }),
    );
  }

  async #contentAt(ask: Omit<Call, 'method'>): Promise<BlobSight['content']> {
    try {
      const { status } = await this.#transport.receive({ ...ask, method: 'GET' }, sightedMaxBytes);
      return status === 200 ? 'readable' : 'missing';
    } catch (error) {
      const isCut = isRegistryError(error, 'connection-lost') || isRegistryError(error, 'truncated');
      if (isCut || (isRegistryError(error) && error.status === 500)) return 'broken';
      throw error;
    }
  }

  async delete(repository: string, digest: string, options: RequestOptions = {}): Promise<boolean> {
    const answer = await this.#transport.receive({
      ...target('delete-blob', repository, digest, 'pull,delete'),
      method: 'DELETE',
      signal: options.signal,
      expect: [200, 202, 204, 404],
    });
    return answer.status !== 404;
  }

  #start(
    operation: string,
    repository: string,
    digest: string,
    from: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { scopes, ...call } = target(operation, repository, digest, 'pull,push');
    const query =
      from === undefined
        ? ''
        : `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(parseRepositoryName(from))}`;
    return this.#transport.receive({
      ...call,
      path: `${call.repository}/blobs/uploads/${query}`,
      method: 'POST',
      headers: { 'content-length': '0' },
      scopes: from === undefined || from === repository ? scopes : [...scopes, `repository:${from}:pull`],
      signal,
      expect: [201, 202],
    });
  }

  /**
   * Where to go on, kept on the endpoint that was asked: registries behind proxies often name the wrong scheme or port.
   * A foreign host is refused: it would be sent the bytes and the token.
   */
  #location(answer: Answer): URL {
    const text = answer.header('location') ?? '';
    const url = text !== '' && URL.canParse(text, answer.url.href) ? new URL(text, answer.url) : undefined;
    if (!url || url.hostname !== answer.endpoint.url.hostname) {
      const params = { location: url?.host ?? '' };
      throw registryError(
        answer.occasion,
        'redirect-refused',
        `opened an upload at ${url?.host ?? 'no address'}, which is not its own`,
        { params },
      );
    }
    return new URL(`${url.pathname}${url.search}`, answer.endpoint.url);
  }

  /** Half-written uploads stay on the registry's disk for a week unless they are given up. Best effort. */
  #cancel(upload: Upload, repository: string): void {
    const { occasion, endpoint } = upload.answer;
    void this.#transport
      .receive({
        operation: 'cancel-upload',
        method: 'DELETE',
        path: upload.location,
        endpoint,
        repository: occasion.repository,
        // Distribution wants the right to delete for it. With the scope of the upload its no would throw away that token, too.
        scopes: [`repository:${repository}:pull,delete`],
        signal: AbortSignal.timeout(cancelTimeoutMs),
        expect: [200, 202, 204, 400, 404, 405],
      })
      .catch(() => undefined);
  }

  /** Counts what goes to the connection and cuts an upload that the registry does not take. */
  #watched(body: Readable, answer: Answer, { onBytes }: PushBlobOptions): Readable {
    const { minimumRateBytesPerSecond, minimumRateWindowMs } = this.#timeouts;
    let windowBytes = 0;
    body.on('data', (piece: Buffer) => {
      windowBytes += piece.length;
      onBytes?.(piece.length);
      markSpent(piece);
    });
    body.pause();
    const timer = setInterval(() => {
      // Nothing buffered: the source is the slow one, and is watched there.
      const isStuck = body.readableLength > 0 && windowBytes < (minimumRateBytesPerSecond * minimumRateWindowMs) / 1000;
      windowBytes = 0;
      if (isStuck)
        body.destroy(registryError(answer.occasion, 'too-slow', 'takes bytes too slowly: the upload was cut'));
    }, minimumRateWindowMs);
    timer.unref();
    body.once('close', () => clearInterval(timer));
    return body;
  }
}

function target(operation: string, repository: string, digest: string, actions: string) {
  const name = parseRepositoryName(repository);
  const reference = parseDigest(digest);
  return {
    operation,
    path: `${name}/blobs/${reference}`,
    repository: name,
    reference,
    scopes: [`repository:${name}:${actions}`],
  };
}

/** Appended as text: what the registry put into the query is its own business, to the letter. */
function withDigest(location: URL, digest: string): URL {
  const separator = location.search === '' ? '?' : '&';
  return new URL(`${location.href}${separator}digest=${encodeURIComponent(digest)}`);
}

function fromOffset(answer: Answer, offsetBytes: number): Readable {
  if (offsetBytes === 0) return answer.body;
  if (answer.status === 200) return skipping(answer.body, offsetBytes);
  const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
  if (start !== undefined && Number(start) !== offsetBytes) {
    throw registryError(answer.occasion, 'answer-invalid', 'sent another part of a blob than it was asked for', {
      retryable: true,
    });
  }
  return answer.body;
}

/** For a registry that ignores Range: what was already received is thrown away. */
function skipping(body: Readable, offsetBytes: number): Readable {
  let left = offsetBytes;
  const rest = new Transform({
    transform(piece: Buffer, _encoding, callback) {
      const skipped = Math.min(left, piece.length);
      left -= skipped;
      callback(null, skipped === piece.length ? undefined : piece.subarray(skipped));
    },
  });
  body.on('error', (error) => rest.destroy(error));
  rest.on('close', () => body.destroy());
  return body.pipe(rest);
}
