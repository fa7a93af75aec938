import type { Kysely } from 'kysely';
import type { PoolConfig } from 'pg';
import type { Tables } from './tables.ts';

/** `embedded` without a folder lives in memory and is gone with the process. */
export type DatabaseLocation =
  | { kind: 'embedded'; folder: string | null; initialContent?: Blob }
  | { kind: 'postgres'; url: string; maxConnections?: number };

/** What pg-boss needs: its own pool on PostgreSQL, the one shared session of the embedded database. */
export type QueueBackend =
  | { kind: 'postgres'; poolSettings: PoolConfig }
  | {
      kind: 'pglite';
      /** For `fromPglite()`; every statement waits its turn behind Kysely's transactions. */
      session: {
        query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
        exec(text: string): Promise<Array<{ rows: Record<string, unknown>[] }>>;
        listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
      };
    };

export interface ListenOptions {
  /** The connection was lost and is back: notifications sent in between are unknown. */
  onGap?: () => void;
}

/**
 * One database behind one port. Types are the same on both: int8 and numeric are numbers, timestamptz is a Date, jsonb
 * is parsed, bytea is a Uint8Array, date and interval are text.
 */
export interface Database {
  readonly kind: 'embedded' | 'postgres';
  readonly kysely: Kysely<Tables>;
  readonly queueBackend: QueueBackend;
  listen(channel: string, handler: (payload: string) => void, options?: ListenOptions): Promise<() => Promise<void>>;
  /** At most 7,999 bytes of payload, PostgreSQL's limit. Resolves when it was accepted, not when it was received. */
  notify(channel: string, payload: string): Promise<void>;
  /** Rejects when the database does not answer within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}
