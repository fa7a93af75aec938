import type { ErrorCode, Problem } from 'bff/contract/errors';

/** What can go wrong before there is an answer that is ours. */
export type ClientErrorCode = 'server-unreachable' | 'answer-not-understood';

/**
 * A call that did not work. `problem` is the server's own account of it; null when the server could not be reached or
 * something between answered in its place. `message` is for logs; people read `errorSentence` of i18n.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: ErrorCode | ClientErrorCode;
  readonly problem: Problem | null;

  constructor(status: number, code: ErrorCode | ClientErrorCode, problem: Problem | null, options?: ErrorOptions) {
    super(problem?.detail ?? code, options);
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

/** True where the same call may work a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.code === 'server-unreachable' || error.status === 502 || error.status === 503 || error.status === 504;
}
