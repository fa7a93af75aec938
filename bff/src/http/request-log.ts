import type { Request, RequestHandler } from 'express';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { requestIdFrom } from '../observability/request-id.ts';

/** Gives every request its id, and when it is over a line in the log and a place in the metrics. */
export function requestLog(logger: Logger, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdFrom(request.get('x-request-id'));
    response.setHeader('x-request-id', requestId);
    const startedAt = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.observeRequest(method, routeOf(request), status, seconds);
      const level = status >= 500 ? 'error' : 'debug';
      // The path without its query: what people search for is theirs.
      logger[level]({ requestId, method, path, status, durationMs: Math.round(seconds * 1000) }, 'request');
    });
    next();
  };
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'none';
  return typeof route.path === 'string' ? `${request.baseUrl}${route.path}` : 'none';
}
