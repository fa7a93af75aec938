import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ListenOptions } from './database-port.ts';
import type { PostgresConnections } from './postgres-connections.ts';

interface Subscription {
  channel: string;
  handler: (payload: string) => void;
  onGap: (() => void) | undefined;
}

type OnWarning = (sentence: string, error: unknown) => void;

const HEARTBEAT_MS = 5000;
const HEARTBEAT_ANSWER_MS = 5000;
const SLOW_READER_MS = 500;
const RECONNECT_FIRST_MS = 200;
const RECONNECT_LONGEST_MS = 5000;

/**
 * LISTEN on one connection of its own, opened with the first subscription and again whenever it breaks. A query every few
 * seconds notices a half-open connection, which sends no error, and has the others cut that are silent too.
 */
export class PostgresListener {
  readonly #connections: PostgresConnections;
  readonly #onWarning: OnWarning;
  readonly #subscriptions = new Set<Subscription>();
  readonly #closing = new AbortController();
  #client: pg.Client | null = null;
  #connecting: Promise<void> | null = null;
  #heartbeat: NodeJS.Timeout | undefined;
  /** The end of what the connection was asked last. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connections: PostgresConnections, onWarning: OnWarning) {
    this.#connections = connections;
    this.#onWarning = onWarning;
  }

  async listen(channel: string, handler: (payload: string) => void, options: ListenOptions = {}) {
    const subscription: Subscription = { channel, handler, onGap: options.onGap };
    this.#subscriptions.add(subscription);
    this.#connecting ??= this.#connect();
    try {
      await this.#connecting;
      // Repeating LISTEN is harmless; the connection may have been there before this channel.
      await this.#ask(this.#client, `LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      this.#subscriptions.delete(subscription);
      if (this.#client === null) this.#connecting = null;
      throw error;
    }
    return () => this.#unlisten(subscription);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#heartbeat);
    await this.#connecting?.catch(() => {});
    await this.#client?.end().catch(() => {});
    this.#client = null;
  }

  async #unlisten(subscription: Subscription): Promise<void> {
    this.#subscriptions.delete(subscription);
    const { channel } = subscription;
    if ([...this.#subscriptions].some((other) => other.channel === channel)) return;
    await this.#ask(this.#client, `UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => {});
  }

  /** One statement at a time: the driver is about to give up keeping others waiting by itself. */
  #ask(client: pg.Client | null, statement: string): Promise<unknown> {
    const asked = this.#turn.then(() => client?.query(statement));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ ...this.#connections.clientSettings, query_timeout: HEARTBEAT_ANSWER_MS });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('The connection ended.')));
    client.on('notification', ({ channel, payload }) => {
      for (const subscription of this.#subscriptions) {
        if (subscription.channel === channel) subscription.handler(payload ?? '');
      }
    });
    try {
      await client.connect();
      for (const channel of new Set([...this.#subscriptions].map((subscription) => subscription.channel))) {
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      }
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    this.#client = client;
    this.#heartbeat = setInterval(() => void this.#beat(client), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async #beat(client: pg.Client): Promise<void> {
    const heard = this.#connections.heard();
    try {
      await this.#ask(client, 'select 1');
    } catch {
      // This process may have been too busy to read the answer that was there: only now it gets round to that.
      await sleep(SLOW_READER_MS);
      // Its own connection is among them.
      this.#connections.cutSilentSince(heard);
    }
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = null;
    clearInterval(this.#heartbeat);
    this.#onWarning('The connection that receives notifications was lost; it is opened again.', error);
    // Not waited for: a half-open socket would keep it for ever.
    void client.end().catch(() => {});
    this.#connecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    for (let delayMs = RECONNECT_FIRST_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, RECONNECT_LONGEST_MS)) {
      try {
        await this.#connect();
      } catch {
        await sleep(delayMs, undefined, { signal }).catch(() => {});
        continue;
      }
      for (const { onGap } of this.#subscriptions) onGap?.();
      return;
    }
  }
}
