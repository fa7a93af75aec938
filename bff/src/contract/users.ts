import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { CellRole } from './members.ts';
import { Environment, Id, Instant, ProjectName } from './words.ts';

export const User = z
  .object({
    id: Id,
    username: z.string(),
    displayName: z.string(),
    email: z.nullable(z.string()),
    isSystemAdmin: z.boolean(),
    isDisabled: z.boolean(),
    groups: z.array(z.object({ id: Id, name: z.string() })),
    /** Projects in which the user has a role, own or through groups. */
    projectCount: z.int(),
    lastSignInAt: z.nullable(Instant),
    createdAt: Instant,
    version: z.int(),
  })
  .register(z.globalRegistry, { id: 'User' });
export type User = z.infer<typeof User>;

export const UserDetail = z.extend(User, {
  memberships: z.array(
    z.object({
      project: ProjectName,
      /** Null: all environments. */
      environment: z.nullable(Environment),
      role: CellRole,
      /** Null: the user's own. */
      group: z.nullable(z.string()),
    }),
  ),
  accessTokenCount: z.int(),
});

/** Not `robot.…`: those are robot accounts' login names. */
const username = z.string().check(
  z.trim(),
  z.maxLength(64),
  z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/, 'must be letters, digits and . _ @ -'),
  z.refine((name: string) => !/^robot\./i.test(name), 'must not begin with “robot.”'),
);
const displayName = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
const email = z.nullable(z.email().check(z.maxLength(254)));
const byId = z.strictObject({ userId: Id });

export const listUsers = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'All users',
  permission: 'user.manage',
  query: z.strictObject({
    ...listQuery(['username', '-username', '-created', '-signed-in']),
    state: z.optional(z.enum(['enabled', 'disabled', 'system-admin'])),
  }),
  response: page(User),
  errors: ['cursor-invalid'],
});
export const getUser = endpoint({
  method: 'GET',
  path: '/users/:userId',
  summary: 'One user, with every role',
  permission: 'user.manage',
  params: byId,
  response: UserDetail,
  errors: ['user-not-found'],
});
export const createUser = endpoint({
  method: 'POST',
  path: '/users',
  summary: 'Make a user; the generated first password is in this answer only',
  permission: 'user.manage',
  body: z.strictObject({
    username,
    displayName,
    email: z.optional(email),
    isSystemAdmin: z.optional(z.boolean()),
  }),
  response: z.extend(User, { password: z.string() }),
  status: 201,
  errors: ['name-taken'],
});
export const updateUser = endpoint({
  method: 'PATCH',
  path: '/users/:userId',
  summary: 'Change a user; disabling ends sessions, streams and tokens',
  permission: 'user.manage',
  params: byId,
  body: z.strictObject({
    version: z.int(),
    displayName: z.optional(displayName),
    email: z.optional(email),
    isSystemAdmin: z.optional(z.boolean()),
    isDisabled: z.optional(z.boolean()),
  }),
  response: User,
  errors: ['user-not-found', 'version-conflict', 'last-system-admin'],
});
export const resetPassword = endpoint({
  method: 'POST',
  path: '/users/:userId/reset-password',
  summary: 'Give a user a new generated password, in this answer only; the user’s sessions end',
  permission: 'user.manage',
  params: byId,
  response: z.object({ password: z.string() }),
  errors: ['user-not-found'],
});

export const userEndpoints = { listUsers, getUser, createUser, updateUser, resetPassword };
