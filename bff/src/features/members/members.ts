import { actionsAt, roleAt, roleOfRow } from '../../access/decide.ts';
import type { CellRole, ProjectDirectory, RoleRow, UserSubject } from '../../access/subject.ts';
import type { PlaceAction, Role } from '../../contract/permissions.ts';

export interface MemberKey {
  readonly kind: 'user' | 'group';
  /** Of the user or group. */
  readonly id: string;
}

/** A row of the grid; without any cell it is somebody that a change is about. */
export interface GridRow extends MemberKey, RoleRow {
  readonly name: string;
  readonly displayName: string;
  readonly isDisabled: boolean;
  readonly isSystemAdmin: boolean;
  /** Null for a user. */
  readonly userCount: number | null;
}

export interface GroupUser {
  readonly groupId: string;
  readonly userId: string;
  readonly isEnabled: boolean;
}

/** A project's members, with the people in its groups. */
export interface Grid {
  readonly project: string;
  readonly rows: readonly GridRow[];
  readonly groupUsers: readonly GroupUser[];
}

/** `environment` null is the column “all environments”; `role` null empties the cell. */
export interface CellChange extends MemberKey {
  readonly environment: string | null;
  readonly role: CellRole | null;
}

export interface RoleAndActions {
  readonly role: Role | null;
  readonly actions: readonly PlaceAction[];
}

export interface MemberEffect extends MemberKey {
  readonly name: string;
  readonly environments: readonly {
    readonly environment: string;
    readonly before: RoleAndActions;
    readonly after: RoleAndActions;
    readonly viaGroup: string | null;
  }[];
}

export function keyOf({ kind, id }: MemberKey): string {
  return `${kind} ${id}`;
}

export function isEmptyRow({ defaultRole, environmentRoles }: RoleRow): boolean {
  return defaultRole === null && environmentRoles.size === 0;
}

/** The environments of the registries, in their order, and behind them those that only cells name. */
export function columnsOf(grid: Grid, environments: readonly string[]): string[] {
  const named = grid.rows.flatMap(({ environmentRoles }) => [...environmentRoles.keys()]).toSorted();
  return [...new Set([...environments, ...named])];
}

/** The grid with the changes made, in their order. */
export function changedGrid(grid: Grid, changes: readonly CellChange[]): Grid {
  const byMember = Map.groupBy(changes, keyOf);
  const rows = grid.rows.map((row) => (byMember.get(keyOf(row)) ?? []).reduce(changedRow, row));
  return { ...grid, rows };
}

function changedRow(row: GridRow, { environment, role }: CellChange): GridRow {
  if (environment === null) return { ...row, defaultRole: role };
  const environmentRoles = new Map(row.environmentRoles);
  if (role === null) environmentRoles.delete(environment);
  else environmentRoles.set(environment, role);
  return { ...row, environmentRoles };
}

export function cellOf({ defaultRole, environmentRoles }: RoleRow, environment: string | null): CellRole | null {
  return environment === null ? defaultRole : (environmentRoles.get(environment) ?? null);
}

/** Every row that gives a user rights: the own one and those of the groups. */
export function rowsOfUser({ rows, groupUsers }: Grid, userId: string): GridRow[] {
  const groups = new Set(groupUsers.filter((member) => member.userId === userId).map(({ groupId }) => groupId));
  return rows.filter(({ kind, id }) => (kind === 'user' ? id === userId : groups.has(id)));
}

/** Somebody as decisions see them, with the rights that this grid gives. */
export function subjectIn(grid: Grid, row: GridRow): UserSubject {
  const rows = row.kind === 'group' ? [row] : rowsOfUser(grid, row.id);
  const { id, name, isSystemAdmin } = row;
  return { kind: 'user', id, name, isSystemAdmin, rows: new Map([[grid.project, rows]]) };
}

/** Whether some enabled user is project admin in every environment, through whatever row. */
export function hasProjectAdmin({ project, rows, groupUsers }: Grid, environments: readonly string[]): boolean {
  const byUser = new Map<string, GridRow[]>();
  const give = (userId: string, row: GridRow) => byUser.set(userId, [...(byUser.get(userId) ?? []), row]);
  const groupRows = new Map(rows.filter(({ kind }) => kind === 'group').map((row) => [row.id, row]));
  for (const row of rows) if (row.kind === 'user' && !row.isDisabled) give(row.id, row);
  for (const { groupId, userId, isEnabled } of groupUsers) {
    const row = groupRows.get(groupId);
    if (row !== undefined && isEnabled) give(userId, row);
  }
  const places = environments.length === 0 ? [''] : environments;
  return [...byUser].some(([id, held]) => {
    const subject: UserSubject = { kind: 'user', id, name: '', isSystemAdmin: false, rows: new Map([[project, held]]) };
    return places.every((environment) => roleAt(subject, project, environment) === 'project-admin');
  });
}

/** What one member can do before and after, by the very functions that decide. */
export function effectOn(
  key: MemberKey,
  before: Grid,
  after: Grid,
  environments: readonly string[],
  projects: ProjectDirectory,
): MemberEffect | undefined {
  const find = (grid: Grid) => grid.rows.find((row) => keyOf(row) === keyOf(key));
  const [rowBefore, rowAfter] = [find(before), find(after)];
  if (rowBefore === undefined || rowAfter === undefined) return undefined;
  const [was, becomes] = [subjectIn(before, rowBefore), subjectIn(after, rowAfter)];
  const at = (subject: UserSubject, environment: string): RoleAndActions => ({
    role: roleAt(subject, before.project, environment),
    actions: actionsAt(subject, { project: before.project, environment }, projects),
  });
  return {
    kind: key.kind,
    id: key.id,
    name: rowBefore.name,
    environments: environments.map((environment) => {
      const then = at(becomes, environment);
      const viaGroup = groupThatGives(after, rowAfter, environment, then.role);
      return { environment, before: at(was, environment), after: then, viaGroup };
    }),
  };
}

function groupThatGives(grid: Grid, row: GridRow, environment: string, role: Role | null): string | null {
  if (row.kind === 'group' || role === null || roleOfRow(row, environment) === role) return null;
  return rowsOfUser(grid, row.id).find((given) => roleOfRow(given, environment) === role)?.name ?? null;
}
