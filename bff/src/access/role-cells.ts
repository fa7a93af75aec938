import type { CellRole, RoleRow } from './subject.ts';

/** One cell of a project's members grid, as it is stored. */
export interface RoleCell {
  readonly project: string;
  /** '' is the column “all environments”. */
  readonly environment: string;
  readonly role: CellRole;
  /** Whose row it is in: the user's or a group's. */
  readonly holder: string;
}

/** Project → the rows that these cells make. */
export function roleRowsOf(cells: readonly RoleCell[]): ReadonlyMap<string, readonly RoleRow[]> {
  const byProject = new Map<string, RoleRow[]>();
  for (const ofRow of Map.groupBy(cells, ({ project, holder }) => `${project}\n${holder}`).values()) {
    const [first] = ofRow;
    if (first === undefined) continue;
    const row: RoleRow = {
      defaultRole: ofRow.find(({ environment }) => environment === '')?.role ?? null,
      environmentRoles: new Map(
        ofRow.filter(({ environment }) => environment !== '').map(({ environment, role }) => [environment, role]),
      ),
    };
    byProject.set(first.project, [...(byProject.get(first.project) ?? []), row]);
  }
  return byProject;
}
