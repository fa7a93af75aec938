import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { expect, it } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { ApiError } from './api-error.ts';
import { errorResponder } from './error-responder.ts';
import { requestLog } from './request-log.ts';

class Away extends Error {}

async function answerOf(handler: RequestHandler) {
  let logs = '';
  const logger = createLogger('debug', { write: (line: string) => void (logs += line) });
  const app = express();
  app.use(requestLog(logger, createMetrics()));
  app.get('/', handler);
  app.use(errorResponder({ logger, isUnavailable: (error) => error instanceof Away }));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, logs };
  } finally {
    server.close();
  }
}

it('answers a request that throws with an id, and keeps the cause for the log', async () => {
  const { status, text, headers, logs } = await answerOf(() => {
    throw new Error('canary of the cause at postgres://user:canary-password@host/db');
  });
  expect(status).toBe(500);
  const problem = JSON.parse(text) as Record<string, string>;
  expect(problem).toMatchObject({ code: 'unexpected', requestId: headers.get('x-request-id') });
  expect(problem['detail']).toContain(problem['requestId']);
  expect(text).not.toContain('canary');
  expect(logs).toContain('canary of the cause');
  expect(logs).toContain(problem['requestId']);
  expect(logs).not.toContain('canary-password');
});

it('says what kind of refusal it is, and when to come back', async () => {
  const { status, text, headers } = await answerOf(() => {
    throw new ApiError('too-many-attempts', 'Wait a little.', { retryAfterSeconds: 12 });
  });
  expect(status).toBe(429);
  expect(headers.get('retry-after')).toBe('12');
  expect(JSON.parse(text)).toMatchObject({
    type: '/problems/too-many-attempts',
    title: 'Too many attempts',
    detail: 'Wait a little.',
    retryAfterSeconds: 12,
  });
});

it('says that a part is away, to come back', async () => {
  const { status, headers } = await answerOf(() => Promise.reject(new Away('no database')));
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('5');
});

it('breaks an answer off that fails in its middle, so that half does not look like all', async () => {
  await expect(
    answerOf((_request, response) => {
      response.write('half of it');
      throw new Error('in the middle');
    }),
  ).rejects.toThrow();
});
