import express, { type Express, type RequestHandler, Router } from 'express';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { ApiError } from './api-error.ts';
import { apiDocumentation } from './api-documentation.ts';
import { refuseCrossSiteWrites } from './cross-site.ts';
import { errorResponder } from './error-responder.ts';
import type { EventStream } from './event-stream.ts';
import { type HealthCheck, healthRoutes } from './health.ts';
import { metricsRoute } from './metrics-route.ts';
import { methodsAt } from './mount-endpoint.ts';
import { limitBodyTime } from './body-time.ts';
import { requestLog } from './request-log.ts';
import { limitRequests } from './request-limits.ts';
import { securityHeaders } from './security-headers.ts';
import type { Sessions } from './session-middleware.ts';
import { webClient } from './web-client.ts';

export interface AppOptions {
  readonly version: string;
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  readonly webDirectory: string | null;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sessions: Sessions;
  readonly eventStream: EventStream;
  readonly healthChecks: readonly HealthCheck[];
  readonly isStopping: () => boolean;
  readonly isUnavailable: (error: unknown) => boolean;
  /**
   * Below `/api/v1` too, but without session, cross-site check and body parser: for programs that bring a secret of
   * their own, as registries do with notifications. Each brings its own limits.
   */
  readonly intakes: readonly Router[];
  /** At addresses of their own, for programs: without session, cross-site check and body parser. */
  readonly outside: readonly Router[];
  /** Answers everything below `/v2`, before any parser touches a body; null where there is none. */
  readonly frontDoor: RequestHandler | null;
  /** The features' routers, below `/api/v1`. */
  readonly routers: readonly Router[];
}

const BODY_LIMIT = '256kb';

export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustedProxies.length === 0 ? false : [...options.trustedProxies]);
  // Not the `qs` parser: a query is a flat list of names and texts, nothing nested.
  app.set('query parser', 'simple');
  app.use(requestLog(options.logger, options.metrics));
  if (options.frontDoor !== null) app.use(options.frontDoor);
  app.use(limitBodyTime());
  app.use(securityHeaders(options.publicUrl?.startsWith('https:') ?? false));
  app.use(healthRoutes(options.healthChecks, options.isStopping));
  app.use(metricsRoute(options.metrics));
  for (const router of options.outside) app.use(router);
  app.use('/api/v1', apiRouter(options));
  app.use(['/api', '/v2', '/service'], nothingHere);
  if (options.webDirectory !== null) app.use(webClient(options.webDirectory));
  app.use(nothingHere);
  app.use(errorResponder(options));
  return app;
}

function apiRouter(options: AppOptions): Router {
  const { sessions, eventStream, routers } = options;
  const api = Router();
  api.use(noStore);
  api.use(apiDocumentation(options.version));
  for (const intake of options.intakes) api.use(intake);
  api.use(refuseCrossSiteWrites(options.publicUrl));
  api.use(...sessions.middleware);
  api.use(limitRequests());
  api.get('/events', eventStream.handler);
  api.use(express.json({ limit: BODY_LIMIT, strict: true, type: 'application/json' }));
  for (const router of routers) api.use(router);
  api.use(wrongMethod(routers));
  return api;
}

/** Answers hold what only this person may see now. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

function wrongMethod(routers: readonly Router[]): RequestHandler {
  return (request, response, next) => {
    const methods = methodsAt(routers, request.path);
    if (methods.length === 0) {
      next();
      return;
    }
    response.setHeader('allow', methods.join(', '));
    throw new ApiError('method-not-allowed', `This address answers to ${methods.join(', ')} only.`);
  };
}

const nothingHere: RequestHandler = (request) => {
  const where = request.originalUrl.startsWith('/api/') ? ' The operations are listed at /api/v1/docs.' : '';
  throw new ApiError('not-found', `There is nothing at this address.${where}`);
};
