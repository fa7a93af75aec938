import type { NumberedEvent } from './event-relay.ts';

/** The newest events, for clients that come back. `start` is the id that stands before the first. */
export function createEventRing(length: number, start: string) {
  let events: NumberedEvent[] = [];
  let before = start;
  return {
    add(event: NumberedEvent): void {
      events.push(event);
      // Cutting a fifth at a time keeps an append from moving the whole array each time.
      if (events.length <= length * 1.2) return;
      before = events[events.length - length - 1]?.id ?? before;
      events = events.slice(-length);
    },
    /** What was missed is not known: nobody may resume across it. */
    restart(newStart: string): void {
      events = [];
      before = newStart;
    },
    lastId: (): string => events.at(-1)?.id ?? before,
    /** What came after the event of this id; undefined when that is not known (any more). */
    since(id: string): readonly NumberedEvent[] | undefined {
      if (id === before) return events;
      const index = events.findLastIndex((event) => event.id === id);
      return index < 0 ? undefined : events.slice(index + 1);
    },
  };
}
