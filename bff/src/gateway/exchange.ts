import type { OutgoingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import { projectOf } from '../access/subject.ts';
import { pathOfLocation, publicPath, rewriteLink } from './answer-headers.ts';
import type { AuditNote } from './audit-trail.ts';
import { type Caller, subjectKey } from './caller.ts';
import type { FrontDoorRegistry, PublicOrigin } from './front-door-deps.ts';
import type { Forward, Forwarded, Forwarder } from './forwarder.ts';
import { OciError } from './oci-error.ts';
import { relay } from './relay.ts';
import type { PlaceName } from './request-target.ts';
import { sessionParameter, type UploadSessions } from './upload-session.ts';

/** One request that was allowed, on its way to a registry. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly caller: Caller;
  readonly registry: FrontDoorRegistry;
  readonly publicOrigin: PublicOrigin;
  readonly address: string;
  readonly requestId: string | null;
}

export interface ExchangeParts {
  readonly forwarder: Forwarder;
  readonly sessions: UploadSessions;
}

type Ask = Pick<Forward, 'path' | 'scopes' | 'body'> & { readonly endpoints?: Forward['endpoints'] };

const redirects: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);
const redirectsMax = 3;

/**
 * Asks the registry. A redirect within the registry is followed; what it says of our own account there is our affair.
 * @throws OciError, UpstreamError, CallerGoneError
 */
export async function ask({ forwarder }: ExchangeParts, exchange: Exchange, asked: Ask): Promise<Forwarded> {
  const { request, response, registry } = exchange;
  let endpoints = asked.endpoints ?? registry.client.forwardingEndpoints();
  let { path } = asked;
  for (let followed = 0; ; followed += 1) {
    const forwarded = await forwarder.forward({ ...asked, request, response, endpoints, path });
    const { answer, endpoint } = forwarded;
    if (answer.statusCode === 401 || answer.statusCode === 403) {
      answer.resume();
      const sentence = `${registry.name} does not let the account that Longshore has there do this. Whoever manages the registries can change that account.`;
      throw new OciError(403, 'DENIED', sentence);
    }
    if (!redirects.has(answer.statusCode)) return forwarded;
    const location = answer.headers.location ?? '';
    const url = URL.canParse(location, endpoint.origin) ? new URL(location, endpoint.origin) : undefined;
    if (url?.origin !== endpoint.origin || (request.method !== 'GET' && request.method !== 'HEAD')) return forwarded;
    if (followed === redirectsMax) throw new OciError(502, 'UNAVAILABLE', `${registry.name} redirects in circles.`);
    answer.resume();
    endpoints = [endpoint];
    path = pathOfLocation(location, endpoint.basePath) ?? path;
  }
}

/** The answer of the registry, in the words of the front door. */
export async function answerWith(
  parts: ExchangeParts,
  exchange: Exchange,
  place: PlaceName,
  { answer, endpoint }: Forwarded,
): Promise<void> {
  const { publicOrigin, registry, response } = exchange;
  const { statusCode: status, headers } = answer;
  const own: OutgoingHttpHeaders = {};
  if (headers.location !== undefined) {
    const location = redirects.has(status)
      ? storeLocation(headers.location, registry)
      : ownLocation(parts, exchange, place, { answer, endpoint });
    if (location !== undefined) own['location'] = location;
  }
  if (headers.link !== undefined) {
    const text = Array.isArray(headers.link) ? headers.link.join(', ') : headers.link;
    const link = rewriteLink(text, place, endpoint.basePath, publicOrigin.prefix);
    if (link !== undefined) own['link'] = link;
  }
  await relay(answer, response, own);
}

/** A blob store that the registry sends its readers to: only one that is known for it. */
function storeLocation(location: string, registry: FrontDoorRegistry): string {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url !== undefined && isWeb && registry.client.allowedRedirectHosts.includes(url.host)) return url.href;
  throw new OciError(
    502,
    'UNAVAILABLE',
    `${registry.name} sends its readers to an address that is not allowed for it.`,
  );
}

function ownLocation(
  { sessions }: ExchangeParts,
  { caller, publicOrigin }: Exchange,
  place: PlaceName,
  { answer, endpoint }: Forwarded,
): string | undefined {
  const path = pathOfLocation(answer.headers.location ?? '', endpoint.basePath);
  if (path === undefined) return undefined;
  // 202 and 204 are the answers of an upload that goes on.
  if (answer.statusCode !== 202 && answer.statusCode !== 204) {
    const found = publicPath(path, place);
    return found === undefined ? undefined : `${publicOrigin.prefix}${found}`;
  }
  const mark = path.indexOf('?');
  const [pathname, query] = mark === -1 ? [path, ''] : [path.slice(0, mark), path.slice(mark + 1)];
  const usual = `/v2/${place.repository}/blobs/uploads/`;
  const rest = pathname.startsWith(usual) ? pathname.slice(usual.length) : '';
  const isUsual = /^[A-Za-z0-9_=.-]{1,256}$/.test(rest);
  const uploadId = isUsual ? rest : 'elsewhere';
  const sealed = sessions.seal({
    endpoint: endpoint.origin,
    fullName: place.fullName,
    uploadId,
    subject: subjectKey(caller.subject),
    path: isUsual ? undefined : pathname,
  });
  const own = `${sessionParameter}=${sealed}`;
  const parameters = query === '' ? own : `${query}&${own}`;
  return `${publicOrigin.prefix}/v2/${place.fullName}/blobs/uploads/${uploadId}?${parameters}`;
}

export function auditNoteOf(
  { caller, registry, address, requestId }: Exchange,
  action: AuditNote['action'],
  place: PlaceName,
  reference: string | null,
  digest?: string,
): AuditNote {
  return {
    subject: caller.subject,
    address,
    requestId,
    action,
    place,
    environment: registry.environment,
    reference,
    ...(digest === undefined ? {} : { digest }),
  };
}

export function projectPlace(place: PlaceName, { environment }: FrontDoorRegistry) {
  return { ...place, project: projectOf(place.repository), environment };
}
