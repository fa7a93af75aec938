import { describe, expect, test, vi } from 'vitest';
import { RegistryError } from '../../registry-client/index.ts';
import { coalesceEvents, EventHandler } from './event-handler.ts';
import type { StoredEvent } from './registry-events.store.ts';

let serial = 0;
function event(change: Partial<StoredEvent>): StoredEvent {
  serial += 1;
  return {
    id: serial,
    eventId: `event-${serial}`,
    action: 'push',
    repository: 'payments/api',
    tag: 'v1',
    digest: null,
    actor: null,
    occurredAt: null,
    ...change,
  };
}

describe('coalesceEvents', () => {
  test('makes one piece of work of each repository', () => {
    const works = coalesceEvents([event({}), event({ repository: 'payments/web' }), event({ tag: 'v2' }), event({})]);
    expect(works.map(({ repository, tags }) => [repository, [...tags.keys()]])).toEqual([
      ['payments/api', ['v1', 'v2']],
      ['payments/web', ['v1']],
    ]);
  });

  test('believes the push that is the latest by the registry’s own time, in whatever order they came', () => {
    const late = event({ actor: 'late', occurredAt: new Date('2026-01-02') });
    const early = event({ actor: 'early', occurredAt: new Date('2026-01-01') });
    for (const events of [
      [late, early],
      [early, late],
    ]) {
      expect(coalesceEvents(events)[0]?.tags.get('v1')?.[0]?.actor).toBe('late');
    }
  });

  test('keeps the last push of each content: which of them the tag has is for the registry to say', () => {
    const at = (day: string) => new Date(`2026-01-${day}`);
    const [work] = coalesceEvents([
      event({ digest: 'a', occurredAt: at('01') }),
      event({ digest: 'a', occurredAt: at('03') }),
      event({ digest: 'b', occurredAt: at('02') }),
    ]);
    expect(work?.tags.get('v1')?.map(({ digest, pushedAt }) => [digest, pushedAt])).toEqual([
      ['a', at('03')],
      ['b', at('02')],
    ]);
  });

  test('asks for one listing however many tags went with a digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const deletions = Array.from({ length: 1001 }, () => event({ action: 'delete', tag: null, digest }));
    const [work] = coalesceEvents(deletions);
    expect(work).toMatchObject({ isListingDue: true, deletedDigests: new Set([digest]), tags: new Map() });
  });
});

describe('EventHandler', () => {
  const down = new RegistryError({
    code: 'timeout',
    sentence: 'development did not answer.',
    params: {},
    operation: 'GET manifest',
    host: 'development',
    status: undefined,
    retryable: true,
    retryAfterMs: undefined,
  });

  test('a repository that fails or hangs holds up no other, and is tried again after a rest', async () => {
    const open = new Map(
      [event({ repository: 'a/hangs' }), event({ repository: 'a/fails' })].map((one) => [one.id, one]),
    );
    const handled: string[] = [];
    let failures = 0;
    let endRest = () => {};
    let endHanging = () => {};
    const handler = new EventHandler({
      eventsStore: {
        listOpen: (_registryId, _limit, except) =>
          Promise.resolve([...open.values()].filter(({ repository }) => !except.includes(repository))),
        markHandled: (ids) => {
          for (const id of ids) open.delete(id);
          return Promise.resolve();
        },
      },
      handle: async (_registryId, { repository }) => {
        if (repository === 'a/hangs') await new Promise<void>((resolve) => (endHanging = resolve));
        if (repository === 'a/fails' && failures === 0) {
          failures += 1;
          throw down;
        }
        handled.push(repository);
        return 'done';
      },
      onError: () => {},
      sleep: () => new Promise<void>((resolve) => (endRest = resolve)),
    });
    handler.kick('development');
    await vi.waitFor(() => expect(failures).toBe(1));
    const later = event({ repository: 'b/pushed' });
    open.set(later.id, later);
    handler.kick('development');
    await vi.waitFor(() => expect(handled).toEqual(['b/pushed']));
    endRest();
    await vi.waitFor(() => expect(handled).toEqual(['b/pushed', 'a/fails']));
    endHanging();
    await vi.waitFor(() => expect(open.size).toBe(0));
    await handler.stop();
  });

  test('what a registry tells before it has it is asked for again, and not for ever', async () => {
    const open = new Map(
      [event({ repository: 'a/soon' }), event({ repository: 'a/never' })].map((one) => [one.id, one]),
    );
    const asked = new Map<string, number>();
    const waitsMs: number[] = [];
    const handler = new EventHandler({
      eventsStore: {
        listOpen: (_registryId, _limit, except) =>
          Promise.resolve([...open.values()].filter(({ repository }) => !except.includes(repository))),
        markHandled: (ids) => {
          for (const id of ids) open.delete(id);
          return Promise.resolve();
        },
      },
      handle: (_registryId, { repository }) => {
        const times = (asked.get(repository) ?? 0) + 1;
        asked.set(repository, times);
        return Promise.resolve(repository === 'a/soon' && times === 3 ? 'done' : 'early');
      },
      onError: () => {},
      sleep: (durationMs) => {
        waitsMs.push(durationMs);
        return Promise.resolve();
      },
    });
    handler.kick('development');
    await vi.waitFor(() => expect(open.size).toBe(0));
    expect(Object.fromEntries(asked)).toEqual({ 'a/soon': 3, 'a/never': 8 });
    expect(Math.max(...waitsMs)).toBe(3200);
    await handler.stop();
  });

  test('in a storm fewer are handled at once, but not for longer than half a minute, and all of them in the end', async () => {
    const open = new Map<number, StoredEvent>();
    const beganAtMs: number[] = [];
    let active = 0;
    const most = { inStorm: 0, after: 0 };
    let cameAtMs = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const handler = new EventHandler({
      eventsStore: {
        listOpen: (_registryId, repositories, except) =>
          Promise.resolve(
            [...open.values()].filter(({ repository }) => !except.includes(repository)).slice(0, repositories),
          ),
        markHandled: (ids) => {
          for (const id of ids) open.delete(id);
          return Promise.resolve();
        },
      },
      handle: async () => {
        active += 1;
        beganAtMs.push(performance.now());
        if (performance.now() - cameAtMs < 29_000) most.inStorm = Math.max(most.inStorm, active);
        else most.after = Math.max(most.after, active);
        await gate;
        active -= 1;
        return 'done';
      },
      onError: () => {},
      sleep: (durationMs) => {
        vi.advanceTimersByTime(durationMs);
        return Promise.resolve();
      },
    });
    const come = (count: number) =>
      Promise.all(Array.from({ length: count }, () => handler.arrive('development', () => Promise.resolve(1))));
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      cameAtMs = performance.now();
      void come(60);
      for (let place = 0; place < 20; place += 1) {
        const one = event({ repository: `a/${place}` });
        open.set(one.id, one);
      }
      await come(1);
      await vi.waitFor(() => expect(active).toBe(2));
      // It goes on for half a minute: from then on it is how it is here.
      for (let half = 0; half < 62; half += 1) {
        vi.advanceTimersByTime(500);
        await come(60);
      }
      handler.kick('development');
      await vi.waitFor(() => expect(active).toBe(8));
      release();
      await vi.waitFor(() => expect(open.size).toBe(0));
      expect(most).toEqual({ inStorm: 2, after: 8 });
      // Nothing was begun before nothing more came, not even for the first of them.
      expect((beganAtMs[0] ?? 0) - cameAtMs).toBeGreaterThanOrEqual(100);
      await handler.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  test('while a registry posts one event after the other, however slowly, little is begun', async () => {
    const open = [event({ repository: 'a/first' })];
    const beganAtMs: number[] = [];
    const handler = new EventHandler({
      eventsStore: {
        listOpen: () => Promise.resolve(open),
        markHandled: () => {
          open.splice(0);
          return Promise.resolve();
        },
      },
      handle: () => {
        beganAtMs.push(performance.now());
        return Promise.resolve('done');
      },
      onError: () => {},
      sleep: (durationMs) => {
        vi.advanceTimersByTime(durationMs);
        return Promise.resolve();
      },
    });
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const startMs = performance.now();
      // Received, and not stored yet, all the while.
      void handler.arrive('development', () => new Promise<number>(() => {}));
      handler.kick('development');
      await vi.waitFor(() => expect(open).toEqual([]));
      vi.advanceTimersByTime(1000);
      open.push(event({ repository: 'a/second' }));
      const laterMs = performance.now();
      handler.kick('development');
      await vi.waitFor(() => expect(open).toEqual([]));
      const [first = 0, second = 0] = beganAtMs;
      expect(first - startMs).toBeGreaterThanOrEqual(150);
      expect(second - laterMs).toBeGreaterThanOrEqual(1500);
      await handler.stop();
    } finally {
      vi.useRealTimers();
    }
  });
});
