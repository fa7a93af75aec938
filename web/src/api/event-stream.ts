import type { StreamEvent, StreamEventName } from 'bff/contract/events';
import type { Connection, StreamBrowser, StreamSink } from './stream-parts.ts';
import { shareStream } from './stream-sharing.ts';

export type { Connection } from './stream-parts.ts';
export type StreamPayload<N extends StreamEventName> = Extract<StreamEvent, { name: N }>['payload'];
export type StreamHandler<N extends StreamEventName> = (payload: StreamPayload<N>) => void;
export interface EventStream {
  /** Starts listening; what this returns stops it. */
  readonly start: () => () => void;
  readonly on: <N extends StreamEventName>(name: N, handler: StreamHandler<N>) => () => void;
  readonly connection: () => Connection;
  readonly onConnection: (listener: () => void) => () => void;
}

/** The server's events, over one connection for all tabs of the browser. */
export function createEventStream(browser: StreamBrowser): EventStream {
  const handlers = new Map<StreamEventName, Set<(payload: never) => void>>();
  const listeners = new Set<() => void>();
  let connection: Connection = { state: 'connecting' };

  const sink: StreamSink = {
    event: (name, payload) => {
      for (const handler of handlers.get(name) ?? []) handler(payload as never);
    },
    connection: (next) => {
      // The same state again is no news, and the first moment of a loss is the one people are told.
      if (next.state === connection.state) return;
      connection = next;
      for (const listener of listeners) listener();
    },
    current: () => connection,
  };
  return {
    start: () => {
      sink.connection({ state: 'connecting' });
      return shareStream(browser, sink);
    },
    on: (name, handler) => {
      const set = handlers.get(name) ?? new Set();
      handlers.set(name, set.add(handler));
      return () => void set.delete(handler);
    },
    connection: () => connection,
    onConnection: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The stream of this browser. */
export function createBrowserEventStream(): EventStream {
  return createEventStream({
    openSource: (url) => new EventSource(url),
    openChannel: (name) => (typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name)),
    locks: 'locks' in navigator ? navigator.locks : null,
  });
}
