import type { Request, Response, Router } from 'express';
import * as z from 'zod/mini';
import { isPlaceAction } from '../access/decide.ts';
import type { AnswerInput, Endpoint, HandlerInput, Method } from '../contract/endpoint.ts';
import { ApiError } from './api-error.ts';
import { type AuditedRequest, recordDone, recordError } from './audit-notes.ts';
import { tellVersion, versionedBody } from './entity-tag.ts';
import { throwRefused } from './request-access.ts';
import { type RequestContext, requestContext } from './request-context.ts';

export type { RequestAccount, RequestContext, SessionControl } from './request-context.ts';

export type EndpointHandler<E extends Endpoint> = (
  input: HandlerInput<E>,
  context: RequestContext,
) => Promise<AnswerInput<E>> | AnswerInput<E>;

// Messages such as "expected string" instead of the bare "Invalid input" that zod/mini has without a language.
z.config(z.locales.en());

const mounted = new WeakMap<Router, Set<Endpoint>>();

/** The endpoints on a router, for the test that each one of the contract has a home. */
export function mountedEndpoints(router: Router): ReadonlySet<Endpoint> {
  return mounted.get(router) ?? new Set();
}

/** The methods that some endpoint has for this path; empty where there is no such path. */
export function methodsAt(routers: readonly Router[], path: string): Method[] {
  const endpoints = routers.flatMap((router) => [...mountedEndpoints(router)]);
  const matching = endpoints.filter((endpoint) => patternOf(endpoint.path).test(path));
  return [...new Set(matching.map(({ method }) => method))].toSorted();
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`);
}

/**
 * Serves one endpoint of the contract: checks its permission, validates what comes in, runs the handler, validates what
 * goes out. An answer that breaks the contract is a fault of ours and becomes a 500, never a half-true answer.
 */
export function mountEndpoint<const E extends Endpoint>(
  router: Router,
  endpoint: E,
  handler: EndpointHandler<E>,
): void {
  const set = mounted.get(router) ?? new Set<Endpoint>();
  set.add(endpoint);
  mounted.set(router, set);
  const method = endpoint.method.toLowerCase() as Lowercase<E['method']>;
  router[method](endpoint.path, async (request: Request, response: Response) => {
    const context = requestContext(request);
    const audited = auditedOf(endpoint, request, context);
    let answer: AnswerInput<E>;
    try {
      await authorizeEndpoint(endpoint, request, context);
      const input = {
        params: parsePart('params', endpoint.params, request.params),
        query: parsePart('query', endpoint.query, request.query),
        body:
          endpoint.body === undefined
            ? refuseBody(request)
            : parsePart('body', endpoint.body, versionedBody(endpoint, request)),
      } as HandlerInput<E>;
      answer = await handler(input, context);
    } catch (error) {
      await recordError(audited, error);
      throw error;
    }
    await recordDone(audited);
    if (response.headersSent || response.destroyed) return;
    send(endpoint, response, answer);
  });
}

/** @throws ApiError */
export async function authorizeEndpoint(
  { permission }: Pick<Endpoint, 'permission'>,
  { params }: Request,
  context: RequestContext,
): Promise<void> {
  if (permission === 'none') return;
  const project = typeof params['project'] === 'string' ? params['project'] : undefined;
  throwRefused(await context.access.decide(permission, project, isPlaceAction(permission)), () =>
    projectNotFound(project ?? ''),
  );
}

/** The same for a project that is not there and for one that the caller may not know of. */
export function projectNotFound(project: string): ApiError {
  return new ApiError(
    'project-not-found',
    `There is no project “${project.slice(0, 255)}”, or nothing was pushed to it yet.`,
  );
}

export function auditedOf(
  endpoint: AuditedRequest['endpoint'],
  request: Request,
  context: RequestContext,
): AuditedRequest {
  const { access, clientAddress, requestId, audit, recordAudit } = context;
  return {
    endpoint,
    params: request.params,
    subject: access.subject,
    address: clientAddress,
    requestId,
    notes: audit,
    record: recordAudit,
  };
}

const emptyQuery = z.strictObject({});

/** @throws ApiError `request-invalid` */
export function parsePart(
  part: 'params' | 'query' | 'body',
  schema: z.core.$ZodType | undefined,
  given: unknown,
): unknown {
  if (part === 'params' && schema === undefined) return undefined;
  const parsed = z.safeParse(schema ?? emptyQuery, given ?? {});
  if (parsed.success) return schema === undefined ? undefined : parsed.data;
  const fields = parsed.error.issues.slice(0, 20).map((issue) => fieldOf(part, issue));
  const [first] = fields;
  throw new ApiError(
    'request-invalid',
    first === undefined
      ? `The ${part} is not valid.`
      : `${first.path || part}: ${first.message}.`.replace(/\.\.$/, '.'),
    { fields },
  );
}

/** Unknown names come from the caller; they are cut so that an answer cannot be blown up by them. */
function fieldOf(part: string, issue: z.core.$ZodIssue): { path: string; message: string } {
  const path = issue.path.map(String).join('.').slice(0, 200);
  return { path: part === 'body' ? path : path || part, message: issue.message.slice(0, 300) };
}

function refuseBody(request: Request): undefined {
  const body: unknown = request.body;
  const isEmpty = body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
  if (!isEmpty) throw new ApiError('request-invalid', 'This operation takes no body.');
  return undefined;
}

function send(endpoint: Endpoint, response: Response, answer: unknown): void {
  if (endpoint.response === null) {
    response.status(endpoint.status ?? 204).end();
    return;
  }
  const parsed = z.safeParse(endpoint.response, answer);
  if (!parsed.success) {
    throw new Error(
      `The answer of ${endpoint.method} ${endpoint.path} breaks the contract: ${z.prettifyError(parsed.error)}`,
    );
  }
  tellVersion(endpoint, response, parsed.data);
  response.status(endpoint.status ?? 200).json(parsed.data);
}
