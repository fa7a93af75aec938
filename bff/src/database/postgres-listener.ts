import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ListenOptions } from './database-port.ts';

interface Subscription {
  channel: string;
  handler: (payload: string) => void;
  onGap: (() => void) | undefined;
}

const HEARTBEAT_MS = 5000;
const HEARTBEAT_ANSWER_MS = 5000;
const RECONNECT_FIRST_MS = 200;
const RECONNECT_LONGEST_MS = 5000;

/**
 * LISTEN on one connection of its own, opened with the first subscription and again whenever it breaks. A query every few
 * seconds notices a half-open connection, which sends no error.
 */
export function createPostgresListener(
  settings: pg.ClientConfig,
  onWarning: (sentence: string, error: unknown) => void,
) {
  const subscriptions = new Set<Subscription>();
  const closing = new AbortController();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let heartbeat: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...settings, query_timeout: HEARTBEAT_ANSWER_MS });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, new Error('The connection ended.')));
    next.on('notification', ({ channel, payload }) => {
      for (const subscription of subscriptions) {
        if (subscription.channel === channel) subscription.handler(payload ?? '');
      }
    });
    await next.connect();
    try {
      for (const channel of new Set([...subscriptions].map((subscription) => subscription.channel))) {
        await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      }
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    client = next;
    heartbeat = setInterval(() => {
      next.query('select 1').catch((error: unknown) => lost(next, error));
    }, HEARTBEAT_MS);
    heartbeat.unref();
  }

  function lost(which: pg.Client, error: unknown): void {
    if (client !== which || closing.signal.aborted) return;
    client = null;
    clearInterval(heartbeat);
    onWarning('The connection that receives notifications was lost; it is opened again.', error);
    // A half-open socket would keep `end()` waiting for ever.
    void which.end().catch(() => {});
    connecting = reconnect();
  }

  async function reconnect(): Promise<void> {
    for (
      let delayMs = RECONNECT_FIRST_MS;
      !closing.signal.aborted;
      delayMs = Math.min(delayMs * 2, RECONNECT_LONGEST_MS)
    ) {
      try {
        await connect();
        for (const subscription of subscriptions) subscription.onGap?.();
        return;
      } catch {
        await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  async function listen(channel: string, handler: (payload: string) => void, options: ListenOptions = {}) {
    const subscription: Subscription = { channel, handler, onGap: options.onGap };
    subscriptions.add(subscription);
    connecting ??= connect();
    try {
      await connecting;
      // Repeating LISTEN is harmless; the connection may have been there before this channel.
      await client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      subscriptions.delete(subscription);
      if (client === null) connecting = null;
      throw error;
    }
    return async () => {
      subscriptions.delete(subscription);
      const isStillUsed = [...subscriptions].some((other) => other.channel === channel);
      if (!isStillUsed) await client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => {});
    };
  }

  async function close(): Promise<void> {
    closing.abort();
    clearInterval(heartbeat);
    await connecting?.catch(() => {});
    await client?.end().catch(() => {});
    client = null;
  }

  return { listen, close };
}
