import { getRegistry, listRegistries, updateRegistry } from 'bff/contract/registries';
import { listTasks } from 'bff/contract/replication';
import { signOut } from 'bff/contract/session';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, isTransient } from './api-error.ts';
import { call, endpointUrl } from './call.ts';

interface Sent {
  url: string;
  request: RequestInit;
}

/** The network of the browser, which answers what it is told and remembers what it was asked. */
function answer(response: Response | Error): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', (url: string, request: RequestInit) => {
    sent.push({ url, request });
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  });
  return sent;
}
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

afterEach(() => vi.unstubAllGlobals());

describe('a call', () => {
  it('asks for the endpoint with its parameters and gives back the answer', async () => {
    const sent = answer(json(200, { id: 'north/1' }));
    await expect(call(getRegistry, { params: { registryId: 'north/1' } })).resolves.toEqual({ id: 'north/1' });
    expect(sent[0]?.url).toBe('/api/v1/registries/north%2F1');
    expect(sent[0]?.request.method).toBe('GET');
    expect(sent[0]?.request.body).toBeUndefined();
  });

  it('sends a body as JSON', async () => {
    const sent = answer(json(200, {}));
    const body = { version: 1, name: 'North', environment: 'production', endpointUrls: ['http://north'] };
    await call(updateRegistry, { params: { registryId: 'north' }, body });
    expect(sent[0]?.request.method).toBe('PATCH');
    expect(new Headers(sent[0]?.request.headers).get('content-type')).toBe('application/json');
    expect(JSON.parse(sent[0]?.request.body as string)).toEqual(body);
  });

  it('gives back nothing where the endpoint answers nothing', async () => {
    answer(new Response(null, { status: 204 }));
    await expect(call(signOut, {})).resolves.toBeUndefined();
  });

  it('throws the problem that the server described', async () => {
    const problem = { code: 'registry-not-found', detail: 'There is no registry north.', requestId: 'r1', status: 404 };
    answer(json(404, problem));
    const error = await caught(call(getRegistry, { params: { registryId: 'north' } }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: 'registry-not-found', problem });
  });

  it('says that the server is unreachable when there is no answer at all', async () => {
    answer(new TypeError('Failed to fetch'));
    expect(await caught(call(listRegistries, {}))).toMatchObject({
      status: 0,
      code: 'server-unreachable',
      problem: null,
    });
  });

  it('says the same when a gateway answers in its place', async () => {
    answer(new Response('<html>Bad Gateway</html>', { status: 502 }));
    expect(await caught(call(listRegistries, {}))).toMatchObject({ status: 502, code: 'server-unreachable' });
  });

  it('does not take HTML for an answer', async () => {
    answer(new Response('<html>Sign in to the proxy</html>', { status: 200 }));
    expect(await caught(call(listRegistries, {}))).toMatchObject({ code: 'answer-not-understood' });
  });

  it('does not take a code it does not know for one of ours', async () => {
    answer(json(418, { code: 'constructor', detail: 'x' }));
    expect(await caught(call(listRegistries, {}))).toMatchObject({ code: 'answer-not-understood', problem: null });
  });

  it('throws the reason of the signal when it was given up', async () => {
    const reason = new DOMException('given up', 'AbortError');
    answer(reason);
    const signal = AbortSignal.abort(reason);
    expect(await caught(call(listRegistries, {}, { signal }))).toBe(reason);
  });
});

describe('the URL of a call', () => {
  it('leaves out what is not given', () => {
    expect(endpointUrl(listTasks.path, {}, { state: 'active', q: undefined, limit: 20 })).toBe(
      '/api/v1/tasks?state=active&limit=20',
    );
  });

  it('is refused without a parameter of its path', () => {
    expect(() => endpointUrl(getRegistry.path)).toThrow('registryId');
  });
});

describe('trying again', () => {
  it('is worth it when the server or what is before it was away', () => {
    expect(isTransient(new ApiError(0, 'server-unreachable', null))).toBe(true);
    expect(isTransient(new ApiError(503, 'not-ready', null))).toBe(true);
  });

  it('is not when the answer would be the same', () => {
    expect(isTransient(new ApiError(404, 'not-found', null))).toBe(false);
    expect(isTransient(new ApiError(500, 'unexpected', null))).toBe(false);
    expect(isTransient(new Error('a fault of ours'))).toBe(false);
  });
});
