import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { type ForwardingEndpoint, readIntoKeptBuffers } from '../registry-client/index.ts';

/** `stream`: what the caller sends, as it comes; it cannot be sent twice. */
export type ForwardBody = 'none' | 'stream' | Buffer;

/** The caller went away; nobody is left to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
  constructor() {
    super('The caller closed the connection.');
  }
}

export interface Passing {
  readonly request: Request;
  readonly response: Response;
  readonly endpoint: ForwardingEndpoint;
  /** From `/v2/` on. */
  readonly path: string;
  readonly body: ForwardBody;
  readonly authorization: string | undefined;
}

interface Attempt extends Pick<Passing, 'endpoint' | 'path' | 'body'> {
  readonly silenceMs: number;
  readonly startedAtMs: number;
  readonly resolve: (answer: IncomingMessage) => void;
  readonly reject: (error: Error) => void;
}

/** What a registry needs to know of a request. Never the caller's own proofs, cookies or claims about hops. */
const passedOn: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-length',
  'content-range',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
]);
export interface Silence {
  readonly readMs: number;
  /** Of an endpoint that is known to be down: whoever pulls is not kept waiting for what has just been found out. */
  readonly downMs: number;
  /** Hashing and moving a large blob may take this long after its last byte. */
  readonly writeMs: number;
}

/** Without a byte in either direction. */
const usualSilence: Silence = { readMs: 60_000, downMs: 10_000, writeMs: 300_000 };
// Shorter than any registry keeps a connection that nobody uses: an upload must not meet one that just closed.
const idleConnectionMs = 4000;

const blobPath = /\/blobs\/[a-z0-9+._-]+:[a-zA-Z0-9=_-]+$/;

/** Sends one request to one endpoint through http-proxy-middleware, over connections that are kept. */
export class EndpointProxy {
  readonly #userAgent: string;
  readonly #silence: Silence;
  readonly #attempts = new WeakMap<IncomingMessage, Attempt>();
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();
  readonly #proxy = createProxyMiddleware<Request, Response>({
    changeOrigin: true,
    xfwd: false,
    followRedirects: false,
    // Its answer goes through ours: headers are chosen, and a 401 or a dead endpoint is not the caller's business.
    selfHandleResponse: true,
    router: (request, _response, options) => {
      const { endpoint, path, body, silenceMs } = this.#attemptOf(request);
      options.agent = this.#agentOf(endpoint, request.method === 'GET' && blobPath.test(path));
      options.proxyTimeout = silenceMs;
      // Whatever a caller sends along with a request that has no body stays here.
      if (body !== 'stream') options.buffer = Readable.from(body === 'none' ? [] : [body]);
      return endpoint.origin;
    },
    pathRewrite: (_path, request) => {
      const { endpoint, path } = this.#attemptOf(request);
      return `${endpoint.basePath}${path}`;
    },
    // Its own plug-ins log addresses and listen to every answer several times.
    ejectPlugins: true,
    plugins: [
      (server) => {
        server.on('proxyRes', (answer, request) => this.#attemptOf(request).resolve(answer));
        server.on('error', (error, request) => request && this.#failed(request, error));
        server.on('econnreset', (error, request) => this.#failed(request, error));
      },
    ],
  });

  /** @param userAgent whom the registry sees */
  constructor(userAgent: string, silence: Silence = usualSilence) {
    this.#userAgent = userAgent;
    this.#silence = silence;
  }

  /** @returns the answer, its body unread @throws CallerGoneError, or what the connection says */
  async pass(passing: Passing): Promise<IncomingMessage> {
    const answer = await this.#send(passing);
    if (passing.body === 'stream') return answer;
    // The library would cut the caller off at once when an answer breaks. Before its first byte it can still be another.
    answer.removeAllListeners('close').removeAllListeners('error');
    answer.on('error', () => undefined);
    return answer;
  }

  #send({ request, response, endpoint, path, body, authorization }: Passing): Promise<IncomingMessage> {
    request.headers = this.#headersOf(request, body, authorization);
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new CallerGoneError());
      if (response.destroyed) {
        gone();
        return;
      }
      response.once('close', gone);
      this.#attempts.set(request, {
        endpoint,
        path,
        body,
        silenceMs: this.#silenceOf(endpoint, body),
        startedAtMs: performance.now(),
        resolve: (answer) => {
          response.off('close', gone);
          resolve(answer);
        },
        reject: (error) => {
          response.off('close', gone);
          reject(response.destroyed ? new CallerGoneError() : error);
        },
      });
      void this.#proxy(request, response, (error) =>
        reject(error instanceof Error ? error : new Error('The proxy failed.', { cause: error })),
      );
    });
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #attemptOf(request: IncomingMessage): Attempt {
    const attempt = this.#attempts.get(request);
    if (attempt === undefined) throw new Error('A request reached the proxy without having been decided on.');
    return attempt;
  }

  #silenceOf({ isDown }: ForwardingEndpoint, body: ForwardBody): number {
    const { readMs, downMs, writeMs } = this.#silence;
    if (body !== 'none') return writeMs;
    return isDown ? downMs : readMs;
  }

  /** A connection that was cut because nothing came is reported as one that the other side closed. */
  #failed(request: IncomingMessage, error: Error): void {
    const { silenceMs, startedAtMs, reject } = this.#attemptOf(request);
    const isSilent = performance.now() - startedAtMs >= silenceMs;
    reject(
      isSilent ? Object.assign(new Error('No answer.', { cause: error }), { code: 'UND_ERR_HEADERS_TIMEOUT' }) : error,
    );
  }

  #headersOf(request: IncomingMessage, body: ForwardBody, authorization: string | undefined) {
    const headers: IncomingMessage['headers'] = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (passedOn.has(name)) headers[name] = value;
    }
    if (body === 'none') {
      delete headers['content-length'];
      if (request.method !== 'GET' && request.method !== 'HEAD') headers['content-length'] = '0';
    } else if (body !== 'stream') headers['content-length'] = String(body.length);
    // The catalog knows by it that the registry's own notification of a push has nothing to add about who it was.
    headers['user-agent'] = this.#userAgent;
    if (authorization !== undefined) headers.authorization = authorization;
    return headers;
  }

  /** Connections are shared by all who trust the same there; those for blobs read in large pieces. */
  #agentOf({ origin, caPem }: ForwardingEndpoint, isForBlobs: boolean): HttpAgent | HttpsAgent {
    const isPlain = origin.startsWith('http:');
    // TLS decrypts into buffers of its own.
    const reading = isForBlobs && isPlain ? { onread: readIntoKeptBuffers } : {};
    const key = [origin, isForBlobs, caPem ?? ''].join('\n');
    const held = this.#agents.get(key);
    if (held !== undefined) return held;
    const settings = { keepAlive: true, maxFreeSockets: 64, timeout: idleConnectionMs, scheduling: 'lifo' as const };
    const agent = isPlain
      ? new HttpAgent({ ...settings, ...reading })
      : new HttpsAgent({ ...settings, ...(caPem === undefined ? {} : { ca: caPem }) });
    this.#agents.set(key, agent);
    return agent;
  }
}
