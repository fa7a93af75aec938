import type { StreamEvent } from '../contract/events.ts';
import { isAtRest, mergeTaskEvents, type TaskEvent } from './task-coalescer.ts';

export interface PacedMessage {
  /** Of the last event that has a place in the common order; null where none has. */
  readonly id: string | null;
  /** JSON of each event. */
  readonly events: readonly string[];
}

export interface PacedEventsOptions {
  readonly deliver: (message: PacedMessage) => void;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => number;
}

/** Never more messages than this within a second. */
const messagesMax = 4;
const secondMs = 1000;
/** Three of them are for what goes on; the fourth is there when the last copy ends, after which nothing else comes. */
const messageEveryMs = 300;
/** The progress of several tasks comes one after the other: the message waits until no more comes, but not for long. */
const gatherMs = 12;
const longestGatherMs = 70;
/** That a copy fails is counted at once: a page that hears of it alone would say beside it that none does. */
const countsMs = 60;
/**
 * While tasks progress, which they say every 320 ms, other news waits for that: a message of its own in between would
 * make the figures wait for the next one and be out of date all the time.
 */
const patienceMs = 450;

interface Item {
  event: StreamEvent;
  text: string;
}

/**
 * What one client is to hear: gathered, and handed on as one message, the first at once and then every 300 ms. That the
 * last running task has come to rest is told at once.
 */
export class PacedEvents {
  readonly #deliver: PacedEventsOptions['deliver'];
  readonly #now: () => number;
  #items: Item[] = [];
  #replaceable = new Map<string, Item>();
  #sizeBytes = 0;
  #lastId: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  /** Of the last messages, as many as a second may have. */
  #deliveredAtMs: readonly number[] = [];
  /** Tasks that run, as far as this client has been told. */
  readonly #running = new Set<string>();
  #progressAtMs = Number.NEGATIVE_INFINITY;
  #isProgressIn = false;

  constructor({ deliver, now }: PacedEventsOptions) {
    this.#deliver = deliver;
    this.#now = now;
  }

  /** What waits. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(id: string | null, event: StreamEvent): void {
    const nowMs = this.#now();
    const wasExpected = nowMs - this.#progressAtMs < patienceMs;
    let isLast = false;
    if (id !== null) this.#lastId = id;
    this.#put(event);
    if (event.name === 'task') {
      this.#progressAtMs = nowMs;
      this.#isProgressIn = true;
      isLast = this.#isLast(event);
    }
    const restMs = this.#isProgressIn || !wasExpected ? messageEveryMs : patienceMs;
    const isFailing = isLast && event.name === 'task' && event.payload.state === 'waiting';
    this.#schedule(Math.max(this.#nextMs(isLast ? 0 : restMs), isFailing ? nowMs + countsMs : 0));
  }

  /** Drops what waits; `deliver` is still called when the next message may go, with nothing in it. */
  clear(): void {
    this.#forget();
    this.#schedule(this.#nextMs(messageEveryMs));
  }

  /** Drops what waits, without a word: the client reads everything again, or is gone. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running.clear();
    this.#forget();
  }

  #put(event: StreamEvent): void {
    const key = keyOf(event);
    const known = key === undefined ? undefined : this.#replaceable.get(key);
    if (known === undefined) {
      const item = { event, text: textOf(event) };
      this.#items.push(item);
      if (key !== undefined) this.#replaceable.set(key, item);
      this.#sizeBytes += item.text.length;
      return;
    }
    const merged = known.event.name === 'task' && event.name === 'task' ? mergeTaskEvents(known.event, event) : event;
    const text = textOf(merged);
    this.#sizeBytes += text.length - known.text.length;
    known.event = merged;
    known.text = text;
  }

  /** Whether no other task runs that would be heard of. */
  #isLast(event: TaskEvent): boolean {
    const { id, state } = event.payload;
    if (state === 'running') this.#running.add(id);
    else this.#running.delete(id);
    return isAtRest(event) && this.#running.size === 0;
  }

  /** When the next message may go. */
  #nextMs(restMs: number): number {
    const before = this.#deliveredAtMs.at(-messagesMax) ?? Number.NEGATIVE_INFINITY;
    return Math.max(
      this.#now() + gatherMs,
      before + secondMs,
      (this.#deliveredAtMs.at(-1) ?? Number.NEGATIVE_INFINITY) + restMs,
    );
  }

  #schedule(dueMs: number): void {
    if (this.#timer !== undefined && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#onDue(), Math.max(0, dueMs - this.#now())).unref();
  }

  #onDue(): void {
    this.#timer = undefined;
    const nowMs = this.#now();
    const isMoreComing = this.#isProgressIn && nowMs - this.#progressAtMs < gatherMs - 2;
    if (isMoreComing && nowMs - this.#dueMs < longestGatherMs) {
      // `#dueMs` stays: it says since when the message could have gone.
      this.#timer = setTimeout(() => this.#onDue(), gatherMs).unref();
      return;
    }
    this.#deliveredAtMs = [...this.#deliveredAtMs, nowMs].slice(-messagesMax);
    const message = { id: this.#lastId, events: this.#items.map(({ text }) => text) };
    this.#forget();
    this.#deliver(message);
  }

  #forget(): void {
    this.#items = [];
    this.#replaceable = new Map();
    this.#sizeBytes = 0;
    this.#lastId = null;
    this.#isProgressIn = false;
  }
}

/** Of which events only the last is worth anything. */
function keyOf(event: StreamEvent): string | undefined {
  if (event.name === 'task') return event.payload.id;
  return event.name === 'operations' || event.name === 'traffic' ? event.name : undefined;
}

/** One event goes to many clients and is written down once. */
const texts = new WeakMap<StreamEvent, string>();

function textOf(event: StreamEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify({ name: event.name, payload: event.payload });
  texts.set(event, text);
  return text;
}
