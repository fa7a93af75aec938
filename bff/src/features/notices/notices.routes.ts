import { Router } from 'express';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/notices.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, projectNotFound, type RequestContext } from '../../http/mount-endpoint.ts';
import type { StoredDelivery, StoredNotice } from './notices.ts';
import {
  MailNotConfiguredError,
  NoticeChangedError,
  NoticeDeliveryNotFoundError,
  NoticeFieldError,
  NoticeNotFoundError,
  NoticeProjectNotFoundError,
  type NoticesService,
  type NoticeWithSecret,
  TooManyNoticesError,
} from './notices.service.ts';
import { WebhookAddressError } from './webhook-address.ts';

type Draft = HandlerInput<typeof contract.createNotice>['body'];
type Change = HandlerInput<typeof contract.updateNotice>['body'];

export function noticesRoutes({ notices }: { readonly notices: NoticesService }): Router {
  const router = Router();
  const actions = noticeActions(notices);
  mountProject(router, actions);
  mountSystem(router, actions);
  return router;
}

function mountProject(router: Router, actions: ReturnType<typeof noticeActions>): void {
  mountEndpoint(router, contract.listProjectNotices, ({ params }, context) => actions.list(params.project, context));
  mountEndpoint(router, contract.createProjectNotice, ({ params, body }, context) =>
    actions.create(params.project, body, context),
  );
  mountEndpoint(router, contract.updateProjectNotice, ({ params, body }, context) =>
    actions.update(params.project, params.noticeId, body, context),
  );
  mountEndpoint(router, contract.deleteProjectNotice, ({ params }, context) =>
    actions.remove(params.project, params.noticeId, context),
  );
  mountEndpoint(router, contract.renewProjectNoticeSecret, ({ params }, context) =>
    actions.renewSecret(params.project, params.noticeId, context),
  );
  mountEndpoint(router, contract.testProjectNotice, ({ params }, context) =>
    actions.test(params.project, params.noticeId, context),
  );
  mountEndpoint(router, contract.listProjectNoticeDeliveries, ({ params }, context) =>
    actions.listDeliveries(params.project, params.noticeId, context),
  );
  mountEndpoint(router, contract.redeliverProjectNotice, ({ params }, context) =>
    actions.redeliver(params.project, params.noticeId, params.deliveryId, context),
  );
}

function mountSystem(router: Router, actions: ReturnType<typeof noticeActions>): void {
  mountEndpoint(router, contract.listNotices, (_input, context) => actions.list(null, context));
  mountEndpoint(router, contract.createNotice, ({ body }, context) => actions.create(null, body, context));
  mountEndpoint(router, contract.updateNotice, ({ params, body }, context) =>
    actions.update(null, params.noticeId, body, context),
  );
  mountEndpoint(router, contract.deleteNotice, ({ params }, context) => actions.remove(null, params.noticeId, context));
  mountEndpoint(router, contract.renewNoticeSecret, ({ params }, context) =>
    actions.renewSecret(null, params.noticeId, context),
  );
  mountEndpoint(router, contract.testNotice, ({ params }, context) => actions.test(null, params.noticeId, context));
  mountEndpoint(router, contract.listNoticeDeliveries, ({ params }, context) =>
    actions.listDeliveries(null, params.noticeId, context),
  );
  mountEndpoint(router, contract.redeliverNotice, ({ params }, context) =>
    actions.redeliver(null, params.noticeId, params.deliveryId, context),
  );
}

/** What both kinds of notices have in common; `project` is null for those of the console. */
function noticeActions(notices: NoticesService) {
  const get = async (project: string | null, noticeId: string, context: RequestContext): Promise<StoredNotice> => {
    const notice = await mapped(project, () => notices.get(project, noticeId));
    context.audit.note({ target: notice.name });
    await authorize(project, context);
    return notice;
  };
  return {
    async list(project: string | null, context: RequestContext) {
      const found = await mapped(project, () => notices.list(project));
      const isAllowed = await mayManage(project, context);
      return {
        items: isAllowed ? found.map(answerOf) : [],
        mayManage: isAllowed,
        mail: notices.mail,
        outageAfterMinutes: notices.outageAfterMinutes,
      };
    },
    async create(project: string | null, { channel, ...fields }: Draft, context: RequestContext) {
      context.audit.note({ target: fields.name });
      await authorize(project, context);
      const createdBy = context.account?.username ?? null;
      const made = await mapped(project, () => notices.create(project, channel, fields, createdBy));
      context.audit.note({ after: shownInAudit(made.notice) });
      return withSecret(made);
    },
    async update(project: string | null, noticeId: string, { version, ...fields }: Change, context: RequestContext) {
      const before = await get(project, noticeId, context);
      const after = await mapped(project, () => notices.update(before, version, fields));
      context.audit.note(changesBetween(before, after));
      return answerOf(after);
    },
    async remove(project: string | null, noticeId: string, context: RequestContext) {
      const before = await get(project, noticeId, context);
      context.audit.note({ before: shownInAudit(before) });
      await mapped(project, () => notices.remove(before));
    },
    async renewSecret(project: string | null, noticeId: string, context: RequestContext) {
      const notice = await get(project, noticeId, context);
      return withSecret(await mapped(project, () => notices.renewSecret(notice)));
    },
    async test(project: string | null, noticeId: string, context: RequestContext) {
      const notice = await get(project, noticeId, context);
      return deliveryAnswer(await mapped(project, () => notices.test(notice)));
    },
    async listDeliveries(project: string | null, noticeId: string, context: RequestContext) {
      if (!(await mayManage(project, context))) return { items: [] };
      return { items: (await notices.listDeliveries(project, noticeId)).map(deliveryAnswer) };
    },
    async redeliver(project: string | null, noticeId: string, deliveryId: string, context: RequestContext) {
      const notice = await get(project, noticeId, context);
      context.audit.note({ after: { deliveryId } });
      return deliveryAnswer(await mapped(project, () => notices.redeliver(notice, deliveryId)));
    },
  };
}

/** They tell of every environment of the project, so that one may not be missing. */
async function authorize(project: string | null, { access }: RequestContext): Promise<void> {
  // Those of the console are for system administrators alone; the endpoint has seen to it.
  if (project === null) return;
  await access.authorizeEverywhere('project.manage', project, () => projectNotFound(project));
}

async function mayManage(project: string | null, { access }: RequestContext): Promise<boolean> {
  if (project === null) return true;
  const environments = await access.environments();
  const places = environments.length === 0 ? [''] : environments;
  const allowed = await Promise.all(
    places.map((environment) => access.may('project.manage', { project, environment })),
  );
  return allowed.every(Boolean);
}

function answerOf({ secretSealed: _secret, policyName: _policy, ...notice }: StoredNotice): contract.Notice {
  const { lastDelivery, createdAt } = notice;
  return {
    ...notice,
    recipients: [...notice.recipients],
    kinds: [...notice.kinds],
    lastDelivery: lastDelivery && { ...lastDelivery, at: lastDelivery.at.toISOString() },
    createdAt: createdAt.toISOString(),
  };
}

function withSecret({ notice, secret }: NoticeWithSecret) {
  return { ...answerOf(notice), secret };
}

function deliveryAnswer({ attempts, nextAttemptAt, createdAt, finishedAt, ...delivery }: StoredDelivery) {
  return {
    ...delivery,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    attempts: attempts.map(({ at, ...attempt }) => ({ ...attempt, at: at.toISOString() })),
  };
}

/** Many services put a secret into the path of the address: only its origin is written down. */
function shownInAudit({ name, channel, url, recipients, kinds, isDisabled, policyId, language }: StoredNotice) {
  const receiver = url === null ? { recipients, language } : { origin: new URL(url).origin };
  return { name, channel, ...receiver, kinds, isDisabled, policyId };
}

function changesBetween(before: StoredNotice, after: StoredNotice) {
  const [old, now]: Record<string, unknown>[] = [shownInAudit(before), shownInAudit(after)];
  const differing = Object.keys(now ?? {}).filter((key) => JSON.stringify(old?.[key]) !== JSON.stringify(now?.[key]));
  const half = (of: Record<string, unknown> | undefined) =>
    Object.fromEntries(differing.map((key) => [key, of?.[key]]));
  // That it changed at all is worth a word, though not what to.
  const isMoved = before.url !== after.url ? { isAddressChanged: true } : {};
  return { before: half(old), after: { ...half(now), ...isMoved } };
}

async function mapped<T>(project: string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoticeProjectNotFoundError) throw projectNotFound(project ?? '');
    throw apiErrorOf(error) ?? error;
  }
}

function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof NoticeNotFoundError) return new ApiError('notice-not-found', error.message);
  if (error instanceof NoticeDeliveryNotFoundError) return new ApiError('notice-delivery-not-found', error.message);
  if (error instanceof NoticeChangedError) return new ApiError('version-conflict', error.message);
  if (error instanceof TooManyNoticesError) return new ApiError('too-many-notices', error.message);
  if (error instanceof MailNotConfiguredError) return new ApiError('mail-not-configured', error.message);
  if (error instanceof WebhookAddressError) {
    return new ApiError('notice-address-refused', error.message, {
      fields: [{ path: 'url', message: error.message }],
    });
  }
  if (error instanceof NoticeFieldError) {
    return new ApiError('request-invalid', error.message, { fields: [{ path: error.path, message: error.message }] });
  }
  return undefined;
}
