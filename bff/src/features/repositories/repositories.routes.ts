import { Router } from 'express';
import { isProjectInScope, type Scope, scopeWithin } from '../../access/scope.ts';
import type { MatrixColumn } from '../../contract/projects.ts';
import * as contract from '../../contract/repositories.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint, type RequestContext } from '../../http/mount-endpoint.ts';
import { projectOf, type PlacedTag, type TagLine, type TagPages, tagOrder } from '../catalog/catalog.service.ts';
import { type RepositoriesView, type RepositoryRow, repositoryOrders } from './repositories.view.ts';

export interface RepositoriesRoutesDeps {
  readonly view: RepositoriesView;
  readonly tagPages: TagPages;
  /** In the order of the environments, with their health and the age of what is known of them. */
  readonly listColumns: () => Promise<MatrixColumn[]>;
}

const repositoriesLimit = 100;
const tagsLimit = 100;

export function repositoriesRoutes({ view, tagPages, listColumns }: RepositoriesRoutesDeps): Router {
  const router = Router();

  mountEndpoint(router, contract.listRepositories, async ({ query }, { access }) => {
    const { q, project, registryId, sort = 'name', limit = repositoriesLimit } = query;
    const after = readCursor(query.cursor, sort, repositoryOrders[sort]);
    const scope = await access.scope('catalog.read');
    const { items, next, total } = await view.listRepositories({ q, project, registryId, sort, limit, after, scope });
    return { items: items.map(answerOf), nextCursor: next && writeCursor(sort, next), total };
  });

  mountEndpoint(router, contract.getRepository, async ({ query }, context) => {
    const repository = await view.findRepository(query.name, await scopeOf(query.name, context));
    if (repository === undefined) throw repositoryNotFound(query.name);
    const holders = new Set(repository.registries.map(({ registryId }) => registryId));
    const columns = (await listColumns()).filter(({ registryId }) => holders.has(registryId));
    return { ...answerOf(repository), columns };
  });

  mountEndpoint(router, contract.listTags, async ({ query }, context) => {
    const { q, repository, registryId, sort = '-pushed', limit = tagsLimit } = query;
    const after = readCursor(query.cursor, sort, tagOrder(sort, repository));
    const scope = await scopeOf(repository, context);
    const registryIds = (await listColumns()).map((column) => column.registryId);
    const only = { project: projectOf(repository), repository, registryId, isDriftOnly: false };
    const read = { ...only, q, sort, limit, after, scope, registryIds, taskRegistryIds: [], trashRegistryIds: [] };
    const { lines, next, total } = await tagPages.readPage(read);
    if (lines.length === 0 && (await view.findRepository(repository, scope)) === undefined) {
      throw repositoryNotFound(repository);
    }
    return {
      items: lines.flatMap((line) => tagOf(line, registryIds, registryId)),
      nextCursor: next && writeCursor(sort, next),
      total,
    };
  });
  return router;
}

/** What the caller may read of the repository's project. A project that is hidden answers as one that is not there. */
export async function scopeOf(repository: string, { access, audit }: RequestContext): Promise<Scope> {
  const project = projectOf(repository);
  const scope = await access.scope('catalog.read');
  if (isProjectInScope(scope, project)) return scopeWithin(scope, project);
  audit.note({ project, target: repository });
  return access.refuseUnseen(() => repositoryNotFound(repository));
}

function repositoryNotFound(name: string): ApiError {
  return new ApiError(
    'repository-not-found',
    `No registry has a repository “${name}”, as far as Longshore has read them.`,
  );
}

function answerOf({ pushedAt, registries, ...rest }: RepositoryRow): contract.Repository {
  return { ...rest, pushedAt: pushedAt?.toISOString() ?? null, registries: [...registries] };
}

/** @param asked the registry whose tags are listed; where else they are is told all the same */
function tagOf(line: TagLine, registryIds: readonly string[], asked: string | undefined): contract.Tag[] {
  const placed = registryIds.flatMap((registryId) => line.placed.filter((tag) => tag.registryId === registryId));
  const described = asked === undefined ? placed : placed.filter(({ registryId }) => registryId === asked);
  const [first] = described;
  // Removed between the two readings of one page.
  if (first === undefined) return [];
  return [
    {
      name: line.tag,
      digest: first.digest,
      mediaType: first.mediaType,
      artifactType: first.artifactType,
      sizeBytes: first.sizeBytes,
      platforms: [...first.platforms],
      pushedAt: latestPush(described),
      pushedBy: first.pushedBy,
      registries: placed.map(({ registryId, digest, pushedAt }) => ({
        registryId,
        digest,
        pushedAt: pushedAt?.toISOString() ?? null,
      })),
    },
  ];
}

/** What the list is sorted by. */
function latestPush(placed: readonly PlacedTag[]): string | null {
  const times = placed.flatMap(({ pushedAt }) => (pushedAt === null ? [] : [pushedAt.getTime()]));
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString();
}
