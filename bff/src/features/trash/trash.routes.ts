import { Router } from 'express';
import { projectOf } from '../../access/subject.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/trash.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { type Scope, scopeWithin } from '../../access/scope.ts';
import { policyNamer, type ShowPolicy } from '../../http/shown-policy.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { FindCopyCautions } from './copy-cautions.ts';
import { auditedName, type Reason, type TrashItem, TrashRefusal } from './trash.ts';
import type { SelectedArtifact } from './trash-selection.view.ts';
import { ArtifactMissingError, ItemBusyError, SelectionError, type TrashService } from './trash.service.ts';
import type { TrashView } from './trash.view.ts';

interface SetTag {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export interface TrashRoutesDeps {
  readonly trash: TrashService;
  readonly view: TrashView;
  readonly findCopyCautions: FindCopyCautions;
  /** Policies that set tags of these digests back. */
  readonly beforeSetting: (tags: readonly SetTag[], scope: Scope) => Promise<Reason[]>;
}

const pageLength = 50;
const shownMax = 100;
const columns = [{ type: 'integer' }, { type: 'text' }] as const;

export function trashRoutes(deps: TrashRoutesDeps): Router {
  const router = Router();
  mountDeletions(router, deps);
  mountLists(router, deps);
  mountWaysOut(router, deps);
  mountWindow(router, deps);
  return router;
}

function mountDeletions(router: Router, deps: TrashRoutesDeps): void {
  const { trash, view } = deps;
  mountEndpoint(router, contract.previewDeletion, async ({ params: { project }, body: { selection } }, { access }) => {
    const registryIds = await authorizeSelection(access, project, selection);
    const windowDays = await trash.findWindow(project);
    if (windowDays === undefined) throw projectNotFound(project);
    const { selected, consequences, held } = await refusable(() => trash.preview(project, selection));
    const { siblings, asOf, ...counts } = consequences;
    return {
      ...counts,
      items: selected
        .slice(0, shownMax)
        .map(({ registryId, repository, tag, digest }) => ({ registryId, repository, tag, digest })),
      total: selected.length,
      siblings: siblings.map((sibling) => ({ ...sibling })),
      held: held.slice(0, shownMax).map((one) => ({ ...one })),
      heldCount: held.length,
      undeletable: await view.findUndeletable(registryIds),
      cautions: await cautionsOf(deps, project, selected, await access.scope('replication.read')),
      windowDays,
      asOf: asOf?.toISOString() ?? null,
    };
  });
  mountEndpoint(
    router,
    contract.deleteToTrash,
    async ({ params: { project }, body: { selection, comment } }, context) => {
      const { access, audit, account } = context;
      audit.note({ target: targetOf(selection) });
      const registryIds = await authorizeSelection(access, project, selection);
      const [registryId] = registryIds;
      const environment = registryId === undefined ? undefined : await access.environmentOf(registryId);
      if (registryIds.length === 1 && environment !== undefined) audit.note({ environment });
      audit.note({ before: { ...selection }, ...(comment === undefined ? {} : { reason: comment }) });
      const by = { id: account?.id ?? null, name: account?.username ?? null };
      const ids = await refusable(() => trash.delete(project, selection, by, comment));
      audit.note({ after: { count: ids.length } });
      return { items: ids.slice(0, shownMax), total: ids.length };
    },
  );
}

async function cautionsOf(
  { view, findCopyCautions }: TrashRoutesDeps,
  project: string,
  selected: readonly SelectedArtifact[],
  scope: Scope,
): Promise<Reason[]> {
  const resting = await view.findMaintenance([...new Set(selected.map(({ registryId }) => registryId))]);
  const tags = selected.flatMap(({ registryId, repository, tag }) =>
    tag === null ? [] : [{ registryId, repository, tag }],
  );
  const manifests = selected.filter(({ tag }) => tag === null);
  if (manifests.length > 0) tags.push(...(await view.listTagsOf(manifests)));
  return [...resting.values(), ...(await findCopyCautions(project, tags, scope))];
}

function mountLists(router: Router, { view }: TrashRoutesDeps): void {
  type Query = HandlerInput<typeof contract.listAllTrash>['query'];
  const list = async (
    { sort = '-created', limit = pageLength, cursor, ...query }: Query,
    { access }: RequestContext,
  ) => {
    const after = readCursor(cursor, sort, columns);
    const scope = await access.scope('artifact.delete');
    const { project, q, state, registryId, repository, itemId } = query;
    const items = await view.list({
      project,
      q,
      state,
      registryId,
      repository,
      itemId,
      scope: project === undefined ? scope : scopeWithin(scope, project),
      sort: sort.endsWith('created') ? 'created' : 'expires',
      isDescending: sort.startsWith('-'),
      limit: limit + 1,
      after: after && { microseconds: Number(after[0]), id: String(after[1]) },
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    return {
      items: await answersOf(
        view,
        page.map(({ positionMicroseconds: _, ...item }) => item),
        access,
      ),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.positionMicroseconds, last.id]),
      total: null,
    };
  };
  mountEndpoint(router, contract.listTrash, ({ params: { project }, query }, context) =>
    list({ ...query, project }, context),
  );
  mountEndpoint(router, contract.listAllTrash, ({ query }, context) => list(query, context));
}

function mountWaysOut(router: Router, { trash, view, beforeSetting }: TrashRoutesDeps): void {
  /** What is asked about, noted for the audit log, and authorized. */
  const noted = async (
    { project, trashItemId }: { readonly project: string; readonly trashItemId: string },
    action: 'artifact.delete' | 'trash.purge',
    { access, audit }: RequestContext,
  ): Promise<TrashItem> => {
    const item = await trash.find(trashItemId);
    const environment = item && (await access.environmentOf(item.registryId));
    if (item === undefined || item.project !== project || environment === undefined) throw itemNotFound();
    const { repository } = item;
    audit.note({ environment, target: auditedName(item), before: { digest: item.digest } });
    // Whoever may restore sees it; anybody else does not learn that it is there.
    await access.authorize('catalog.read', { project, environment, repository }, itemNotFound);
    await access.authorize(action, { project, environment, repository }, itemNotFound);
    return item;
  };
  const now = async (item: TrashItem, { access }: RequestContext): Promise<contract.TrashItem> => {
    const [answer] = await answersOf(view, [(await trash.find(item.id)) ?? item], access);
    if (answer === undefined) throw itemNotFound();
    return answer;
  };
  mountEndpoint(router, contract.previewRestore, async ({ params, body: { target } }, context) => {
    const item = await noted(params, 'artifact.delete', context);
    const { registryId, repository, digest } = item;
    const tags =
      digest === null ? [] : restoredTags(item, target).map((tag) => ({ registryId, repository, tag, digest }));
    return { cautions: await beforeSetting(tags, await context.access.scope('replication.read')) };
  });
  mountEndpoint(router, contract.restoreFromTrash, async ({ params, body: { target } }, context) => {
    const item = await noted(params, 'artifact.delete', context);
    context.audit.note({ after: { digest: item.digest, ...target } });
    await refusable(() => trash.restore(item, target, context.account?.username ?? null));
    return now(item, context);
  });
  mountEndpoint(router, contract.purgeFromTrash, async ({ params }, context) => {
    const item = await noted(params, 'trash.purge', context);
    await refusable(() => trash.purge(item, context.account?.username ?? null));
    return now(item, context);
  });
}

function restoredTags({ tag, aliases }: TrashItem, target: contract.RestoreTarget): readonly string[] {
  if (target.kind === 'digest') return [];
  if (target.kind === 'tag') return [target.tag];
  return tag === null ? aliases : [tag];
}

function mountWindow(router: Router, { trash }: TrashRoutesDeps): void {
  mountEndpoint(router, contract.getTrashWindow, async ({ params: { project } }) => {
    const days = await trash.findWindow(project);
    if (days === undefined) throw projectNotFound(project);
    return { days };
  });
  mountEndpoint(
    router,
    contract.updateTrashWindow,
    async ({ params: { project }, body: { days } }, { access, audit }) => {
      await access.authorizeEverywhere('project.manage', project, () => projectNotFound(project));
      audit.note({ before: { days: await trash.findWindow(project) }, after: { days } });
      if (!(await trash.setWindow(project, days))) throw projectNotFound(project);
      return { days };
    },
  );
}

/** In every registry that is named. @returns those registries @throws ApiError */
async function authorizeSelection(
  access: RequestAccess,
  project: string,
  selection: contract.TrashSelection,
): Promise<readonly string[]> {
  const registryIds = selection.kind === 'pattern' ? [...new Set(selection.registryIds)] : [selection.registryId];
  const repository = selection.kind === 'pattern' ? undefined : selection.repository;
  if (repository !== undefined && projectOf(repository) !== project) throw notThere(repository, registryIds[0]);
  for (const registryId of registryIds) {
    const environment = await access.environmentOf(registryId);
    if (environment === undefined) throw notThere(repository ?? project, registryId);
    const place = { project, environment, ...(repository === undefined ? {} : { repository }) };
    await access.authorize('artifact.delete', place, () => notThere(repository ?? project, registryId));
  }
  return registryIds;
}

function notThere(name: string, registryId = ''): ApiError {
  const sentence = `There is no repository “${name}” that you may see in the registry “${registryId}”.`;
  return new ApiError('repository-not-found', sentence);
}

function itemNotFound(): ApiError {
  return new ApiError('trash-item-not-found', 'There is no such thing in the trash.');
}

function targetOf(selection: contract.TrashSelection): string {
  if (selection.kind === 'pattern') return `${selection.repositoryPattern}:${selection.tagPattern}`;
  if (selection.kind === 'repository') return `${selection.registryId}/${selection.repository}`;
  const [first = ''] = selection.references;
  const more = selection.references.length > 1 ? ` +${selection.references.length - 1}` : '';
  return `${selection.registryId}/${selection.repository}${first.includes(':') ? '@' : ':'}${first}${more}`;
}

async function refusable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SelectionError) {
      throw new ApiError('request-invalid', error.message, { fields: [{ path: error.field, message: error.message }] });
    }
    if (error instanceof ArtifactMissingError) {
      throw new ApiError('artifact-not-found', `There is no ${error.message} in that repository.`);
    }
    if (error instanceof ItemBusyError) {
      const sentence = 'It is being restored or removed by somebody else already, or it is not in the trash any more.';
      throw new ApiError('trash-item-busy', sentence);
    }
    if (error instanceof TrashRefusal) throw new ApiError('trash-tag-taken', error.message);
    throw error;
  }
}

async function answersOf(
  view: Pick<TrashView, 'findPolicies' | 'findTagsNow'>,
  items: readonly TrashItem[],
  access: RequestAccess,
): Promise<contract.TrashItem[]> {
  const showPolicy = await policyNamer(
    access,
    await view.findPolicies(items.flatMap(({ policy }) => policy?.id ?? [])),
  );
  const tagsNow = await view.findTagsNow(items);
  return Promise.all(
    items.map((item) => answerOf({ ...item, tagNow: tagsNow.get(item.id) ?? null }, access, showPolicy)),
  );
}

async function answerOf(
  { pushedAt, createdAt, deletedAt, expiresAt, finishedAt, ...item }: TrashItem & Pick<contract.TrashItem, 'tagNow'>,
  access: RequestAccess,
  showPolicy: ShowPolicy,
): Promise<contract.TrashItem> {
  return {
    ...item,
    environment: (await access.environmentOf(item.registryId)) ?? '',
    policy: showPolicy(item.policy, item.registryId, item.project),
    aliases: [...item.aliases],
    reason: item.reason && { ...item.reason },
    pushedAt: pushedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    deletedAt: deletedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
