import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventStream } from './event-stream.ts';
import type { StreamBrowser } from './stream-parts.ts';

/** A connection that the test opens, breaks and speaks through. */
class Source extends EventTarget {
  readyState: number = EventSource.CONNECTING;
  close() {
    this.readyState = EventSource.CLOSED;
  }
  open() {
    this.readyState = EventSource.OPEN;
    this.dispatchEvent(new Event('open'));
  }
  break(isRefused: boolean) {
    this.readyState = isRefused ? EventSource.CLOSED : EventSource.CONNECTING;
    this.dispatchEvent(new Event('error'));
  }
  say(...events: [name: string, payload: unknown][]) {
    const data = JSON.stringify(events.map(([name, payload]) => ({ name, payload })));
    this.dispatchEvent(new MessageEvent('message', { data, lastEventId: '7' }));
  }
}

/** A browser whose tabs share locks and channels as real ones do. */
function createBrowser() {
  const sources: Source[] = [];
  const channels: { target: EventTarget; isClosed: boolean }[] = [];
  const waiting: (() => void)[] = [];
  let holder: { lose: (error: Error) => void } | null = null;
  const request = (async (_name: string, { steal = false }: LockOptions, hold: () => Promise<void>) => {
    if (steal) holder?.lose(new Error('stolen'));
    else if (holder !== null) await new Promise<void>((resolve) => waiting.push(resolve));
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const own = { lose: reject };
    holder = own;
    try {
      await Promise.race([hold(), lost]);
    } finally {
      if (holder === own) {
        holder = null;
        waiting.shift()?.();
      }
    }
  }) as LockManager['request'];
  const tab: StreamBrowser = {
    openSource: () => {
      const source = new Source();
      sources.push(source);
      return source as unknown as EventSource;
    },
    openChannel: () => {
      const own = { target: new EventTarget(), isClosed: false };
      channels.push(own);
      return {
        addEventListener: own.target.addEventListener.bind(own.target),
        postMessage: (data: unknown) => {
          for (const each of channels) {
            if (each === own || each.isClosed) continue;
            each.target.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
          }
        },
        close: () => {
          own.isClosed = true;
        },
      } as unknown as BroadcastChannel;
    },
    locks: { request },
  };
  return { tab, sources, newest: () => sources.at(-1) as Source };
}

/** Nothing gets in or out of it while it is frozen, and it asks for nothing. */
function freezable(tab: StreamBrowser, state: { isFrozen: boolean }): StreamBrowser {
  const openChannel = (name: string) => {
    const channel = tab.openChannel(name);
    if (channel === null) return null;
    return {
      addEventListener: (type: string, listener: (event: Event) => void) =>
        channel.addEventListener(type, (event) => {
          if (!state.isFrozen) listener(event);
        }),
      postMessage: (data: unknown) => {
        if (!state.isFrozen) channel.postMessage(data);
      },
      close: () => channel.close(),
    } as unknown as BroadcastChannel;
  };
  const request = ((...asked: Parameters<LockManager['request']>) =>
    state.isFrozen ? new Promise(() => undefined) : tab.locks?.request(...asked)) as LockManager['request'];
  return { ...tab, openChannel, locks: { request } };
}

const at = '2026-01-01T00:00:00Z';
const moved = { registryId: 'north', repository: 'a/b', name: '1.0', digest: null, at };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the event stream', () => {
  it('hands each event to those who listen for its name, until they stop', () => {
    const { tab, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    const heard: unknown[] = [];
    const stop = stream.on('tag', (payload) => heard.push(payload.name));
    newest().say(['tag', moved]);
    newest().say(['registry', { registryId: 'north', at }], ['tag', { ...moved, name: '1.1' }]);
    stop();
    newest().say(['tag', { ...moved, name: '1.2' }]);
    expect(heard).toEqual(['1.0', '1.1']);
  });

  it('says whether it is live, and since when it is lost', () => {
    const { tab, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    expect(stream.connection().state).toBe('connecting');
    newest().open();
    expect(stream.connection().state).toBe('live');
    vi.setSystemTime(5_000);
    newest().break(false);
    vi.setSystemTime(9_000);
    newest().break(false);
    expect(stream.connection()).toEqual({ state: 'lost', since: 5_000 });
    newest().open();
    expect(stream.connection().state).toBe('live');
  });

  it('connects anew when the server refused, and then has everything read again', () => {
    const { tab, sources, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    const resets: string[] = [];
    stream.on('reset', (payload) => resets.push(payload.at));
    newest().open();
    newest().break(true);
    vi.advanceTimersByTime(1_000);
    expect(sources).toHaveLength(2);
    expect(resets).toHaveLength(0);
    newest().open();
    expect(resets).toHaveLength(1);
  });

  it('is lost when nothing is heard any more, as after a sleep, and everything is read again', () => {
    const { tab, sources, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    const resets: unknown[] = [];
    stream.on('reset', (payload) => resets.push(payload));
    newest().open();
    const heardAtMs = Date.now() + 60_000;
    for (let second = 0; second < 60; second += 5) {
      vi.advanceTimersByTime(5_000);
      newest().say(['alive', { at }]);
    }
    expect(stream.connection().state).toBe('live');
    // The machine sleeps: no timer runs meanwhile, and nobody says that the connection has ended.
    vi.setSystemTime(heardAtMs + 3_600_000);
    vi.advanceTimersByTime(1_000);
    expect(stream.connection()).toEqual({ state: 'lost', since: heardAtMs });
    expect(sources[0]?.readyState).toBe(EventSource.CLOSED);
    vi.advanceTimersByTime(1_000);
    newest().open();
    expect(sources).toHaveLength(2);
    expect(stream.connection().state).toBe('live');
    expect(resets).toHaveLength(1);
  });

  it('leaves a broken connection to the browser, which resumes it by itself', () => {
    const { tab, sources, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    const resets: unknown[] = [];
    stream.on('reset', (payload) => resets.push(payload));
    newest().open();
    newest().say(['alive', { at }]);
    newest().break(false);
    vi.advanceTimersByTime(60_000);
    newest().open();
    expect(sources).toHaveLength(1);
    expect(resets).toHaveLength(0);
  });

  it('has everything read again when the first connection broke before there was anything to resume from', () => {
    const { tab, newest } = createBrowser();
    const stream = createEventStream(tab);
    stream.start();
    const resets: unknown[] = [];
    stream.on('reset', (payload) => resets.push(payload));
    newest().break(false);
    newest().open();
    expect(resets).toHaveLength(1);
    newest().say(['alive', { at }]);
    newest().break(false);
    newest().open();
    expect(resets).toHaveLength(1);
  });
});

describe('several tabs', () => {
  it('share one connection, and all hear its events and its state', () => {
    const { tab, sources, newest } = createBrowser();
    const first = createEventStream(tab);
    const second = createEventStream(tab);
    first.start();
    newest().open();
    second.start();
    expect(sources).toHaveLength(1);
    expect(second.connection().state).toBe('live');
    const heard: string[] = [];
    second.on('tag', (payload) => heard.push(payload.name));
    newest().say(['tag', moved]);
    newest().break(false);
    expect(heard).toEqual(['1.0']);
    expect(second.connection().state).toBe('lost');
  });

  it('go on when the leading one closes: another connects and everything is read again', async () => {
    const { tab, sources, newest } = createBrowser();
    const first = createEventStream(tab);
    const second = createEventStream(tab);
    const stopFirst = first.start();
    newest().open();
    second.start();
    const resets: unknown[] = [];
    second.on('reset', (payload) => resets.push(payload));
    stopFirst();
    await vi.advanceTimersByTimeAsync(0);
    expect(sources).toHaveLength(2);
    expect(sources[0]?.readyState).toBe(EventSource.CLOSED);
    newest().open();
    expect(resets).toHaveLength(1);
  });

  it('that are looked at take the lead from one that was frozen meanwhile, and read everything again', async () => {
    const browser = createBrowser();
    const frozen = { isFrozen: false };
    const first = createEventStream(freezable(browser.tab, frozen));
    const second = createEventStream(browser.tab);
    first.start();
    const leading = browser.newest();
    leading.open();
    second.start();
    const heard: string[] = [];
    const resets: unknown[] = [];
    first.on('reset', (payload) => resets.push(payload));
    second.on('tag', (payload) => heard.push(payload.name));
    second.on('reset', () => heard.push('reset'));
    const pass = async (seconds: number) => {
      for (let elapsed = 0; elapsed < seconds; elapsed += 5) {
        await vi.advanceTimersByTimeAsync(5_000);
        leading.say(['alive', { at }]);
      }
    };
    await pass(60);
    expect(browser.sources).toHaveLength(1);
    frozen.isFrozen = true;
    await pass(20);
    expect(browser.sources).toHaveLength(2);
    browser.newest().open();
    browser.newest().say(['tag', moved]);
    expect(heard).toEqual(['reset', '1.0']);
    expect(leading.readyState).toBe(EventSource.CLOSED);
    expect(resets).toHaveLength(1);
    frozen.isFrozen = false;
    // What a tab that has thawed says of its own connection.
    const thawed = browser.tab.openChannel('');
    thawed?.postMessage({ kind: 'connection', connection: { state: 'lost', since: 0 } });
    expect(first.connection().state).toBe('lost');
    browser.newest().say(['alive', { at }]);
    expect(first.connection().state).toBe('live');
    expect(resets).toHaveLength(1);
  });

  it('do not take the lead while the leading one merely waits for the server', async () => {
    const { tab, sources, newest } = createBrowser();
    const first = createEventStream(tab);
    const second = createEventStream(tab);
    first.start();
    newest().open();
    second.start();
    newest().break(false);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sources).toHaveLength(1);
    expect(second.connection().state).toBe('lost');
  });

  it('have a connection each where the browser offers no locks', () => {
    const { tab, sources } = createBrowser();
    createEventStream({ ...tab, locks: null }).start();
    createEventStream({ ...tab, locks: null }).start();
    expect(sources).toHaveLength(2);
  });
});
