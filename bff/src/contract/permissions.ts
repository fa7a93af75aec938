/**
 * What an endpoint asks for. The decision itself is made in one place, `bff/src/access`.
 * `none` needs no sign-in, `signed-in` any account; the others are actions of the permission table.
 */
export const permissions = [
  'none',
  'signed-in',
  'catalog.read',
  'artifact.push',
  'replication.read',
  'registry.read',
  'registry.manage',
] as const;

export type Permission = (typeof permissions)[number];
