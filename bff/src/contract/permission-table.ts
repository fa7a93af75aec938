import { type PlaceAction, type Role, roles } from './permissions.ts';

/**
 * The one table: API, event stream, token service and front door decide by it. The web client decides nothing: it follows
 * the answers' `access`, and reads here which role a page would need.
 */
export const permissionTable: Readonly<Record<Role, readonly PlaceAction[]>> = {
  'project-admin': [
    'catalog.read',
    'artifact.pull',
    'member.read',
    'replication.read',
    'artifact.push',
    'artifact.delete',
    'trash.purge',
    'project.manage',
    'audit.read',
  ],
  maintainer: [
    'catalog.read',
    'artifact.pull',
    'member.read',
    'replication.read',
    'artifact.push',
    'artifact.delete',
    'audit.read',
  ],
  developer: ['catalog.read', 'artifact.pull', 'member.read', 'replication.read', 'artifact.push'],
  guest: ['catalog.read', 'artifact.pull', 'member.read', 'replication.read'],
  'limited-guest': ['catalog.read', 'artifact.pull'],
};

/** What an archived project does not take any more, whoever asks. */
export const writingActions: readonly PlaceAction[] = ['artifact.push', 'artifact.delete', 'trash.purge'];

/** The least roles first that hold an action. */
export function rolesWith(action: PlaceAction): Role[] {
  return roles.filter((role) => permissionTable[role].includes(action)).toReversed();
}
