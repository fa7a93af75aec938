import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Id, Instant } from './words.ts';

export const Group = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string(),
    users: z.array(z.object({ id: Id, username: z.string(), displayName: z.string() })),
    projectCount: z.int(),
    createdAt: Instant,
    version: z.int(),
  })
  .register(z.globalRegistry, { id: 'Group' });
export type Group = z.infer<typeof Group>;

const name = z
  .string()
  .check(
    z.trim(),
    z.maxLength(64),
    z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._@ -]{0,62}[A-Za-z0-9])?$/, 'must be letters, digits, spaces and . _ @ -'),
  );
const description = z.optional(z.string().check(z.trim(), z.maxLength(500)));
const userIds = z.array(Id).check(z.maxLength(5000));
const byId = z.strictObject({ groupId: Id });

export const listGroups = endpoint({
  method: 'GET',
  path: '/groups',
  summary: 'All groups with their people',
  permission: 'user.manage',
  response: z.object({ items: z.array(Group) }),
  errors: [],
});
export const createGroup = endpoint({
  method: 'POST',
  path: '/groups',
  summary: 'Make a group',
  permission: 'user.manage',
  body: z.strictObject({ name, description, userIds: z.optional(userIds) }),
  response: Group,
  status: 201,
  errors: ['name-taken', 'user-not-found'],
});
export const updateGroup = endpoint({
  method: 'PUT',
  path: '/groups/:groupId',
  summary: 'Change a group and who is in it',
  permission: 'user.manage',
  params: byId,
  body: z.strictObject({ version: z.int(), name, description, userIds }),
  response: Group,
  errors: ['group-not-found', 'user-not-found', 'name-taken', 'version-conflict'],
});
export const deleteGroup = endpoint({
  method: 'DELETE',
  path: '/groups/:groupId',
  summary: 'Remove a group and the roles it gave',
  permission: 'user.manage',
  params: byId,
  response: null,
  errors: ['group-not-found'],
});

export const groupEndpoints = { listGroups, createGroup, updateGroup, deleteGroup };
