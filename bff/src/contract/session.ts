import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { permissions } from './permissions.ts';
import { Id } from './words.ts';

export const Account = z
  .object({
    id: Id,
    username: z.string(),
    displayName: z.string(),
    isSystemAdmin: z.boolean(),
    /**
     * Decided by the server's permission table: what the account may do somewhere. Where, is in each project's `access`;
     * the client shows no control that would be refused.
     */
    permissions: z.array(z.enum(permissions)),
  })
  .register(z.globalRegistry, { id: 'Account' });
export type Account = z.infer<typeof Account>;

export const getSession = endpoint({
  method: 'GET',
  path: '/session',
  summary: 'Who is signed in; `account` is null for nobody',
  permission: 'none',
  response: z.object({
    account: z.nullable(Account),
    /** What somebody who is not signed in may do somewhere; without `catalog.read` there is nothing to see. */
    anonymousPermissions: z.array(z.enum(permissions)),
    version: z.string(),
  }),
  errors: [],
});

export const signIn = endpoint({
  method: 'POST',
  path: '/session',
  summary: 'Sign in with a username and a password',
  permission: 'none',
  body: z.strictObject({
    username: z.string().check(z.minLength(1), z.maxLength(255)),
    password: z.string().check(z.minLength(1), z.maxLength(1024)),
  }),
  response: z.object({ account: Account, version: z.string() }),
  errors: ['credentials-wrong'],
});

export const signOut = endpoint({
  method: 'DELETE',
  path: '/session',
  summary: 'Sign out',
  permission: 'none',
  response: null,
  errors: [],
});

export const changePassword = endpoint({
  method: 'PUT',
  path: '/session/password',
  summary: 'Change the own password; every other session of the account ends',
  permission: 'signed-in',
  body: z.strictObject({
    currentPassword: z.string().check(z.minLength(1), z.maxLength(1024)),
    newPassword: z.string().check(z.minLength(12), z.maxLength(1024)),
  }),
  response: null,
  errors: ['credentials-wrong', 'password-too-weak'],
});

export const sessionEndpoints = { getSession, signIn, signOut, changePassword };
