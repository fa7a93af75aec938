import * as z from 'zod/mini';
import { Needed } from './permissions.ts';

/** Every code the API can answer, with its HTTP status. The web client switches over these exhaustively. */
export const errorStatus = {
  'request-invalid': 400,
  'cursor-invalid': 400,
  'registry-url-refused': 400,
  'registry-is-console': 400,
  'notice-address-refused': 400,
  'not-signed-in': 401,
  'credentials-wrong': 401,
  'notification-unauthorized': 401,
  'origin-refused': 403,
  'permission-missing': 403,
  'promotion-own': 403,
  'not-found': 404,
  'registry-not-found': 404,
  'project-not-found': 404,
  'repository-not-found': 404,
  'artifact-not-found': 404,
  'execution-not-found': 404,
  'task-not-found': 404,
  'promotion-not-found': 404,
  'member-not-found': 404,
  'robot-not-found': 404,
  'user-not-found': 404,
  'group-not-found': 404,
  'access-token-not-found': 404,
  'immutable-rule-not-found': 404,
  'policy-not-found': 404,
  'notice-not-found': 404,
  'notice-delivery-not-found': 404,
  'trash-item-not-found': 404,
  'collection-not-found': 404,
  'retention-plan-not-found': 404,
  'retention-run-not-found': 404,
  'method-not-allowed': 405,
  'name-taken': 409,
  'registry-in-use': 409,
  'registry-managed-by-configuration': 409,
  'task-not-retryable': 409,
  'policy-not-runnable': 409,
  'execution-not-held': 409,
  'promotion-off-path': 409,
  'promotion-pending': 409,
  'promotion-not-needed': 409,
  'promotion-tag-moved': 409,
  'promotion-tag-held': 409,
  'promotion-not-waiting': 409,
  'promotion-not-undoable': 409,
  'trash-item-busy': 409,
  'trash-tag-taken': 409,
  'collection-running': 409,
  'collection-not-configured': 409,
  'retention-run-open': 409,
  'retention-run-not-held': 409,
  'retention-plan-off': 409,
  'too-many-retention-plans': 409,
  'last-project-admin': 409,
  'last-system-admin': 409,
  'project-archived': 409,
  'project-not-empty': 409,
  'mail-not-configured': 409,
  'too-many-notices': 409,
  'version-conflict': 412,
  'body-too-large': 413,
  'media-type-unsupported': 415,
  'password-too-weak': 422,
  'policy-invalid': 422,
  'too-many-attempts': 429,
  unexpected: 500,
  'registry-unavailable': 502,
  'not-ready': 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorStatus;
export const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]];

/** Codes that any operation can answer; endpoints list only what they add. */
export const commonErrors = [
  'request-invalid',
  'not-signed-in',
  'permission-missing',
  'origin-refused',
  'too-many-attempts',
  'unexpected',
  'not-ready',
] as const satisfies readonly ErrorCode[];

/** An RFC 9457 problem document, `application/problem+json`. */
export const Problem = z
  .object({
    /** `/problems/<code>`: stable, links to the explanation. */
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(errorCodes),
    /** One sentence for people: what, where, what to do. */
    detail: z.string(),
    requestId: z.string(),
    /** For `request-invalid`: which fields, as dotted paths, and what is wrong with each. */
    fields: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
    /** For 429 and 503. */
    retryAfterSeconds: z.optional(z.int()),
    /** For refusals that a registry caused: the machine-readable cause. */
    reason: z.optional(z.string()),
    /** For `permission-missing`: the role and the environment that would be needed. */
    needed: z.optional(Needed),
  })
  .register(z.globalRegistry, { id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
