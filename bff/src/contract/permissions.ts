import * as z from 'zod/mini';

/** Decided for a project in one environment, from roles: the rows of the permission table. */
export const placeActions = [
  'catalog.read',
  'artifact.pull',
  'member.read',
  'replication.read',
  'artifact.push',
  'artifact.delete',
  'trash.purge',
  'project.manage',
  'audit.read',
] as const;
export const PlaceAction = z.enum(placeActions);
export type PlaceAction = z.infer<typeof PlaceAction>;

/** Decided for the whole console: a system administrator's. */
export const systemActions = [
  'project.create',
  'registry.read',
  'registry.manage',
  'operations.read',
  'policy.manage',
  'user.manage',
  'system.manage',
] as const;
export type SystemAction = (typeof systemActions)[number];

/**
 * What an endpoint asks for. The decision itself is made in one place, `bff/src/access`.
 * `none` needs no sign-in, `signed-in` any account; the others are actions of the permission table. An endpoint with a
 * place action and a `:project` in its path is refused to whom the action is granted in no environment of that project;
 * without one, its handler narrows what it reads and asks for each place that it changes.
 */
export const permissions = ['none', 'signed-in', ...placeActions, ...systemActions] as const;
export type Permission = (typeof permissions)[number];

/** From the most to the least. */
export const roles = ['project-admin', 'maintainer', 'developer', 'guest', 'limited-guest'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** What would be needed for a refused action; `roles` from the least that suffices. */
export const Needed = z
  .object({
    action: z.enum(permissions),
    /** Empty: only a system administrator. */
    roles: z.array(Role),
    project: z.nullable(z.string()),
    environment: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'Needed' });
export type Needed = z.infer<typeof Needed>;
