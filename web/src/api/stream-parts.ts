import type { StreamEventName } from 'bff/contract/events';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `since`: milliseconds since the epoch. */
  | { readonly state: 'lost'; readonly since: number };

/** What the stream takes from the browser; tests hand in their own. */
export interface StreamBrowser {
  readonly openSource: (url: string) => EventSource;
  readonly openChannel: (name: string) => BroadcastChannel | null;
  /** Absent where the page is not served securely: then every tab has its own stream. */
  readonly locks: Pick<LockManager, 'request'> | null;
}

/** Where a connection puts what it hears. */
export interface StreamSink {
  readonly event: (name: StreamEventName, payload: unknown) => void;
  readonly connection: (next: Connection) => void;
  readonly current: () => Connection;
}
