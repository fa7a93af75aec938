import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint } from '../contract/endpoint.ts';
import { errorCodes, type Problem } from '../contract/errors.ts';
import { contract } from '../contract/index.ts';
import { endpointPath, type TestApiClient } from '../testing/api-client.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';
import { mountedEndpoints } from './mount-endpoint.ts';
import { errorCodesOf } from './openapi-document.ts';

/** Generated from the contract, so that a new endpoint is tried without anybody thinking of it. */
const endpoints = Object.entries(contract) as Array<[name: string, endpoint: Endpoint]>;

const goodParams: Record<string, string> = {
  registryId: 'nowhere',
  project: 'nothing',
  executionId: '00000000-0000-4000-8000-000000000000',
  taskId: '00000000-0000-4000-8000-000000000000',
  promotionId: '00000000-0000-4000-8000-000000000000',
  userId: '00000000-0000-4000-8000-000000000000',
  groupId: '00000000-0000-4000-8000-000000000000',
  robotId: '00000000-0000-4000-8000-000000000000',
  noticeId: '00000000-0000-4000-8000-000000000000',
  trashItemId: '00000000-0000-4000-8000-000000000000',
  collectionId: '00000000-0000-4000-8000-000000000000',
  retentionPlanId: '00000000-0000-4000-8000-000000000000',
  retentionRunId: '00000000-0000-4000-8000-000000000000',
  ruleId: '00000000-0000-4000-8000-000000000000',
  policyId: '00000000-0000-4000-8000-000000000000',
  accessTokenId: '00000000-0000-4000-8000-000000000000',
};

const hostile = [
  "'; drop table users; --",
  "' or '1'='1",
  '%',
  '_%_',
  '\\',
  '\u0000',
  'a\u0000b',
  '1e400',
  '-1',
  '99999999999999999999',
  'NaN',
  '[object Object]',
  '{"$gt":""}',
  '../../etc/passwd',
  '%2e%2e%2f',
  '<script>alert(1)</script>',
  '\u001b[31m',
  '\u202e',
  '\ud800',
  '(a+)+$',
  'x'.repeat(5000),
];

let bff: TestBff;
let admin: TestApiClient;
beforeAll(async () => {
  bff = await startBff();
  admin = await bff.signIn();
});
afterAll(() => bff.close());

function send(client: TestApiClient, endpoint: Endpoint, path: string, body?: unknown): Promise<Response> {
  const hasBody = endpoint.body !== undefined && endpoint.method !== 'GET';
  return client.fetch(path, {
    method: endpoint.method,
    ...(hasBody
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body === undefined ? {} : body) }
      : {}),
  });
}

async function expectProblem(response: Response, endpoint: Endpoint, about: string): Promise<Problem> {
  expect(response.headers.get('content-type'), about).toBe('application/problem+json; charset=utf-8');
  const problem = (await response.json()) as Problem;
  expect(problem.status, about).toBe(response.status);
  expect(errorCodes, about).toContain(problem.code);
  expect(errorCodesOf(endpoint), `${about} answered ${problem.code}`).toContain(problem.code);
  expect(problem.requestId, about).toBe(response.headers.get('x-request-id'));
  expect(problem.detail, about).not.toMatch(/\bat .+:\d+:\d+|node_modules|select |insert /);
  return problem;
}

describe('Every endpoint of the contract', () => {
  it('is mounted', () => {
    const mounted = new Set(
      bff.running.features.flatMap(({ router }) => (router === undefined ? [] : [...mountedEndpoints(router)])),
    );
    expect(endpoints.filter(([, endpoint]) => !mounted.has(endpoint)).map(([name]) => name)).toEqual([]);
  });

  it.each(endpoints)('%s wants a session, unless it says that it does not', async (_name, endpoint) => {
    const response = await send(bff.anonymous(), endpoint, endpointPath(endpoint.path, goodParams));
    if (endpoint.permission === 'none') {
      expect(response.status).not.toBe(403);
      expect(response.status).toBeLessThan(500);
      return;
    }
    expect(response.status).toBe(401);
    expect((await expectProblem(response, endpoint, endpoint.path)).code).toBe('not-signed-in');
  });

  it.each(endpoints)('%s never fails on what a query may hold', async (_name, endpoint) => {
    const names = ['q', 'sort', 'limit', 'cursor', ...queryNames(endpoint)];
    for (const name of new Set(names)) {
      for (const text of hostile) {
        const path = `${endpointPath(endpoint.path, goodParams)}?${name}=${encodeURIComponent(text.toWellFormed())}`;
        await expectNoFailure(endpoint, path);
      }
      const path = endpointPath(endpoint.path, goodParams);
      const shapes = [
        `${name}=a&${name}=b`,
        `${name}[]=a`,
        `${name}[x]=a`,
        `__proto__=x`,
        `${name}=%00`,
        `${name}=%ff`,
        `${name}=%`,
      ];
      for (const query of shapes) await expectNoFailure(endpoint, `${path}?${query}`);
    }
  });

  it.each(endpoints.filter(([, { params }]) => params !== undefined))(
    '%s never fails on what a path may hold',
    async (_name, endpoint) => {
      for (const text of hostile) {
        const params = Object.fromEntries(Object.keys(goodParams).map((name) => [name, text.toWellFormed()]));
        await expectNoFailure(endpoint, endpointPath(endpoint.path, params));
      }
      await expectNoFailure(endpoint, endpointPath(endpoint.path).replaceAll('undefined', '%'));
    },
  );

  it.each(endpoints.filter(([, { body }]) => body !== undefined))(
    '%s refuses fields that it does not know, and bodies that are none',
    async (_name, endpoint) => {
      const path = endpointPath(endpoint.path, goodParams);
      const names = ['role', 'isAdmin', 'isSystemAdmin', 'ownerId', 'constructor'];
      for (const extra of names.filter((name) => !isFieldOf(endpoint, name))) {
        const response = await send(admin, endpoint, path, { [extra]: true });
        expect(response.status, extra).toBe(400);
        const problem = await expectProblem(response, endpoint, extra);
        expect(problem.code).toBe('request-invalid');
        expect(JSON.stringify(problem.fields)).toContain(extra);
      }
      for (const body of [[], 'text', 1, null, { __proto__: null, a: { b: [1e308] } }]) {
        expect((await send(admin, endpoint, path, body)).status, JSON.stringify(body)).toBe(400);
      }
    },
  );

  it.each(endpoints.filter(([, { method }]) => method !== 'GET'))(
    '%s is refused to other sites',
    async (_name, endpoint) => {
      const path = endpointPath(endpoint.path, goodParams);
      const attempts: Array<Record<string, string>> = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: bff.url, 'sec-fetch-site': 'cross-site' },
        { origin: `${bff.url}.evil.example` },
        { origin: 'https://evil.example', 'content-type': 'text/plain' },
      ];
      for (const headers of attempts) {
        const response = await admin.fetch(path, { method: endpoint.method, headers });
        expect(response.status, JSON.stringify(headers)).toBe(403);
        expect((await expectProblem(response, endpoint, JSON.stringify(headers))).code).toBe('origin-refused');
      }
      const form = await admin.fetch(path, {
        method: endpoint.method,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'a=b',
      });
      expect(form.status).toBe(415);
    },
  );

  it('no token opens what is refused to other sites: not one’s own, nor another session’s, wherever it stands', async () => {
    const [own, other] = [await bff.signIn(), await bff.signIn()];
    const { path, method } = contract.createProject;
    for (const { cookie } of [own, other]) {
      const [, token = ''] = cookie.split('=');
      const ways: Array<{ query?: string; headers?: Record<string, string>; body?: object }> = [
        { headers: { 'x-csrf-token': token, 'x-xsrf-token': token, 'x-requested-with': 'XMLHttpRequest' } },
        { headers: { cookie: `${own.cookie}; csrf=${token}`, 'x-csrf-token': token } },
        { query: `?_csrf=${token}` },
        { body: { _csrf: token } },
      ];
      for (const { query = '', headers = {}, body = {} } of ways) {
        const response = await own.fetch(`/api/v1${path}${query}`, {
          method,
          headers: { origin: 'https://evil.example', 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ name: 'forged', ...body }),
        });
        expect(response.status, JSON.stringify({ query, headers, body })).toBe(403);
        expect(((await response.json()) as Problem).code).toBe('origin-refused');
      }
    }
    const { kysely } = bff.running.foundation.database;
    expect(await kysely.selectFrom('projects').select('name').where('name', '=', 'forged').execute()).toEqual([]);
  });

  async function expectNoFailure(endpoint: Endpoint, path: string): Promise<void> {
    const response = await send(admin, endpoint, path);
    expect(response.status, path).toBeLessThan(500);
    if (response.status >= 400) {
      const problem = (await response.clone().json()) as Problem;
      expect(problem.requestId, path).not.toBe('');
    }
    await response.body?.cancel();
  }
});

/** Who manages users may say who is a system administrator. */
function isFieldOf({ body }: Endpoint, name: string): boolean {
  return Object.hasOwn((body as { shape?: object } | undefined)?.shape ?? {}, name);
}

function queryNames(endpoint: Endpoint): string[] {
  const shape = (endpoint.query as { shape?: Record<string, unknown> } | undefined)?.shape;
  return Object.keys(shape ?? {});
}
