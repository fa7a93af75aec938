import type { PlaceAction, Role } from '../contract/permissions.ts';

/** The one table: API, event stream, token service, front door and (through the answers' `access`) the web client follow it. */
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

/** Of everybody, where a project is public; of people who are not signed in only if the administrator allows it. */
export const publicActions: readonly PlaceAction[] = ['catalog.read', 'artifact.pull'];

/** What an archived project does not take any more, whoever asks. */
export const writingActions: readonly PlaceAction[] = ['artifact.push', 'artifact.delete', 'trash.purge'];

/** For sentences: “may …”. */
export const roleNames: Readonly<Record<Role, string>> = {
  'project-admin': 'project admin',
  maintainer: 'maintainer',
  developer: 'developer',
  guest: 'guest',
  'limited-guest': 'limited guest',
};
