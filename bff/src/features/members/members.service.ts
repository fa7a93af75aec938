import { type Decision, decideAt, decideEverywhere, decideOpenly } from '../../access/decide.ts';
import type { CellRole, ProjectDirectory, Subject, UserSubject } from '../../access/subject.ts';
import {
  type CellChange,
  cellOf,
  changedGrid,
  columnsOf,
  effectOn,
  type Grid,
  type GridRow,
  hasProjectAdmin,
  isEmptyRow,
  keyOf,
  type MemberEffect,
  type MemberKey,
  rowsOfUser,
} from './members.ts';
import type { Candidate, MembersStore } from './members.store.ts';

export interface MembersFacts {
  readonly projects: () => Promise<ProjectDirectory>;
  readonly registries: () => Promise<readonly { readonly environment: string }[]>;
}

export interface MembersDeps {
  readonly store: MembersStore;
  readonly facts: MembersFacts;
  /** Tells every page and instance that members of the project changed. */
  readonly announce: (project: string) => void;
}

/** What the caller sees of a grid: the columns of the environments whose members it may see, and “all environments”. */
export interface MemberList {
  readonly rows: readonly GridRow[];
  readonly environments: readonly string[];
}

/** A cell for people to read. */
export interface NamedCell extends MemberKey {
  readonly name: string;
  readonly environment: string | null;
  readonly role: CellRole | null;
}

export interface PlannedChange {
  readonly before: readonly NamedCell[];
  readonly after: readonly NamedCell[];
}

export class ProjectMissingError extends Error {
  override readonly name = 'ProjectMissingError';
}

/** The same for what never existed and what the caller may not know. */
export class MemberNotFoundError extends Error {
  override readonly name = 'MemberNotFoundError';
}

export class UnknownEnvironmentError extends Error {
  override readonly name = 'UnknownEnvironmentError';
  readonly index: number;
  constructor(index: number, environment: string) {
    super(`No registry serves the environment “${environment}”.`);
    this.index = index;
  }
}

export class LastProjectAdminError extends Error {
  override readonly name = 'LastProjectAdminError';
}

export class CellRefusedError extends Error {
  override readonly name = 'CellRefusedError';
  readonly decision: Decision;
  constructor(decision: Decision) {
    super('The caller may not set this cell.');
    this.decision = decision;
  }
}

/** Who has which role where, and who may change that. */
export class MembersService {
  readonly #deps: MembersDeps;

  constructor(deps: MembersDeps) {
    this.#deps = deps;
  }

  /** @throws ProjectMissingError */
  async list(project: string, caller: Subject): Promise<MemberList> {
    const { environments, projects } = await this.#standing();
    const grid = await this.#deps.store.readGrid(project);
    if (grid === undefined) throw new ProjectMissingError();
    return listFor(grid, caller, environments, projects);
  }

  /**
   * All of the changes or none. `onPlanned` hears what would change before anything can refuse it.
   *
   * @throws ProjectMissingError, CellRefusedError, UnknownEnvironmentError, MemberNotFoundError, LastProjectAdminError
   */
  async change(
    project: string,
    changes: readonly CellChange[],
    caller: UserSubject,
    onPlanned: (planned: PlannedChange) => void,
  ): Promise<MemberList> {
    const standing = await this.#standing();
    const list = await this.#deps.store.change(project, changes, (grid) => {
      const planned = plannedChange(grid, changes);
      onPlanned(planned);
      // The caller's rights as they are now, behind the lock: another change may just have taken them.
      const current = { ...caller, rows: new Map([[project, rowsOfUser(grid, caller.id)]]) };
      check(grid, changes, current, standing);
      const after = changedGrid(grid, changes);
      if (!caller.isSystemAdmin) keepProjectAdmin(grid, after, caller, standing);
      const subject = { ...caller, rows: new Map([[project, rowsOfUser(after, caller.id)]]) };
      const cells = planned.after.map(({ kind, id, environment, role }) => ({ kind, id, environment, role }));
      return { cells, result: listFor(after, subject, standing.environments, standing.projects) };
    });
    if (list === undefined) throw new ProjectMissingError();
    this.#deps.announce(project);
    return list;
  }

  /** @throws as `change`, except LastProjectAdminError: nothing is lost by looking */
  async preview(project: string, changes: readonly CellChange[], caller: UserSubject): Promise<MemberEffect[]> {
    const standing = await this.#standing();
    const grid = await this.#deps.store.readGrid(project, changes);
    if (grid === undefined) throw new ProjectMissingError();
    check(grid, changes, caller, standing);
    const after = changedGrid(grid, changes);
    const { projects } = standing;
    const columns = columnsOf(after, standing.environments).filter((environment) =>
      maySeeMembers(caller, project, environment, projects),
    );
    const keys = new Map(changes.map((change) => [keyOf(change), change]));
    return [...keys.values()].flatMap((key) => effectOn(key, grid, after, columns, projects) ?? []);
  }

  async listCandidates(project: string, q: string): Promise<Candidate[]> {
    if ((await this.#deps.store.readGrid(project)) === undefined) throw new ProjectMissingError();
    return this.#deps.store.listCandidates(project, q);
  }

  async #standing(): Promise<Standing> {
    const [projects, registries] = await Promise.all([this.#deps.facts.projects(), this.#deps.facts.registries()]);
    return { projects, environments: [...new Set(registries.map(({ environment }) => environment))] };
  }
}

/** What decisions rest on beside the grid. */
interface Standing {
  readonly projects: ProjectDirectory;
  /** Of the registries, in their order. */
  readonly environments: readonly string[];
}

function listFor(grid: Grid, caller: Subject, environments: readonly string[], projects: ProjectDirectory): MemberList {
  const columns = columnsOf(grid, environments).filter((environment) =>
    maySeeMembers(caller, grid.project, environment, projects),
  );
  const rows = grid.rows
    .map((row) => ({
      ...row,
      environmentRoles: new Map([...row.environmentRoles].filter(([environment]) => columns.includes(environment))),
    }))
    .filter((row) => !isEmptyRow(row));
  return { rows: rows.toSorted(byName), environments: columns };
}

function byName(left: GridRow, right: GridRow): number {
  const name = left.displayName.localeCompare(right.displayName, 'en');
  return name === 0 ? left.id.localeCompare(right.id) : name;
}

function maySeeMembers(caller: Subject, project: string, environment: string, projects: ProjectDirectory): boolean {
  return decideAt(caller, 'member.read', { project, environment }, projects).allowed;
}

/** First the rights, so that nobody learns from the other answers what only those who may change something know. */
function check(grid: Grid, changes: readonly CellChange[], caller: UserSubject, standing: Standing): void {
  const { project } = grid;
  const { projects, environments } = standing;
  for (const environment of new Set(changes.map((change) => change.environment))) {
    const decision =
      environment === null
        ? decideEverywhere(caller, 'project.manage', project, environments, projects)
        : decideOpenly(caller, 'project.manage', { project, environment }, projects);
    if (!decision.allowed) throw new CellRefusedError(decision);
  }
  const columns = columnsOf(grid, environments);
  for (const [index, { environment }] of changes.entries()) {
    if (environment !== null && !columns.includes(environment)) throw new UnknownEnvironmentError(index, environment);
  }
  const known = new Set(grid.rows.filter((row) => !row.isDisabled || !isEmptyRow(row)).map(keyOf));
  if (changes.some((change) => !known.has(keyOf(change)))) {
    throw new MemberNotFoundError('There is no such user or group. Look for it again; it may have been removed.');
  }
}

function keepProjectAdmin(before: Grid, after: Grid, caller: UserSubject, standing: Standing): void {
  const { project } = before;
  const { environments, projects } = standing;
  if (hasProjectAdmin(before, environments) && !hasProjectAdmin(after, environments)) {
    throw new LastProjectAdminError(
      `${project} would be left without a project admin for all environments. Make somebody else one first, or ask a system administrator.`,
    );
  }
  const then = { ...caller, rows: new Map([[project, rowsOfUser(after, caller.id)]]) };
  const mayManage = columnsOf(before, environments).some(
    (environment) => decideAt(then, 'project.manage', { project, environment }, projects).allowed,
  );
  const isManaging = mayManage || decideAt(then, 'project.manage', { project, environment: '' }, projects).allowed;
  if (!isManaging) {
    throw new LastProjectAdminError(
      `You would lose your own last right to manage ${project}. Ask another project admin or a system administrator to do it.`,
    );
  }
}

/** The last word on each cell that changes, before and after. */
function plannedChange(grid: Grid, changes: readonly CellChange[]): PlannedChange {
  const before: NamedCell[] = [];
  const after: NamedCell[] = [];
  const last = new Map(changes.map((change) => [`${keyOf(change)} ${change.environment ?? ''}`, change]));
  for (const { kind, id, environment, role } of last.values()) {
    const row = grid.rows.find((candidate) => candidate.kind === kind && candidate.id === id);
    const held = row === undefined ? null : cellOf(row, environment);
    if (held === role) continue;
    const cell = { kind, id, name: row?.name ?? id, environment };
    before.push({ ...cell, role: held });
    after.push({ ...cell, role });
  }
  return { before, after };
}
