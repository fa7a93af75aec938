import {
  type Needed,
  type Permission,
  type PlaceAction,
  permissions,
  placeActions,
  type Role,
  roles,
  type SystemAction,
} from '../contract/permissions.ts';
import { permissionTable, rolesWith, writingActions } from '../contract/permission-table.ts';
import { compileGlob } from './glob.ts';
import { publicActions, roleNames } from './permission-table.ts';
import { isReservedProject } from './reserved-names.ts';
import {
  type CellRole,
  isPublicAt,
  type Place,
  type ProjectDirectory,
  type RobotSubject,
  type RoleRow,
  type Subject,
  type UserSubject,
} from './subject.ts';

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /**
       * `not-signed-in`: signing in could change the answer. `hidden`: the place may not even be known to exist; answer
       * as for one that does not.
       */
      readonly code: 'not-signed-in' | 'permission-missing' | 'hidden';
      /** For people: what would be needed. */
      readonly sentence: string;
      readonly needed: Needed | null;
    };

const allowed: Decision = { allowed: true };

const doing: Readonly<Record<PlaceAction | SystemAction, string>> = {
  'catalog.read': 'see repositories and tags',
  'artifact.pull': 'pull',
  'member.read': 'see members, robots and rules',
  'replication.read': 'see what is being copied',
  'artifact.push': 'push or copy artifacts',
  'artifact.delete': 'delete or restore artifacts',
  'trash.purge': 'purge the trash',
  'project.manage': 'manage members, robots and settings',
  'audit.read': 'read the audit log',
  'project.create': 'create or remove projects',
  'registry.read': 'see the registries',
  'registry.manage': 'add, change or remove registries',
  'operations.read': 'see what all registries copy',
  'policy.manage': 'make or change policies that belong to no project',
  'user.manage': 'manage users, groups and system robots',
  'system.manage': 'change the settings or read the whole audit log',
};

/** The one decision about a place; nothing else in the product decides who may do what. */
export function decideAt(subject: Subject, action: PlaceAction, place: Place, projects: ProjectDirectory): Decision {
  const actions = actionsAt(subject, place, projects);
  if (actions.includes(action)) return allowed;
  if (subject.kind === 'anonymous') return signInFirst;
  if (!actions.includes('catalog.read') && !actions.includes('artifact.pull')) {
    return { allowed: false, code: 'hidden', sentence: `There is no project “${place.project}”.`, needed: null };
  }
  return refusal(subject, action, place, projects);
}

/** Of actions without a place, and of whether there is any point in asking about a place at all. */
export function decideAnywhere(subject: Subject, permission: Permission, projects: ProjectDirectory): Decision {
  if (permission === 'none') return allowed;
  if (subject.kind === 'anonymous') {
    return isPlaceAction(permission) && isAnywhere(subject, permission, projects) ? allowed : signInFirst;
  }
  // Lists are narrowed to what the caller may see, and single places asked for one by one.
  if (permission === 'signed-in' || isPlaceAction(permission)) return allowed;
  if (isUnlimitedAdmin(subject)) return allowed;
  return {
    allowed: false,
    code: 'permission-missing',
    sentence: `Only a system administrator may ${doing[permission]}; ask one to do it or to give you that role.`,
    needed: { action: permission, roles: [], project: null, environment: null },
  };
}

/** For an endpoint of a project: whether the caller may do it in some environment of it. */
export function decideInProject(
  subject: Subject,
  action: PlaceAction,
  project: string,
  environments: readonly string[],
  projects: ProjectDirectory,
): Decision {
  // A project without registries has its defaults still.
  const candidates = environments.length === 0 ? [''] : environments;
  const decisions = candidates.map((environment) => decideAt(subject, action, { project, environment }, projects));
  const best = decisions.find((decision) => decision.allowed) ?? decisions.find(isRefused) ?? decisions[0];
  return best ?? allowed;
}

/** Of a place that the subject may not know of, or that does not exist: the answer is the same. */
export function decideUnseen(subject: Subject): Decision {
  if (subject.kind === 'anonymous') return signInFirst;
  return { allowed: false, code: 'hidden', sentence: 'There is nothing of that name.', needed: null };
}

/**
 * Of an environment that the caller names, in a project it is known to see: hidden and unknown ones get the same
 * refusal, which says what would be needed there.
 */
export function decideOpenly(
  subject: Subject,
  action: PlaceAction,
  place: Place,
  projects: ProjectDirectory,
): Decision {
  const decision = decideAt(subject, action, place, projects);
  return isHidden(decision) ? refusal(subject, action, place, projects) : decision;
}

/** Of ending what goes on in a project: that writes nothing, and whoever could have begun it may, were it archived since. */
export function decideEnding(
  subject: Subject,
  action: PlaceAction,
  place: Place,
  projects: ProjectDirectory,
): Decision {
  const facts = projects.get(place.project);
  if (facts?.isArchived !== true) return decideAt(subject, action, place, projects);
  return decideAt(subject, action, place, new Map(projects).set(place.project, { ...facts, isArchived: false }));
}

/** Of what concerns a project as a whole: no environment may be missing. Hidden only where every one is. */
export function decideEverywhere(
  subject: Subject,
  action: PlaceAction,
  project: string,
  environments: readonly string[],
  projects: ProjectDirectory,
): Decision {
  const candidates = environments.length === 0 ? [''] : environments;
  const decisions = candidates.map((environment) => decideAt(subject, action, { project, environment }, projects));
  const refused = decisions.find(isRefused) ?? decisions.find((decision) => !decision.allowed);
  if (refused === undefined) return allowed;
  const isKnown = !decisions.every(isHidden);
  if (isRefused(refused) || !isHidden(refused) || !isKnown) return refused;
  // Which environment is missing is hidden from the caller.
  return refusal(subject, action, { project, environment: '' }, projects, candidates.length > 1);
}

/** Everything that `subject` may do at a place; what is Longshore's own is nobody's, a system administrator's included. */
export function actionsAt(subject: Subject, place: Place, projects: ProjectDirectory): readonly PlaceAction[] {
  if (isReservedProject(place.project)) return [];
  const held = heldAt(subject, place, projects);
  return projects.get(place.project)?.isArchived === true ? held.filter((action) => !isWriting(action)) : held;
}

function heldAt(subject: Subject, place: Place, projects: ProjectDirectory): readonly PlaceAction[] {
  const isPublic = isPublicAt(projects, place.project, place.environment);
  if (subject.kind === 'anonymous') return isPublic && subject.isAllowed ? publicActions : [];
  if (subject.kind === 'robot') return robotActionsAt(subject, place);
  const role = roleAt(subject, place.project, place.environment);
  const own = subject.isSystemAdmin ? placeActions : role === null ? [] : permissionTable[role];
  const held = isPublic ? [...new Set([...own, ...publicActions])] : own;
  return subject.ceiling === undefined ? held : underCeiling(held, subject.ceiling, place);
}

/** The role of a member's row in one environment; null where it has none or `none`. */
export function roleOfRow({ defaultRole, environmentRoles }: RoleRow, environment: string): Role | null {
  const cell: CellRole | null = environmentRoles.get(environment) ?? defaultRole;
  return cell === 'none' ? null : cell;
}

/** Each row is looked up by itself, own or a group's; the highest of them counts. */
export function roleAt(subject: UserSubject, project: string, environment: string): Role | null {
  const held = (subject.rows.get(project) ?? []).map((row) => roleOfRow(row, environment));
  return roles.find((role) => held.includes(role)) ?? null;
}

/** What the client needs to know which controls would be refused everywhere. */
export function permissionsOf(
  subject: Subject,
  projects: ProjectDirectory,
  environments: readonly string[],
): Permission[] {
  return permissions.filter((permission) => {
    if (!decideAnywhere(subject, permission, projects).allowed) return false;
    return !isPlaceAction(permission) || isAnywhere(subject, permission, projects, environments);
  });
}

export function isPlaceAction(permission: Permission): permission is PlaceAction {
  return (placeActions as readonly string[]).includes(permission);
}

function isAnywhere(
  subject: Subject,
  action: PlaceAction,
  projects: ProjectDirectory,
  environments: readonly string[] = [],
): boolean {
  if (subject.kind === 'user' && subject.isSystemAdmin) return true;
  const own = subject.kind === 'user' ? subject.rows : new Map<string, readonly RoleRow[]>();
  for (const project of new Set([...own.keys(), ...projects.keys()])) {
    const named = [
      ...(own.get(project) ?? []).flatMap(({ environmentRoles }) => [...environmentRoles.keys()]),
      ...(projects.get(project)?.publicEnvironments.keys() ?? []),
    ];
    const everywhere = new Set(['', ...environments, ...named]);
    for (const environment of everywhere) {
      if (actionsAt(subject, { project, environment }, projects).includes(action)) return true;
    }
  }
  return false;
}

const signInFirst: Decision = {
  allowed: false,
  code: 'not-signed-in',
  sentence: 'Sign in first: nobody is signed in here.',
  needed: null,
};

function refusal(
  subject: Subject,
  action: PlaceAction,
  place: Place,
  projects: ProjectDirectory,
  isEverywhere = false,
): Decision {
  const { project, environment } = place;
  const isArchived = projects.get(project)?.isArchived === true && isWriting(action);
  const enough = rolesWith(action);
  const needed: Needed = { action, roles: enough, project, environment: environment === '' ? null : environment };
  return { allowed: false, code: 'permission-missing', sentence: sentenceOf(), needed };

  function sentenceOf(): string {
    if (isArchived) return `The project ${project} is archived: it reads as before and takes no changes.`;
    const anywhere = isEverywhere ? `in all environments of ${project}` : `in ${project}`;
    const where = environment === '' ? anywhere : `in ${environment} of ${project}`;
    if (subject.kind === 'robot') {
      return `The robot account ${subject.name} may not ${doing[action]} ${where}; a project admin can give it that permission.`;
    }
    const [least] = enough;
    const orHigher = enough.length > 1 ? ' or higher' : '';
    const role = least === undefined ? 'another role' : `the role ${roleNames[least]}${orHigher}`;
    if (subject.kind === 'user' && subject.ceiling !== undefined) {
      return `This access token may not ${doing[action]} ${where}: that needs ${role} and a token made for it.`;
    }
    return `To ${doing[action]} ${where} you need ${role} there; a project admin can give it to you.`;
  }
}

function robotActionsAt(robot: RobotSubject, { project, environment, repository }: Place): readonly PlaceAction[] {
  if (robot.project !== null && robot.project !== project) return [];
  const name = repository === undefined ? undefined : nameFor(robot, repository);
  const fitting = robot.grants.filter(
    ({ environments, repositories }) =>
      (environments === null || environments.includes(environment)) &&
      (name === undefined || repositories.some((pattern) => compileGlob(pattern)(name))),
  );
  return placeActions.filter((action) => fitting.some(({ actions }) => actions.includes(action)));
}

/** A project's robot names repositories below its project. */
function nameFor({ project }: RobotSubject, repository: string): string {
  return project !== null && repository.startsWith(`${project}/`) ? repository.slice(project.length + 1) : repository;
}

function underCeiling(
  held: readonly PlaceAction[],
  ceiling: NonNullable<UserSubject['ceiling']>,
  { project, environment }: Place,
): readonly PlaceAction[] {
  const isInside =
    (ceiling.projects?.includes(project) ?? true) && (ceiling.environments?.includes(environment) ?? true);
  return isInside ? held.filter((action) => ceiling.actions.includes(action) || action === 'catalog.read') : [];
}

function isUnlimitedAdmin(subject: Subject): boolean {
  return subject.kind === 'user' && subject.isSystemAdmin && subject.ceiling === undefined;
}

function isWriting(action: PlaceAction): boolean {
  return writingActions.includes(action);
}

function isHidden(decision: Decision): boolean {
  return !decision.allowed && decision.code === 'hidden';
}

function isRefused(decision: Decision): boolean {
  return !decision.allowed && decision.code === 'permission-missing';
}
