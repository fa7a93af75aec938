import { Router } from 'express';
import { isInScope } from '../../access/scope.ts';
import * as contract from '../../contract/tag-history.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { policyNamer } from '../../http/shown-policy.ts';
import { projectOf } from '../catalog/catalog.service.ts';
import { scopeOf } from './repositories.routes.ts';
import type { RivalPush, TagHistoryView, TagMoment } from './tag-history.view.ts';

const pageLength = 100;
const columns = [{ type: 'integer' }] as const;

export function tagHistoryRoutes(view: TagHistoryView): Router {
  const router = Router();
  mountEndpoint(router, contract.listTagHistory, async ({ query }, context) => {
    const { repository, tag, registryId, sort = '-at', limit = pageLength, cursor } = query;
    const position = readCursor(cursor, sort, columns);
    const scope = await scopeOf(repository, context);
    const beforeId = position === null ? null : Number(position[0]);
    const question = { scope, project: projectOf(repository), repository, tag, registryId };
    const moments = await view.list({ ...question, limit: limit + 1, beforeId });
    const page = moments.slice(0, limit);
    const last = moments.length > limit ? page.at(-1) : undefined;
    const known = await view.findPolicies(page.flatMap(({ policy }) => policy?.id ?? []));
    const showPolicy = await policyNamer(context.access, known);
    return {
      items: await Promise.all(
        page.map(async ({ policy, ...moment }) => ({
          ...(await answerOf(moment, context.access)),
          policy: showPolicy(policy, moment.registryId, question.project),
        })),
      ),
      now: await view.findNow(question),
      elsewhere: registryId === undefined ? 0 : await view.countElsewhere(question, registryId),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.id]),
      total: null,
    };
  });
  return router;
}

async function answerOf(
  { at, until, trashItemId, trashTag, trashExpiresAt, rival, ...moment }: Omit<TagMoment, 'policy'>,
  access: RequestAccess,
): Promise<Omit<contract.TagMoment, 'policy'>> {
  return {
    ...moment,
    environment: (await access.environmentOf(moment.registryId)) ?? '',
    at: at.toISOString(),
    until: until?.toISOString() ?? null,
    trashItem:
      moment.standing !== 'trash' || trashItemId === null
        ? null
        : { id: trashItemId, tag: trashTag, expiresAt: trashExpiresAt?.toISOString() ?? null },
    rival: rival && (await rivalOf(rival, access)),
  };
}

/** The other master is named to whoever sees its repository. */
async function rivalOf({ outcome, digest, registryId, repository, pushedAt }: RivalPush, access: RequestAccess) {
  const isSeen = isInScope(await access.scope('catalog.read'), projectOf(repository), registryId);
  return { outcome, digest, registryId: isSeen ? registryId : null, pushedAt: new Date(pushedAt).toISOString() };
}
