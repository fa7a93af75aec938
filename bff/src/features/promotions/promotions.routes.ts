import { Router } from 'express';
import { rolesWith } from '../../contract/permission-table.ts';
import type { Scope } from '../../access/scope.ts';
import { projectOf } from '../../access/subject.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Needed } from '../../contract/permissions.ts';
import { countPromotionApprovals } from '../../contract/promotion-approvals.ts';
import * as contract from '../../contract/promotions.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { mountPaths } from './promotion-paths.routes.ts';
import { type PromotionRefusal, PromotionRefusedError } from './promotion-errors.ts';
import type { Person, Promotion, Reason } from './promotions.ts';
import type { PromotionsService } from './promotions.service.ts';
import type { PromotionSight, PromotionsView, PushPlaces } from './promotions.view.ts';

export interface PromotionsRoutesDeps {
  readonly promotions: PromotionsService;
  readonly view: PromotionsView;
  readonly beforeSetting: BeforeSetting;
}

/** Policies that set tags of these digests back, as far as the caller may see what is copied. */
export type BeforeSetting = (
  tags: ReadonlyArray<{ registryId: string; repository: string; tag: string; digest: string }>,
  scope: Scope,
) => Promise<Reason[]>;

const pageLength = 50;
const approvalsMax = 50;
const columns = [{ type: 'integer' }, { type: 'text' }] as const;

export function promotionsRoutes(deps: PromotionsRoutesDeps): Router {
  const router = Router();
  mountPaths(router, deps.promotions);
  mountLists(router, deps.view);
  mountRequests(router, deps);
  mountDecisions(router, deps);
  return router;
}

function mountLists(router: Router, view: PromotionsView): void {
  mountEndpoint(router, contract.listPromotions, async ({ params: { project }, query }, context) => {
    const { q, state, repository, tag, sort = '-created', limit = pageLength, cursor } = query;
    const after = readCursor(cursor, sort, columns);
    const items = await view.list({
      project,
      sight: await sightOf(project, context),
      q,
      state,
      repository,
      tag,
      isNewestFirst: sort === '-created',
      limit: limit + 1,
      after: after && { microseconds: Number(after[0]), id: String(after[1]) },
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((promotion) => answerOf(promotion, context)),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.createdAtMicroseconds, last.id]),
      total: null,
    };
  });
  mountEndpoint(router, contract.listPromotionApprovals, async ({ query: { project } }, context) => {
    const { account, access } = context;
    if (account === null) return { items: [], total: 0 };
    const places = await pushPlaces(access);
    const { items, total } = await view.listWaiting({ places, project, userId: account.id, limit: approvalsMax });
    return { items: items.map((promotion) => answerOf(promotion, context)), total };
  });
  mountEndpoint(router, countPromotionApprovals, async (_input, { account, access }) => {
    if (account === null) return { total: 0 };
    const { total } = await view.listWaiting({
      places: await pushPlaces(access),
      project: undefined,
      userId: account.id,
      limit: 1,
    });
    return { total };
  });
}

function mountRequests(router: Router, { promotions, view }: PromotionsRoutesDeps): void {
  mountEndpoint(router, contract.getPromotion, async ({ params }, context) =>
    answerOf(await visible(view, params.promotionId, context), context),
  );
  mountEndpoint(router, contract.createPromotion, async ({ body }, context) => {
    const { access, audit } = context;
    const { registryId, repository, tag, digest, environment, registryIds, comment = '' } = body;
    const project = projectOf(repository);
    audit.note({ project, environment, target: `${repository}:${tag}` });
    const from = await authorizeRequest(access, body);
    audit.note({ after: { digest, from, to: environment, comment } });
    const source = { registryId, repository, tag, environment: from };
    const request = { project, source, digest, environment, registryIds, comment };
    return answerOf(
      await refusable({ project, environment }, () => promotions.request(request, personOf(context))),
      context,
    );
  });
}

function mountDecisions(router: Router, { promotions, view, beforeSetting }: PromotionsRoutesDeps): void {
  /** What is decided on, noted for the audit log. */
  const noted = async (id: string, context: RequestContext, after: Record<string, unknown>) => {
    const promotion = await visible(view, id, context);
    const { project, environment, repository, tag, digest, state } = promotion;
    context.audit.note({
      project,
      environment,
      target: `${repository}:${tag}`,
      before: { state },
      after: { digest, ...after },
    });
    return promotion;
  };
  mountEndpoint(router, contract.previewPromotion, async ({ params }, context) => {
    const tags = tagsAfterDecision(await visible(view, params.promotionId, context));
    const cautions = await beforeSetting(tags, await context.access.scope('replication.read'));
    return { cautions: cautions.map((caution) => ({ ...caution })) };
  });
  mountEndpoint(router, contract.approvePromotion, async ({ params, body: { comment = '' } }, context) => {
    const promotion = await noted(params.promotionId, context, { state: 'approved', comment });
    await context.access.authorizeOpenly('artifact.push', placeOf(promotion));
    const work = () => promotions.approve(promotion, personOf(context), comment);
    return answerOf(await refusable(promotion, work), context);
  });
  mountEndpoint(router, contract.declinePromotion, async ({ params, body: { comment = '' } }, context) => {
    const promotion = await noted(params.promotionId, context, { state: 'declined', comment });
    // Declining writes nothing into the project: an archived one does not stand in the way.
    await context.access.authorizeEnding('artifact.push', placeOf(promotion), promotionNotFound);
    const work = () => promotions.decline(promotion, personOf(context), comment);
    return answerOf(await refusable(promotion, work), context);
  });
  mountEndpoint(router, contract.withdrawPromotion, async ({ params }, context) => {
    const promotion = await noted(params.promotionId, context, { state: 'withdrawn' });
    if (!isOwn(promotion, context)) throw onlyTheRequester(promotion);
    return answerOf(await refusable(promotion, () => promotions.withdraw(promotion, personOf(context))), context);
  });
  mountEndpoint(router, contract.undoPromotion, async ({ params, body: { comment = '' } }, context) => {
    const promotion = await noted(params.promotionId, context, { comment });
    await context.access.authorizeOpenly('artifact.push', placeOf(promotion));
    const undo = await refusable(promotion, () => promotions.undo(promotion, personOf(context), comment));
    context.audit.note({ before: { digest: promotion.digest }, after: { digest: undo.digest, comment } });
    return answerOf(undo, context);
  });
}

/** Pull at the source and push in the target environment. @returns the source's environment @throws ApiError */
async function authorizeRequest(
  access: RequestAccess,
  { registryId, repository, environment }: HandlerInput<typeof contract.createPromotion>['body'],
): Promise<string> {
  const from = await access.environmentOf(registryId);
  const unknown = () => new ApiError('registry-not-found', `There is no registry “${registryId}” in Longshore.`);
  if (from === undefined) throw unknown();
  const project = projectOf(repository);
  await access.authorize('artifact.pull', { project, environment: from }, () => {
    const sentence = `There is no repository “${repository}” that you may see in the registry “${registryId}”.`;
    return new ApiError('repository-not-found', sentence);
  });
  await access.authorizeOpenly('artifact.push', { project, environment });
  return from;
}

/** Where the caller sees both ends of a promotion. */
async function sightOf(project: string, { access, account }: RequestContext): Promise<PromotionSight> {
  if ((await access.scope('replication.read')).isEverything) return { environments: null, own: null };
  const seen = async (action: 'replication.read' | 'catalog.read') => {
    const environments = await access.environments();
    const may = await Promise.all(environments.map((environment) => access.may(action, { project, environment })));
    return environments.filter((_environment, index) => may[index]);
  };
  const own = account === null ? null : { userId: account.id, environments: await seen('catalog.read') };
  return { environments: await seen('replication.read'), own };
}

/** @throws ApiError for one that the caller may not know of as for one that is not there */
async function visible(view: PromotionsView, id: string, context: RequestContext): Promise<Promotion> {
  const promotion = await view.find(id);
  if (promotion === undefined) return context.access.refuseUnseen(promotionNotFound);
  const { environments, own } = await sightOf(promotion.project, context);
  const isIn = (seen: readonly string[]) =>
    seen.includes(promotion.environment) && seen.includes(promotion.source.environment);
  const isSeen = environments === null || isIn(environments);
  if (isSeen || (own !== null && promotion.requester.id === own.userId && isIn(own.environments))) return promotion;
  return context.access.refuseUnseen(promotionNotFound);
}

/** Where the caller may push; null: everywhere. */
async function pushPlaces(access: RequestAccess): Promise<PushPlaces | null> {
  const scope = await access.scope('artifact.push');
  if (scope.isEverything) return null;
  const environments = await access.environments();
  const whole = scope.projects.map((project) => ({ project, environments }));
  const parts = await Promise.all(
    scope.places.map(async ({ project, registryId }) => {
      const environment = await access.environmentOf(registryId);
      return { project, environments: environment === undefined ? [] : [environment] };
    }),
  );
  return [...whole, ...parts];
}

function promotionNotFound(): ApiError {
  return new ApiError('promotion-not-found', 'There is no such promotion any more.');
}

function onlyTheRequester(promotion: Promotion): ApiError {
  const { project, environment, requester } = promotion;
  const sentence = `Only ${requester.name ?? 'whoever asked for it'} can withdraw this. With the role developer or higher in ${environment} of ${project} you can decline it.`;
  return new ApiError('permission-missing', sentence, { needed: neededAt(project, environment) });
}

const codes: Readonly<Record<PromotionRefusal, ErrorCode>> = {
  'off-path': 'promotion-off-path',
  pending: 'promotion-pending',
  'not-needed': 'promotion-not-needed',
  'tag-moved': 'promotion-tag-moved',
  'tag-held': 'promotion-tag-held',
  own: 'promotion-own',
  'not-waiting': 'promotion-not-waiting',
  'not-undoable': 'promotion-not-undoable',
};

interface PromotionPlace {
  readonly project: string;
  readonly environment: string;
}

async function refusable<T>({ project, environment }: PromotionPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PromotionRefusedError) {
      const needed = error.refusal === 'own' ? { needed: neededAt(project, environment) } : {};
      throw new ApiError(codes[error.refusal], error.message, needed);
    }
    throw error;
  }
}

function neededAt(project: string, environment: string): Needed {
  return { action: 'artifact.push', roles: rolesWith('artifact.push'), project, environment };
}

/** What the targets' tags become by an approval or, of one that is done, by its undo. */
function tagsAfterDecision({ state, repository, tag, digest, targets }: Promotion) {
  return targets.flatMap(({ registryId, previousDigest }) => {
    const next = state === 'waiting' ? digest : previousDigest;
    return next === null ? [] : [{ registryId, repository, tag, digest: next }];
  });
}

function placeOf({ project, environment }: Promotion): PromotionPlace {
  return { project, environment };
}

function personOf({ account }: RequestContext): Person {
  return { id: account?.id ?? null, name: account?.username ?? null };
}

function isOwn({ requester }: Promotion, { account }: RequestContext): boolean {
  return account !== null && requester.id === account.id;
}

function answerOf(promotion: Promotion, context: RequestContext): contract.Promotion {
  const { requester, createdAtMicroseconds: _position, targets, decision, state, ...rest } = promotion;
  return {
    ...rest,
    state,
    source: { ...rest.source },
    targets: targets.map((target) => ({ ...target })),
    requestedBy: requester.name,
    isOwn: isOwn(promotion, context),
    decision: decision && { ...decision, at: decision.at.toISOString() },
    reason: rest.reason && { ...rest.reason },
    createdAt: rest.createdAt.toISOString(),
    expiresAt: state === 'waiting' ? rest.expiresAt.toISOString() : null,
    finishedAt: rest.finishedAt?.toISOString() ?? null,
  };
}
