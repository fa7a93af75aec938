import { Buffer } from 'node:buffer';
import type { Pool } from 'undici';
import { isAbort } from './error-sentences.ts';
import { BodyTooLargeError, readCapped } from './answer-body.ts';
import type { Challenge } from './challenge.ts';
import type { Clock, Credential, MintToken } from './client-types.ts';
import type { Occasion } from './error-sentences.ts';
import { answerError, connectionError, registryError } from './error-sentences.ts';
import { isRegistryError } from './registry-error.ts';

interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
}

type Bearer = Extract<Challenge, { scheme: 'bearer' }>;

// https://distribution.github.io/distribution/spec/auth/token/: "If omitted, this defaults to 60 seconds."
const defaultLifeSeconds = 60;
// Registries check a token when the request starts: what is about to expire may do so on the way.
const spareMs = 10_000;
const answerMaxBytes = 1024 * 1024;
const cacheMax = 1000;

export interface AuthenticatorOptions {
  readonly name: string;
  readonly credential: Credential | undefined;
  readonly userAgent: string;
  /** Origins of the endpoints themselves. */
  readonly ownOrigins: readonly string[];
  /** Origins or whole URLs. */
  readonly allowedRealms: readonly string[];
  /** The pool of an origin that may be asked for tokens. */
  readonly poolFor: (origin: string) => Pool;
  /** Where the registry takes tokens of the caller's own making: no token service is asked, no credential is sent. */
  readonly mintToken?: MintToken | undefined;
  readonly clock: Clock;
}

/** Remembers what each endpoint asked for and keeps its tokens, one for each set of scopes. */
export class TokenAuthenticator {
  readonly #options: AuthenticatorOptions;
  readonly #challenges = new Map<string, Challenge>();
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * The Authorization header for a request, or undefined while the endpoint has asked for none.
   * @param scopes such as `repository:a/b:pull`
   */
  async authorize(origin: string, scopes: readonly string[], occasion: Occasion): Promise<string | undefined> {
    const challenge = this.#challenges.get(origin);
    if (!challenge) return undefined;
    if (challenge.scheme === 'basic') return this.#basic();
    const token = await this.#token(challenge, scopes, occasion);
    return `Bearer ${token.text}`;
  }

  /**
   * After a 401: learns the scheme and forgets the token that was refused.
   * @returns whether another try can go better
   */
  challenged(
    origin: string,
    challenge: Challenge | undefined,
    scopes: readonly string[],
    sent: string | undefined,
  ): boolean {
    if (!challenge) return false;
    const before = this.#challenges.get(origin);
    this.#challenges.set(origin, challenge);
    if (challenge.scheme === 'basic') return sent === undefined && this.#options.credential !== undefined;
    if (before?.scheme === 'bearer' && sent !== undefined) this.#tokens.delete(keyOf(challenge, scopes));
    return true;
  }

  #basic(): string | undefined {
    const { credential } = this.#options;
    if (!credential) return undefined;
    const pair = `${credential.username}:${credential.password.reveal()}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }

  async #token(challenge: Bearer, scopes: readonly string[], occasion: Occasion): Promise<Token> {
    const key = keyOf(challenge, scopes);
    const known = this.#tokens.get(key);
    if (known) {
      const token = await known.catch(() => undefined);
      if (token && token.expiresAtMs - spareMs > this.#options.clock.now()) return token;
      if (this.#tokens.get(key) === known) this.#tokens.delete(key);
    }
    // Several requests at once share one question; none of them can stop it for the others.
    const asked = this.#tokens.get(key) ?? this.#ask(challenge, scopes, occasion);
    this.#tokens.set(key, asked);
    if (this.#tokens.size > cacheMax) this.#tokens.delete(this.#tokens.keys().next().value ?? key);
    try {
      return await asked;
    } catch (error) {
      if (this.#tokens.get(key) === asked) this.#tokens.delete(key);
      throw error;
    }
  }

  async #ask(challenge: Bearer, scopes: readonly string[], occasion: Occasion): Promise<Token> {
    if (this.#options.mintToken !== undefined) {
      const { token, expiresAt } = await this.#options.mintToken(scopes).catch((cause: unknown) => {
        if (isRegistryError(cause)) throw cause;
        const predicate = 'was not asked: the token for it could not be made here';
        throw registryError(occasion, 'token-not-made', predicate, { cause });
      });
      return { text: token, expiresAtMs: expiresAt.getTime() };
    }
    const url = this.#realm(challenge, occasion);
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    if (this.#options.credential) url.searchParams.set('account', this.#options.credential.username);
    const authorization = this.#basic();
    const { statusCode, body } = await this.#options
      .poolFor(url.origin)
      .request({
        method: 'GET',
        path: `${url.pathname}${url.search}`,
        headers: {
          accept: 'application/json',
          'user-agent': this.#options.userAgent,
          ...(authorization === undefined ? {} : { authorization }),
        },
        signal: AbortSignal.timeout(30_000),
      })
      .catch((error: unknown) => {
        throw this.#unreachable(error, url, occasion);
      });
    const text = await readCapped(body, answerMaxBytes).catch((error: unknown) => {
      throw error instanceof BodyTooLargeError
        ? this.#unreadable(url, occasion)
        : this.#unreachable(error, url, occasion);
    });
    if (statusCode !== 200) {
      throw answerError(
        { status: statusCode, body: text.toString('utf8', 0, 4096) },
        { ...occasion, operation: 'ping' },
      );
    }
    return this.#read(text, url, occasion);
  }

  /** The realm is the registry's word: only what was pinned, or is the registry itself, may see the credential. */
  #realm(challenge: Bearer, occasion: Occasion): URL {
    const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
    const { ownOrigins, allowedRealms } = this.#options;
    const isAllowed =
      url !== undefined &&
      (url.protocol === 'https:' || url.protocol === 'http:') &&
      (ownOrigins.includes(url.origin) || allowedRealms.includes(url.origin) || allowedRealms.includes(url.href));
    if (!isAllowed) {
      const realm = url?.origin ?? 'an unreadable address';
      const predicate = `asks to fetch tokens from ${realm}, which is not among its allowed token services`;
      throw registryError(occasion, 'token-realm-refused', predicate, { params: { realm } });
    }
    return new URL(url);
  }

  #read(bytes: Buffer, url: URL, occasion: Occasion): Token {
    let document: { token?: unknown; access_token?: unknown; expires_in?: unknown } | undefined;
    try {
      document = JSON.parse(bytes.toString('utf8')) as typeof document;
    } catch {
      throw this.#unreadable(url, occasion);
    }
    const text = [document?.token, document?.access_token].find((value) => typeof value === 'string' && value !== '');
    // A token that could break out of its header is no token.
    if (typeof text !== 'string' || !/^[\w.~+/=-]+$/.test(text)) throw this.#unreadable(url, occasion);
    const life = document?.expires_in;
    const lifeSeconds = typeof life === 'number' && life > 0 ? life : defaultLifeSeconds;
    return { text, expiresAtMs: this.#options.clock.now() + lifeSeconds * 1000 };
  }

  #unreadable(url: URL, occasion: Occasion): Error {
    const predicate = `asks to fetch tokens from ${url.host}, which did not answer with a token`;
    return registryError(occasion, 'answer-invalid', predicate, { params: { realm: url.origin } });
  }

  #unreachable(error: unknown, url: URL, occasion: Occasion): Error {
    if (isAbort(error)) return registryError(occasion, 'timeout', `waits for a token from ${url.host} in vain`);
    return connectionError(error, { ...occasion, name: `The token service of ${occasion.name}`, host: url.host });
  }
}

function keyOf(challenge: Bearer, scopes: readonly string[]): string {
  return [challenge.realm, challenge.service ?? '', ...scopes.toSorted()].join('\n');
}
