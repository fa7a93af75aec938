import { type Response, Router } from 'express';

/** A part without which requests fail; rejects when it cannot be reached. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** `/healthz`: the process lives. `/readyz`: what it needs answers, so that a balancer may send requests here. */
export function healthRoutes(checks: readonly HealthCheck[], isStopping: () => boolean): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    sendStatus(response, 200, { status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    if (isStopping()) {
      sendStatus(response, 503, { status: 'stopping' });
      return;
    }
    const results = await Promise.allSettled(checks.map(({ check }) => check()));
    const parts = Object.fromEntries(
      checks.map(({ name }, index) => [name, results[index]?.status === 'fulfilled' ? 'ok' : 'unreachable']),
    );
    const isReady = results.every(({ status }) => status === 'fulfilled');
    sendStatus(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'not ready', parts });
  });
  return router;
}

function sendStatus(response: Response, status: number, body: unknown): void {
  response.status(status).setHeader('cache-control', 'no-store').json(body);
}
