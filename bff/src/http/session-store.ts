import { createHash } from 'node:crypto';
import { callbackify } from 'node:util';
import { type SessionData, Store } from 'express-session';

/** Where sessions are kept; `idHash` is all it ever sees of a session's id. */
export interface SessionRecords {
  find(idHash: string): Promise<SessionData | null>;
  save(idHash: string, content: SessionData, idleMs: number): Promise<void>;
  /** Says that the session was used; brings none back that was removed. */
  touch(idHash: string, idleMs: number): Promise<void>;
  remove(idHash: string): Promise<void>;
}

declare module 'express-session' {
  interface SessionData {
    accountId: string;
    /** Milliseconds since 1970. */
    signedInAt: number;
    /** Changes with the account's password; a session of an older one is over. */
    credentialVersion: string;
  }
}

export function hashSessionId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** Touching writes; once a minute is exact enough for an idle time of hours. */
const TOUCH_EVERY_MS = 60_000;

/** Keeps sessions under the hash of their id, so that who reads the store cannot sign in with what it holds. */
export class HashedSessionStore extends Store {
  readonly #records: SessionRecords;
  readonly #idleMs: number;
  readonly #touchedAt = new Map<string, number>();

  constructor(records: SessionRecords, idleMs: number) {
    super();
    this.#records = records;
    this.#idleMs = idleMs;
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    callbackify(() => this.#records.find(hashSessionId(id)))(callback);
  }

  override set(id: string, content: SessionData, callback?: (error?: unknown) => void): void {
    callbackify(() => this.#records.save(hashSessionId(id), content, this.#idleMs))((error) => callback?.(error));
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    const idHash = hashSessionId(id);
    this.#touchedAt.delete(idHash);
    callbackify(() => this.#records.remove(idHash))((error) => callback?.(error));
  }

  override touch(id: string, _content: SessionData, callback?: () => void): void {
    const idHash = hashSessionId(id);
    const now = Date.now();
    if (now - (this.#touchedAt.get(idHash) ?? 0) < TOUCH_EVERY_MS) {
      callback?.();
      return;
    }
    // Of no use to anyone after a minute; cleared in one go instead of kept in order.
    if (this.#touchedAt.size > 10_000) this.#touchedAt.clear();
    this.#touchedAt.set(idHash, now);
    // The answer is made already; a session that could not be touched ends a little early.
    callbackify(() => this.#records.touch(idHash, this.#idleMs))(() => callback?.());
  }
}
