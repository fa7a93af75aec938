import type { StreamEvent } from '../contract/events.ts';

export type { StreamEvent } from '../contract/events.ts';

/** What features get: says that something happened, to everyone who may see it, on every instance. Never throws, never waits. */
export type Publish = (event: StreamEvent) => void;
