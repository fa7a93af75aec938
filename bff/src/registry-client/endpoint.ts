import { rootCertificates } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import { giveBackWritten, readIntoKeptBuffers } from './blob-buffers.ts';
import type { Clock, EndpointState, Timeouts } from './client-types.ts';
import type { SlotKind } from './host-slots.ts';
import { HostSlots } from './host-slots.ts';
import type { RegistryError } from './registry-error.ts';

export const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  answerMs: 30_000,
  uploadAnswerMs: 300_000,
  idleMs: 30_000,
  minimumRateBytesPerSecond: 1024,
  minimumRateWindowMs: 30_000,
};

/** A connection pool of its own: HTTP/1.1, because many streams in one HTTP/2 connection hold each other up. */
export function createPool(
  origin: string,
  options: { caPem: string | undefined; timeouts: Timeouts; connections: number; traffic: SlotKind },
): Pool {
  const { caPem, timeouts, connections, traffic } = options;
  // TLS decrypts into buffers of its own.
  const isPlain = origin.startsWith('http:');
  const connect = buildConnector({
    allowH2: false,
    timeout: timeouts.connectMs,
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(traffic === 'read' && isPlain ? { onread: readIntoKeptBuffers } : {}),
  });
  return new Pool(origin, {
    connections,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    headersTimeout: timeouts.answerMs,
    bodyTimeout: timeouts.idleMs,
    connect:
      traffic === 'write'
        ? (target, callback) =>
            connect(target, (error, socket) => {
              if (socket) callback(null, giveBackWritten(socket));
              else callback(error ?? new Error('No connection was made.'), null);
            })
        : connect,
  });
}

/** For stores behind redirects, which may stand under a public authority or the registry's own. */
export function createOutsidePool(origin: string, caPem: string | undefined, timeouts: Timeouts): Pool {
  const authorities = caPem === undefined ? undefined : [caPem, ...rootCertificates].join('\n');
  return createPool(origin, { caPem: authorities, timeouts, connections: 8, traffic: 'small' });
}

// Found down: asked again by the traffic after this long, or at once where no other endpoint is left.
const retryDownAfterMs = 10_000;
const firstBackoffMs = 500;
const longestBackoffMs = 30_000;

/** One address of a registry: its connections, its slots, its health and how long to leave it alone. */
export class Endpoint {
  readonly url: URL;
  readonly host: string;
  /** The path before `/v2/`, without a slash at its end. */
  readonly basePath: string;
  readonly pools: Readonly<Record<SlotKind, Pool>>;
  readonly slots: HostSlots;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onState: (state: EndpointState) => void;
  #state: EndpointState;
  #quietUntilMs = 0;
  #refusals = 0;

  constructor(
    url: string,
    options: {
      caPem: string | undefined;
      timeouts: Timeouts;
      slots: number;
      clock: Clock;
      random: () => number;
      onState: (state: EndpointState) => void;
    },
  ) {
    this.url = parseEndpointUrl(url);
    this.host = this.url.host;
    this.basePath = this.url.pathname.replace(/\/+$/, '');
    this.slots = new HostSlots(options.slots);
    const pool = (traffic: SlotKind): Pool =>
      createPool(this.url.origin, { ...options, connections: Math.max(1, options.slots), traffic });
    this.pools = { small: pool('small'), read: pool('read'), write: pool('write') };
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onState = options.onState;
    this.#state = { url: this.url.href, state: 'unknown', sinceMs: undefined, error: undefined };
  }

  get state(): EndpointState {
    return this.#state;
  }

  get isWorthTrying(): boolean {
    return this.#state.state !== 'down' || this.#clock.now() - (this.#state.sinceMs ?? 0) > retryDownAfterMs;
  }

  get isQuiet(): boolean {
    return this.#quietUntilMs > this.#clock.now();
  }

  /** How much longer the registry wants to be left alone. */
  get quietForMs(): number {
    return Math.max(0, this.#quietUntilMs - this.#clock.now());
  }

  /** Waits while the registry has asked to be left alone. */
  async waitUntilWelcome(signal: AbortSignal | undefined): Promise<void> {
    const durationMs = this.#quietUntilMs - this.#clock.now();
    if (durationMs > 0) await this.#clock.sleep(durationMs, signal);
  }

  answered(): void {
    if (this.#refusals > 0) this.#refusals -= 1;
    if (this.#state.state !== 'up') this.#change('up', undefined);
  }

  /** 429 or 503: everyone who talks to this host waits, with jitter, longer each time. @returns for how long */
  askedToSlowDown(retryAfterMs: number | undefined): number {
    this.#refusals += 1;
    const grownMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(10, this.#refusals - 1));
    const durationMs = Math.ceil(
      (retryAfterMs ?? grownMs * 0.5) + this.#random() * 0.5 * Math.min(grownMs, longestBackoffMs),
    );
    this.#quietUntilMs = Math.max(this.#quietUntilMs, this.#clock.now() + durationMs);
    return durationMs;
  }

  wentDown(error: RegistryError): void {
    this.#change('down', error);
  }

  #change(state: 'up' | 'down', error: RegistryError | undefined): void {
    const isSame = this.#state.state === state;
    // The time of a repeated failure counts anew for the next try, but people want to know since when.
    this.#state = { url: this.url.href, state, sinceMs: this.#clock.now(), error };
    if (!isSame) this.#onState(this.#state);
  }
}

/** @throws TypeError */
function parseEndpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError('The address of a registry must be an http or https URL.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      'The address of a registry must not hold a user name or password: give them as its credential.',
    );
  }
  if (url.search !== '' || url.hash !== '') throw new TypeError('The address of a registry must not have a query.');
  return url;
}
