import { useQuery } from '@tanstack/react-query';
import type { PlaceAction } from 'bff/contract/permissions';
import { canAt, environmentsOf, useProjectAccess } from '../../domain/project-access.ts';
import { environmentsQuery } from './retention-queries.ts';

/** What the reader may do with plans, by their environment; null is all of them. */
export function useRetentionRights(project: string) {
  const access = useProjectAccess(project);
  const mayRead = canAt(access, 'member.read');
  const members = useQuery({ ...environmentsQuery(project), enabled: mayRead });
  // Those that the reader may see nothing of are in no answer about rights, and count all the same.
  const environments = members.data?.environments ?? environmentsOf(access);
  const may = (action: PlaceAction, environment: string | null): boolean =>
    environment === null
      ? environments.length > 0 && environments.every((one) => canAt(access, action, one))
      : canAt(access, action, environment);
  const mayManage = (environment: string | null) =>
    may('project.manage', environment) && may('artifact.delete', environment);
  return {
    mayRead,
    /** Known only once the project has answered. */
    isKnown: access !== undefined && (!mayRead || members.data !== undefined || members.error !== null),
    mayManage,
    mayDelete: (environment: string | null) => may('artifact.delete', environment),
    /** Where the reader may make plans. */
    managed: environments.filter((environment) => mayManage(environment)),
    isEverywhere: mayManage(null),
  };
}
