import { type StreamEvent, type StreamEventName, streamEvents } from 'bff/contract/events';
import { API_ROOT } from './call.ts';

export type StreamPayload<N extends StreamEventName> = Extract<StreamEvent, { name: N }>['payload'];
export type StreamHandler<N extends StreamEventName> = (payload: StreamPayload<N>) => void;

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `since`: milliseconds since the epoch. */
  | { readonly state: 'lost'; readonly since: number };

export interface EventStream {
  /** Starts listening; what this returns stops it. */
  start(): () => void;
  on<N extends StreamEventName>(name: N, handler: StreamHandler<N>): () => void;
  connection(): Connection;
  onConnection(listener: () => void): () => void;
}

/** What the stream takes from the browser; tests hand in their own. */
export interface StreamBrowser {
  openSource(url: string): EventSource;
  openChannel(name: string): BroadcastChannel | null;
  /** Absent where the page is not served securely: then every tab has its own stream. */
  locks: LockManager | null;
}

const LEADER_LOCK = 'longshore-events';
const CHANNEL = 'longshore-events';
const eventNames = Object.keys(streamEvents) as StreamEventName[];
const FIRST_REOPEN_MS = 1_000;
const LAST_REOPEN_MS = 15_000;
/** A leader answers at once; one that does not is frozen in the background and is replaced. */
const LEADER_SILENCE_MS = 3_000;

type Shared =
  | { kind: 'event'; name: StreamEventName; payload: unknown }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'who-leads' };

/**
 * The server's events, over one connection for the whole browser: HTTP/1.1 allows six to an origin, and each open tab
 * would hold one. One tab leads (it has the lock and the connection) and tells the others over a channel.
 */
export function createEventStream(browser: StreamBrowser): EventStream {
  const handlers = new Map<StreamEventName, Set<(payload: never) => void>>();
  const listeners = new Set<() => void>();
  let connection: Connection = { state: 'connecting' };

  const setConnection = (next: Connection) => {
    // The first moment of a loss is the one people are told.
    if (next.state === 'lost' && connection.state === 'lost') return;
    if (next.state === connection.state) return;
    connection = next;
    for (const listener of listeners) listener();
  };
  const dispatch = (name: StreamEventName, payload: unknown) => {
    for (const handler of handlers.get(name) ?? []) handler(payload as never);
  };

  return {
    start() {
      setConnection({ state: 'connecting' });
      return listen(browser, dispatch, setConnection, () => connection);
    },
    on(name, handler) {
      const set = handlers.get(name) ?? new Set();
      handlers.set(name, set.add(handler));
      return () => void set.delete(handler);
    },
    connection: () => connection,
    onConnection(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

type Dispatch = (name: StreamEventName, payload: unknown) => void;
type SetConnection = (next: Connection) => void;

function listen(
  browser: StreamBrowser,
  dispatch: Dispatch,
  setConnection: SetConnection,
  connection: () => Connection,
): () => void {
  const channel = browser.locks === null ? null : browser.openChannel(CHANNEL);
  const tell = (message: Shared) => channel?.postMessage(message);
  const announceEvent: Dispatch = (name, payload) => {
    dispatch(name, payload);
    tell({ kind: 'event', name, payload });
  };
  const announceConnection: SetConnection = (next) => {
    setConnection(next);
    tell({ kind: 'connection', connection: connection() });
  };
  const open = (isTakeover: boolean) => openConnection(browser, announceEvent, announceConnection, isTakeover);

  if (browser.locks === null || channel === null) return open(false);

  const locks = browser.locks;
  let isStopped = false;
  let resign: (() => void) | null = null;
  let hasHeardLeader = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  channel.onmessage = ({ data }: MessageEvent<Shared>) => {
    if (data.kind === 'who-leads') {
      if (resign !== null) tell({ kind: 'connection', connection: connection() });
      return;
    }
    hasHeardLeader = true;
    clearTimeout(silence);
    if (resign !== null) return;
    if (data.kind === 'event') dispatch(data.name, data.payload);
    else setConnection(data.connection);
  };
  const lead = () =>
    new Promise<void>((resolve) => {
      if (isStopped) return resolve();
      const close = open(hasHeardLeader);
      resign = () => {
        resign = null;
        close();
        resolve();
      };
    });
  const stand = (how: LockOptions) => {
    locks.request(LEADER_LOCK, how, lead).catch(() => {
      // Another tab took the lead because this one did not answer: follow it and stand again.
      resign?.();
      if (!isStopped) stand({});
    });
  };
  const checkLeader = () => {
    if (resign !== null || document.visibilityState !== 'visible') return;
    tell({ kind: 'who-leads' });
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (resign === null && !isStopped) stand({ steal: true });
    }, LEADER_SILENCE_MS);
  };
  stand({});
  checkLeader();
  document.addEventListener('visibilitychange', checkLeader);
  return () => {
    isStopped = true;
    clearTimeout(silence);
    document.removeEventListener('visibilitychange', checkLeader);
    resign?.();
    channel.close();
  };
}

/** Keeps one connection open. The browser reconnects by itself with `Last-Event-ID` unless the server refused it. */
function openConnection(
  browser: StreamBrowser,
  announce: Dispatch,
  setConnection: SetConnection,
  isTakeover: boolean,
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_REOPEN_MS;
  // A connection made anew does not know what was missed before it: everything has to be read again.
  let mustReset = isTakeover;

  const connect = () => {
    const opened = browser.openSource(`${API_ROOT}/events`);
    source = opened;
    opened.onopen = () => {
      waitMs = FIRST_REOPEN_MS;
      setConnection({ state: 'live' });
      if (mustReset) announce('reset', { at: new Date().toISOString() });
      mustReset = false;
    };
    opened.onerror = () => {
      setConnection({ state: 'lost', since: Date.now() });
      if (opened.readyState !== EventSource.CLOSED) return;
      mustReset = true;
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(waitMs * 2, LAST_REOPEN_MS);
    };
    for (const name of eventNames) {
      opened.addEventListener(name, (message: MessageEvent<string>) => announce(name, JSON.parse(message.data)));
    }
  };
  const reconnectNow = () => {
    if (source !== null && source.readyState === EventSource.CLOSED) {
      clearTimeout(timer);
      connect();
    }
  };
  connect();
  window.addEventListener('online', reconnectNow);
  return () => {
    window.removeEventListener('online', reconnectNow);
    clearTimeout(timer);
    source?.close();
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
