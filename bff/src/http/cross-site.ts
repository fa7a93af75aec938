import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { ApiError } from './api-error.ts';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses writes that another site made the browser send. Browsers say so themselves in Sec-Fetch-Site, older ones in
 * Origin; a program that is no browser sends neither and carries no cookie that it was not given on purpose.
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function refuseCrossSiteWrites(publicUrl: string | null): RequestHandler {
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  return (request, _response, next) => {
    if (readingMethods.has(request.method)) {
      next();
      return;
    }
    const site = request.get('sec-fetch-site');
    const origin = request.get('origin');
    const isFromHere =
      (site === undefined || site === 'same-origin') &&
      (origin === undefined || origin === publicOrigin || originHost(origin) === request.host);
    if (!isFromHere) {
      throw new ApiError(
        'origin-refused',
        'The request came from a page of another site, so nothing was done. Open the console itself and try again there.',
      );
    }
    if (hasBody(request.headers) && request.is('application/json') === false) {
      throw new ApiError('media-type-unsupported', 'Bodies must be JSON: send Content-Type: application/json.');
    }
    next();
  };
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
