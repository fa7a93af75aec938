import { useQueries } from '@tanstack/react-query';
import { projectOf } from '../paths.ts';
import { type Access, canAt, projectQuery, useProjectAccess } from './project-access.ts';
import { type KnownRegistry, useRegistryDirectory } from './registry-directory.ts';

export interface RepositoryPlace {
  readonly registryId: string;
  readonly repository: string;
}

/** Whether the reader may push to a project in some environment; those who may not are not told how. */
export function useMayPush(project: string): boolean {
  return canAt(useProjectAccess(project), 'artifact.push');
}

/** The registries into which the reader may push to a project, in the order of their environments. */
export function usePushPlaces(project: string): readonly KnownRegistry[] {
  const access = useProjectAccess(project);
  const { registries } = useRegistryDirectory();
  return registries.filter(({ environment }) => canAt(access, 'artifact.push', environment));
}

/** Whether the reader may push to each of these places, as stopping and retrying a copy to them needs. Never for none. */
export function useMayPushToAll(places: readonly RepositoryPlace[]): boolean {
  const directory = useRegistryDirectory();
  const projects = [...new Set(places.map(({ repository }) => projectOf(repository)))];
  const answers = useQueries({ queries: projects.map((project) => projectQuery(project)) });
  const accessOf = (project: string): Access => answers[projects.indexOf(project)]?.data?.access;
  return (
    places.length > 0 &&
    places.every(({ registryId, repository }) =>
      canAt(accessOf(projectOf(repository)), 'artifact.push', directory.find(registryId).environment),
    )
  );
}
