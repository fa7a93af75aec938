import { Router } from 'express';
import { isInScope, type RegistryPlace, type Scope, scopeWithin } from '../../access/scope.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/storage.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import {
  type MeasuredFigures,
  positionOf,
  type RepositoriesQuestion,
  type SeriesPoint,
  storageOrders,
  type StorageView,
} from './storage.view.ts';

export interface StorageRoutesDeps {
  readonly view: StorageView;
  /** In the order of their environments. */
  readonly registries: () => Promise<readonly RegistryPlace[]>;
  /** Measures these as soon as possible. */
  readonly measure: (registryIds: readonly string[]) => Promise<void>;
}

const pageLength = 50;
const everything: Scope = { isEverything: true };

export function storageRoutes(deps: StorageRoutesDeps): Router {
  const router = Router();
  mountRegistries(router, deps);
  mountProjects(router, deps);
  return router;
}

function mountRegistries(router: Router, deps: StorageRoutesDeps): void {
  const { view, measure } = deps;
  mountEndpoint(router, contract.getStorage, async () => ({
    items: await registryAnswers(deps, await deps.registries()),
  }));
  mountEndpoint(router, contract.getRegistryStorage, async ({ params: { registryId } }) => {
    const [storage] = await registryAnswers(deps, [await findRegistry(deps, registryId)]);
    if (storage === undefined) throw registryNotFound(registryId);
    const { projects, count } = await view.listProjects(registryId);
    return { storage, projects, projectCount: count };
  });
  mountEndpoint(router, contract.listRegistryStorage, async ({ params: { registryId }, query }) => {
    await findRegistry(deps, registryId);
    return repositoriesPage(deps, query, { scope: everything, registryId, project: undefined });
  });
  mountEndpoint(router, contract.measureRegistryStorage, async ({ params: { registryId } }, { audit }) => {
    const { environment } = await findRegistry(deps, registryId);
    audit.note({ environment, target: registryId });
    await measure([registryId]);
    return { registryIds: [registryId] };
  });
}

function mountProjects(router: Router, deps: StorageRoutesDeps): void {
  const { view, registries, measure } = deps;
  mountEndpoint(router, contract.getProjectStorage, async ({ params: { project } }, { access }) => {
    const scope = await access.scope('catalog.read');
    const places = (await registries()).filter(({ registryId }) => isInScope(scope, project, registryId));
    const ids = places.map(({ registryId }) => registryId);
    const [figures, series] = await Promise.all([view.findFigures(ids, project), view.findSeries(ids, project)]);
    return {
      items: figures.map((one) => ({ project, ...answerOf(one, places, series) })),
    };
  });
  mountEndpoint(router, contract.listProjectStorage, async ({ params: { project }, query }, { access }) => {
    const scope = scopeWithin(await access.scope('catalog.read'), project);
    return repositoriesPage(deps, query, { scope, project, registryId: undefined });
  });
  mountEndpoint(router, contract.measureProjectStorage, async ({ params: { project }, body }, { access, audit }) => {
    const scope = await access.scope('project.manage');
    const managed = (await registries()).filter(({ registryId }) => isInScope(scope, project, registryId));
    const registryIds = managed
      .map(({ registryId }) => registryId)
      .filter((registryId) => body.registryId === undefined || registryId === body.registryId);
    audit.note({ target: registryIds.join(', ') });
    await measure(registryIds);
    return { registryIds };
  });
}

async function registryAnswers(
  { view }: StorageRoutesDeps,
  places: readonly RegistryPlace[],
): Promise<contract.RegistryStorage[]> {
  const ids = places.map(({ registryId }) => registryId);
  const [figures, series] = await Promise.all([view.findFigures(ids), view.findSeries(ids)]);
  return figures.map((one) => answerOf(one, places, series));
}

function answerOf(
  { measuredAt, catalogAt, ...figures }: MeasuredFigures,
  places: readonly RegistryPlace[],
  series: ReadonlyMap<string, readonly SeriesPoint[]>,
): contract.RegistryStorage {
  const { registryId } = figures;
  return {
    ...figures,
    environment: places.find((place) => place.registryId === registryId)?.environment ?? '',
    measuredAt: measuredAt?.toISOString() ?? null,
    catalogAt: catalogAt?.toISOString() ?? null,
    series: [...(series.get(registryId) ?? [])],
  };
}

async function repositoriesPage(
  { view }: StorageRoutesDeps,
  { sort = '-bytes', limit = pageLength, cursor, q }: HandlerInput<typeof contract.listProjectStorage>['query'],
  place: Pick<RepositoriesQuestion, 'scope' | 'project' | 'registryId'>,
) {
  const after = readCursor(cursor, sort, storageOrders[sort]);
  const { rows, total } = await view.listRepositories({ ...place, q, sort, limit, after });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const places = await view.findPlaces(
    page.map(({ repository }) => repository),
    place,
  );
  return {
    items: page.map((row) => ({ ...row, places: [...(places.get(row.repository) ?? [])] })),
    nextCursor: last === undefined ? null : writeCursor(sort, positionOf(last, sort)),
    total,
  };
}

/** @throws ApiError */
export async function findRegistry(
  { registries }: Pick<StorageRoutesDeps, 'registries'>,
  registryId: string,
): Promise<RegistryPlace> {
  const found = (await registries()).find((place) => place.registryId === registryId);
  if (found === undefined) throw registryNotFound(registryId);
  return found;
}

export function registryNotFound(registryId: string): ApiError {
  return new ApiError('registry-not-found', `There is no registry “${registryId}”.`);
}
