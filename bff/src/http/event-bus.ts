import type { StreamEvent } from '../contract/events.ts';
import { createTaskCoalescer } from './task-coalescer.ts';

export type { StreamEvent } from '../contract/events.ts';

/** What features get: says that something happened, to everyone who may see it, on every instance. Never throws, never waits. */
export type Publish = (event: StreamEvent) => void;

/** An event with its place in the order. The id is opaque to clients and the same on every instance. */
export interface NumberedEvent {
  readonly id: string;
  readonly event: StreamEvent;
}

/** How instances hear of each other's events; null where there is only one. */
export interface EventRelay {
  send(payload: string): Promise<void>;
  /** Every payload of every instance, this one's too, in one order that all agree on. `onGap`: some were missed. */
  receive(handler: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>;
}

export interface EventBusOptions {
  readonly relay: EventRelay | null;
  /** Different for each process. */
  readonly instanceId: string;
  readonly onRelayFailure?: (error: unknown) => void;
  /** How many events a client may have missed and still catch up with. */
  readonly ringLength?: number;
}

export interface EventBus {
  readonly publish: Publish;
  /** Calls back for every event from now on; `null` says that some were lost. */
  subscribe(listener: (event: NumberedEvent | null) => void): () => void;
  /** Id of the newest event, to resume behind. */
  lastId(): string;
  /** What came after the event of this id; undefined when that is not known (any more). */
  since(id: string): readonly NumberedEvent[] | undefined;
  close(): Promise<void>;
}

/** NOTIFY takes 7,999 bytes; the rest is for the frame around a part. */
const RELAY_PART_LENGTH = 7000;

export async function createEventBus(options: EventBusOptions): Promise<EventBus> {
  const { relay, instanceId, ringLength = 5000 } = options;
  const listeners = new Set<(event: NumberedEvent | null) => void>();
  const start = `${instanceId}.0`;
  let ring: NumberedEvent[] = [];
  let beforeRing = start;
  let sequence = 0;

  const deliver = (numbered: NumberedEvent) => {
    ring.push(numbered);
    // Cutting a fifth at a time keeps an append from moving the whole array each time.
    if (ring.length > ringLength * 1.2) {
      beforeRing = ring[ring.length - ringLength - 1]?.id ?? beforeRing;
      ring = ring.slice(-ringLength);
    }
    for (const listener of listeners) listener(numbered);
  };
  const lose = () => {
    sequence += 1;
    ring = [];
    beforeRing = `${instanceId}.${sequence}`;
    for (const listener of listeners) listener(null);
  };
  const sender = relay === null ? null : createRelaySender(relay, instanceId);
  const receive = createRelayReceiver(deliver);
  const stopReceiving = await relay?.receive((payload) => {
    try {
      receive(payload);
    } catch (error) {
      // Another version of the program, or somebody at a database prompt.
      options.onRelayFailure?.(error);
    }
  }, lose);

  const emit: Publish = (event) => {
    sequence += 1;
    const numbered = { id: `${instanceId}.${sequence}`, event };
    if (sender === null) {
      deliver(numbered);
      return;
    }
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
    lastId: () => ring.at(-1)?.id ?? beforeRing,
    since: (id) => {
      if (id === beforeRing) return ring;
      const index = ring.findIndex((numbered) => numbered.id === id);
      return index < 0 ? undefined : ring.slice(index + 1);
    },
    close: async () => {
      coalescer.close();
      listeners.clear();
      await stopReceiving?.();
    },
  };
}

interface RelayPart {
  /** Sender, number of the message, index of the part, number of parts. */
  readonly h: readonly [string, number, number, number];
  readonly t: string;
}

function createRelaySender(relay: EventRelay, instanceId: string) {
  let message = 0;
  // One after the other: parts and events of one instance must arrive in the order they were made.
  let tail: Promise<void> = Promise.resolve();
  return (numbered: NumberedEvent): Promise<void> => {
    message += 1;
    const number = message;
    const text = Buffer.from(JSON.stringify(numbered)).toString('base64');
    const length = RELAY_PART_LENGTH;
    const count = Math.ceil(text.length / length);
    const send = async () => {
      for (let index = 0; index < count; index += 1) {
        const part: RelayPart = {
          h: [instanceId, number, index, count],
          t: text.slice(index * length, (index + 1) * length),
        };
        await relay.send(JSON.stringify(part));
      }
    };
    const sent = tail.then(send);
    tail = sent.catch(() => {});
    return sent;
  };
}

function createRelayReceiver(deliver: (numbered: NumberedEvent) => void): (payload: string) => void {
  const partial = new Map<string, { number: number; texts: string[] }>();
  return (payload) => {
    const { h, t } = JSON.parse(payload) as RelayPart;
    const [sender, number, index, count] = h;
    const known = partial.get(sender);
    const message = known?.number === number ? known : { number, texts: [] };
    message.texts[index] = t;
    if (index + 1 < count) {
      partial.set(sender, message);
      return;
    }
    partial.delete(sender);
    // A part was lost with a broken connection; the gap is told by the relay itself.
    if (message.texts.filter((text) => text !== undefined).length !== count) return;
    deliver(JSON.parse(Buffer.from(message.texts.join(''), 'base64').toString()) as NumberedEvent);
  };
}
