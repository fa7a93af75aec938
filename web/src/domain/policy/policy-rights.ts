import { useQueries } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import { useCan } from '../account.ts';
import { type Access, canAt, projectQuery } from '../project-access.ts';
import { type RegistryDirectory, useRegistryDirectory } from '../registry-directory.ts';

interface Owned {
  readonly project: string | null;
  readonly content: Pick<Policy['content'], 'sourceRegistryId' | 'destinations'>;
}

export interface PolicyRights {
  /** Change, run, pause and remove it. */
  mayManage: (policy: Owned) => boolean;
  /** Let its deletions happen. */
  mayDelete: (policy: Owned) => boolean;
  /** Whether that is the last word, or still being asked for. */
  isKnown: boolean;
}

/**
 * What the reader may do with these policies: a policy of a project is its admins' at each destination, who also read the
 * source; one of no project is the system administrators'. What is not known yet is not offered.
 */
export function usePolicyRights(policies: readonly Owned[]): PolicyRights {
  const isSystem = useCan('policy.manage');
  const directory = useRegistryDirectory();
  const projects = [...new Set(policies.flatMap(({ project }) => project ?? []))];
  const answers = useQueries({ queries: projects.map((project) => projectQuery(project)) });
  const accessOf = (project: string): Access => answers[projects.indexOf(project)]?.data?.access;
  return {
    mayManage: (policy) =>
      policy.project === null ? isSystem : mayManageIn(accessOf(policy.project), directory, policy),
    mayDelete: ({ project, content }) =>
      project === null
        ? isSystem
        : content.destinations.every(({ registryId }) =>
            canAt(accessOf(project), 'artifact.delete', directory.find(registryId).environment),
          ),
    isKnown: answers.every(({ isPending }) => !isPending) && directory.registries.length > 0,
  };
}

function mayManageIn(access: Access, directory: RegistryDirectory, { content }: Owned): boolean {
  return (
    canAt(access, 'artifact.pull', directory.find(content.sourceRegistryId).environment) &&
    content.destinations.every(({ registryId }) => mayWriteTo(access, directory.find(registryId).environment))
  );
}

/** Whether a policy of a project may lead there. */
export const mayWriteTo = (access: Access, environment: string): boolean =>
  canAt(access, 'project.manage', environment) && canAt(access, 'artifact.push', environment);
