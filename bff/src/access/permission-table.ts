import type { Permission } from '../contract/permissions.ts';

export type Action = Exclude<Permission, 'none' | 'signed-in'>;

/** Who holds what. The one table: API, event stream and (through the account's permissions) the web client follow it. */
export type Role = 'system-admin' | 'account';

const everyAccount: readonly Action[] = ['catalog.read', 'registry.read', 'replication.read'];

export const permissionTable: Readonly<Record<Role, readonly Action[]>> = {
  'system-admin': [...everyAccount, 'artifact.push', 'registry.manage'],
  account: everyAccount,
};
