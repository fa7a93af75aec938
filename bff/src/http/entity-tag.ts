import type { Request, Response } from 'express';
import type { Endpoint } from '../contract/endpoint.ts';

/** The body of a change, with the version from `If-Match` where it names none itself. */
export function versionedBody(endpoint: Pick<Endpoint, 'isVersioned'>, request: Request): unknown {
  const body: unknown = request.body;
  if (endpoint.isVersioned !== true || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const given = /^"(\d{1,9})"$/.exec(request.get('if-match')?.trim() ?? '')?.[1];
  return 'version' in body || given === undefined ? body : { ...body, version: Number(given) };
}

/** What `If-Match` of the next change has to say. */
export function tellVersion(endpoint: Pick<Endpoint, 'isVersioned'>, response: Response, answer: unknown): void {
  if (endpoint.isVersioned !== true || typeof answer !== 'object' || answer === null) return;
  const { version } = answer as { version?: unknown };
  if (typeof version === 'number') response.setHeader('etag', `"${version}"`);
}
