import type { StreamEventName } from 'bff/contract/events';
import type { Connection, StreamBrowser, StreamSink } from './stream-parts.ts';
import { openConnection } from './stream-connection.ts';

const NAME = 'longshore-events';
/** A leader answers at once; one that does not is frozen in the background and is replaced. */
const LEADER_SILENCE_MS = 3_000;

type Message =
  | { kind: 'event'; name: StreamEventName; payload: unknown }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'who-leads' };

/**
 * HTTP/1.1 allows six connections to an origin, and each open tab would hold one. So one tab leads: it has the lock and
 * the connection, and tells the others over a channel. When it closes, the lock goes to another, which connects anew.
 */
export function shareStream(browser: StreamBrowser, sink: StreamSink): () => void {
  const channel = browser.locks === null ? null : browser.openChannel(NAME);
  if (browser.locks === null || channel === null) return openConnection(browser, sink, false);

  const tell = (message: Message) => channel.postMessage(message);
  const toAll: StreamSink = {
    event: (name, payload) => {
      sink.event(name, payload);
      tell({ kind: 'event', name, payload });
    },
    connection: (next) => {
      sink.connection(next);
      tell({ kind: 'connection', connection: sink.current() });
    },
    current: sink.current,
  };
  let hasHeardLeader = false;
  const seat = takeTurns(browser.locks, () => openConnection(browser, toAll, hasHeardLeader));
  const hear = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'who-leads') {
      if (seat.isLeading()) tell({ kind: 'connection', connection: sink.current() });
      return;
    }
    hasHeardLeader = true;
    clearTimeout(silence);
    if (seat.isLeading()) return;
    if (data.kind === 'event') sink.event(data.name, data.payload);
    else sink.connection(data.connection);
  };
  let silence: ReturnType<typeof setTimeout> | undefined;
  const checkLeader = () => {
    if (seat.isLeading() || document.visibilityState !== 'visible') return;
    tell({ kind: 'who-leads' });
    clearTimeout(silence);
    silence = setTimeout(seat.take, LEADER_SILENCE_MS);
  };
  channel.addEventListener('message', hear);
  checkLeader();
  document.addEventListener('visibilitychange', checkLeader);
  return () => {
    clearTimeout(silence);
    document.removeEventListener('visibilitychange', checkLeader);
    seat.leave();
    channel.close();
  };
}

/** Waits for the lead and holds it: `open` runs while this tab leads, what it returns ends that. */
function takeTurns(locks: Pick<LockManager, 'request'>, open: () => () => void) {
  let hasLeft = false;
  let resign: (() => void) | null = null;
  const lead = () =>
    new Promise<void>((resolve) => {
      if (hasLeft) {
        resolve();
        return;
      }
      const close = open();
      resign = () => {
        resign = null;
        close();
        resolve();
      };
    });
  const stand = (options: LockOptions) => {
    locks.request(NAME, options, lead).catch(() => {
      // Another tab took the lead because this one did not answer: follow it and wait for the next turn.
      resign?.();
      if (!hasLeft) stand({});
    });
  };
  stand({});
  return {
    isLeading: () => resign !== null,
    take: () => {
      if (resign === null && !hasLeft) stand({ steal: true });
    },
    leave: () => {
      hasLeft = true;
      resign?.();
    },
  };
}
