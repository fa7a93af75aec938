import { isInScope, type Scope } from '../../access/scope.ts';
import { projectOf } from '../../access/subject.ts';
import type { PlaceAction } from '../../contract/permissions.ts';
import { ApiError } from '../../http/api-error.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { RegistryNotFoundError } from '../registries/registries.service.ts';
import type { CopyRequest } from './replication.ts';

interface End {
  readonly registryId: string;
  readonly repository: string;
}

/** The right to pull at the source and to push at each destination. @throws ApiError */
export async function authorizeCopy(access: RequestAccess, { source, destinations }: CopyRequest): Promise<void> {
  const ends = destinations.map(({ registryId, repository = source.repository }) => ({ registryId, repository }));
  const wanted: Array<[PlaceAction, End]> = [
    ['artifact.pull', source],
    ...ends.map((end): [PlaceAction, End] => ['artifact.push', end]),
  ];
  const readable = await access.scope('catalog.read');
  for (const [action, end] of wanted) {
    const environment = await access.environmentOf(end.registryId);
    if (environment === undefined) throw registryNotFound(end.registryId);
    const place = { project: projectOf(end.repository), environment };
    await access.authorize(action, place, () => hiddenEnd(readable, end));
  }
}

/** The right to push at the destination of each task. Of a registry that is gone only system administrators know. */
export async function authorizeDestinations(
  access: RequestAccess,
  tasks: readonly { readonly destination: End }[],
  hidden: () => ApiError,
): Promise<void> {
  const ends = new Map(
    tasks.map(({ destination: { registryId, repository } }) => {
      const project = projectOf(repository);
      return [`${registryId} ${project}`, { registryId, project }];
    }),
  );
  for (const { registryId, project } of ends.values()) {
    const environment = (await access.environmentOf(registryId)) ?? '';
    await access.authorize('artifact.push', { project, environment }, hidden);
  }
}

/** Whether somebody with this scope sees a task of these ends. */
export function seesTask(scope: Scope, task: { readonly source: End; readonly destination: End }): boolean {
  const { source, destination } = task;
  return [source, destination].every((end) => isInScope(scope, projectOf(end.repository), end.registryId));
}

/** The answer of what does not exist: a registry of which the caller sees nothing, a repository in one of which it sees more. */
function hiddenEnd(readable: Scope, { registryId, repository }: End): ApiError {
  const seesRegistry =
    readable.isEverything ||
    readable.projects.length > 0 ||
    readable.places.some((place) => place.registryId === registryId);
  if (!seesRegistry) return registryNotFound(registryId);
  return new ApiError(
    'repository-not-found',
    `There is no repository “${repository}” that you may see in the registry “${registryId}”.`,
  );
}

function registryNotFound(registryId: string): ApiError {
  return new ApiError('registry-not-found', new RegistryNotFoundError(registryId).message);
}
