import { vi } from 'vitest';

export interface PretendedCall {
  readonly method: string;
  /** Below `/api/v1`, with its query: `/projects/payments/members`. */
  readonly path: string;
  readonly body: unknown;
}

/** An answer that is no good one: a problem document with its status. */
export class Refusal {
  readonly status: number;
  readonly problem: Record<string, unknown>;
  constructor(status: number, code: string, more: Record<string, unknown> = {}) {
    this.status = status;
    this.problem = { type: `/problems/${code}`, title: code, status, code, detail: code, requestId: 'r-1', ...more };
  }
}

/**
 * The server as the page sees it, at the edge of the network: `GET /session` → its answer, or a function of the call. What is not listed is
 * answered with 404. Returns the calls that were made, in their order.
 */
export function pretendApi(answers: Readonly<Record<string, unknown>>): PretendedCall[] {
  const calls: PretendedCall[] = [];
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const path = url.replace(/^.*\/api\/v1/, '');
    const made = { method, path, body: typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined };
    calls.push(made);
    const key = `${method} ${path}`;
    const listed = Object.hasOwn(answers, key) ? answers[key] : answers[key.replace(/\?.*/, '')];
    const answer: unknown = typeof listed === 'function' ? (listed as (call: PretendedCall) => unknown)(made) : listed;
    if (answer === undefined) return respond(404, new Refusal(404, 'not-found').problem);
    if (answer instanceof Refusal) return respond(answer.status, answer.problem);
    return answer === null ? new Response(null, { status: 204 }) : respond(200, answer);
  });
  return calls;
}

function respond(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

/** What was sent with a method, in order. */
export function sentBodies(calls: readonly PretendedCall[], method: string): unknown[] {
  return calls.filter((made) => made.method === method).map(({ body }) => body);
}
