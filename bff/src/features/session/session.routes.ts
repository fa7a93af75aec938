import { Router } from 'express';
import { changePassword, getSession, signIn, signOut } from '../../contract/session.ts';
import { actorOf } from '../../access/audit-record.ts';
import { ApiError } from '../../http/api-error.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { mountEndpoint, type RequestAccount } from '../../http/mount-endpoint.ts';
import {
  PasswordsBusyError,
  type SessionService,
  TooManyAttemptsError,
  WeakPasswordError,
  WrongCredentialsError,
} from './session.service.ts';

export interface SessionRoutesOptions {
  readonly service: SessionService;
  readonly version: string;
  readonly countSignIn: (outcome: 'accepted' | 'refused' | 'limited') => void;
  /** What was proven with the old password is not proven any more. */
  readonly announceAccess: () => void;
}

export function sessionRoutes({ service, version, countSignIn, announceAccess }: SessionRoutesOptions): Router {
  const router = Router();
  mountEndpoint(router, getSession, async (_input, { account, access }) => ({
    account: account === null ? null : await accountView(account, access),
    anonymousPermissions: account === null ? await access.permissions() : [],
    version,
  }));
  mountEndpoint(router, signIn, async ({ body }, { clientAddress, session, audit }) => {
    audit.note({ target: body.username });
    try {
      const account = await service.signIn(body, clientAddress);
      const access = await session.signIn(account.id);
      audit.note({ actor: actorOf(access.subject) });
      countSignIn('accepted');
      return { account: await accountView(account, access), version };
    } catch (error) {
      const isLimited = error instanceof TooManyAttemptsError || error instanceof PasswordsBusyError;
      countSignIn(isLimited ? 'limited' : 'refused');
      throw refusal(error, 'Wrong username or password.');
    }
  });
  mountEndpoint(router, signOut, async (_input, { session }) => {
    await session.signOut();
  });
  mountEndpoint(router, changePassword, async ({ body }, { account, clientAddress, session }) => {
    if (account === null) throw new ApiError('not-signed-in', 'Sign in first: nobody is signed in here.');
    try {
      await service.changePassword(account.id, body, clientAddress);
    } catch (error) {
      throw refusal(error, 'The current password is not the right one.');
    }
    // Every session ended with the old password; this browser gets a new one and stays.
    await session.signIn(account.id);
    announceAccess();
  });
  return router;
}

async function accountView(account: RequestAccount, access: RequestAccess) {
  const { id, username, displayName, isSystemAdmin } = account;
  return { id, username, displayName, isSystemAdmin, permissions: await access.permissions() };
}

function refusal(error: unknown, wrongCredentials: string): unknown {
  if (error instanceof WrongCredentialsError) return new ApiError('credentials-wrong', wrongCredentials);
  if (error instanceof PasswordsBusyError) {
    const { message, retryAfterSeconds } = error;
    return new ApiError('too-many-attempts', message, { retryAfterSeconds });
  }
  if (error instanceof WeakPasswordError) return new ApiError('password-too-weak', error.message);
  if (error instanceof TooManyAttemptsError) {
    const { retryAfterSeconds } = error;
    const minutes = Math.ceil(retryAfterSeconds / 60);
    const detail = `Too many wrong passwords. The next attempt is looked at in ${minutes} minute${minutes === 1 ? '' : 's'}.`;
    const limited = new ApiError('too-many-attempts', detail, { retryAfterSeconds });
    return Object.assign(limited, { isRefusal: error.isFirst });
  }
  return error;
}
