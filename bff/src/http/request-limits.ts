import type { RequestHandler } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { ApiError } from './api-error.ts';
import { requestContext } from './request-context.ts';

const WINDOW_SECONDS = 10;
/** Generous: it stops a loop gone wild, not a busy page. A page with live events stays below 20 a second. */
const REQUESTS_OF_AN_ACCOUNT = 10_000;
const REQUESTS_OF_A_STRANGER = 1000;

/** Counted by each instance for itself: it protects the instance, no right depends on it. */
export function limitRequests(): RequestHandler {
  const accounts = new RateLimiterMemory({ points: REQUESTS_OF_AN_ACCOUNT, duration: WINDOW_SECONDS });
  const strangers = new RateLimiterMemory({ points: REQUESTS_OF_A_STRANGER, duration: WINDOW_SECONDS });
  return async (request, _response, next) => {
    const { account, clientAddress } = requestContext(request);
    try {
      await (account === null ? strangers.consume(clientAddress) : accounts.consume(account.id));
    } catch (error) {
      if (error instanceof Error) throw error;
      throw new ApiError('too-many-attempts', 'Too many requests came from here at once. Wait ten seconds.', {
        retryAfterSeconds: WINDOW_SECONDS,
      });
    }
    next();
  };
}
