import type { ErrorRequestHandler, Response } from 'express';
import { type ErrorCode, errorStatus, type Problem } from '../contract/errors.ts';
import type { Logger } from '../observability/logger.ts';
import { ApiError, type ApiErrorExtra } from './api-error.ts';

const titles: Partial<Record<ErrorCode, string>> = {
  'request-invalid': 'The request is not valid',
  'not-signed-in': 'Not signed in',
  'credentials-wrong': 'Wrong username or password',
  'permission-missing': 'Not permitted',
  'origin-refused': 'Refused: the request came from another site',
  'too-many-attempts': 'Too many attempts',
  'not-ready': 'Not ready',
  unexpected: 'Something went wrong',
};

function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('-', ' ');
  return titles[code] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function sendProblem(response: Response, code: ErrorCode, detail: string, extra: ApiErrorExtra = {}): void {
  const requestId = String(response.getHeader('x-request-id') ?? '');
  const problem: Problem = {
    type: `/problems/${code}`,
    title: titleOf(code),
    status: errorStatus[code],
    code,
    detail,
    requestId,
    ...extra,
  };
  if (extra.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(extra.retryAfterSeconds));
  response
    .status(problem.status)
    .setHeader('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

export interface ErrorResponderOptions {
  readonly logger: Logger;
  /** Whether the error says that the database or Redis cannot be reached: that passes, and is not a fault of ours. */
  readonly isUnavailable: (error: unknown) => boolean;
}

/** The one place where an error becomes an answer. What is not known to be for people stays in the log. */
export function errorResponder({ logger, isUnavailable }: ErrorResponderOptions): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const requestId = String(response.getHeader('x-request-id') ?? '');
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      logger.error({ err: error, requestId, path: request.path }, 'An answer broke off.');
      response.destroy();
      return;
    }
    const known = error instanceof ApiError ? error : fromParsing(error);
    if (known !== undefined) {
      sendProblem(response, known.code, known.message, known.extra);
      return;
    }
    if (isUnavailable(error)) {
      logger.warn({ err: error, requestId, path: request.path }, 'A part that the console needs cannot be reached.');
      const detail = 'The console cannot reach its database at the moment. Try again in a few seconds.';
      sendProblem(response, 'not-ready', detail, { retryAfterSeconds: 5 });
      return;
    }
    logger.error({ err: error, requestId, method: request.method, path: request.path }, 'A request failed.');
    const detail = `Something went wrong on the console’s side. An administrator finds the cause in its log under ${requestId}.`;
    sendProblem(response, 'unexpected', detail);
  };
}

/** Errors of Express and its parsers carry a status and, from the body parser, a type. */
function fromParsing(error: unknown): ApiError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === 'entity.too.large') {
    return new ApiError('body-too-large', 'The body of the request is larger than 256 kB, the most that is accepted.');
  }
  if (type === 'entity.parse.failed') {
    return new ApiError('request-invalid', 'The body of the request is not valid JSON.');
  }
  if (status === 415)
    return new ApiError('media-type-unsupported', 'The body’s encoding or character set is not supported.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ApiError('request-invalid', 'The address or the body of the request is malformed.');
  }
  return undefined;
}
