import type { Request, Response, Router } from 'express';
import type { Endpoint, HandlerInput } from '../contract/endpoint.ts';
import { type AuditNote, recordBegun, recordError } from './audit-notes.ts';
import { auditedOf, authorizeEndpoint, parsePart } from './mount-endpoint.ts';
import { requestContext } from './request-context.ts';
import type { RequestAccess } from './request-access.ts';

/** What is read as a file and written as it comes, so that its answer has no schema. */
export type Download = Pick<Endpoint, 'path' | 'permission' | 'params' | 'query'> & {
  /** Its name in the audit log. */
  readonly action: string;
};

export interface DownloadRequest {
  readonly access: RequestAccess;
  /** For asking again, in the midst of a long answer, what the caller may do. */
  readonly request: Request;
  /** Writes down that it is read, and what of it; to be called before its first byte. */
  readonly recordBegun: (note: AuditNote) => Promise<void>;
}

/**
 * The same checks as for an endpoint of the contract; a refusal is recorded as there. The handler writes the answer, and
 * says before it does what is taken out.
 */
export function mountDownload<const D extends Download>(
  router: Router,
  download: D,
  handler: (
    input: Omit<HandlerInput<D & Endpoint>, 'body'>,
    request: DownloadRequest,
    response: Response,
  ) => Promise<void>,
): void {
  router.get(download.path, async (request, response) => {
    const context = requestContext(request);
    const audited = auditedOf({ method: 'GET', path: download.path, action: download.action }, request, context);
    try {
      await authorizeEndpoint(download, request, context);
      const input = {
        params: parsePart('params', download.params, request.params),
        query: parsePart('query', download.query, request.query),
      } as Omit<HandlerInput<D & Endpoint>, 'body'>;
      const begun = (note: AuditNote): Promise<void> => recordBegun(audited, note);
      await handler(input, { access: context.access, request, recordBegun: begun }, response);
    } catch (error) {
      await recordError(audited, error);
      throw error;
    }
  });
}
