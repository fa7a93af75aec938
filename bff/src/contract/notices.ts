import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Id, Instant, ProjectName, Reason, RegistryId, RepositoryName } from './words.ts';

/**
 * `failed`: an execution of which something failed, a pair of registries whose copies have waited for long, or deletions of a
 * policy that wait for a person's word. `recovered`: the first success of a pair after that. `all`: every end, and these.
 */
export const noticeKinds = ['failed', 'recovered', 'all'] as const;
export type NoticeKind = (typeof noticeKinds)[number];
export const noticeLimits = { perScope: 20, recipients: 20, urlLength: 2048 } as const;
export const deliveryStates = ['waiting', 'sending', 'delivered', 'failed'] as const;
export const noticeEvents = [
  'execution.failed',
  'execution.recovered',
  'execution.succeeded',
  'execution.stopped',
  'pair.failing',
  'pair.recovered',
  'deletions.held',
  'test',
] as const;

/** What is sent to a webhook, signed; the OpenAPI document says how. */
export const NoticePayload = z
  .object({
    /** Of this form; new fields may be added without a new number. */
    version: z.literal(1),
    /** The same at every attempt: a receiver that had it leaves it. */
    deliveryId: Id,
    event: z.enum(noticeEvents),
    /** When the execution ended, or what else is told was found. */
    at: Instant,
    /** The page about it; null in a test, and unless the console knows its public address. */
    url: z.nullable(z.string()),
    notice: z.object({
      id: Id,
      name: z.string(),
      project: z.nullable(ProjectName),
      policyId: z.nullable(z.string()),
      /** Null also where the policy is gone. */
      policyName: z.nullable(z.string()),
    }),
    /** Null where none ended. What belongs to other projects than the notice's is not counted in it. */
    execution: z.nullable(
      z.object({
        id: Id,
        policyId: z.nullable(z.string()),
        /** As it was called then. */
        policyName: z.nullable(z.string()),
        trigger: z.string(),
        state: z.enum(['succeeded', 'failed', 'stopped']),
        requestedBy: z.nullable(z.string()),
        startedAt: Instant,
        endedAt: Instant,
        tasks: z.object({ succeeded: z.int(), failed: z.int(), stopped: z.int() }),
        bytesDone: z.number(),
        /** Its page; null unless the console knows its public address. */
        url: z.nullable(z.string()),
      }),
    ),
    pairs: z.array(
      z.object({
        sourceRegistryId: RegistryId,
        destinationRegistryId: RegistryId,
        state: z.enum(['succeeded', 'failed', 'stopped', 'recovered', 'failing', 'held']),
        /** Of `failed`, `failing` and `recovered`. */
        failingSince: z.nullable(Instant),
        /** Of `recovered`: how long it failed. */
        lastedSeconds: z.nullable(z.int()),
        /** How many tasks wait; null where an execution ended. */
        waiting: z.nullable(z.int()),
        /** Of `failing` and `held`: why, and the registry that it is about. */
        reason: z.nullable(z.object({ code: z.string(), sentence: z.string(), registryId: z.nullable(RegistryId) })),
        /** Whose copies these are, the first five; none of what people copy by hand. */
        policies: z.array(z.object({ id: z.string(), name: z.string() })),
      }),
    ),
    /** Of `deletions.held`: what of a policy waits for a person's word, with `pairs` saying where. */
    held: z.nullable(
      z.object({
        /** The newest whose deletions wait. */
        executionId: Id,
        since: Instant,
        tags: z.int(),
        /** A tag is deleted at each destination. */
        deletions: z.int(),
      }),
    ),
    /** The first 20. */
    failures: z.array(
      z.object({
        taskId: Id,
        /** `repository` is null where it belongs to another project. */
        source: z.object({ registryId: RegistryId, repository: z.nullable(RepositoryName), reference: z.string() }),
        destination: z.object({ registryId: RegistryId, repository: RepositoryName, tag: z.nullable(z.string()) }),
        code: z.nullable(z.string()),
        sentence: z.nullable(z.string()),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'NoticePayload' });
export type NoticePayload = z.infer<typeof NoticePayload>;

export const Notice = z
  .object({
    id: Id,
    name: z.string(),
    /** Null: of the whole console. */
    project: z.nullable(ProjectName),
    /** Null: whatever made the execution. */
    policyId: z.nullable(z.string()),
    channel: z.enum(['webhook', 'mail']),
    /** Of a webhook. */
    url: z.nullable(z.string()),
    recipients: z.array(z.string()),
    /** Of mails. */
    language: z.enum(['en', 'zh']),
    kinds: z.array(z.enum(noticeKinds)),
    isDisabled: z.boolean(),
    lastDelivery: z.nullable(z.object({ state: z.enum(deliveryStates), event: z.enum(noticeEvents), at: Instant })),
    createdBy: z.nullable(z.string()),
    createdAt: Instant,
    version: z.int(),
  })
  .register(z.globalRegistry, { id: 'Notice' });
export type Notice = z.infer<typeof Notice>;

/** `secret` is in no other answer; null for mail. */
export const NoticeWithSecret = z.extend(Notice, { secret: z.nullable(z.string()) });

export const NoticeDelivery = z
  .object({
    id: Id,
    event: z.enum(noticeEvents),
    executionId: z.nullable(Id),
    state: z.enum(deliveryStates),
    attempt: z.int(),
    attemptsAllowed: z.int(),
    nextAttemptAt: z.nullable(Instant),
    createdAt: Instant,
    finishedAt: z.nullable(Instant),
    /** The newest first, 20 at most. */
    attempts: z.array(
      z.object({
        number: z.int(),
        at: Instant,
        durationMs: z.int(),
        /** What the receiver or the mail server said; null where it said nothing. */
        status: z.nullable(z.int()),
        /** The beginning of the answer's body. */
        answer: z.nullable(z.string()),
        reason: z.nullable(Reason),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'NoticeDelivery' });
export type NoticeDelivery = z.infer<typeof NoticeDelivery>;

const list = z.object({
  items: z.array(Notice),
  /** Whether the caller may: of a project that takes every environment of it, and nothing is listed without. */
  mayManage: z.boolean(),
  /** Whether this server can send mail. */
  mail: z.object({ isConfigured: z.boolean(), from: z.nullable(z.string()) }),
  /** So long copies wait for a registry before it is told. */
  outageAfterMinutes: z.int(),
});
export type NoticeList = z.infer<typeof list>;

const mailAddress = z
  .string()
  .check(z.trim(), z.maxLength(254), z.regex(/^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+$/, 'must be a mail address'));
const fields = {
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100), z.regex(/^\P{Cc}*$/u, 'must be one line')),
  /** Of a webhook. */
  url: z.optional(z.string().check(z.trim(), z.maxLength(noticeLimits.urlLength))),
  /** Of mail. */
  recipients: z.optional(z.array(mailAddress).check(z.minLength(1), z.maxLength(noticeLimits.recipients))),
  language: z.optional(z.enum(['en', 'zh'])),
  kinds: z.array(z.enum(noticeKinds)).check(z.minLength(1), z.maxLength(noticeKinds.length)),
  policyId: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(100)))),
};
export const NoticeDraft = z.strictObject({ channel: z.enum(['webhook', 'mail']), ...fields });
const NoticeChange = z.strictObject({ version: z.int(), ...fields, isDisabled: z.optional(z.boolean()) });

const inProject = z.strictObject({ project: ProjectName });
const ofProject = z.strictObject({ project: ProjectName, noticeId: Id });
const deliveryOfProject = z.strictObject({ project: ProjectName, noticeId: Id, deliveryId: Id });
const byId = z.strictObject({ noticeId: Id });
const deliveryById = z.strictObject({ noticeId: Id, deliveryId: Id });
const deliveries = z.object({ items: z.array(NoticeDelivery) });

export const listProjectNotices = endpoint({
  method: 'GET',
  path: '/projects/:project/notices',
  summary: 'Notices of a project: webhooks and mails about copies that ended',
  permission: 'project.manage',
  params: inProject,
  response: list,
  errors: ['project-not-found'],
});
export const createProjectNotice = endpoint({
  method: 'POST',
  path: '/projects/:project/notices',
  summary: 'Make a notice; a webhook’s secret is in this answer only',
  permission: 'project.manage',
  params: inProject,
  body: NoticeDraft,
  response: NoticeWithSecret,
  status: 201,
  errors: ['project-not-found', 'notice-address-refused', 'mail-not-configured', 'too-many-notices'],
});
export const updateProjectNotice = endpoint({
  method: 'PUT',
  path: '/projects/:project/notices/:noticeId',
  summary: 'Change a notice',
  permission: 'project.manage',
  params: ofProject,
  body: NoticeChange,
  response: Notice,
  errors: ['project-not-found', 'notice-not-found', 'notice-address-refused', 'version-conflict'],
});
export const deleteProjectNotice = endpoint({
  method: 'DELETE',
  path: '/projects/:project/notices/:noticeId',
  summary: 'Remove a notice, with what was not delivered yet',
  permission: 'project.manage',
  params: ofProject,
  response: null,
  errors: ['project-not-found', 'notice-not-found'],
});
export const renewProjectNoticeSecret = endpoint({
  method: 'POST',
  path: '/projects/:project/notices/:noticeId/secret',
  summary: 'Make a new secret for a webhook, in this answer only; it signs from now on',
  permission: 'project.manage',
  params: ofProject,
  response: NoticeWithSecret,
  errors: ['project-not-found', 'notice-not-found'],
});
export const testProjectNotice = endpoint({
  method: 'POST',
  path: '/projects/:project/notices/:noticeId/test',
  summary: 'Send a test, once',
  permission: 'project.manage',
  params: ofProject,
  response: NoticeDelivery,
  status: 202,
  errors: ['project-not-found', 'notice-not-found'],
});
export const listProjectNoticeDeliveries = endpoint({
  method: 'GET',
  path: '/projects/:project/notices/:noticeId/deliveries',
  summary: 'The last 50 deliveries of a notice with their attempts, newest first; none of a notice that is not there',
  permission: 'project.manage',
  params: ofProject,
  response: deliveries,
  errors: ['project-not-found'],
});
export const redeliverProjectNotice = endpoint({
  method: 'POST',
  path: '/projects/:project/notices/:noticeId/deliveries/:deliveryId/redeliver',
  summary: 'Send a delivery again: the same id and body',
  permission: 'project.manage',
  params: deliveryOfProject,
  response: NoticeDelivery,
  status: 202,
  errors: ['project-not-found', 'notice-not-found', 'notice-delivery-not-found'],
});

export const listNotices = endpoint({
  method: 'GET',
  path: '/notices',
  summary: 'Notices of the whole console',
  permission: 'system.manage',
  response: list,
  errors: [],
});
export const createNotice = endpoint({
  method: 'POST',
  path: '/notices',
  summary: 'Make a notice of the whole console; a webhook’s secret is in this answer only',
  permission: 'system.manage',
  body: NoticeDraft,
  response: NoticeWithSecret,
  status: 201,
  errors: ['notice-address-refused', 'mail-not-configured', 'too-many-notices'],
});
export const updateNotice = endpoint({
  method: 'PUT',
  path: '/notices/:noticeId',
  summary: 'Change a notice of the whole console',
  permission: 'system.manage',
  params: byId,
  body: NoticeChange,
  response: Notice,
  errors: ['notice-not-found', 'notice-address-refused', 'version-conflict'],
});
export const deleteNotice = endpoint({
  method: 'DELETE',
  path: '/notices/:noticeId',
  summary: 'Remove a notice of the whole console, with what was not delivered yet',
  permission: 'system.manage',
  params: byId,
  response: null,
  errors: ['notice-not-found'],
});
export const renewNoticeSecret = endpoint({
  method: 'POST',
  path: '/notices/:noticeId/secret',
  summary: 'Make a new secret for a webhook, in this answer only; it signs from now on',
  permission: 'system.manage',
  params: byId,
  response: NoticeWithSecret,
  errors: ['notice-not-found'],
});
export const testNotice = endpoint({
  method: 'POST',
  path: '/notices/:noticeId/test',
  summary: 'Send a test, once',
  permission: 'system.manage',
  params: byId,
  response: NoticeDelivery,
  status: 202,
  errors: ['notice-not-found'],
});
export const listNoticeDeliveries = endpoint({
  method: 'GET',
  path: '/notices/:noticeId/deliveries',
  summary: 'The last 50 deliveries of a notice with their attempts, newest first; none of a notice that is not there',
  permission: 'system.manage',
  params: byId,
  response: deliveries,
  errors: [],
});
export const redeliverNotice = endpoint({
  method: 'POST',
  path: '/notices/:noticeId/deliveries/:deliveryId/redeliver',
  summary: 'Send a delivery again: the same id and body',
  permission: 'system.manage',
  params: deliveryById,
  response: NoticeDelivery,
  status: 202,
  errors: ['notice-not-found', 'notice-delivery-not-found'],
});

export const noticeEndpoints = {
  listProjectNotices,
  createProjectNotice,
  updateProjectNotice,
  deleteProjectNotice,
  renewProjectNoticeSecret,
  testProjectNotice,
  listProjectNoticeDeliveries,
  redeliverProjectNotice,
  listNotices,
  createNotice,
  updateNotice,
  deleteNotice,
  renewNoticeSecret,
  testNotice,
  listNoticeDeliveries,
  redeliverNotice,
};
