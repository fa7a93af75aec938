import { isIPv6 } from 'node:net';
import { type Request, Router } from 'express';
import type { Metrics } from '../observability/metrics.ts';
import { ApiError } from './api-error.ts';

/**
 * `/metrics`, for a collector on the same machine only. Collectors cannot sign in, and the figures tell strangers how busy
 * the place is. A proxy on this machine must not open it to the world, so that a forwarded request does not count as local.
 */
export function metricsRoute(metrics: Metrics): Router {
  const router = Router();
  router.get('/metrics', async (request, response) => {
    if (!isFromThisMachine(request)) {
      throw new ApiError('not-found', 'There is nothing at this address.');
    }
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

function isFromThisMachine(request: Request): boolean {
  const { headers, socket } = request;
  const isForwarded = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via'].some((name) => name in headers);
  const address = socket.remoteAddress ?? '';
  const plain = isIPv6(address) ? address.replace(/^::ffff:/, '') : address;
  return !isForwarded && (plain === '::1' || plain.startsWith('127.'));
}
