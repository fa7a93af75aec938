import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ForwardingEndpoint, isRegistryError, type RegistryError } from '../registry-client/index.ts';
import { CallerGoneError, EndpointProxy, type Passing, type Silence } from './endpoint-proxy.ts';

export interface Forward extends Pick<Passing, 'request' | 'response' | 'path' | 'body'> {
  /** The registry's endpoints, the one to try first at the head. */
  readonly endpoints: readonly ForwardingEndpoint[];
  /** Such as `repository:a/b:pull`. */
  readonly scopes: readonly string[];
}

export interface Forwarded {
  /** Its body has not been read; it ends with the caller's connection. */
  readonly answer: IncomingMessage;
  readonly endpoint: ForwardingEndpoint;
}

/** The registry could not be asked. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  constructor(cause: RegistryError) {
    super(cause.sentence, { cause });
  }
}

const discardedMaxBytes = 64 * 1024;
/** Of a gateway before a registry that is down. */
const elsewhereStatuses: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

/** Brings a request to the first endpoint of its registry that takes it, with the proof that the endpoint wants. */
export class Forwarder {
  readonly #proxy: EndpointProxy;

  constructor(userAgent: string, silence?: Silence) {
    this.#proxy = new EndpointProxy(userAgent, silence);
  }

  /** @throws UpstreamError, CallerGoneError */
  async forward(forward: Forward): Promise<Forwarded> {
    let failure: RegistryError | undefined;
    for (const [index, endpoint] of forward.endpoints.entries()) {
      const isLast = index === forward.endpoints.length - 1;
      try {
        const answer = await this.#askTwice(forward, endpoint);
        const isFinal = isLast || forward.body !== 'none' || !elsewhereStatuses.has(answer.statusCode);
        if (isFinal) return { answer, endpoint };
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
  }

  close(): void {
    this.#proxy.close();
  }

  /** A kept connection may have been closed by the other side at this very moment. */
  async #askTwice(forward: Forward, endpoint: ForwardingEndpoint): Promise<IncomingMessage> {
    try {
      return await this.#ask(forward, endpoint);
    } catch (error) {
      const isReset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
      if (!isReset || isRegistryError(error) || forward.body !== 'none') throw error;
      return this.#ask(forward, endpoint);
    }
  }

  /** With the endpoint's proof; once more where it says that it wants another. */
  async #ask(forward: Forward, endpoint: ForwardingEndpoint): Promise<IncomingMessage> {
    const { scopes, body } = forward;
    if (body === 'stream') await endpoint.learn();
    for (let isRepeated = false; ; isRepeated = true) {
      const authorization = await endpoint.authorize(scopes);
      const answer = await this.#proxy.pass({ ...forward, endpoint, authorization });
      endpoint.answered();
      if (answer.statusCode !== 401) return answer;
      const isWorthIt = endpoint.challenged(answer.headers['www-authenticate'], scopes, authorization);
      if (!isWorthIt || isRepeated || body === 'stream') return answer;
      await discard(answer);
    }
  }
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
