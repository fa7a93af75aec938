import type { PlaceAction, Role } from '../contract/permissions.ts';

/** Of everybody, where a project is public; of people who are not signed in only if the administrator allows it. */
export const publicActions: readonly PlaceAction[] = ['catalog.read', 'artifact.pull'];

/** For sentences: “may …”. */
export const roleNames: Readonly<Record<Role, string>> = {
  'project-admin': 'project admin',
  maintainer: 'maintainer',
  developer: 'developer',
  guest: 'guest',
  'limited-guest': 'limited guest',
};
