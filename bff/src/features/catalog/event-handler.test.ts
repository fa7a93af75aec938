import { describe, expect, test } from 'vitest';
import { coalesceEvents } from './event-handler.ts';
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
      expect(coalesceEvents(events)[0]?.tags.get('v1')?.actor).toBe('late');
    }
  });

  test('asks for one listing however many tags went with a digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const deletions = Array.from({ length: 1001 }, () => event({ action: 'delete', tag: null, digest }));
    const [work] = coalesceEvents(deletions);
    expect(work).toMatchObject({ isListingDue: true, deletedDigests: new Set([digest]), tags: new Map() });
  });
});
