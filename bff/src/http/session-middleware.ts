import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { RecordAudit } from '../access/audit-record.ts';
import type { RoleRow, Subject } from '../access/subject.ts';
import { createAuditNotes } from './audit-notes.ts';
import type { FindPublicOrigin } from './public-origin.ts';
import { type AccessFacts, RequestAccess } from './request-access.ts';
import {
  abortSignalOf,
  type RequestAccount,
  requestContext,
  type SessionControl,
  setRequestContext,
} from './request-context.ts';
import { HashedSessionStore, hashSessionId, type SessionRecords } from './session-store.ts';

export interface SessionAccount extends RequestAccount {
  /** Changes with the password, and when the account is disabled. */
  readonly credentialVersion: string;
  /** Project → the rows of its members grid that name the user, directly or through groups. */
  readonly rows: ReadonlyMap<string, readonly RoleRow[]>;
}

export interface SessionOptions {
  readonly records: SessionRecords;
  /** Read anew each time: a role that was taken away is gone with the next request. Undefined for one gone or disabled. */
  readonly findAccount: (accountId: string) => Promise<SessionAccount | undefined>;
  readonly facts: AccessFacts;
  readonly recordAudit: RecordAudit;
  readonly secret: string;
  readonly isHttps: boolean;
  readonly publicOriginOf: FindPublicOrigin;
  readonly clock: { now(): Date };
}

/** Unused for this long, a session is over. */
const IDLE_MS = 12 * 60 * 60 * 1000;
/** However much it was used, a session is over after this long. */
const ABSOLUTE_MS = 7 * 24 * 60 * 60 * 1000;

export interface Sessions {
  /** Reads the session and gives the request its context. */
  readonly middleware: RequestHandler[];
  /** What the request's session may do as things stand now, for answers that last. */
  readonly recheck: (request: Request) => Promise<RequestAccess>;
}

export function createSessions(options: SessionOptions): Sessions {
  const { records, findAccount, facts, recordAudit, secret, isHttps, publicOriginOf, clock } = options;
  const store = new HashedSessionStore(records, IDLE_MS);
  const readSession = session({
    name: isHttps ? '__Host-longshore' : 'longshore',
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    // No maxAge: the cookie goes with the browser, the server decides when the session is over.
    cookie: { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' },
  });

  const accountOf = async (content: session.SessionData | null): Promise<SessionAccount | null> => {
    if (content?.accountId === undefined) return null;
    if (clock.now().getTime() - content.signedInAt > ABSOLUTE_MS) return null;
    const account = await findAccount(content.accountId);
    return account !== undefined && account.credentialVersion === content.credentialVersion ? account : null;
  };

  const accessOf = async (account: SessionAccount | null) => new RequestAccess(await subjectOf(account, facts), facts);
  const believeHttps: RequestHandler = (request, _response, next) => {
    // People reach the console over HTTPS, whatever the last proxy says of its own connection: without this the session
    // library would silently send no cookie at all.
    if (isHttps) Object.defineProperty(request, 'secure', { value: true });
    next();
  };
  const giveContext: RequestHandler = async (request, response, next) => {
    const account = await accountOf(request.session as session.SessionData | null);
    const hadSession = request.session.accountId !== undefined;
    // Not only destroyed: a sign-in in this very request needs a fresh one to put itself into.
    if (account === null && hadSession) await settle((callback) => request.session.regenerate(callback));
    setRequestContext(request, {
      account,
      requestId: String(response.getHeader('x-request-id')),
      signal: abortSignalOf(response),
      clientAddress: request.ip ?? 'unknown',
      publicOrigin: () => publicOriginOf(request),
      session: sessionControl({ request, findAccount, accessOf, clock, isSignedIn: account !== null }),
      access: await accessOf(account),
      audit: createAuditNotes(),
      recordAudit,
    });
    next();
  };
  return {
    middleware: [believeHttps, readSession, giveContext],
    recheck: async (request) => {
      const { idHash } = requestContext(request).session;
      const account = idHash === null ? null : await accountOf(await records.find(idHash));
      return accessOf(account);
    },
  };
}

function settle(run: (callback: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('The session store failed.', { cause: error }));
    });
  });
}

async function subjectOf(account: SessionAccount | null, facts: AccessFacts): Promise<Subject> {
  if (account === null) return { kind: 'anonymous', isAllowed: await facts.allowsAnonymous() };
  const { id, username, isSystemAdmin, rows } = account;
  return { kind: 'user', id, name: username, isSystemAdmin, rows };
}

interface SessionControlParts extends Pick<SessionOptions, 'findAccount' | 'clock'> {
  readonly request: Request;
  readonly accessOf: (account: SessionAccount) => Promise<RequestAccess>;
  readonly isSignedIn: boolean;
}

function sessionControl({ request, findAccount, accessOf, clock, isSignedIn }: SessionControlParts): SessionControl {
  return {
    idHash: isSignedIn ? hashSessionId(request.sessionID) : null,
    signIn: async (accountId) => {
      const account = await findAccount(accountId);
      if (account === undefined) throw new Error(`There is no account ${accountId} to sign in.`);
      // A new id: one that somebody planted before must not become theirs.
      await settle((callback) => request.session.regenerate(callback));
      request.session.accountId = account.id;
      request.session.signedInAt = clock.now().getTime();
      request.session.credentialVersion = account.credentialVersion;
      await settle((callback) => request.session.save(callback));
      return accessOf(account);
    },
    signOut: async () => {
      if (isSignedIn) await settle((callback) => request.session.destroy(callback));
    },
  };
}
