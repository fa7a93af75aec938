import { isReservedProject } from '../../access/reserved-names.ts';
import type { ProjectDraft, ProjectsStore, ProjectValues, StoredProject } from './projects.store.ts';

export class ProjectNotFoundError extends Error {
  override readonly name = 'ProjectNotFoundError';
  readonly project: string;

  constructor(project: string) {
    super(`There is no project “${project}”.`);
    this.project = project;
  }
}

export class ProjectNameTakenError extends Error {
  override readonly name = 'ProjectNameTakenError';

  constructor(name: string) {
    super(`There is already a project “${name}”. Choose another name.`);
  }
}

export class ProjectChangedError extends Error {
  override readonly name = 'ProjectChangedError';

  constructor(name: string) {
    super(`${name} was changed by someone else in the meantime. Look at the new values, then save again.`);
  }
}

export class ProjectNotEmptyError extends Error {
  override readonly name = 'ProjectNotEmptyError';

  constructor(name: string) {
    super(`${name} still holds tags in some registry. Delete them there, or archive the project instead.`);
  }
}

/** What is left out stays as it is. */
export type ProjectChange = { readonly [Key in keyof ProjectValues]?: ProjectValues[Key] | undefined };

export interface PlannedChange {
  readonly current: StoredProject;
  readonly next: ProjectValues;
  /** It concerns the project in every environment, also those to come. */
  readonly isEverywhere: boolean;
  /** Environments whose visibility becomes another. */
  readonly environments: readonly string[];
}

export type ProjectsService = ReturnType<typeof createProjectsService>;

/** Projects as such: made, described, opened to everybody, archived, removed. */
export function createProjectsService(store: ProjectsStore) {
  return {
    /** @throws ProjectNameTakenError */
    async create(draft: ProjectDraft): Promise<void> {
      if (isReservedProject(draft.name) || !(await store.insert(draft))) throw new ProjectNameTakenError(draft.name);
    },

    /**
     * What a change comes to, so that its rights can be asked for before it is made.
     * @param maySee environments that the caller cannot see keep what they have: the caller could not repeat it
     * @throws ProjectNotFoundError, ProjectChangedError
     */
    async plan(
      name: string,
      version: number,
      change: ProjectChange,
      maySee: (environment: string) => Promise<boolean>,
    ): Promise<PlannedChange> {
      const current = await store.find(name);
      if (current === undefined) throw new ProjectNotFoundError(name);
      if (current.version !== version) throw new ProjectChangedError(name);
      const next: ProjectValues = {
        description: change.description ?? current.description,
        isPublic: change.isPublic ?? current.isPublic,
        publicEnvironments:
          change.publicEnvironments === undefined
            ? current.publicEnvironments
            : { ...(await unseenOf(current.publicEnvironments, maySee)), ...change.publicEnvironments },
        isArchived: change.isArchived ?? current.isArchived,
      };
      return {
        current,
        next,
        isEverywhere: next.isPublic !== current.isPublic || next.isArchived !== current.isArchived,
        environments: changedKeys(current.publicEnvironments, next.publicEnvironments),
      };
    },

    /** @throws ProjectChangedError */
    async carryOut({ current, next }: PlannedChange): Promise<void> {
      if (!(await store.update(current.name, current.version, next))) throw new ProjectChangedError(current.name);
    },

    /** @throws ProjectNotFoundError, ProjectNotEmptyError */
    async remove(name: string): Promise<void> {
      const outcome = await store.remove(name);
      if (outcome === 'missing') throw new ProjectNotFoundError(name);
      if (outcome === 'not-empty') throw new ProjectNotEmptyError(name);
    },
  };
}

/** For the audit log: the values that a change makes others, as they were and as they become. */
export function differencesOf({ current, next }: PlannedChange) {
  const keys = (Object.keys(next) as Array<keyof ProjectValues>).filter((key) =>
    key === 'publicEnvironments'
      ? changedKeys(current[key], next[key]).length > 0
      : !Object.is(current[key], next[key]),
  );
  const pick = (values: ProjectValues) => Object.fromEntries(keys.map((key) => [key, values[key]]));
  return { before: pick(current), after: pick(next) };
}

async function unseenOf(
  environments: Readonly<Record<string, boolean>>,
  maySee: (environment: string) => Promise<boolean>,
): Promise<Record<string, boolean>> {
  const kept: Array<[string, boolean]> = [];
  for (const [environment, isPublic] of Object.entries(environments)) {
    if (!(await maySee(environment))) kept.push([environment, isPublic]);
  }
  return Object.fromEntries(kept);
}

function changedKeys(before: Readonly<Record<string, boolean>>, after: Readonly<Record<string, boolean>>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]);
}
