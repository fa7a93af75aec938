import { projectOf } from '../../access/subject.ts';
import { ApiError } from '../../http/api-error.ts';
import { projectNotFound } from '../../http/mount-endpoint.ts';
import { type RequestAccess, throwRefused } from '../../http/request-access.ts';
import type { PolicyContent } from './policy.ts';

interface Owned {
  readonly project: string | null;
  readonly content: PolicyContent;
}

/**
 * A policy of a project is its admins' who may pull at the source and manage the project at each destination; one of no
 * project is the system administrators'. @throws ApiError
 */
export async function authorizePolicy(
  access: RequestAccess,
  { project, content }: Owned,
  hidden: () => ApiError,
): Promise<void> {
  if (project === null) {
    throwRefused(await access.decide('policy.manage', undefined, false), hidden);
    return;
  }
  const placeOf = async (registryId: string) => ({
    project,
    environment: (await access.environmentOf(registryId)) ?? '',
  });
  await access.authorize('artifact.pull', await placeOf(content.sourceRegistryId), hidden);
  for (const { registryId } of content.destinations) {
    const place = await placeOf(registryId);
    await access.authorize('project.manage', place, hidden);
    await access.authorize('artifact.push', place, hidden);
  }
}

/** Of what is to be saved: its registries have to be there. @throws ApiError */
export async function authorizeDraft(access: RequestAccess, draft: Owned): Promise<void> {
  const { project, content } = draft;
  if (project === null) await authorizePolicy(access, draft, policyNotFound);
  for (const registryId of [content.sourceRegistryId, ...content.destinations.map((to) => to.registryId)]) {
    if ((await access.environmentOf(registryId)) === undefined) {
      throw new ApiError('registry-not-found', `There is no registry “${registryId}”.`);
    }
  }
  if (project !== null) await authorizePolicy(access, draft, () => projectNotFound(project));
}

/** The right to delete where an execution's deletions are. @throws ApiError */
export async function authorizeDeletions(
  access: RequestAccess,
  tasks: readonly { readonly destination: { readonly registryId: string; readonly repository: string } }[],
  hidden: () => ApiError,
): Promise<void> {
  const places = new Map(
    tasks.map(({ destination: { registryId, repository } }) => {
      const project = projectOf(repository);
      return [`${registryId} ${project}`, { registryId, project }];
    }),
  );
  for (const { registryId, project } of places.values()) {
    const environment = (await access.environmentOf(registryId)) ?? '';
    await access.authorize('artifact.delete', { project, environment }, hidden);
  }
}

export function policyNotFound(): ApiError {
  return new ApiError('policy-not-found', 'There is no such policy any more, or none that you may see.');
}
