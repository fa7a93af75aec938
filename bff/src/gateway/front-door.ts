import type { Request, RequestHandler, Response } from 'express';
import type { RegistryAction } from '../access/credentials.ts';
import { safeHeaders } from './answer-headers.ts';
import { type AuditTrail, createAuditTrail } from './audit-trail.ts';
import { type Caller, type Callers, createCallers } from './caller.ts';
import { listRepositories } from './catalog-list.ts';
import { answerQuestion } from './proxy-decision.ts';
import { decisionPath, questionOf } from './decision.ts';
import type { Exchange } from './exchange.ts';
import { CallerGoneError } from './endpoint-proxy.ts';
import { Forwarder, UpstreamError } from './forwarder.ts';
import type { FrontDoorDeps, PublicOrigin } from './front-door-deps.ts';
import { isRegistryError } from '../registry-client/index.ts';
import { OciError, sendOciError } from './oci-error.ts';
import { ownMarkHeader, ownMarkOf } from './own-mark.ts';
import { actionOf, authorize, challengeOf, nameUnknown, scopeFor } from './permission.ts';
import { listTags, read } from './reads.ts';
import { BrokenAnswerError } from './relay.ts';
import { isFrontDoorTarget, parseTarget, type PlaceName, type Target } from './request-target.ts';
import { createUploadSessions } from './upload-session.ts';
import {
  beginUpload,
  continueUpload,
  deleteManifest,
  methodRefused,
  putManifest,
  refuseBlobDeletion,
  refuseInMaintenance,
  type WriteParts,
} from './writes.ts';

export interface FrontDoor {
  /** Answers everything below `/v2`; passes the rest on. */
  readonly handler: RequestHandler;
  readonly close: () => void;
}

/** A caller that neither sends nor takes a byte for so long is gone. */
const idleMs = 120_000;

export function createFrontDoor(deps: FrontDoorDeps): FrontDoor {
  const { clock, logger, metrics } = deps;
  const onFault = (error: unknown) => logger.error({ err: error }, 'The front door could not write to the audit log.');
  const callers = createCallers(deps.credentials, clock);
  deps.onAccessChanged(callers.forget);
  const forwarder = new Forwarder(deps.userAgent, deps.silence);
  const audit = createAuditTrail(deps.recordAudit, clock, onFault);
  const parts: WriteParts = { deps, audit, forwarder, sessions: createUploadSessions(deps.secret) };
  const count = metrics.counter('longshore_front_door_requests_total', 'Requests at /v2/.', [
    'kind',
    'method',
    'status',
  ]);
  const door: Door = { deps, callers, audit, parts };
  const ownHeaders = Object.entries({ ...safeHeaders, [ownMarkHeader]: ownMarkOf(deps.secret) });

  return {
    close: () => forwarder.close(),
    handler: (request, response, next) => {
      const question = request.url === decisionPath ? questionOf(request, deps.proxyKey) : undefined;
      if (question !== undefined) {
        answerQuestion({ deps, callers, parts }, question, request, response);
        return;
      }
      if (!isFrontDoorTarget(request.url)) {
        next();
        return;
      }
      for (const [name, value] of ownHeaders) response.setHeader(name, value);
      // A handful of parts listen for its end, once for each endpoint that is tried.
      response.setMaxListeners(50);
      response.setTimeout(idleMs, () => void (isWaitingForUs(request, response) || request.socket.destroy()));
      let kind = 'none';
      response.once('close', () => {
        const status = response.writableFinished ? response.statusCode : 499;
        count({ kind, method: knownMethod(request.method), status: String(status) });
      });
      const serve = async () => {
        const target = parseTarget(request.url);
        kind = target.kind;
        await serveTarget(door, request, response, target);
      };
      serve().catch((error: unknown) => answerFailure(deps, response, error));
    },
  };
}

interface Door {
  readonly deps: FrontDoorDeps;
  readonly callers: Callers;
  readonly audit: AuditTrail;
  readonly parts: WriteParts;
}

async function serveTarget(door: Door, request: Request, response: Response, target: Target): Promise<void> {
  const { deps, callers, parts } = door;
  const publicOrigin = deps.publicOriginOf(request);
  const { method } = request;
  const address = request.ip ?? '';
  const isPlace = target.kind !== 'base' && target.kind !== 'catalog';
  const action = actionOf(method, target.kind);
  const challenge = challengeFor(publicOrigin, isPlace ? target : undefined, action);
  const caller = await withChallenge(response, challenge, () => callers.of(request.headers.authorization, address));
  if (!isPlace) {
    if (isWrite(method)) throw methodRefused('GET, HEAD');
    if (caller.proof === 'none') throw needsSignIn(response, challenge);
    if (target.kind === 'catalog') await listRepositories(deps, caller, target.query, publicOrigin, response);
    else sendEmptyObject(response);
    return;
  }
  if (isWrite(method)) deps.noteWrite(target.registryId, response);
  const { registry, verdict } = await allowed(door, { response, caller, address }, target, action, publicOrigin);
  const requestId = String(response.getHeader('x-request-id') ?? '') || null;
  const exchange: Exchange = { request, response, caller, registry, publicOrigin, address, requestId };
  if (isWrite(method)) refuseInMaintenance(parts, registry);
  if (verdict === 'held-back') throw heldBack(registry.name);
  await carryOut(parts, exchange, target);
}

interface Asking {
  readonly response: Response;
  readonly caller: Caller;
  readonly address: string;
}

/** @returns the registry of a request that is not refused; refusals are recorded */
async function allowed(
  { deps, audit }: Door,
  { response, caller, address }: Asking,
  place: PlaceName & { readonly kind: Target['kind'] },
  action: RegistryAction,
  publicOrigin: PublicOrigin,
) {
  try {
    const verdict = await authorize(deps, caller, action, place);
    const registry = await deps.findRegistry(place.registryId);
    if (registry === undefined) throw nameUnknown(place);
    return { registry, verdict };
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    const isAsking = error.status === 401;
    if (isAsking) {
      const isInsufficient = caller.proof === 'token';
      response.setHeader('www-authenticate', challengeOf(publicOrigin.origin, scopeFor(place, action), isInsufficient));
    }
    // A 401 begins every sign-in of docker: only what ends a try is a refusal.
    if (!isAsking || caller.proof === 'token') {
      const requestId = String(response.getHeader('x-request-id') ?? '') || null;
      const note = { subject: caller.subject, address, requestId, action, place, environment: null, reference: null };
      await audit.refused(note, error.message);
    }
    throw error;
  }
}

/** Its maintenance ended just now, and what rights are given out by has not heard of it. */
function heldBack(name: string): OciError {
  return new OciError(503, 'UNAVAILABLE', `${name} does not take writes at this moment: try again.`, {
    headers: { 'retry-after': '5' },
  });
}

type PlaceTarget = Exclude<Target, { kind: 'base' | 'catalog' }>;

const answeredMethods: Readonly<Record<PlaceTarget['kind'], string>> = {
  manifest: 'GET, HEAD, PUT, DELETE',
  blob: 'GET, HEAD, DELETE',
  'new-upload': 'POST',
  upload: 'GET, HEAD, PATCH, PUT, DELETE',
  tags: 'GET, HEAD',
  referrers: 'GET, HEAD',
};

async function carryOut(parts: WriteParts, exchange: Exchange, target: PlaceTarget): Promise<void> {
  const { method } = exchange.request;
  const methods = answeredMethods[target.kind];
  if (!methods.split(', ').includes(method)) throw methodRefused(methods);
  const isDeletion = method === 'DELETE';
  if (target.kind === 'upload') await continueUpload(parts, exchange, target);
  else if (target.kind === 'new-upload') await beginUpload(parts, exchange, target);
  else if (target.kind === 'tags') await listTags(parts, exchange, target);
  else if (target.kind === 'manifest' && method === 'PUT') await putManifest(parts, exchange, target);
  else if (target.kind === 'manifest' && isDeletion) await deleteManifest(parts, exchange, target);
  else if (target.kind === 'blob' && isDeletion) throw refuseBlobDeletion();
  else await read(parts, exchange, target);
}

function challengeFor(origin: PublicOrigin, place: PlaceName | undefined, action: RegistryAction): string {
  return challengeOf(origin.origin, place && scopeFor(place, action), false);
}

async function withChallenge<T>(response: Response, challenge: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OciError && error.status === 401) response.setHeader('www-authenticate', challenge);
    throw error;
  }
}

function needsSignIn(response: Response, challenge: string): OciError {
  response.setHeader('www-authenticate', challenge);
  return new OciError(401, 'UNAUTHORIZED', 'Sign in first: docker login.');
}

function sendEmptyObject(response: Response): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2, 'cache-control': 'no-store' });
  response.end('{}');
}

export function answerFailure({ logger }: Pick<FrontDoorDeps, 'logger'>, response: Response, error: unknown): void {
  if (error instanceof CallerGoneError || response.destroyed) {
    response.destroy();
    return;
  }
  if (error instanceof OciError) {
    sendOciError(response, error);
    return;
  }
  if (error instanceof UpstreamError || error instanceof BrokenAnswerError) {
    sendOciError(response, new OciError(502, 'UNAVAILABLE', error.message, { headers: { 'retry-after': '10' } }));
    return;
  }
  if (isRegistryError(error)) {
    sendOciError(response, new OciError(502, 'UNAVAILABLE', error.sentence, { headers: { 'retry-after': '10' } }));
    return;
  }
  logger.error({ err: error }, 'A request at the front door failed.');
  sendOciError(response, new OciError(500, 'UNKNOWN', 'Something went wrong here; the log of the console says what.'));
}

/** Idle because the registry is at work: its own time-out counts. */
function isWaitingForUs(request: Request, response: Response): boolean {
  return request.complete && !response.headersSent;
}

function isWrite(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? method : 'other';
}
