import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import {
  abortSignalOf,
  type RequestAccount,
  requestContext,
  type SessionControl,
  setRequestContext,
} from './request-context.ts';
import { HashedSessionStore, hashSessionId, type SessionRecords } from './session-store.ts';

export interface SessionAccount extends RequestAccount {
  /** Changes with the password. */
  readonly credentialVersion: string;
}

export interface SessionOptions {
  readonly records: SessionRecords;
  /** Undefined for an account that is gone or disabled. */
  readonly findAccount: (accountId: string) => Promise<SessionAccount | undefined>;
  readonly secret: string;
  readonly isHttps: boolean;
  readonly clock: { now(): Date };
}

/** Unused for this long, a session is over. */
const IDLE_MS = 12 * 60 * 60 * 1000;
/** However much it was used, a session is over after this long. */
const ABSOLUTE_MS = 7 * 24 * 60 * 60 * 1000;

export interface Sessions {
  /** Reads the session and gives the request its context. */
  readonly middleware: RequestHandler[];
  /** The account of the request's session as things stand now, for answers that last. */
  readonly recheck: (request: Request) => Promise<RequestAccount | null>;
}

export function createSessions(options: SessionOptions): Sessions {
  const { records, findAccount, secret, isHttps, clock } = options;
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
      session: sessionControl(request, findAccount, clock, account !== null),
    });
    next();
  };
  return {
    middleware: [believeHttps, readSession, giveContext],
    recheck: async (request) => {
      const { idHash } = requestContext(request).session;
      return idHash === null ? null : accountOf(await records.find(idHash));
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

function sessionControl(
  request: Request,
  findAccount: SessionOptions['findAccount'],
  clock: SessionOptions['clock'],
  isSignedIn: boolean,
): SessionControl {
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
    },
    signOut: async () => {
      if (isSignedIn) await settle((callback) => request.session.destroy(callback));
    },
  };
}
