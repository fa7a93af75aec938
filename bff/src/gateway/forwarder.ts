import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { type ForwardingEndpoint, isRegistryError, type RegistryError } from '../registry-client/index.ts';

export interface Forward {
  readonly request: Request;
  readonly response: Response;
  /** The registry's endpoints, the one to try first at the head. */
  readonly endpoints: readonly ForwardingEndpoint[];
  /** From `/v2/` on. */
  readonly path: string;
  /** Such as `repository:a/b:pull`. */
  readonly scopes: readonly string[];
  /** `stream`: what the caller sends, as it comes; it cannot be sent twice. */
  readonly body: 'none' | 'stream' | Buffer;
}

export interface Forwarded {
  /** Its body has not been read; it ends with the caller's connection. */
  readonly answer: IncomingMessage;
  readonly endpoint: ForwardingEndpoint;
}

/** The registry could not be asked. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly registryError: RegistryError;

  constructor(registryError: RegistryError) {
    super(registryError.sentence, { cause: registryError });
    this.registryError = registryError;
  }
}

/** The caller went away; nobody is left to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

export interface Forwarder {
  /** @throws UpstreamError, CallerGoneError, RegistryError */
  readonly forward: (forward: Forward) => Promise<Forwarded>;
  readonly close: () => void;
}

/** What a registry needs to know of a request. Never the caller's own proofs, cookies or claims about hops. */
const passedOn = new Set([
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
/** Hashing and moving a large blob may take this long after its last byte. */
const answerMs = { read: 60_000, write: 300_000 };
// Shorter than any registry keeps a connection that nobody uses: an upload must not meet one that just closed.
const idleConnectionMs = 4000;
const discardedMaxBytes = 64 * 1024;
/** Of a gateway before a registry that is down. */
const elsewhereStatuses: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

interface Attempt {
  readonly endpoint: ForwardingEndpoint;
  readonly path: string;
  readonly body: Forward['body'];
  readonly resolve: (answer: IncomingMessage) => void;
  readonly reject: (error: Error) => void;
}

/** Carries requests to endpoints through http-proxy-middleware, over connections that are kept. */
export function createForwarder(userAgent: string): Forwarder {
  const agents = createAgents();
  const attempts = new WeakMap<IncomingMessage, Attempt>();
  const proxy = createProxyMiddleware<Request, Response>({
    changeOrigin: true,
    xfwd: false,
    followRedirects: false,
    // Its answer goes through ours: headers are chosen, and a 401 or a dead endpoint is not the caller's business.
    selfHandleResponse: true,
    router: (request, _response, options) => {
      const { endpoint, body } = attemptOf(request);
      options.agent = agents.of(endpoint);
      options.proxyTimeout = body === 'none' ? answerMs.read : answerMs.write;
      // Whatever a caller sends along with a request that has no body stays here.
      if (body !== 'stream') options.buffer = Readable.from(body === 'none' ? [] : [body]);
      return endpoint.origin;
    },
    pathRewrite: (_path, request) => {
      const { endpoint, path } = attemptOf(request);
      return `${endpoint.basePath}${path}`;
    },
    // Its own plug-ins log addresses and listen to every answer several times.
    ejectPlugins: true,
    plugins: [
      (server) => {
        server.on('proxyRes', (answer, request) => attemptOf(request).resolve(answer));
        server.on('error', (error, request) => request && attemptOf(request).reject(error));
        server.on('econnreset', (error, request) => attemptOf(request).reject(error));
      },
    ],
  });

  function attemptOf(request: IncomingMessage): Attempt {
    const attempt = attempts.get(request);
    if (attempt === undefined) throw new Error('A request reached the proxy without having been decided on.');
    return attempt;
  }

  const attemptAt = (
    { request, response, path, body }: Forward,
    endpoint: ForwardingEndpoint,
    authorization: string | undefined,
  ): Promise<IncomingMessage> => {
    request.headers = upstreamHeaders(request, body, userAgent, authorization);
    return new Promise((resolve, reject) => {
      const gone = () => reject(new CallerGoneError('The caller closed the connection.'));
      if (response.destroyed) {
        gone();
        return;
      }
      response.once('close', gone);
      const settled = () => response.off('close', gone);
      attempts.set(request, {
        endpoint,
        path,
        body,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(response.destroyed ? new CallerGoneError('The caller closed the connection.') : error);
        },
      });
      void proxy(request, response, (error) => reject(error instanceof Error ? error : new Error(String(error))));
    });
  };

  /** With the endpoint's proof; once more where it says that it wants another. */
  const askEndpoint = async (forward: Forward, endpoint: ForwardingEndpoint): Promise<IncomingMessage> => {
    const { scopes, body } = forward;
    if (body === 'stream') await endpoint.learn();
    for (let isRepeated = false; ; isRepeated = true) {
      const authorization = await endpoint.authorize(scopes);
      const answer = await attemptAt(forward, endpoint, authorization);
      endpoint.answered();
      if (answer.statusCode !== 401) return answer;
      const isWorthIt = endpoint.challenged(answer.headers['www-authenticate'], scopes, authorization);
      if (!isWorthIt || isRepeated || body === 'stream') return answer;
      await discard(answer);
    }
  };

  return {
    forward: async (forward) => {
      let failure: RegistryError | undefined;
      for (const [index, endpoint] of forward.endpoints.entries()) {
        const isLast = index === forward.endpoints.length - 1;
        try {
          const answer = await askTwice(() => askEndpoint(forward, endpoint), forward.body);
          if (isLast || forward.body !== 'none' || !elsewhereStatuses.has(answer.statusCode)) {
            return { answer, endpoint };
          }
          await discard(answer);
        } catch (error) {
          if (error instanceof CallerGoneError) throw error;
          const failed = endpoint.failed(error);
          failure = failed.error;
          if (!failed.isUnreachable || forward.body === 'stream') break;
        }
      }
      if (failure === undefined) throw new Error('A registry needs at least one endpoint.');
      throw new UpstreamError(failure);
    },
    close: agents.close,
  };
}

/** A kept connection may have been closed by the other side at this very moment. */
async function askTwice(ask: () => Promise<IncomingMessage>, body: Forward['body']): Promise<IncomingMessage> {
  try {
    return await ask();
  } catch (error) {
    const isReset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
    if (!isReset || isRegistryError(error) || body !== 'none') throw error;
    return ask();
  }
}

function upstreamHeaders(
  request: IncomingMessage,
  body: Forward['body'],
  userAgent: string,
  authorization: string | undefined,
): IncomingMessage['headers'] {
  const headers: IncomingMessage['headers'] = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (passedOn.has(name)) headers[name] = value;
  }
  if (body === 'none') {
    delete headers['content-length'];
    if (request.method !== 'GET' && request.method !== 'HEAD') headers['content-length'] = '0';
  } else if (body !== 'stream') headers['content-length'] = String(body.length);
  // The catalog knows by it that the registry's own notification of a push has nothing to add about who it was.
  headers['user-agent'] = userAgent;
  if (authorization !== undefined) headers.authorization = authorization;
  return headers;
}

/** So that its connection can be used again; a registry that does not stop talking loses it. */
async function discard(answer: IncomingMessage): Promise<void> {
  let sizeBytes = 0;
  answer.on('data', (piece: Buffer) => {
    sizeBytes += piece.length;
    if (sizeBytes > discardedMaxBytes) answer.destroy();
  });
  if (!answer.readableEnded && !answer.destroyed) await once(answer, 'close').catch(() => undefined);
}

/** Connections are shared by all who trust the same there. */
function createAgents() {
  const known = new Map<string, HttpAgent | HttpsAgent>();
  const settings = { keepAlive: true, maxFreeSockets: 64, timeout: idleConnectionMs, scheduling: 'lifo' as const };
  return {
    of: ({ origin, caPem }: ForwardingEndpoint): HttpAgent | HttpsAgent => {
      const key = `${origin}\n${caPem ?? ''}`;
      const held = known.get(key);
      if (held !== undefined) return held;
      const agent = origin.startsWith('https:')
        ? new HttpsAgent({ ...settings, ...(caPem === undefined ? {} : { ca: caPem }) })
        : new HttpAgent(settings);
      known.set(key, agent);
      return agent;
    },
    close: () => {
      for (const agent of known.values()) agent.destroy();
      known.clear();
    },
  };
}
