import type { Request, Response } from 'express';
import type { RecordAudit } from '../access/audit-record.ts';
import type { AuditNotes } from './audit-notes.ts';
import type { PublicOrigin } from './public-origin.ts';
import type { RequestAccess } from './request-access.ts';

/** The account behind a request, read anew for each one, so that a disabled account is out at once. */
export interface RequestAccount {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly isSystemAdmin: boolean;
}

/** What a route may do to the session of its request. */
export interface SessionControl {
  /** A new session id for the account; the old one, whatever it was, is worth nothing afterwards. */
  signIn(accountId: string): Promise<RequestAccess>;
  signOut(): Promise<void>;
  /** Hash of the current session's id as the store knows it; null without a session. */
  readonly idHash: string | null;
}

export interface RequestContext {
  readonly account: RequestAccount | null;
  readonly requestId: string;
  /** Aborted when the client goes away before the answer. */
  readonly signal: AbortSignal;
  /** The client's address; through proxies only where they are trusted. */
  readonly clientAddress: string;
  /** Where the console is reached, as far as it can know, for what is shown to be used elsewhere. */
  readonly publicOrigin: () => PublicOrigin;
  readonly session: SessionControl;
  /** What the caller may do. A handler narrows lists by `scope` and asks `authorize` for each place it changes. */
  readonly access: RequestAccess;
  /** Every change is recorded by itself; a handler notes what it knows beyond the path: before, after, where. */
  readonly audit: AuditNotes;
  readonly recordAudit: RecordAudit;
}

const contexts = new WeakMap<Request, RequestContext>();

export function setRequestContext(request: Request, context: RequestContext): void {
  contexts.set(request, context);
}

export function requestContext(request: Request): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('The request has no context: it came in beside the API router.');
  return context;
}

export function abortSignalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('The client went away.'));
  });
  return controller.signal;
}
