import { isDigest, isRepositoryName, isTag } from '../registry-client/index.ts';
import { OciError } from './oci-error.ts';

/** A place behind the front door: `registry/project/repository`. */
export interface PlaceName {
  readonly registryId: string;
  /** As the registry knows it. */
  readonly repository: string;
  /** As callers of the front door know it. */
  readonly fullName: string;
}

/** What is asked for. The upstream path is built from this and from nothing else. */
export type Target =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog'; readonly query: URLSearchParams }
  | (PlaceName & { readonly kind: 'manifest'; readonly reference: string; readonly isTag: boolean })
  | (PlaceName & { readonly kind: 'blob'; readonly digest: string })
  | (PlaceName & { readonly kind: 'new-upload'; readonly query: URLSearchParams })
  | (PlaceName & { readonly kind: 'upload'; readonly uploadId: string; readonly rawQuery: string })
  | (PlaceName & { readonly kind: 'tags'; readonly query: URLSearchParams })
  | (PlaceName & { readonly kind: 'referrers'; readonly digest: string; readonly query: URLSearchParams });

const uploadIdPattern = /^[A-Za-z0-9_=.-]{1,256}$/;
const registryIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const printable = /^[\u0021-\u007e]*$/;
/** Slashes, backslashes, dots, percent signs and control characters have no business in an encoded form. */
const hiddenMeaning = /%(?:2f|5c|2e|25|7f|[01][0-9a-f])/i;

/** Whether a request is for the front door at all: exactly `/v2`, in this spelling only. */
export function isFrontDoorTarget(rawUrl: string): boolean {
  return /^\/v2(?:[/?]|$)/.test(rawUrl);
}

/**
 * Reads the request line, decoding once. What any other reader might take for another name is refused.
 * @throws OciError
 */
export function parseTarget(rawUrl: string): Target {
  const mark = rawUrl.indexOf('?');
  const path = mark === -1 ? rawUrl : rawUrl.slice(0, mark);
  const rawQuery = mark === -1 ? '' : rawUrl.slice(mark + 1);
  if (!printable.test(rawUrl) || rawUrl.includes('#') || path.includes('\\')) throw badName();
  if (path === '/v2' || path === '/v2/') return { kind: 'base' };
  if (hiddenMeaning.test(path)) throw badName();
  const segments = path.slice('/v2/'.length).split('/').map(decodeOnce);
  if (segments.length === 1 && segments[0] === '_catalog') return { kind: 'catalog', query: queryOf(rawQuery) };
  return targetAt(segments, rawQuery);
}

/** From the end: a repository may be called like a part of the protocol. */
function targetAt(segments: readonly string[], rawQuery: string): Target {
  const isTrailing = segments.at(-1) === '';
  const named = isTrailing ? segments.slice(0, -1) : segments;
  const [last = '', second = '', third = ''] = named.toReversed();
  const place = () => placeOf(named.slice(0, -2));
  if (second === 'blobs' && last === 'uploads') return { kind: 'new-upload', ...place(), query: queryOf(rawQuery) };
  // Only a new upload may end in a slash.
  if (isTrailing) throw nothingThere();
  if (third === 'blobs' && second === 'uploads') return upload(named, last, rawQuery);
  if (second === 'manifests') return { kind: 'manifest', ...place(), ...referenceOf(last) };
  if (second === 'blobs') return { kind: 'blob', ...place(), digest: digestOf(last) };
  if (second === 'tags' && last === 'list') return { kind: 'tags', ...place(), query: queryOf(rawQuery) };
  if (second !== 'referrers') throw nothingThere();
  return { kind: 'referrers', ...place(), digest: digestOf(last), query: queryOf(rawQuery) };
}

/** `registry/project/repository`, as a client names it in `from`; undefined where it is none. */
export function parseFullName(fullName: string): PlaceName | undefined {
  const slash = fullName.indexOf('/');
  const [registryId, repository] = [fullName.slice(0, slash), fullName.slice(slash + 1)];
  if (slash < 1 || !registryIdPattern.test(registryId) || !isRepositoryName(repository)) return undefined;
  return { registryId, repository, fullName };
}

function upload(segments: readonly string[], uploadId: string, rawQuery: string): Target {
  const place = placeOf(segments.slice(0, -3));
  if (!uploadIdPattern.test(uploadId) || /^\.+$/.test(uploadId)) throw uploadUnknown();
  return { kind: 'upload', ...place, uploadId, rawQuery };
}

function placeOf(segments: readonly string[]): PlaceName {
  const place = parseFullName(segments.join('/'));
  if (place === undefined) throw badName();
  return place;
}

function referenceOf(text: string): { reference: string; isTag: boolean } {
  if (text.includes(':')) return { reference: digestOf(text), isTag: false };
  if (!isTag(text)) throw new OciError(400, 'TAG_INVALID', 'This is not a tag: see the grammar of the specification.');
  return { reference: text, isTag: true };
}

/** @throws OciError */
export function digestOf(text: string): string {
  if (isDigest(text)) return text;
  throw new OciError(400, 'DIGEST_INVALID', 'This is not a digest such as sha256:<64 hexadecimal digits>.');
}

function decodeOnce(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badName();
  }
}

function queryOf(rawQuery: string): URLSearchParams {
  const query = new URLSearchParams(rawQuery);
  for (const value of query.values()) {
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    if (value.length > 1024 || /[\u0000-\u001f\u007f]/.test(value)) throw badName();
  }
  return query;
}

export function uploadUnknown(): OciError {
  return new OciError(404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload here: begin it again.');
}

function badName(): OciError {
  const sentence = 'This is not a repository name: write registry/project/repository, in lower case and unencoded.';
  return new OciError(400, 'NAME_INVALID', sentence);
}

function nothingThere(): OciError {
  return new OciError(404, 'UNSUPPORTED', 'A registry has nothing at this address.');
}
