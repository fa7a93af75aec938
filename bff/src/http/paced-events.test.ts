import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../contract/events.ts';
import { PacedEvents, type PacedMessage } from './paced-events.ts';
import type { TaskEvent } from './task-coalescer.ts';

const at = '2026-01-01T00:00:00Z';
const catalog = (registryId: string): StreamEvent => ({ name: 'catalog', payload: { registryId, at } });
const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

function task(
  number: number,
  bytesDone: number,
  blobs: Readonly<Record<string, number>> = {},
  state: TaskEvent['payload']['state'] = 'running',
): TaskEvent {
  return {
    name: 'task',
    payload: {
      id: `00000000-0000-4000-8000-00000000000${number}`,
      executionId: '00000000-0000-4000-8000-000000000000',
      state,
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
      at,
      source: { registryId: 'dev', repository: 'a/b' },
      destination: { registryId: 'test', repository: 'a/b' },
      blobs: Object.entries(blobs).map(([letter, done]) => ({
        digest: digestOf(letter),
        platform: null,
        kind: 'layer',
        sizeBytes: 50,
        bytesDone: done,
        state: 'running',
      })),
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createPaced() {
  const startedAtMs = Date.now();
  const delivered: { atMs: number; message: PacedMessage }[] = [];
  const paced = new PacedEvents({
    now: () => Date.now(),
    deliver: (message) => delivered.push({ atMs: Date.now() - startedAtMs, message }),
  });
  const events = (index: number) =>
    (delivered[index]?.message.events ?? []).map((text) => JSON.parse(text) as StreamEvent);
  return { paced, delivered, events };
}

describe('What a client hears', () => {
  it('comes in at most four messages a second, however much happens', () => {
    const { paced, delivered } = createPaced();
    for (let step = 0; step < 1000; step += 1) {
      paced.add(`a.${step}`, catalog(`r${step}`));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1000);
    const times = delivered.map(({ atMs }) => atMs);
    for (const [index, time] of times.entries()) {
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(250);
    }
    expect(delivered.flatMap(({ message }) => message.events)).toHaveLength(1000);
    expect(delivered.at(-1)?.message.id).toBe('a.999');
  });

  it('says at once that the last copy has ended, and still comes in four messages a second at most', () => {
    const { paced, delivered, events } = createPaced();
    const waits: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      // The end comes at another moment between two figures each time.
      for (let beat = 0; beat < 5; beat += 1) {
        paced.add(`a.${round}.${beat}`, task(1, beat));
        vi.advanceTimersByTime(beat === 4 ? 20 + 7 * round : 320);
      }
      const [endedAtMs, told] = [Date.now(), delivered.length];
      paced.add(`b.${round}`, task(1, 100, {}, 'succeeded'));
      while (delivered.length === told) vi.advanceTimersByTime(1);
      waits.push(Date.now() - endedAtMs);
      expect(events(told)).toEqual([task(1, 100, {}, 'succeeded')]);
      vi.advanceTimersByTime(3000);
    }
    const times = delivered.map(({ atMs }) => atMs);
    for (const [index, time] of times.entries()) {
      if (index > 3) expect(time - (times[index - 4] ?? 0)).toBeGreaterThanOrEqual(1000);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(40);
  });

  it('does not hurry with the end of one copy while another runs', () => {
    const { paced, delivered } = createPaced();
    paced.add('a.1', task(1, 10));
    paced.add('a.2', task(2, 10));
    vi.advanceTimersByTime(20);
    expect(delivered).toHaveLength(1);
    paced.add('a.3', task(1, 100, {}, 'succeeded'));
    vi.advanceTimersByTime(200);
    expect(delivered).toHaveLength(1);
    paced.add('a.4', task(2, 100, {}, 'failed'));
    vi.advanceTimersByTime(20);
    expect(delivered).toHaveLength(2);
  });

  it('has what is counted of failing copies in the message that says that they wait', () => {
    const { paced, delivered, events } = createPaced();
    paced.add('a.1', task(1, 10));
    vi.advanceTimersByTime(320);
    paced.add('a.2', task(1, 10, {}, 'waiting'));
    vi.advanceTimersByTime(40);
    paced.add('a.3', catalog('one'));
    vi.advanceTimersByTime(30);
    expect(delivered).toHaveLength(2);
    expect(events(1)).toHaveLength(2);
  });

  it('comes at once after silence', () => {
    const { paced, delivered } = createPaced();
    paced.add('a.1', catalog('one'));
    vi.advanceTimersByTime(20);
    vi.advanceTimersByTime(5000);
    paced.add('a.2', catalog('two'));
    vi.advanceTimersByTime(20);
    expect(delivered).toHaveLength(2);
  });

  it('has the progress of all tasks in one message, and of each task the last word', () => {
    const { paced, delivered, events } = createPaced();
    paced.add('a.1', task(1, 10, { a: 5, b: 5 }));
    vi.advanceTimersByTime(5);
    paced.add('a.2', task(2, 20));
    paced.add('a.3', task(1, 30, { b: 25 }));
    vi.advanceTimersByTime(40);
    expect(delivered).toHaveLength(1);
    expect(delivered[0]?.message.id).toBe('a.3');
    expect(events(0)).toEqual([task(1, 30, { a: 5, b: 25 }), task(2, 20)]);
  });

  it('does not let other news keep progress waiting for the next message', () => {
    const { paced, delivered } = createPaced();
    const waits: number[] = [];
    let told = 0;
    for (let beat = 0; beat < 40; beat += 1) {
      const beganAtMs = Date.now();
      paced.add(`a.${beat}`, task(1, beat));
      vi.advanceTimersByTime(30);
      if (delivered.length > told) waits.push(Date.now() - beganAtMs);
      told = delivered.length;
      vi.advanceTimersByTime(100);
      paced.add(`b.${beat}`, catalog('scanned'));
      vi.advanceTimersByTime(190);
    }
    expect(waits).toHaveLength(40);
    expect(delivered).toHaveLength(40);
  });

  it('is dropped when told so, and the client gets its turn to say so', () => {
    const { paced, delivered, events } = createPaced();
    paced.add('a.1', catalog('one'));
    expect(paced.sizeBytes).toBeGreaterThan(20);
    paced.clear();
    expect(paced.sizeBytes).toBe(0);
    vi.advanceTimersByTime(300);
    expect(delivered).toHaveLength(1);
    expect(events(0)).toEqual([]);
    paced.add('a.2', catalog('two'));
    paced.drop();
    vi.advanceTimersByTime(1000);
    expect(delivered).toHaveLength(1);
  });
});
