import type { StreamEvent } from '../contract/events.ts';
import { createRelayReceiver, createRelaySender, type EventRelay, type NumberedEvent } from './event-relay.ts';
import { createEventRing } from './event-ring.ts';
import { createTaskCoalescer } from './task-coalescer.ts';

export type { StreamEvent } from '../contract/events.ts';
export type { EventRelay, NumberedEvent } from './event-relay.ts';

/** What features get: says that something happened, to everyone who may see it, on every instance. Never throws, never waits. */
export type Publish = (event: StreamEvent) => void;

export interface EventBusOptions {
  /** Null where there is only one instance. */
  readonly relay: EventRelay | null;
  /** Different for each process. */
  readonly instanceId: string;
  readonly onRelayFailure?: (error: unknown) => void;
  /** How many events a client may have missed and still catch up with. */
  readonly ringLength?: number;
}

type Listener = (event: NumberedEvent | null) => void;

export interface EventBus {
  readonly publish: Publish;
  /** Calls back for every event from now on; `null` says that some were lost. */
  subscribe(listener: Listener): () => void;
  /**
   * For whoever keeps something that an event makes old: an event of this instance is heard before `publish` returns, so
   * that an answer about the change is never followed by one from before it. It may be heard again in its order.
   */
  subscribeAtOnce(listener: Listener): () => void;
  /** Id of the newest event, to resume behind. */
  readonly lastId: () => string;
  /** What came after the event of this id; undefined when that is not known (any more). */
  since(id: string): readonly NumberedEvent[] | undefined;
  close(): Promise<void>;
}

/** With a relay even an instance's own events take the way through it: so all instances agree on one order. */
export async function createEventBus(options: EventBusOptions): Promise<EventBus> {
  const { relay, instanceId, ringLength = 5000 } = options;
  const listeners = new Set<Listener>();
  const atOnce = new Set<Listener>();
  let sequence = 0;
  const nextId = () => `${instanceId}.${sequence++}`;
  const ring = createEventRing(ringLength, nextId());

  const deliver = (numbered: NumberedEvent) => {
    ring.add(numbered);
    for (const listener of [...atOnce, ...listeners]) listener(numbered);
  };
  const lose = () => {
    ring.restart(nextId());
    for (const listener of [...atOnce, ...listeners]) listener(null);
  };
  const stopReceiving = relay === null ? null : await receiveFrom(relay, deliver, lose, options.onRelayFailure);
  const sender = relay === null ? null : createRelaySender(relay, instanceId);

  const emit: Publish = (event) => {
    const numbered = { id: nextId(), event };
    if (sender === null) {
      deliver(numbered);
      return;
    }
    for (const listener of atOnce) listener(numbered);
    sender(numbered).catch((error: unknown) => {
      options.onRelayFailure?.(error);
      // The people on this instance still see it; the relay's return resets everyone's order.
      deliver(numbered);
    });
  };
  const coalescer = createTaskCoalescer(emit);
  return {
    publish: coalescer.publish,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeAtOnce: (listener) => {
      atOnce.add(listener);
      return () => atOnce.delete(listener);
    },
    lastId: ring.lastId,
    since: (id) => ring.since(id),
    close: async () => {
      coalescer.close();
      listeners.clear();
      atOnce.clear();
      await stopReceiving?.();
    },
  };
}

function receiveFrom(
  relay: EventRelay,
  deliver: (event: NumberedEvent) => void,
  lose: () => void,
  onFailure: ((error: unknown) => void) | undefined,
): Promise<() => Promise<void>> {
  const receive = createRelayReceiver(deliver);
  return relay.receive((payload) => {
    try {
      receive(payload);
    } catch (error) {
      // Another version of the program, or somebody at a database prompt.
      onFailure?.(error);
    }
  }, lose);
}
