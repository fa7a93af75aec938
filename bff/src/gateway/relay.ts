import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { answerHeaders } from './answer-headers.ts';
import { CallerGoneError } from './endpoint-proxy.ts';
import { isRawBody, passRawBody } from './raw-body.ts';

/** The registry's answer broke off before its first byte: nothing has been said to the caller yet. */
export class BrokenAnswerError extends Error {
  override readonly name = 'BrokenAnswerError';
}

/**
 * Passes an answer on, piece by piece. An answer that breaks off half-way cuts the caller's connection, because nothing
 * else tells that it is half.
 * @throws BrokenAnswerError, CallerGoneError
 */
export async function relay(
  answer: IncomingMessage,
  response: ServerResponse,
  own: OutgoingHttpHeaders = {},
): Promise<void> {
  const status = answer.statusCode ?? 502;
  const isBodied = hasBody(answer, response);
  if (isBodied) await firstByte(answer, response);
  response.writeHead(status, { ...answerHeaders(answer.headers), ...own });
  if (!isBodied) {
    // Nothing can break off, and `pipeline` makes an error with its stack each time to abort what is over.
    answer.resume();
    response.end();
    return;
  }
  if (isRawBody(answer)) {
    await passRawBody(answer, response);
    return;
  }
  await new Promise<void>((resolve) => {
    // Whatever broke, both connections are cut by then and nobody is left to be told.
    pipeline(answer, response, () => resolve());
  });
}

function hasBody(answer: IncomingMessage, { req }: ServerResponse): boolean {
  const { statusCode = 502, headers } = answer;
  return req.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304 && headers['content-length'] !== '0';
}

/** Distribution has said 200 for a blob that was gone and then reset: a status is a promise, so it waits for proof. */
async function firstByte(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  if (answer.readableLength > 0 || answer.readableEnded) return;
  await new Promise<void>((resolve) => {
    const events = ['readable', 'end', 'close', 'error'];
    const settle = () => {
      for (const event of events) answer.off(event, settle);
      resolve();
    };
    for (const event of events) answer.on(event, settle);
  });
  if (response.destroyed) throw new CallerGoneError();
  if (answer.readableLength === 0 && !answer.complete) {
    throw new BrokenAnswerError('The registry broke off before it had answered.');
  }
}
