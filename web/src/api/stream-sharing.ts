import type { StreamEventName } from 'bff/contract/events';
import type { Connection, StreamBrowser, StreamSink } from './stream-parts.ts';
import { LONGEST_SILENCE_MS, openConnection } from './stream-connection.ts';

const NAME = 'longshore-events';
/** A leader answers at once; one that does not is frozen in the background and is replaced. */
const LEADER_SILENCE_MS = 3_000;
const LOOK_EVERY_MS = 1_000;

type Message =
  | { kind: 'event'; name: StreamEventName; payload: unknown }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'who-leads' };

/**
 * HTTP/1.1 allows six connections to an origin, and each open tab would hold one. So one tab leads: it has the lock and
 * the connection, and tells the others over a channel. When it closes, the lock goes to another, which connects anew; where
 * it is frozen, which nothing tells, one that is seen and has heard nothing for long takes it.
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
  const startedAtMs = Date.now();
  let heardAtMs = startedAtMs;
  let hasHeardLeader = false;
  // Also who waited in vain for another to lead has missed what happened meanwhile.
  const mustReset = () => hasHeardLeader || Date.now() - startedAtMs >= LEADER_SILENCE_MS;
  const seat = takeTurns(browser.locks, {
    open: () => openConnection(browser, toAll, mustReset()),
    // While it was frozen it may have heard neither the server nor the tab that leads now.
    onRobbed: () => sink.event('reset', { at: new Date().toISOString() }),
  });
  const hear = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'who-leads') {
      if (seat.isLeading()) tell({ kind: 'connection', connection: sink.current() });
      return;
    }
    hasHeardLeader = true;
    heardAtMs = Date.now();
    clearTimeout(silence);
    silence = undefined;
    if (seat.isLeading()) return;
    // An event comes over a living connection, whatever a tab that has thawed says of the one it had.
    sink.connection(data.kind === 'event' ? { state: 'live' } : data.connection);
    if (data.kind === 'event') sink.event(data.name, data.payload);
  };
  let silence: ReturnType<typeof setTimeout> | undefined;
  const checkLeader = () => {
    if (seat.isLeading() || document.visibilityState !== 'visible') return;
    clearTimeout(silence);
    silence = setTimeout(() => {
      silence = undefined;
      seat.take();
    }, LEADER_SILENCE_MS);
    tell({ kind: 'who-leads' });
  };
  const watch = setInterval(() => {
    if (silence === undefined && Date.now() - heardAtMs > LONGEST_SILENCE_MS) checkLeader();
  }, LOOK_EVERY_MS);
  channel.addEventListener('message', hear);
  checkLeader();
  document.addEventListener('visibilitychange', checkLeader);
  return () => {
    clearInterval(watch);
    clearTimeout(silence);
    document.removeEventListener('visibilitychange', checkLeader);
    seat.leave();
    channel.close();
  };
}

interface Turns {
  /** Runs while this tab leads; what it returns ends that. */
  open: () => () => void;
  /** Another tab took the lead because this one did not answer. */
  onRobbed: () => void;
}

/** Waits for the lead and holds it. */
function takeTurns(locks: Pick<LockManager, 'request'>, { open, onRobbed }: Turns) {
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
      resign?.();
      if (hasLeft) return;
      onRobbed();
      // It follows the other, and waits for the next turn.
      stand({});
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
