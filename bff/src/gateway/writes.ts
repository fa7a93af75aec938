import type { AuditTrail } from './audit-trail.ts';
import { subjectKey } from './caller.ts';
import { CallerGoneError } from './endpoint-proxy.ts';
import { answerWith, ask, auditNoteOf, type Exchange, type ExchangeParts, projectPlace } from './exchange.ts';
import type { FrontDoorDeps } from './front-door-deps.ts';
import { isReservedTag } from '../access/reserved-names.ts';
import { pushTag } from './immutable-tags.ts';
import { readManifest } from './manifest-body.ts';
import { headMovingManifest } from '../registry-client/index.ts';
import { OciError } from './oci-error.ts';
import { may } from './permission.ts';
import { digestOf, parseFullName, type Target, uploadUnknown } from './request-target.ts';
import { manifestUnknown, removeToTrash } from './trashed.ts';
import { splitQuery } from './upload-session.ts';

type ManifestTarget = Extract<Target, { kind: 'manifest' }>;
type NewUpload = Extract<Target, { kind: 'new-upload' }>;
type Upload = Extract<Target, { kind: 'upload' }>;

export interface WriteParts extends ExchangeParts {
  readonly deps: Pick<
    FrontDoorDeps,
    | 'credentials'
    | 'decide'
    | 'findImmutable'
    | 'holdTag'
    | 'moveToTrash'
    | 'isInTrash'
    | 'notePull'
    | 'noteManifest'
    | 'clock'
  >;
  readonly audit: AuditTrail;
}

/** @throws OciError while the registry takes no writes */
export function refuseInMaintenance({ deps }: Pick<WriteParts, 'deps'>, registry: Exchange['registry']): void {
  const { maintenance, name } = registry;
  if (maintenance === null || maintenance.until <= deps.clock.now()) return;
  const why = maintenance.message === '' ? '' : ` ${maintenance.message}`;
  const until = maintenance.until.toISOString();
  const seconds = Math.ceil((maintenance.until.getTime() - deps.clock.now().getTime()) / 1000);
  // 405 is what Distribution itself says when it is read-only, and clients print its words; of a 503 docker prints none.
  throw new OciError(405, 'UNSUPPORTED', `${name} is in maintenance and takes no writes until ${until}.${why}`, {
    headers: { 'retry-after': String(seconds), allow: 'GET, HEAD' },
  });
}

export async function putManifest(parts: WriteParts, exchange: Exchange, target: ManifestTarget): Promise<void> {
  const { request, registry, caller } = exchange;
  const { deps, audit } = parts;
  if (target.isTag && isReservedTag(target.reference)) throw reservedTag(target.reference);
  const { bytes, digest } = await readManifest(request, target.isTag ? '' : target.reference);
  const send = () =>
    ask(parts, exchange, {
      path: `/v2/${target.repository}/manifests/${target.reference}`,
      scopes: [`repository:${target.repository}:pull,push`],
      body: bytes,
    });
  const named = { client: registry.client, place: projectPlace(target, registry), tag: target.reference, digest };
  const forwarded = await (target.isTag ? pushTag(deps, { ...named, send, signal: goneSignal(exchange) }) : send());
  if (forwarded.answer.statusCode === 201) {
    await audit.done(auditNoteOf(exchange, 'push', target, target.reference, digest));
    deps.noteManifest({
      registryId: target.registryId,
      repository: target.repository,
      tag: target.isTag ? target.reference : null,
      digest,
      actor: nameOf(caller),
    });
  }
  await answerWith(parts, exchange, target, forwarded);
}

/** Into the trash like every other deletion: 202 when nobody can pull it any more. */
export async function deleteManifest(parts: WriteParts, exchange: Exchange, target: ManifestTarget): Promise<void> {
  const { registry, caller, response } = exchange;
  const { deps, audit } = parts;
  const { reference, isTag, repository, registryId } = target;
  if (isTag && isReservedTag(reference)) throw manifestUnknown(target, reference);
  const signal = goneSignal(exchange);
  await removeToTrash(deps.findImmutable, {
    place: projectPlace(target, registry),
    reference,
    isTag,
    find: async () => {
      const found = await headMovingManifest(registry.client, repository, reference, { signal });
      return found === undefined || found === 'not-modified' ? undefined : found.digest;
    },
    move: (tag, digest) => deps.moveToTrash({ registryId, repository, tag, digest, subject: caller.subject, signal }),
  });
  await audit.done(auditNoteOf(exchange, 'delete', target, reference));
  response.writeHead(202, { 'content-length': 0, 'cache-control': 'no-store' });
  response.end();
}

function reservedTag(tag: string): OciError {
  return new OciError(403, 'DENIED', `Tags that begin like ${tag.slice(0, 40)} are Longshore’s own. Use another tag.`);
}

/**
 * Nothing restores a blob that was taken out of a repository, and every manifest that names it there would be broken.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-blobs: a registry may refuse it.
 */
export function refuseBlobDeletion(): OciError {
  const sentence =
    'Blobs are not deleted one by one here: delete the tag or the manifest; what nothing names any more goes with a garbage collection.';
  return new OciError(405, 'UNSUPPORTED', sentence, { headers: { allow: 'GET, HEAD' } });
}

/**
 * A mount needs pull at its source. Where that is missing, or the source is elsewhere, the question becomes that for a
 * plain upload: no answer tells whether the source exists.
 */
export async function beginUpload(parts: WriteParts, exchange: Exchange, target: NewUpload): Promise<void> {
  const { request } = exchange;
  const query = new URLSearchParams();
  const scopes = [`repository:${target.repository}:pull,push`];
  const digest = target.query.get('digest');
  if (digest !== null) query.set('digest', digestOf(digest));
  const mount = target.query.get('mount');
  if (mount !== null) {
    const from = parseFullName(target.query.get('from') ?? '');
    const isHere = from?.registryId === target.registryId;
    const source = from !== undefined && isHere ? await may(parts.deps, exchange.caller, 'pull', from) : undefined;
    if (from !== undefined && source?.byRights === true && source.byToken) {
      query.set('mount', digestOf(mount));
      query.set('from', from.repository);
      scopes.push(`repository:${from.repository}:pull`);
    }
  }
  const forwarded = await ask(parts, exchange, {
    path: `/v2/${target.repository}/blobs/uploads/${query.size === 0 ? '' : `?${query.toString()}`}`,
    scopes,
    body: hasBody(request.headers) ? 'stream' : 'none',
  });
  await answerWith(parts, exchange, target, forwarded);
}

/** Goes on with an upload, at the endpoint that began it. */
export async function continueUpload(parts: WriteParts, exchange: Exchange, target: Upload): Promise<void> {
  const { request, registry, caller } = exchange;
  const { path, endpoint } = uploadPath(parts, exchange, target);
  const endpoints = registry.client.forwardingEndpoints().filter(({ origin }) => origin === endpoint);
  if (endpoints.length === 0 || caller.subject.kind === 'anonymous') throw uploadUnknown();
  const isWithBody = request.method === 'PATCH' || request.method === 'PUT';
  const forwarded = await ask(parts, exchange, {
    path,
    scopes: [`repository:${target.repository}:pull,push`],
    body: isWithBody && hasBody(request.headers) ? 'stream' : 'none',
    endpoints,
  });
  await answerWith(parts, exchange, target, forwarded);
}

/** @throws OciError for a session of somebody else, of another repository, or of nobody */
export function uploadPath(
  { sessions }: ExchangeParts,
  { caller }: Pick<Exchange, 'caller'>,
  { repository, fullName, uploadId, rawQuery }: Upload,
): { readonly path: string; readonly endpoint: string } {
  const { sealed, rest } = splitQuery(rawQuery);
  const session = sealed === undefined ? undefined : sessions.open(sealed);
  const isTheirs =
    session?.fullName === fullName && session.uploadId === uploadId && session.subject === subjectKey(caller.subject);
  if (session === undefined || !isTheirs) throw uploadUnknown();
  const digest = new URLSearchParams(rest).get('digest');
  if (digest !== null) digestOf(digest);
  const path = session.path ?? `/v2/${repository}/blobs/uploads/${uploadId}`;
  return { path: rest === '' ? path : `${path}?${rest}`, endpoint: session.endpoint };
}

/** Aborted when the caller has gone. */
function goneSignal({ response }: Pick<Exchange, 'response'>): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new CallerGoneError()));
  return gone.signal;
}

function hasBody(headers: Exchange['request']['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function nameOf({ subject }: Exchange['caller']): string {
  return subject.kind === 'anonymous' ? 'anonymous' : subject.name;
}

export function methodRefused(allow: string): OciError {
  return new OciError(405, 'UNSUPPORTED', `This address answers to ${allow} only.`, { headers: { allow } });
}
