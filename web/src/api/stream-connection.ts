import type { StreamEvent } from 'bff/contract/events';
import { API_ROOT } from './call.ts';
import type { StreamBrowser, StreamSink } from './stream-parts.ts';

const FIRST_REOPEN_MS = 1_000;
const LAST_REOPEN_MS = 15_000;
/** The server says something every five seconds at least. */
export const LONGEST_SILENCE_MS = 12_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Keeps one connection open until what it returns is called. The browser reconnects by itself, with `Last-Event-ID`,
 * unless an answer refused it; then it is opened anew here, and as nobody knows what was missed, with a `reset`. So is one
 * that has gone silent: after a sleep, or behind a broken network, nothing else tells that it leads nowhere any more. And
 * one that broke before it brought an id has nothing to resume from.
 * @param mustReset the tabs have heard events before, over a connection that is gone
 */
export function openConnection(browser: StreamBrowser, sink: StreamSink, mustReset: boolean): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_REOPEN_MS;
  let isReadingAnew = mustReset;
  let hasId = false;
  let heardAtMs = Date.now();

  const reopenLater = () => {
    isReadingAnew = true;
    clearTimeout(timer);
    timer = setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 2, LAST_REOPEN_MS);
  };
  const connect = () => {
    clearTimeout(timer);
    const opened = browser.openSource(`${API_ROOT}/events`);
    source = opened;
    heardAtMs = Date.now();
    opened.addEventListener('open', () => {
      heardAtMs = Date.now();
      waitMs = FIRST_REOPEN_MS;
      sink.connection({ state: 'live' });
      if (isReadingAnew) sink.event('reset', { at: new Date().toISOString() });
      isReadingAnew = false;
    });
    opened.addEventListener('error', () => {
      sink.connection({ state: 'lost', since: Date.now() });
      if (!hasId) isReadingAnew = true;
      if (opened.readyState === EventSource.CLOSED) reopenLater();
    });
    opened.addEventListener('message', (message: MessageEvent<string>) => {
      heardAtMs = Date.now();
      if (message.lastEventId !== '') hasId = true;
      for (const { name, payload } of JSON.parse(message.data) as StreamEvent[]) sink.event(name, payload);
    });
  };
  const reconnectNow = () => {
    if (source?.readyState === EventSource.CLOSED) connect();
  };
  // Without a network nothing ends the connection for minutes. A console on this very machine is found again at once.
  const giveUp = (since: number) => {
    source?.close();
    sink.connection({ state: 'lost', since });
    reopenLater();
  };
  const onOffline = () => giveUp(Date.now());
  const watch = setInterval(() => {
    const isOpen = source?.readyState === EventSource.OPEN;
    if (isOpen && Date.now() - heardAtMs > LONGEST_SILENCE_MS) giveUp(heardAtMs);
  }, LOOK_EVERY_MS);
  connect();
  window.addEventListener('online', reconnectNow);
  window.addEventListener('offline', onOffline);
  return () => {
    window.removeEventListener('online', reconnectNow);
    window.removeEventListener('offline', onOffline);
    clearInterval(watch);
    clearTimeout(timer);
    source?.close();
  };
}
