import { parseChallenge } from './challenge.ts';
import type { ForwardingEndpoint } from './client-types.ts';
import type { Endpoint } from './endpoint.ts';
import type { Occasion } from './error-sentences.ts';
import { codeOf, connectionError } from './error-sentences.ts';
import type { TokenAuthenticator } from './token-authenticator.ts';
import { downCodes } from './transport.ts';

interface ForwardingParts {
  readonly authenticator: TokenAuthenticator;
  readonly occasionAt: (endpoint: Endpoint) => Occasion;
  readonly ping: (endpoint: Endpoint) => Promise<unknown>;
  readonly caPem: string | undefined;
}

/** Lends the proofs and the health of a registry's endpoints to a proxy. */
export class Forwarding {
  readonly #parts: ForwardingParts;
  readonly #learnt = new Map<Endpoint, Promise<unknown>>();

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
  }

  of(endpoint: Endpoint): ForwardingEndpoint {
    const { authenticator, occasionAt, caPem } = this.#parts;
    const { origin } = endpoint.url;
    return {
      origin,
      basePath: endpoint.basePath,
      caPem,
      isDown: endpoint.state.state === 'down',
      authorize: (scopes) => authenticator.authorize(origin, scopes, occasionAt(endpoint)),
      learn: () => this.#learn(endpoint),
      challenged: (header, scopes, sent) => authenticator.challenged(origin, parseChallenge(header), scopes, sent),
      answered: () => endpoint.answered(),
      failed: (cause) => {
        const error = connectionError(cause, occasionAt(endpoint));
        const isUnreachable = downCodes.has(error.code);
        if (isUnreachable) endpoint.wentDown(error);
        // A kept connection that was closed by the other side says nothing about the registry.
        return { error, isUnreachable: isUnreachable || codeOf(cause) === 'ECONNRESET' };
      },
    };
  }

  async #learn(endpoint: Endpoint): Promise<void> {
    const asked = this.#learnt.get(endpoint) ?? this.#parts.ping(endpoint);
    this.#learnt.set(endpoint, asked);
    try {
      await asked;
    } catch (error) {
      this.#learnt.delete(endpoint);
      throw error;
    }
  }
}
