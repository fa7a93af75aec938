import { API_ROOT } from './call.ts';
import { type StreamBrowser, type StreamSink, streamEventNames } from './stream-parts.ts';

const FIRST_REOPEN_MS = 1_000;
const LAST_REOPEN_MS = 15_000;

/**
 * Keeps one connection open until what it returns is called. The browser reconnects by itself, with `Last-Event-ID`,
 * unless an answer refused it; then it is opened anew here, and as nobody knows what was missed, with a `reset`.
 * @param mustReset the tabs have heard events before, over a connection that is gone
 */
export function openConnection(browser: StreamBrowser, sink: StreamSink, mustReset: boolean): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_REOPEN_MS;
  let isReadingAnew = mustReset;

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
    opened.addEventListener('open', () => {
      waitMs = FIRST_REOPEN_MS;
      sink.connection({ state: 'live' });
      if (isReadingAnew) sink.event('reset', { at: new Date().toISOString() });
      isReadingAnew = false;
    });
    opened.addEventListener('error', () => {
      sink.connection({ state: 'lost', since: Date.now() });
      if (opened.readyState === EventSource.CLOSED) reopenLater();
    });
    for (const name of streamEventNames) {
      opened.addEventListener(name, (message: MessageEvent<string>) => sink.event(name, JSON.parse(message.data)));
    }
  };
  const reconnectNow = () => {
    if (source?.readyState === EventSource.CLOSED) connect();
  };
  // Without a network nothing ends the connection for minutes. A console on this very machine is found again at once.
  const giveUp = () => {
    source?.close();
    sink.connection({ state: 'lost', since: Date.now() });
    reopenLater();
  };
  connect();
  window.addEventListener('online', reconnectNow);
  window.addEventListener('offline', giveUp);
  return () => {
    window.removeEventListener('online', reconnectNow);
    window.removeEventListener('offline', giveUp);
    clearTimeout(timer);
    source?.close();
  };
}
