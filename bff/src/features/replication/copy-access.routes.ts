import { isInScope, type Scope } from '../../access/scope.ts';
import { projectOf } from '../../access/subject.ts';
import type { PlaceAction } from '../../contract/permissions.ts';
import { ApiError } from '../../http/api-error.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { RegistryNotFoundError } from '../registries/registries.service.ts';
import type { CopyRequest } from './replication.ts';
import type { TaskScope } from './task-scope.view.ts';

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

/** What of the copies the caller may see: what the rights say, and what the caller asked for. */
export async function copyScope(access: RequestAccess): Promise<TaskScope> {
  const { subject } = access;
  const scope = await access.scope('replication.read');
  // An access token sees what it was made for.
  if (scope.isEverything || subject.kind !== 'user' || subject.ceiling !== undefined) return scope;
  return { ...scope, own: { userId: subject.id, readable: await access.scope('catalog.read') } };
}

/** What is to be done with tasks: stopping is no writing, so that an archived project does not stand in its way. */
export type TaskVerb = 'stop' | 'retry';

/** The right to push at the destination of each task. Of a registry that is gone only system administrators know. */
export async function authorizeDestinations(
  access: RequestAccess,
  verb: TaskVerb,
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
    const place = { project, environment };
    if (verb === 'stop') await access.authorizeEnding('artifact.push', place, hidden);
    else await access.authorize('artifact.push', place, hidden);
  }
}

/** Whether somebody with this scope sees a task of these ends. */
export function seesTask(scope: TaskScope, { source, destination, requester }: SeenTask): boolean {
  const seesEnds = (seen: Scope): boolean =>
    [source, destination].every((end) => isInScope(seen, projectOf(end.repository), end.registryId));
  if (seesEnds(scope)) return true;
  const own = scope.isEverything ? undefined : scope.own;
  return own !== undefined && requester?.id === own.userId && seesEnds(own.readable);
}

interface SeenTask {
  readonly source: End;
  readonly destination: End;
  readonly requester: { readonly id: string } | null;
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
