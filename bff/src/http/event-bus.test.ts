import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventBus, type EventRelay, type NumberedEvent, type StreamEvent } from './event-bus.ts';
import type { TaskEvent } from './task-coalescer.ts';

const catalog = (registryId: string): StreamEvent => ({
  name: 'catalog',
  payload: { registryId, at: '2026-01-01T00:00:00Z' },
});

function task(bytesDone: number, blobs: Array<[digest: string, bytesDone: number]> = []): TaskEvent {
  return {
    name: 'task',
    payload: {
      id: '00000000-0000-4000-8000-000000000001',
      executionId: '00000000-0000-4000-8000-000000000002',
      state: 'running',
      attempt: 1,
      tries: 1,
      triesAllowed: 10,
      bytesTotal: 100,
      bytesDone,
      bytesSkipped: 0,
      rateBytesPerSecond: null,
      etaSeconds: null,
      blobsTotal: null,
      blobsDone: 0,
      nextAttemptAt: null,
      reason: null,
      startedAt: null,
      finishedAt: null,
      at: '2026-01-01T00:00:00Z',
      source: { registryId: 'dev', repository: 'a/b' },
      destination: { registryId: 'test', repository: 'a/b' },
      blobs: blobs.map(([digest, done]) => ({
        digest,
        platform: null,
        kind: 'layer',
        sizeBytes: 50,
        bytesDone: done,
        state: 'running',
      })),
    },
  };
}

/** What PostgreSQL is to the instances: everybody hears everything in one order. */
function createHub() {
  const receivers = new Set<{ handler: (payload: string) => void; onGap: () => void }>();
  let isDown = false;
  const relay: EventRelay = {
    send: async (payload) => {
      if (isDown) throw new Error('down');
      if (payload.length > 7999) throw new Error('too long');
      for (const { handler } of receivers) handler(payload);
    },
    receive: async (handler, onGap) => {
      const receiver = { handler, onGap };
      receivers.add(receiver);
      return async () => void receivers.delete(receiver);
    },
  };
  return {
    relay,
    cut: () => {
      isDown = true;
    },
    mend: () => {
      isDown = false;
      for (const { onGap } of receivers) onGap();
    },
  };
}

describe('The event bus', () => {
  it('tells what came after an event, and nothing it has forgotten', async () => {
    const bus = await createEventBus({ relay: null, instanceId: 'a', ringLength: 10 });
    const start = bus.lastId();
    for (let index = 0; index < 5; index += 1) bus.publish(catalog(`r${index}`));
    const all = bus.since(start) ?? [];
    expect(all.map(({ event }) => (event.payload as { registryId: string }).registryId)).toEqual([
      'r0',
      'r1',
      'r2',
      'r3',
      'r4',
    ]);
    expect(bus.since(all[2]?.id ?? '')).toHaveLength(2);
    expect(bus.since(bus.lastId())).toEqual([]);
    expect(bus.since('somebody.else')).toBeUndefined();
    for (let index = 0; index < 100; index += 1) bus.publish(catalog('more'));
    expect(bus.since(start)).toBeUndefined();
    expect(bus.since(bus.lastId())).toEqual([]);
  });

  it('gives every instance the same order and ids, so that a client may resume on another', async () => {
    const hub = createHub();
    const [a, b] = await Promise.all(['a', 'b'].map((instanceId) => createEventBus({ relay: hub.relay, instanceId })));
    if (a === undefined || b === undefined) expect.fail();
    const seenByA: NumberedEvent[] = [];
    a.subscribe((event) => event !== null && seenByA.push(event));
    for (let index = 0; index < 10; index += 1) {
      a.publish(catalog(`a${index}`));
      b.publish(catalog(`b${index}`));
    }
    await expect.poll(() => seenByA.length).toBe(20);
    const resumed = b.since(seenByA[4]?.id ?? '');
    expect(resumed).toEqual(seenByA.slice(5));
  });

  it('tells those who must forget at once, before the relay does', async () => {
    const hub = createHub();
    const [a, b] = await Promise.all(['a', 'b'].map((instanceId) => createEventBus({ relay: hub.relay, instanceId })));
    if (a === undefined || b === undefined) expect.fail();
    const heard = { early: 0, inOrder: 0, elsewhere: 0 };
    a.subscribeAtOnce(() => (heard.early += 1));
    a.subscribe(() => (heard.inOrder += 1));
    b.subscribeAtOnce(() => (heard.elsewhere += 1));
    a.publish(catalog('changed'));
    expect(heard).toMatchObject({ early: 1, inOrder: 0 });
    await expect.poll(() => [heard.inOrder, heard.elsewhere]).toEqual([1, 1]);
  });

  it('carries events that are longer than a notification may be', async () => {
    const hub = createHub();
    const [a, b] = await Promise.all(['a', 'b'].map((instanceId) => createEventBus({ relay: hub.relay, instanceId })));
    const seen: NumberedEvent[] = [];
    b?.subscribe((event) => event !== null && seen.push(event));
    const long = task(
      1,
      Array.from({ length: 200 }, (_, index) => [`sha256:${'é'.repeat(64)}${index}`, 1]),
    );
    a?.publish(long);
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]?.event).toEqual(long);
  });

  it('serves its own people while the relay is down, and tells everyone to start over when it is back', async () => {
    const hub = createHub();
    const bus = await createEventBus({ relay: hub.relay, instanceId: 'a' });
    const seen: Array<NumberedEvent | null> = [];
    bus.subscribe((event) => seen.push(event));
    hub.cut();
    bus.publish(catalog('meanwhile'));
    await expect.poll(() => seen.length).toBe(1);
    const lost = bus.lastId();
    hub.mend();
    expect(seen.at(-1)).toBeNull();
    expect(bus.since(lost)).toBeUndefined();
  });

  it('is not stopped by a payload that is none of ours', async () => {
    const hub = createHub();
    const failures: unknown[] = [];
    await createEventBus({ relay: hub.relay, instanceId: 'a', onRelayFailure: (error) => failures.push(error) });
    await hub.relay.send('hello?');
    expect(failures).toHaveLength(1);
  });
});

describe('Progress of a task', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes out at most four times a second, with the last word on every blob', async () => {
    const bus = await createEventBus({ relay: null, instanceId: 'a' });
    const seen: StreamEvent[] = [];
    bus.subscribe((event) => event !== null && seen.push(event.event));
    bus.publish(task(1, [['x', 1]]));
    bus.publish(task(2, [['x', 2]]));
    bus.publish(task(3, [['y', 1]]));
    expect(seen).toHaveLength(1);
    vi.advanceTimersByTime(250);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(
      task(3, [
        ['x', 2],
        ['y', 1],
      ]),
    );
    vi.advanceTimersByTime(1000);
    expect(seen).toHaveLength(2);
    bus.publish(task(4));
    expect(seen).toHaveLength(3);
  });

  it('says at once that the task has ended, with what it held back', async () => {
    const bus = await createEventBus({ relay: null, instanceId: 'a' });
    const seen: StreamEvent[] = [];
    bus.subscribe((event) => event !== null && seen.push(event.event));
    bus.publish(task(1));
    bus.publish(task(2, [['x', 2]]));
    const ended = task(3, [['y', 3]]);
    bus.publish({ ...ended, payload: { ...ended.payload, state: 'succeeded' } });
    expect(seen).toHaveLength(2);
    const blobs = task(3, [
      ['x', 2],
      ['y', 3],
    ]).payload.blobs;
    expect(seen[1]).toMatchObject({ payload: { state: 'succeeded', bytesDone: 3, blobs } });
  });

  it('does not hold other events back', async () => {
    const bus = await createEventBus({ relay: null, instanceId: 'a' });
    const seen: string[] = [];
    bus.subscribe((event) => event !== null && seen.push(event.event.name));
    bus.publish(task(1));
    bus.publish(task(2));
    bus.publish(catalog('r'));
    expect(seen).toEqual(['task', 'catalog']);
  });
});
