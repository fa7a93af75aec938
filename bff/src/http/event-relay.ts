import type { StreamEvent } from '../contract/events.ts';

/** An event with its place in the order. The id is opaque to clients and the same on every instance. */
export interface NumberedEvent {
  readonly id: string;
  readonly event: StreamEvent;
}

/** How instances hear of each other's events. */
export interface EventRelay {
  send(payload: string): Promise<void>;
  /** Every payload of every instance, this one's too, in one order that all agree on. `onGap`: some were missed. */
  receive(handler: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>;
}

/** NOTIFY takes 7,999 bytes; the rest is for the frame around a part. */
const RELAY_PART_LENGTH = 7000;

interface RelayPart {
  /** Sender, number of the message, index of the part, number of parts. */
  readonly h: readonly [string, number, number, number];
  readonly t: string;
}

/** Sends events in parts that the relay can carry, one after the other, in the order they were made. */
export function createRelaySender(relay: EventRelay, instanceId: string) {
  let message = 0;
  let tail: Promise<void> = Promise.resolve();
  return (numbered: NumberedEvent): Promise<void> => {
    message += 1;
    const number = message;
    const text = Buffer.from(JSON.stringify(numbered)).toString('base64');
    const count = Math.ceil(text.length / RELAY_PART_LENGTH);
    const send = async () => {
      for (let index = 0; index < count; index += 1) {
        const part: RelayPart = {
          h: [instanceId, number, index, count],
          t: text.slice(index * RELAY_PART_LENGTH, (index + 1) * RELAY_PART_LENGTH),
        };
        await relay.send(JSON.stringify(part));
      }
    };
    const sent = tail.then(send);
    tail = sent.catch(() => {});
    return sent;
  };
}

/** Puts the parts together again; throws for a payload that is none of ours. */
export function createRelayReceiver(deliver: (numbered: NumberedEvent) => void): (payload: string) => void {
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
