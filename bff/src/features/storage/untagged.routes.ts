import { Router } from 'express';
import type { RegistryPlace, Scope } from '../../access/scope.ts';
import { scopeWithin } from '../../access/scope.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/storage.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { findRegistry, registryNotFound } from './storage.routes.ts';
import { type ListedUntagged, untaggedOrder, type UntaggedView } from './untagged.view.ts';

export interface UntaggedRoutesDeps {
  readonly view: UntaggedView;
  readonly registries: () => Promise<readonly RegistryPlace[]>;
  readonly graceMs: number;
  /** @returns how many are on their way into the trash */
  readonly putInTrash: (
    manifests: readonly UntaggedDeletion[],
    by: { readonly id: string | null; readonly name: string | null },
  ) => Promise<number>;
}

/** A manifest with whatever is below it and about it. */
export interface UntaggedDeletion {
  readonly registryId: string;
  readonly project: string;
  readonly repository: string;
  readonly tag: null;
  readonly digest: string;
  readonly pushedAt: null;
  readonly pushedBy: null;
}

const pageLength = 50;
/** Taken at once; whoever wants more asks again. */
const chosenMax = 10_000;

export function untaggedRoutes(deps: UntaggedRoutesDeps): Router {
  const router = Router();
  mountLists(router, deps);
  mountDeletions(router, deps);
  return router;
}

function mountLists(router: Router, deps: UntaggedRoutesDeps): void {
  type Query = HandlerInput<typeof contract.listProjectUntagged>['query'];
  type Place = { readonly scope: Scope; readonly project: string | undefined; readonly registryId: string | undefined };
  const list = async ({ limit = pageLength, cursor, q, ripe }: Omit<Query, 'registryId'>, place: Place) => {
    const after = readCursor(cursor, 'since', untaggedOrder);
    const isRipe = ripe === undefined ? undefined : ripe === 'yes';
    const { rows, total } = await deps.view.list({ ...place, q, isRipe, limit, after });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const places = await deps.registries();
    return {
      items: page.map((row) => answerOf(row, places, deps.graceMs)),
      nextCursor:
        last === undefined
          ? null
          : writeCursor('since', [last.since.getTime(), last.registryId, last.repository, last.digest]),
      total,
    };
  };
  mountEndpoint(router, contract.listRegistryUntagged, async ({ params: { registryId }, query }) => {
    await findRegistry(deps, registryId);
    return list(query, { scope: { isEverything: true }, project: undefined, registryId });
  });
  mountEndpoint(router, contract.listProjectUntagged, async ({ params: { project }, query }, { access }) => {
    const { registryId, ...rest } = query;
    const scope = scopeWithin(await access.scope('artifact.delete'), project);
    return list(rest, { scope, project, registryId });
  });
}

function mountDeletions(router: Router, deps: UntaggedRoutesDeps): void {
  const put = async (
    { registryId, project, repository, digests }: Omit<Parameters<UntaggedView['choose']>[0], 'graceMs' | 'limit'>,
    { account, audit }: RequestContext,
  ) => {
    const { graceMs, view, putInTrash } = deps;
    const chosen = await view.choose({ registryId, project, repository, digests, graceMs, limit: chosenMax });
    const manifests = chosen.map((row) => ({
      registryId: row.registryId,
      project: row.project,
      repository: row.repository,
      tag: null,
      digest: row.digest,
      pushedAt: null,
      pushedBy: null,
    }));
    const total = await putInTrash(manifests, { id: account?.id ?? null, name: account?.username ?? null });
    audit.note({ after: { manifests: total } });
    return { total };
  };
  mountEndpoint(router, contract.trashRegistryUntagged, async ({ params: { registryId }, body }, context) => {
    const { environment } = await findRegistry(deps, registryId);
    context.audit.note({ environment, target: registryId });
    return put({ registryId, project: undefined, repository: body.repository, digests: body.digests }, context);
  });
  mountEndpoint(router, contract.trashProjectUntagged, async ({ params: { project }, body }, context) => {
    const { registryId, repository, digests } = body;
    const environment = await context.access.environmentOf(registryId);
    if (environment === undefined) throw registryNotFound(registryId);
    context.audit.note({ environment, target: registryId });
    await context.access.authorize('artifact.delete', { project, environment }, () => registryNotFound(registryId));
    return put({ registryId, project, repository, digests }, context);
  });
}

function answerOf(
  { since, ...row }: ListedUntagged,
  places: readonly RegistryPlace[],
  graceMs: number,
): contract.UntaggedManifest {
  return {
    ...row,
    environment: places.find(({ registryId }) => registryId === row.registryId)?.environment ?? '',
    since: since.toISOString(),
    ripeAt: new Date(since.getTime() + graceMs).toISOString(),
  };
}
