import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import { readCapped, readStart } from './answer-body.ts';
import { parseChallenge } from './challenge.ts';
import type { AnswerMark, Clock, RequestRecord, Timeouts } from './client-types.ts';
import type { Endpoint } from './endpoint.ts';
import { createOutsidePool } from './endpoint.ts';
import type { Occasion } from './error-sentences.ts';
import { answerError, connectionError, registryError, stopped } from './error-sentences.ts';
import type { SlotKind } from './host-slots.ts';
import type { RegistryError, RegistryErrorCode } from './registry-error.ts';
import { isRegistryError } from './registry-error.ts';
import { requestAbort } from './request-abort.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { TokenAuthenticator } from './token-authenticator.ts';

export interface Call {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/v2/`; or an absolute URL of one endpoint, as an upload's location. */
  readonly path: string | URL;
  /** Binds the call to the endpoint that holds the session or the page. */
  readonly endpoint?: Endpoint | undefined;
  readonly repository?: string | undefined;
  readonly reference?: string | undefined;
  readonly scopes: readonly string[];
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bytes may be sent again; a stream is opened once, when the slot is there. */
  readonly body?: Uint8Array | ((signal: AbortSignal) => Promise<Readable> | Readable) | undefined;
  readonly slot?: SlotKind | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly answerTimeoutMs?: number | undefined;
  /** Statuses that are an answer; others throw. */
  readonly expect: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** To be read to its end or destroyed: it holds a slot. */
  readonly body: Readable;
  readonly endpoint: Endpoint;
  /** That was asked, for relative addresses in the answer. */
  readonly url: URL;
  readonly occasion: Occasion;
}

export interface TransportOptions {
  readonly name: string;
  readonly hasCredential: boolean;
  readonly userAgent: string;
  readonly ownMark: AnswerMark | undefined;
  readonly caPem: string | undefined;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly allowedRedirectHosts: readonly string[];
  readonly onRequest: (record: RequestRecord) => void;
}

const errorBodyMaxBytes = 8 * 1024;
const redirectsMax = 3;
// Waiting on a live slot is for short pauses; a longer one is the task's business.
const patienceMs = 15_000;
const triesMax = 4;
// One socket read is at most 64 KiB: a few of them in advance keep both sides busy.
const blobBufferBytes = 1024 * 1024;

/** Nobody is there, or not the one who should be. */
export const downCodes: ReadonlySet<RegistryErrorCode> = new Set([
  'connection-refused',
  'unreachable',
  'name-not-resolved',
  'timeout',
  'certificate-untrusted',
]);

/** Sends requests: endpoint, slot, token, retry, redirect. Knows HTTP and nothing of manifests or blobs. */
export class Transport {
  readonly endpoints: readonly Endpoint[];
  readonly #authenticator: TokenAuthenticator;
  readonly #options: TransportOptions;
  readonly #outsidePools = new Map<string, Pool>();
  readonly #closing = new AbortController();

  constructor(endpoints: readonly Endpoint[], authenticator: TokenAuthenticator, options: TransportOptions) {
    this.endpoints = endpoints;
    this.#authenticator = authenticator;
    this.#options = options;
  }

  /** Pools for other origins than the endpoints': token services and stores behind redirects. */
  poolFor(origin: string): Pool {
    const own = this.endpoints.find((endpoint) => endpoint.url.origin === origin);
    if (own) return own.pools.small;
    const { caPem, timeouts } = this.#options;
    const pool = this.#outsidePools.get(origin) ?? createOutsidePool(origin, caPem, timeouts);
    this.#outsidePools.set(origin, pool);
    return pool;
  }

  /** @throws RegistryError */
  async send(call: Call): Promise<Answer> {
    const failed = new Set<Endpoint>();
    for (let attempt = 1; ; attempt += 1) {
      const endpoint = call.endpoint ?? this.#choose(failed);
      try {
        return await this.#sendTo(endpoint, call);
      } catch (error) {
        if (!isRegistryError(error) || !(await this.#mayTryAgain(error, endpoint, call, attempt, failed))) throw error;
      }
    }
  }

  /** For answers that are small: read whole under a cap. @throws RegistryError */
  async receive(call: Call, maxBytes = errorBodyMaxBytes): Promise<Answer & { readonly bytes: Buffer }> {
    const answer = await this.send(call);
    return { ...answer, bytes: await this.read(answer, call, maxBytes) };
  }

  async read(answer: Answer, call: Call, maxBytes: number): Promise<Buffer> {
    if (hasNoBody(answer, call)) {
      answer.body.resume();
      return nothing;
    }
    try {
      return await readCapped(answer.body, maxBytes);
    } catch (error) {
      throw this.#bodyError(error, answer.occasion, call);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The client was closed.', 'AbortError'));
    const pools = [
      ...this.endpoints.flatMap((endpoint) => Object.values(endpoint.pools)),
      ...this.#outsidePools.values(),
    ];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  /** All of them, the one to try first at the head. */
  inOrder(): Endpoint[] {
    const rank = (endpoint: Endpoint): number => (endpoint.isWorthTrying ? (endpoint.isQuiet ? 1 : 0) : 2);
    return this.endpoints.toSorted((one, other) => rank(one) - rank(other));
  }

  #choose(failed: ReadonlySet<Endpoint>): Endpoint {
    const chosen = this.inOrder().find((endpoint) => !failed.has(endpoint)) ?? this.endpoints[0];
    if (!chosen) throw new TypeError('A registry needs at least one endpoint.');
    return chosen;
  }

  async #mayTryAgain(
    error: RegistryError,
    endpoint: Endpoint,
    call: Call,
    attempt: number,
    failed: Set<Endpoint>,
  ): Promise<boolean> {
    if (attempt >= triesMax || call.signal?.aborted || isStream(call.body)) return false;
    if (error.status === 429 || error.status === 503) {
      const waitMs = endpoint.askedToSlowDown(error.retryAfterMs);
      if (error.status === 503) failed.add(endpoint);
      const hasOther = call.endpoint === undefined && failed.size < this.endpoints.length;
      return hasOther || waitMs <= patienceMs;
    }
    if (error.status !== undefined) return false;
    if (!downCodes.has(error.code) && error.code !== 'connection-lost') return false;
    const isFirst = !failed.has(endpoint);
    failed.add(endpoint);
    if (call.endpoint === undefined && failed.size < this.endpoints.length) return true;
    // A kept connection may have been closed by the other side just now: that says nothing about the registry.
    return isFirst && error.code === 'connection-lost' && call.method !== 'POST';
  }

  async #sendTo(endpoint: Endpoint, call: Call): Promise<Answer> {
    const occasion: Occasion = {
      name: this.#options.name,
      host: endpoint.host,
      operation: call.operation,
      method: call.method,
      repository: call.repository,
      reference: call.reference,
      hasCredential: this.#options.hasCredential,
    };
    // It was said to one request and holds for all: none waits here, its attempts running out, for what is the task's business.
    const quietForMs = endpoint.quietForMs;
    if (quietForMs > patienceMs) {
      const detail = { retryable: true, retryAfterMs: quietForMs };
      throw registryError(occasion, 'rate-limited', 'asks to slow down', detail);
    }
    const abort = requestAbort([call.signal, this.#closing.signal], isBlob(call) ? undefined : this.#deadlineMs(call));
    let release: (() => void) | undefined;
    try {
      await endpoint.waitUntilWelcome(abort.signal);
      release = await endpoint.slots.take(call.slot ?? 'small', abort.signal);
      const answer = await this.#authorized(endpoint, call, occasion, abort.signal);
      const done = release;
      answer.body.once('close', () => {
        abort.clear();
        done();
      });
      return answer;
    } catch (error) {
      abort.clear();
      release?.();
      if (abort.isTimeout()) throw registryError(occasion, 'timeout', 'did not answer in time', { cause: error });
      if (abort.signal.aborted && !isRegistryError(error)) throw stopped(occasion, error);
      throw connectionError(error, occasion);
    }
  }

  #deadlineMs(call: Call): number {
    return (call.answerTimeoutMs ?? this.#options.timeouts.answerMs) + this.#options.timeouts.idleMs + patienceMs;
  }

  async #authorized(endpoint: Endpoint, call: Call, occasion: Occasion, signal: AbortSignal): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const authorization = await this.#authenticator.authorize(endpoint.url.origin, call.scopes, occasion);
      const answer = await this.#once(endpoint, call, occasion, authorization, signal);
      if (call.expect.includes(answer.status)) return answer;
      if (answer.status !== 401) throw await this.#refusal(answer, call);
      const challenge = parseChallenge(answer.header('www-authenticate'));
      const isWorthIt = this.#authenticator.challenged(endpoint.url.origin, challenge, call.scopes, authorization);
      if (!isWorthIt || attempt > 1 || isStream(call.body)) {
        const isBearer = challenge?.scheme === 'bearer' && authorization !== undefined;
        const isInsufficientScope = isBearer && challenge.error === 'insufficient_scope';
        if (isBearer && isWorthIt && attempt === 1 && !isInsufficientScope) throw await this.#tokenRanOut(answer);
        throw await this.#refusal(answer, call, isInsufficientScope);
      }
      await readStart(answer.body, errorBodyMaxBytes);
    }
  }

  async #once(
    endpoint: Endpoint,
    call: Call,
    occasion: Occasion,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    let url = call.path instanceof URL ? call.path : new URL(`${endpoint.basePath}/v2/${call.path}`, endpoint.url);
    let pool = endpoint.pools[call.slot ?? 'small'];
    let isOwn = url.origin === endpoint.url.origin;
    if (!isOwn)
      throw registryError(occasion, 'redirect-refused', `sent us to ${url.host}, which is not its own address`, {
        params: { location: url.host },
      });
    for (let redirects = 0; ; redirects += 1) {
      const data = await this.#request(
        { pool, url, authorization: isOwn ? authorization : undefined },
        call,
        occasion,
        signal,
      );
      const header = (name: string): string | undefined => first(data.headers[name]);
      const { ownMark } = this.#options;
      if (ownMark !== undefined && header(ownMark.header) === ownMark.value) {
        await data.body.dump();
        throw registryError(
          occasion,
          'own-front-door',
          'is this console itself: give the address of a registry behind it',
        );
      }
      if (isOwn) endpoint.answered();
      const location = header('location');
      const isRedirect = [301, 302, 303, 307, 308].includes(data.statusCode) && location !== undefined;
      if (!isRedirect || (call.method !== 'GET' && call.method !== 'HEAD')) {
        return { status: data.statusCode, header, body: data.body, endpoint, url, occasion };
      }
      await data.body.dump();
      url = this.#redirectTarget(location, url, occasion, redirects);
      isOwn = url.origin === endpoint.url.origin;
      pool = this.poolFor(url.origin);
    }
  }

  #redirectTarget(location: string, from: URL, occasion: Occasion, redirects: number): URL {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const isAllowed =
      url !== undefined &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:')) &&
      (this.endpoints.some((endpoint) => endpoint.url.origin === url.origin) ||
        this.#options.allowedRedirectHosts.includes(url.host));
    if (isAllowed && redirects < redirectsMax) return url;
    const target = url?.host ?? 'an unreadable address';
    const predicate = isAllowed
      ? 'redirects in circles'
      : `redirects to ${target}, which is not among its allowed hosts`;
    throw registryError(occasion, 'redirect-refused', predicate, { params: { location: target } });
  }

  async #request(
    { pool, url, authorization }: { pool: Pool; url: URL; authorization: string | undefined },
    call: Call,
    occasion: Occasion,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { clock, userAgent, onRequest, timeouts } = this.#options;
    const startedMs = clock.now();
    const record = { operation: call.operation, method: call.method, host: url.host };
    try {
      const data = await pool.request({
        method: call.method,
        path: `${url.pathname}${url.search}`,
        headers: {
          'user-agent': userAgent,
          ...call.headers,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: typeof call.body === 'function' ? await call.body(signal) : (call.body ?? null),
        signal,
        // Else every HEAD would cost a connection. A registry that sends a body to one confuses only itself.
        reset: false,
        headersTimeout: call.answerTimeoutMs ?? timeouts.answerMs,
        ...(isBlob(call) ? { highWaterMark: blobBufferBytes } : {}),
      });
      // Whoever reads the body is told; without a listener a break after the headers would end the process.
      data.body.on('error', () => undefined);
      onRequest({ ...record, status: data.statusCode, durationMs: clock.now() - startedMs, error: undefined });
      return data;
    } catch (error) {
      const known = connectionError(error, occasion);
      onRequest({ ...record, status: undefined, durationMs: clock.now() - startedMs, error: known });
      // An error of the body's own source says nothing about this registry.
      if (!isRegistryError(error) && downCodes.has(known.code)) {
        this.endpoints.find((endpoint) => endpoint.url.origin === url.origin)?.wentDown(known);
      }
      throw known;
    }
  }

  /**
   * A stream cannot be sent again by us; whoever has its source can, and gets a new token. No loop: the upload is opened
   * anew with that, and one that is refused there is final.
   */
  async #tokenRanOut(answer: Answer): Promise<RegistryError> {
    await readStart(answer.body, errorBodyMaxBytes);
    const predicate = 'no longer takes the token that opened the upload';
    return registryError(answer.occasion, 'unauthorized', predicate, { status: answer.status, retryable: true });
  }

  async #refusal(answer: Answer, call: Call, isInsufficientScope = false): Promise<RegistryError> {
    const body = call.method === 'HEAD' ? '' : await readStart(answer.body, errorBodyMaxBytes);
    if (call.method === 'HEAD') answer.body.resume();
    const retryAfterMs = parseRetryAfter(answer.header('retry-after'), this.#options.clock.now());
    return answerError({ status: answer.status, body, retryAfterMs, isInsufficientScope }, answer.occasion);
  }

  #bodyError(error: unknown, occasion: Occasion, call: Call): RegistryError {
    if (error instanceof Error && error.name === 'BodyTooLargeError') {
      return registryError(occasion, 'answer-too-large', 'sent a larger answer than a registry would', {
        cause: error,
      });
    }
    const known = connectionError(error, occasion);
    if (known.code !== 'aborted' || call.signal?.aborted) return known;
    return registryError(occasion, 'timeout', 'did not finish its answer in time', { cause: error });
  }
}

function isStream(body: Call['body']): boolean {
  return typeof body === 'function';
}

const nothing = Buffer.alloc(0);

/** Of most answers to a write: there is nothing to wait for. */
function hasNoBody({ header }: Answer, call: Call): boolean {
  return call.method === 'HEAD' || header('content-length') === '0';
}

function isBlob(call: Call): boolean {
  return call.slot === 'read' || call.slot === 'write';
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
