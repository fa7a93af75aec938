import type { PlaceAction } from '../contract/permissions.ts';
import { actionsAt } from './decide.ts';
import type { ProjectDirectory, Subject } from './subject.ts';

/** What somebody may see, for lists: whole projects, and single registries of others. */
export type Scope =
  | { readonly isEverything: true }
  | {
      readonly isEverything: false;
      /** Visible in every registry there is. */
      readonly projects: readonly string[];
      readonly places: ReadonlyArray<{ readonly project: string; readonly registryId: string }>;
    };

export interface RegistryPlace {
  readonly registryId: string;
  readonly environment: string;
}

/** Where `subject` may do `action`, as the registries and projects are now. Robots have no lists to read. */
export function scopeOf(
  subject: Subject,
  action: PlaceAction,
  registries: readonly RegistryPlace[],
  projects: ProjectDirectory,
): Scope {
  if (subject.kind === 'user' && subject.isSystemAdmin && subject.ceiling === undefined) return { isEverything: true };
  // Without registries there is no place to look at: a project's defaults decide, as they do for the project itself.
  if (registries.length === 0) return { isEverything: false, projects: projectsByDefault(), places: [] };
  const whole: string[] = [];
  const places: Array<{ project: string; registryId: string }> = [];
  for (const project of projectsThatMayShow(subject, projects)) {
    const visible = registries.filter(({ environment }) =>
      actionsAt(subject, { project, environment }, projects).includes(action),
    );
    if (visible.length === registries.length) whole.push(project);
    else places.push(...visible.map(({ registryId }) => ({ project, registryId })));
  }
  return { isEverything: false, projects: whole, places };

  function projectsByDefault(): string[] {
    const candidates = [...projectsThatMayShow(subject, projects)];
    return candidates.filter((project) => actionsAt(subject, { project, environment: '' }, projects).includes(action));
  }
}

/** What is left of a scope in one project; everything where the whole project is in it. For what asks in one project only. */
export function scopeWithin(scope: Scope, project: string): Scope {
  if (scope.isEverything || scope.projects.includes(project)) return { isEverything: true };
  return { isEverything: false, projects: [], places: scope.places.filter((place) => place.project === project) };
}

/** Whether any place of the registry is in the scope: where a project is seen whole, every registry there is. */
export function isRegistryInScope(scope: Scope, registryId: string): boolean {
  if (scope.isEverything || scope.projects.length > 0) return true;
  return scope.places.some((place) => place.registryId === registryId);
}

export function projectsThatMayShow(subject: Subject, projects: ProjectDirectory): Set<string> {
  const own = subject.kind === 'user' ? [...subject.rows.keys()] : [];
  return new Set([...own, ...projects.keys()]);
}

/** Whether a place is in the scope. */
export function isInScope(scope: Scope, project: string, registryId: string): boolean {
  if (scope.isEverything || scope.projects.includes(project)) return true;
  return scope.places.some((place) => place.project === project && place.registryId === registryId);
}

/** Whether any place of the project is in the scope. */
export function isProjectInScope(scope: Scope, project: string): boolean {
  if (scope.isEverything || scope.projects.includes(project)) return true;
  return scope.places.some((place) => place.project === project);
}
