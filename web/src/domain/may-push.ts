import { useQueries } from '@tanstack/react-query';
import { rolesWith } from 'bff/contract/permission-table';
import type { ProjectDetail } from 'bff/contract/projects';
import { projectOf } from '../paths.ts';
import { useSession } from './account.ts';
import { canAt, projectQuery, useProjectAccess } from './project-access.ts';
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

/** Whether the reader may push to each of these places, as retrying a copy to them needs. Never for none. */
export function useMayPushToAll(places: readonly RepositoryPlace[]): boolean {
  return useMayAtAll(places, ({ access }, environment) => canAt(access, 'artifact.push', environment));
}

/** Whether the reader may stop copies to each of these places: whoever may push there, or could before it was archived. */
export function useMayStopToAll(places: readonly RepositoryPlace[]): boolean {
  const isSystemAdmin = useSession().account?.isSystemAdmin === true;
  return useMayAtAll(places, ({ access, isArchived }, environment) => {
    if (canAt(access, 'artifact.push', environment)) return true;
    const role = access.find((place) => place.environment === environment)?.role ?? null;
    return isArchived && (isSystemAdmin || (role !== null && rolesWith('artifact.push').includes(role)));
  });
}

type May = (project: ProjectDetail, environment: string) => boolean;

function useMayAtAll(places: readonly RepositoryPlace[], may: May): boolean {
  const directory = useRegistryDirectory();
  const projects = [...new Set(places.map(({ repository }) => projectOf(repository)))];
  const answers = useQueries({ queries: projects.map((project) => projectQuery(project)) });
  const isAllowed = ({ registryId, repository }: RepositoryPlace) => {
    const project = answers[projects.indexOf(projectOf(repository))]?.data;
    return project !== undefined && may(project, directory.find(registryId).environment);
  };
  return places.length > 0 && places.every(isAllowed);
}
