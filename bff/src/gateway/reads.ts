import { isReservedTag } from '../access/reserved-names.ts';
import { readCapped } from './read-capped.ts';
import { answerHeaders, pathOfLocation, publicPath } from './answer-headers.ts';
import { answerWith, ask, type Exchange, type ExchangeParts } from './exchange.ts';
import type { Forwarded } from './forwarder.ts';
import type { FrontDoorDeps } from './front-door-deps.ts';
import { OciError } from './oci-error.ts';
import type { Target } from './request-target.ts';
import { manifestUnknown } from './trashed.ts';

type ReadTarget = Extract<Target, { kind: 'manifest' | 'blob' | 'referrers' }>;
type TagsTarget = Extract<Target, { kind: 'tags' }>;

export interface ReadParts extends ExchangeParts {
  readonly deps: Pick<FrontDoorDeps, 'isInTrash' | 'notePull'>;
}

/** Manifests, blobs and referrers: the registry's own answer, except to what is in the trash. */
export async function read(parts: ReadParts, exchange: Exchange, target: ReadTarget): Promise<void> {
  if (target.kind === 'manifest' && isReservedTag(target.reference)) throw manifestUnknown(target, target.reference);
  const forwarded = await ask(parts, exchange, {
    path: upstreamPath(target),
    scopes: [`repository:${target.repository}:pull`],
    body: 'none',
  });
  const pulled = target.kind === 'manifest' ? pulledFrom(target, forwarded) : undefined;
  if (pulled !== undefined && (await parts.deps.isInTrash(pulled))) {
    forwarded.answer.resume();
    throw manifestUnknown(target, pulled.tag ?? pulled.digest);
  }
  if (pulled !== undefined) parts.deps.notePull(pulled);
  await answerWith(parts, exchange, target, forwarded);
}

/**
 * Undefined where there was none. From the moment of its deletion nobody pulls it, while it is being put aside, and where it
 * is kept beside the others. Whoever only asks for it uses it, too: nodes that have an image ask whether it is still that one.
 */
function pulledFrom(
  { registryId, repository, reference, isTag }: Extract<Target, { kind: 'manifest' }>,
  { answer }: Forwarded,
): Parameters<FrontDoorDeps['isInTrash']>[0] | undefined {
  if (answer.statusCode !== 200 && answer.statusCode !== 304) return undefined;
  const said = answer.headers['docker-content-digest'];
  const digest = isTag ? said : reference;
  if (typeof digest !== 'string') return undefined;
  return { registryId, repository, digest, tag: isTag ? reference : null };
}

export function upstreamPath(target: ReadTarget): string {
  const base = `/v2/${target.repository}`;
  if (target.kind === 'manifest') return `${base}/manifests/${target.reference}`;
  if (target.kind === 'blob') return `${base}/blobs/${target.digest}`;
  return `${base}/referrers/${target.digest}${only(target.query, ['artifactType', 'n', 'last'])}`;
}

/** A list longer than this goes through as the registry sends it. */
const listMaxBytes = 8 * 1024 * 1024;

/** The registry's list, under the name that was asked for, and in pages where the registry has none. */
export async function listTags(parts: ExchangeParts, exchange: Exchange, target: TagsTarget): Promise<void> {
  const { response, publicOrigin } = exchange;
  const limit = pageSize(target.query);
  const forwarded = await ask(parts, exchange, {
    path: `/v2/${target.repository}/tags/list${only(target.query, ['n', 'last'])}`,
    scopes: [`repository:${target.repository}:pull`],
    body: 'none',
  });
  const { answer, endpoint } = forwarded;
  const isList = answer.statusCode === 200 && exchange.request.method === 'GET';
  if (
    !isList ||
    answer.headers['content-encoding'] !== undefined ||
    Number(answer.headers['content-length']) > listMaxBytes
  ) {
    await answerWith(parts, exchange, target, forwarded);
    return;
  }
  const all = tagsIn(await readCapped(answer, listMaxBytes), exchange.registry.name).filter(
    (tag) => !isReservedTag(tag),
  );
  const upstreamNext = nextPath(answer.headers.link, endpoint.basePath);
  const tags = upstreamNext === undefined ? pageOf(all, limit, target.query.get('last')) : all;
  const path = `/v2/${target.fullName}/tags/list`;
  const own = limit !== undefined && tags.length < all.length && tags.length > 0 && hasMore(all, tags);
  const next = own
    ? `${path}?last=${encodeURIComponent(tags.at(-1) ?? '')}&n=${limit}`
    : upstreamNext && publicPath(upstreamNext, target);
  const body = Buffer.from(JSON.stringify({ name: target.fullName, tags }));
  const headers = answerHeaders(answer.headers);
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(next === undefined ? {} : { link: `<${publicOrigin.prefix}${next}>; rel="next"` }),
  });
  response.end(body);
}

function tagsIn(bytes: Buffer | undefined, registryName: string): string[] {
  try {
    const document = JSON.parse(bytes?.toString('utf8') ?? '') as { tags?: unknown };
    if (document.tags === null) return [];
    if (Array.isArray(document.tags)) return document.tags.filter((tag) => typeof tag === 'string');
  } catch {
    // Said below.
  }
  throw new OciError(502, 'UNAVAILABLE', `${registryName} sent no list of tags that can be read.`);
}

function pageOf(all: readonly string[], limit: number | undefined, last: string | null): string[] {
  const sorted = all.toSorted();
  const after = last === null ? sorted : sorted.filter((tag) => tag > last);
  return limit === undefined ? after : after.slice(0, limit);
}

function hasMore(all: readonly string[], page: readonly string[]): boolean {
  const end = page.at(-1) ?? '';
  return all.some((tag) => tag > end);
}

function nextPath(link: string | string[] | undefined, basePath: string): string | undefined {
  const target = /<([^<>]*)>/.exec(Array.isArray(link) ? link.join(', ') : (link ?? ''))?.[1];
  return target === undefined ? undefined : pathOfLocation(target, basePath);
}

/** @throws OciError */
export function pageSize(query: URLSearchParams): number | undefined {
  const text = query.get('n');
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new OciError(400, 'PAGINATION_NUMBER_INVALID', 'n is a whole number of entries, such as n=100.');
  }
  return Number(text);
}

function only(query: URLSearchParams, names: readonly string[]): string {
  const kept = new URLSearchParams([...query].filter(([name]) => names.includes(name)));
  return kept.size === 0 ? '' : `?${kept.toString()}`;
}
