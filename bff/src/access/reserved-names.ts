/** Where Longshore keeps what was deleted, in the very registry it was deleted from (docs/decisions/060-trash.md). */
const reservedProject = 'longshore-trash';

/**
 * A repository that belongs to Longshore itself. Asked wherever names enter: nobody holds any right there (`decide.ts`, so
 * that API, token service and front door follow), scans and notifications pass it over, no policy maps to it.
 */
export function isReserved(repository: string): boolean {
  return repository.startsWith(`${reservedProject}/`);
}

export function isReservedProject(project: string): boolean {
  return project === reservedProject;
}

/** Where the artifacts of a repository are kept that were deleted from it; may be longer than a registry takes. */
export function trashRepositoryOf(repository: string): string {
  return `${reservedProject}/${repository}`;
}

/** Keeps a deleted manifest alive beside the others, in registries that take no repository of another name. */
export function isReservedTag(tag: string): boolean {
  return tag.startsWith(`${reservedProject}-`);
}

/** Of a manifest that is under a tag for the moment in which the tag is taken away; in no list. */
export const throwawayType = 'application/vnd.longshore.throwaway.v1';
