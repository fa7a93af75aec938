import { describe, expect, it } from 'vitest';
import { type InstanceTraffic, noteOf, SharedTraffic } from './shared-traffic.ts';
import { historySeconds } from './throughput.ts';

const nothing = Array.from({ length: historySeconds }, () => 0);
const secondsAgo = (seconds: number, byteCount: number) => nothing.with(historySeconds - seconds, byteCount);
const still: InstanceTraffic = { history: nothing, bytesPerSecond: 0, routes: [], loads: [] };
const route = (destinationRegistryId: string, bytesPerSecond: number) => ({
  sourceRegistryId: 'main',
  destinationRegistryId,
  bytesPerSecond,
});
const load = (registryId: string, writing: number, quietForMs = 0) => ({
  registryId,
  reading: 0,
  writing,
  slots: 8,
  quietForMs,
});

function createShared() {
  let nowMs = 50_000;
  const shared = new SharedTraffic(() => nowMs);
  return {
    shared,
    pass: (milliseconds: number) => {
      nowMs += milliseconds;
    },
  };
}

describe('what several instances move', () => {
  it('is added up, route by route and registry by registry', () => {
    const { shared } = createShared();
    const other = { ...still, bytesPerSecond: 30, routes: [route('north', 20), route('south', 10)] };
    shared.hear(noteOf('other', { ...other, loads: [load('north', 3, 5000)] }));
    const sum = shared.sum({
      ...still,
      bytesPerSecond: 5,
      routes: [route('north', 5)],
      loads: [load('north', 2), load('main', 0)],
    });
    expect(sum.bytesPerSecond).toBe(35);
    expect(sum.routes).toEqual([route('north', 25), route('south', 10)]);
    expect(sum.loads).toEqual([{ ...load('north', 5, 5000), slots: 16 }, load('main', 0)]);
  });

  it('counts the last word of each instance once', () => {
    const { shared } = createShared();
    for (const bytesPerSecond of [10, 20, 30]) shared.hear(noteOf('other', { ...still, bytesPerSecond }));
    expect(shared.sum(still).bytesPerSecond).toBe(30);
  });

  it('forgets the rate of one that has gone silent, and keeps what it moved in its place in time', () => {
    const { shared, pass } = createShared();
    const history = secondsAgo(1, 70);
    shared.hear(noteOf('other', { ...still, bytesPerSecond: 70, history }));
    expect(shared.sum(still)).toMatchObject({ bytesPerSecond: 70, history });
    pass(10_000);
    const later = shared.sum({ ...still, history: secondsAgo(1, 1) });
    expect(later.bytesPerSecond).toBe(0);
    expect(later.history).toEqual(secondsAgo(11, 70).with(historySeconds - 1, 1));
    pass(historySeconds * 1000);
    expect(shared.sum(still).history).toEqual(nothing);
  });

  it('fits into a notification, however many registries there are', () => {
    const id = (index: number) => `a-registry-with-a-long-name-${index}`;
    const many: InstanceTraffic = {
      history: nothing.map(() => 1_234_567_890),
      bytesPerSecond: 1_234_567_890,
      routes: Array.from({ length: 400 }, (_, index) => ({ ...route(id(index), index), sourceRegistryId: id(index) })),
      loads: Array.from({ length: 60 }, (_, index) => load(id(index), index)),
    };
    const note = noteOf('00000000-0000-4000-8000-000000000000', many);
    expect(JSON.stringify(note).length).toBeLessThan(7999);
    expect(note.routes[0]?.bytesPerSecond).toBe(399);
  });
});
