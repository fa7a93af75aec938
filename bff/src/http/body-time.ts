import type { RequestHandler } from 'express';

const bodyMs = 60_000;

/**
 * Whoever has not sent a whole request by then is cut off. The server's own limit would hold for the front door as well,
 * where a push of many gigabytes takes as long as it takes.
 */
export function limitBodyTime(withinMs = bodyMs): RequestHandler {
  return (request, response, next) => {
    const timer = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, withinMs);
    timer.unref();
    response.once('close', () => clearTimeout(timer));
    next();
  };
}
