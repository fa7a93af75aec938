import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { PlaceName } from './request-target.ts';

/** Everything else stays here: challenges, cookies, what the registry says about connections and about itself. */
const passedDown: readonly string[] = [
  'accept-ranges',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'docker-content-digest',
  'docker-upload-uuid',
  'etag',
  'last-modified',
  'oci-chunk-min-length',
  'oci-filters-applied',
  'oci-subject',
  'range',
  'retry-after',
  'warning',
];

/** Bytes of strangers under our own address: a browser must not take them for a page of the console. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'docker-distribution-api-version': 'registry/2.0',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
};

export function answerHeaders(upstream: IncomingHttpHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name of passedDown) {
    const value = upstream[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** Path and query of a Location of ours, whatever host it names; undefined for what is no address. */
export function pathOfLocation(location: string, basePath: string): string | undefined {
  if (!URL.canParse(location, 'http://registry.invalid')) return undefined;
  const { pathname, search } = new URL(location, 'http://registry.invalid');
  const isBelow = basePath !== '' && pathname.startsWith(`${basePath}/`);
  return `${isBelow ? pathname.slice(basePath.length) : pathname}${search}`;
}

/** `/v2/<repository>/…` as the registry says it, as callers of the front door know it. */
export function publicPath(path: string, { repository, registryId }: PlaceName): string | undefined {
  const prefix = `/v2/${repository}/`;
  return path.startsWith(prefix) ? `/v2/${registryId}/${repository}/${path.slice(prefix.length)}` : undefined;
}

/** Every target of a Link header, relative or absolute; one that leads elsewhere is left out. */
export function rewriteLink(link: string, place: PlaceName, basePath: string, prefix: string): string | undefined {
  const rewritten: string[] = [];
  for (const [, target = '', parameters = ''] of link.matchAll(/<([^<>]*)>((?:;[^,<]*)?)/g)) {
    const path = pathOfLocation(target, basePath);
    const found = path === undefined ? undefined : publicPath(path, place);
    if (found !== undefined) rewritten.push(`<${prefix}${found}>${parameters.trim()}`);
  }
  return rewritten.length === 0 ? undefined : rewritten.join(', ');
}
