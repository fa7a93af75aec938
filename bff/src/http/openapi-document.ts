import * as z from 'zod/mini';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { Endpoint } from '../contract/endpoint.ts';
import { commonErrors, type ErrorCode, errorStatus, Problem } from '../contract/errors.ts';
import { streamEvents } from '../contract/events.ts';
import { contract } from '../contract/index.ts';
import { NoticePayload } from '../contract/notices.ts';

/** OpenAPI 3.1 of the whole contract. */
export function openApiDocument(version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const [name, endpoint] of Object.entries(contract) as [string, Endpoint][]) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(name, endpoint) };
  }
  paths['/events'] = { get: eventsOperation };
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Longshore',
      version,
      description:
        'Several container registries as one. Errors are RFC 9457 problem documents with a stable `code`. Lists take ' +
        '`q`, `sort`, `limit` and an opaque `cursor`. Sign in with `POST /session`; the session is a cookie.',
    },
    servers: [{ url: '/api/v1' }],
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'longshore', description: '`__Host-longshore` over HTTPS.' },
      },
    },
    paths,
    webhooks: { notice: { post: noticeOperation } },
  });
}

const noticeOperation: ZodOpenApiOperationObject = {
  operationId: 'notice',
  summary: 'What Longshore sends to the webhook of a notice',
  description:
    '`Longshore-Delivery` is the same at every attempt. `Longshore-Signature` is `t=<unix seconds>,v1=<hex>`: the HMAC-SHA256, ' +
    'keyed with the notice’s secret, of `t`, a dot and the body as it came. Compare in constant time, and refuse a `t` older ' +
    'than five minutes. Any 2xx is a receipt; 408, 425, 429 and 5xx are tried again; redirects are not followed.',
  requestBody: { required: true, content: { 'application/json': { schema: NoticePayload } } },
  responses: { '2XX': { description: 'Received.' } },
};

function operationOf(name: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const codes = errorCodesOf(endpoint);
  const requestParams = {
    ...(endpoint.params === undefined ? {} : { path: endpoint.params as never }),
    ...(endpoint.query === undefined ? {} : { query: endpoint.query as never }),
  };
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [endpoint.path.split('/')[1] ?? ''],
    description: permissionSentence(endpoint),
    security: endpoint.permission === 'none' ? [] : [{ session: [] }],
    'x-permission': endpoint.permission,
    'x-error-codes': codes,
    ...(Object.keys(requestParams).length === 0 ? {} : { requestParams }),
    ...(endpoint.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }),
    responses: { ...goodAnswer(endpoint), ...problemAnswers(codes) },
  };
}

function permissionSentence({ permission }: Endpoint): string {
  if (permission === 'none') return 'Open to everyone.';
  if (permission === 'signed-in') return 'Needs a session.';
  return `Needs the permission \`${permission}\`.`;
}

/** The codes of an operation: its own, and those that the way to it can give. */
export function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  const common = commonErrors.filter((code) => {
    if (code === 'not-signed-in') return endpoint.permission !== 'none';
    if (code === 'permission-missing') return endpoint.permission !== 'none' && endpoint.permission !== 'signed-in';
    return code !== 'origin-refused' || endpoint.method !== 'GET';
  });
  const ofBodies: ErrorCode[] = endpoint.method === 'GET' ? [] : ['body-too-large', 'media-type-unsupported'];
  return [...new Set([...common, ...ofBodies, ...endpoint.errors])];
}

function goodAnswer(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const status = endpoint.status ?? (endpoint.response === null ? 204 : 200);
  if (endpoint.response === null) return { [`${status}`]: { description: 'Done; the answer is empty.' } };
  const content = { 'application/json': { schema: endpoint.response } };
  return { [`${status}`]: { description: 'Done.', content } };
}

function problemAnswers(codes: readonly ErrorCode[]): ZodOpenApiResponsesObject {
  const byStatus = Object.groupBy(codes, (code) => String(errorStatus[code]));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus = []]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  ) as ZodOpenApiResponsesObject;
}

const eventsOperation: ZodOpenApiOperationObject = {
  operationId: 'streamEvents',
  summary: 'Live events, as server-sent events',
  tags: ['events'],
  description: `Needs a session. Each message is an array of events, \`[{ name, payload }]\`, at most four a second. Names: ${Object.keys(
    streamEvents,
  )
    .map((name) => `\`${name}\``)
    .join(', ')}. \`Last-Event-ID\` resumes behind an event; \`reset\` says that what was missed is not known.`,
  security: [{ session: [] }],
  'x-permission': 'signed-in',
  responses: {
    '200': { description: 'A stream that does not end.', content: { 'text/event-stream': { schema: z.string() } } },
    ...problemAnswers(['not-signed-in', 'unexpected', 'not-ready']),
  },
};
