import type { Answer, CallInput, Endpoint } from 'bff/contract/endpoint';
import { errorStatus, type Problem } from 'bff/contract/errors';
import { ApiError } from './api-error.ts';

export const API_ROOT = '/api/v1';

interface AnyInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

export interface CallOptions {
  signal?: AbortSignal;
}

/**
 * Does one operation of the API and returns its answer. Throws `ApiError`; an aborted call throws the signal's reason.
 */
export async function call<E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
  options: CallOptions = {},
): Promise<Answer<E>> {
  const { params, query, body } = input as AnyInput;
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const request: RequestInit = { method: endpoint.method, headers, credentials: 'same-origin' };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (options.signal !== undefined) request.signal = options.signal;

  const response = await send(endpointUrl(endpoint.path, params, query), request);
  if (!response.ok) throw await problemOf(response);
  if (endpoint.response === null || response.status === 204) return undefined as Answer<E>;
  return (await readJson(response)) as Answer<E>;
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError(0, 'server-unreachable', null, { cause: error });
  }
}

/** Fills the path's `:names` and appends the query; what is undefined or null is left out. */
export function endpointUrl(
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_match, name: string) => {
    const value = params[name];
    if (value === undefined || value === null) throw new TypeError(`${path} needs "${name}"`);
    return encodeURIComponent(asText(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, asText(item));
  }
  const text = search.toString();
  return `${API_ROOT}${filled}${text === '' ? '' : `?${text}`}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new ApiError(response.status, 'answer-not-understood', null, { cause: error });
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const problem: unknown = await response.json().catch(() => null);
  if (isProblem(problem)) return new ApiError(response.status, problem.code, problem);
  // A gateway between the browser and the server answers in its own words when the server is away.
  const code = response.status >= 502 && response.status <= 504 ? 'server-unreachable' : 'answer-not-understood';
  return new ApiError(response.status, code, null);
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail } = value as { code?: unknown; detail?: unknown };
  return typeof code === 'string' && Object.hasOwn(errorStatus, code) && typeof detail === 'string';
}
