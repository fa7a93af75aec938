import type { PlaceAction, Role } from '../contract/permissions.ts';

/** `none` takes away in one environment what the default gives. */
export type CellRole = Role | 'none';

/** One row of a project's members grid: of a user, or of a group the user is in. */
export interface RoleRow {
  /** The column “all environments”. */
  readonly defaultRole: CellRole | null;
  readonly environmentRoles: ReadonlyMap<string, CellRole>;
}

/** What an access token leaves of its owner's rights; null is all. */
export interface Ceiling {
  readonly actions: readonly PlaceAction[];
  readonly projects: readonly string[] | null;
  readonly environments: readonly string[] | null;
}

export interface UserSubject {
  readonly kind: 'user';
  readonly id: string;
  readonly name: string;
  readonly isSystemAdmin: boolean;
  /** Project → the rows that name the user, directly or through groups. */
  readonly rows: ReadonlyMap<string, readonly RoleRow[]>;
  readonly ceiling?: Ceiling;
}

export interface RobotGrant {
  readonly actions: readonly PlaceAction[];
  /** Null: every environment. */
  readonly environments: readonly string[] | null;
  /** Globs: below the project for a project's robot, whole names for a system robot. */
  readonly repositories: readonly string[];
}

export interface RobotSubject {
  readonly kind: 'robot';
  readonly id: string;
  /** The login name. */
  readonly name: string;
  /** Null: a system robot. */
  readonly project: string | null;
  readonly grants: readonly RobotGrant[];
}

export interface AnonymousSubject {
  readonly kind: 'anonymous';
  /** The administrator lets people who are not signed in see what is public. */
  readonly isAllowed: boolean;
}

/** Who asks. */
export type Subject = UserSubject | RobotSubject | AnonymousSubject;

/** What a project itself contributes to decisions. Only projects that are public somewhere or archived are known here. */
export interface ProjectFacts {
  readonly isPublic: boolean;
  readonly publicEnvironments: ReadonlyMap<string, boolean>;
  readonly isArchived: boolean;
}
export type ProjectDirectory = ReadonlyMap<string, ProjectFacts>;

/** Where something is to be done. `repository` (the whole name) matters to robots only. */
export interface Place {
  readonly project: string;
  readonly environment: string;
  readonly repository?: string | undefined;
}

export const nobody: AnonymousSubject = { kind: 'anonymous', isAllowed: false };

export function isPublicAt(projects: ProjectDirectory, project: string, environment: string): boolean {
  const facts = projects.get(project);
  return facts !== undefined && (facts.publicEnvironments.get(environment) ?? facts.isPublic);
}

/** The project of a repository: its first segment, or `library` where there is only one. */
export function projectOf(repository: string): string {
  const slash = repository.indexOf('/');
  return slash === -1 ? 'library' : repository.slice(0, slash);
}
