import { useQuery } from '@tanstack/react-query';
import type { PlaceAction } from 'bff/contract/permissions';
import { getProject, type ProjectAccess, type ProjectDetail } from 'bff/contract/projects';
import { endpointQuery } from '../api/endpoint-query.ts';

/** What the reader may do in each environment of a project; undefined while it is not known. */
export type Access = readonly ProjectAccess[] | undefined;

export const projectQuery = (project: string) => endpointQuery(getProject, { params: { project } });

/** The server's answer to what the reader may do in a project. `''` asks nothing. */
export function useProjectAccess(project: string): Access {
  return useQuery({ ...projectQuery(project), enabled: project !== '' }).data?.access;
}

/** Whether the reader may do it in that environment or, without one, in any. What is not known yet is not offered. */
export function canAt(access: Access, action: PlaceAction, environment?: string): boolean {
  return (access ?? []).some(
    (place) => (environment === undefined || place.environment === environment) && place.actions.includes(action),
  );
}

/** Whether the reader may do it in every environment that is known to them. */
export function canEverywhere(access: Access, action: PlaceAction): boolean {
  return access !== undefined && access.length > 0 && access.every(({ actions }) => actions.includes(action));
}

/** Those in which the reader may do something; none while no registry serves any. */
export function environmentsOf(access: Access): string[] {
  return (access ?? []).flatMap(({ environment }) => environment ?? []);
}

/** Whether everybody may list and pull in that environment. */
export function isPublicIn(
  { isPublic, publicEnvironments }: Pick<ProjectDetail, 'isPublic' | 'publicEnvironments'>,
  environment: string,
): boolean {
  return publicEnvironments[environment] ?? isPublic;
}
