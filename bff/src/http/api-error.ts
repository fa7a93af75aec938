import { type ErrorCode, errorStatus, type Problem } from '../contract/errors.ts';

export type ApiErrorExtra = Pick<Problem, 'fields' | 'retryAfterSeconds' | 'reason' | 'needed'>;

/** Thrown by routes and by this folder only: services throw errors of their own and routes say which code that is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly extra: ApiErrorExtra;

  /** `detail` is one sentence for people: what, where, what to do. It is sent as it is. */
  constructor(code: ErrorCode, detail: string, extra: ApiErrorExtra = {}, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.extra = extra;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}
