import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../contract/events.ts';
import { signOut } from '../contract/session.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';

// Some tests make a database or start a whole server in themselves, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const tag = (name: string): StreamEvent => ({
  name: 'tag',
  payload: { registryId: 'dev', repository: 'a/b', name, digest: null, at: '2026-01-01T00:00:00Z' },
});

let bff: TestBff;
beforeAll(async () => {
  bff = await startBff();
});
afterAll(() => bff.close());

const publish = (event: StreamEvent) => bff.running.foundation.publish(event);

describe('The event stream', () => {
  it('brings what happens, and after a break what was missed', async () => {
    const client = await bff.signIn();
    const stream = await client.openEvents();
    publish(tag('one'));
    await stream.waitFor('tag', ({ name }) => name === 'one');
    const { id } = stream.events.at(-1) ?? expect.fail();
    stream.close();
    publish(tag('two'));
    publish(tag('three'));
    const resumed = await client.openEvents(id);
    await resumed.waitFor('tag', ({ name }) => name === 'three');
    expect(resumed.events.map(({ event }) => (event as { payload: { name?: string } }).payload.name)).toEqual([
      'two',
      'three',
    ]);
    resumed.close();
  });

  it('sends at most four messages a second, however much happens, and loses nothing', async () => {
    const stream = await (await bff.signIn()).openEvents();
    const beganAtMs = performance.now();
    let told = 0;
    while (performance.now() - beganAtMs < 3000) {
      for (let count = 0; count < 20; count += 1) publish(tag(`t${told++}`));
      await sleep(10);
    }
    await stream.waitFor('tag', ({ name }) => name === `t${told - 1}`);
    stream.close();
    const times = stream.messages.map(({ atMs }) => atMs);
    expect(times.length).toBeLessThanOrEqual(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 250 + 1.5);
    const names = stream.events.flatMap(({ event }) => (event.name === 'tag' ? [event.payload.name] : []));
    expect(names).toEqual(Array.from({ length: told }, (_, index) => `t${index}`));
  });

  it('says now and then that it is there, so that a dead connection is noticed', async () => {
    const stop = new AbortController();
    const response = await (await bff.signIn()).fetch('/api/v1/events', { signal: stop.signal });
    let received = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? expect.fail()) {
      received += chunk;
      if (received.includes('"name":"alive"')) break;
    }
    expect(received).toMatch(/\nid: \S+\ndata: \[\{"name":"alive","payload":\{"at":"[^"]+"\}\}\]\n\n/);
    stop.abort();
  });

  it('tells pages of this instance what is true now, and does not tell it again to whoever comes back', async () => {
    const client = await bff.signIn();
    const stream = await client.openEvents();
    publish(tag('before'));
    await stream.waitFor('tag', ({ name }) => name === 'before');
    const { id } = stream.events.at(-1) ?? expect.fail();
    const at = new Date().toISOString();
    bff.running.foundation.eventStream.tell({
      name: 'traffic',
      payload: { rateBytesPerSecond: 7, registries: [], routes: [], at },
    });
    expect(await stream.waitFor('traffic')).toMatchObject({ rateBytesPerSecond: 7 });
    stream.close();
    publish(tag('after'));
    const resumed = await client.openEvents(id);
    await resumed.waitFor('tag', ({ name }) => name === 'after');
    // The monitor's own figures may come at any moment.
    const names = resumed.events.map(({ event }) => event.name).filter((name) => name !== 'operations');
    expect(names).toEqual(['tag']);
    resumed.close();
  });

  it('says to start over where it does not know what was missed', async () => {
    const stream = await (await bff.signIn()).openEvents('another-process.17');
    await stream.waitFor('reset');
    expect(stream.events[0]?.event.name).toBe('reset');
    stream.close();
  });

  it('is for signed-in people, and ends with their session', async () => {
    expect((await bff.anonymous().fetch('/api/v1/events')).status).toBe(401);
    const client = await bff.signIn();
    const stream = await client.openEvents();
    const other = bff.anonymous();
    other.cookie = client.cookie;
    await other.call(signOut, {});
    await stream.ended;
  });

  it('is neither stored nor compressed nor held back on its way', async () => {
    const client = await bff.signIn();
    const stop = new AbortController();
    const response = await client.fetch('/api/v1/events', {
      headers: { 'accept-encoding': 'gzip, br' },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    stop.abort();
  });

  it('keeps about a megabyte for a client that stops reading, and then says to start over', async () => {
    const client = await bff.signIn();
    const { port, host } = new URL(bff.url);
    let received = '';
    const socket = net.connect(Number(port), '127.0.0.1');
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${host}\r\nCookie: ${client.cookie}\r\n\r\n`);
    await expect.poll(() => received, { timeout: 120_000 }).toContain('retry:');
    socket.pause();
    // 60 MB in all: far more than the kernel's buffers and the queue.
    for (let index = 0; index < 60; index += 1) {
      for (let count = 0; count < 1000; count += 1) publish(tag('x'.repeat(900)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const queuedBytes = bff.running.foundation.eventStream.queuedBytes();
    expect(Math.max(...queuedBytes)).toBeLessThan(1.1 * 1024 * 1024);
    socket.resume();
    await expect.poll(() => received.includes('{"name":"reset"'), { timeout: 120_000 }).toBe(true);
    // Behind the last `reset`: there may be one more, which stands for everything before it.
    const isHeard = () => {
      publish(tag('afterwards'));
      return received.slice(received.lastIndexOf('{"name":"reset"')).includes('afterwards');
    };
    await expect.poll(isHeard, { timeout: 120_000 }).toBe(true);
    socket.destroy();
  });

  it('ends when the server stops, within the time there is', async () => {
    const own = await startBff();
    const stream = await (await own.signIn()).openEvents();
    await own.close();
    await stream.ended;
  });
});
