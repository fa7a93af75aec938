import { type Permission, permissions } from '../contract/permissions.ts';
import { type Action, permissionTable, type Role } from './permission-table.ts';

/** Who asks; null is nobody signed in. */
export type Subject = { readonly isSystemAdmin: boolean } | null;

/** What it is asked about, where the action has a place; roles are looked up for project and environment. */
export interface Place {
  readonly project?: string;
  readonly environment?: string;
}

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** `not-signed-in`: signing in could change the answer. */
      readonly code: 'not-signed-in' | 'permission-missing';
      /** For people: what would be needed. */
      readonly sentence: string;
    };

const allowed: Decision = { allowed: true };
const doing: Readonly<Record<Action, string>> = {
  'catalog.read': 'see projects, repositories and tags',
  'artifact.push': 'copy or push artifacts',
  'replication.read': 'see what is being copied',
  'registry.read': 'see the registries',
  'registry.manage': 'add, change or remove registries',
};

function roleOf(subject: NonNullable<Subject>): Role {
  return subject.isSystemAdmin ? 'system-admin' : 'account';
}

/** The one decision; nothing else in the product decides who may do what. `place` is for actions that a project's roles grant. */
export function decide(subject: Subject, permission: Permission, _place: Place = {}): Decision {
  if (permission === 'none') return allowed;
  if (subject === null) {
    return { allowed: false, code: 'not-signed-in', sentence: 'Sign in first: nobody is signed in here.' };
  }
  if (permission === 'signed-in' || permissionTable[roleOf(subject)].includes(permission)) return allowed;
  return {
    allowed: false,
    code: 'permission-missing',
    sentence: `Only a system administrator may ${doing[permission]}; ask one to do it or to give you that role.`,
  };
}

/** Everything the subject may do somewhere, for the client to know which controls would be refused. */
export function permissionsOf(subject: Subject): Permission[] {
  return permissions.filter((permission) => decide(subject, permission).allowed);
}
