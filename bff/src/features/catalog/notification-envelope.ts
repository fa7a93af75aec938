import { isReserved } from '../../access/reserved-names.ts';
import { isDigest, isManifest, isIndex, isRepositoryName, isTag } from '../../registry-client/index.ts';
import { readDate, storable } from './storable-values.ts';

/** What a registry says happened. A hint: the truth is read from the registry. */
export interface RegistryEvent {
  readonly eventId: string;
  readonly action: 'push' | 'delete';
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly actor: string | null;
  readonly occurredAt: Date | null;
}

export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

// Distribution sends one event an envelope, others a few; more is not a registry talking.
const eventsMax = 10_000;

/**
 * The events of a Distribution envelope that tell of a changed manifest or tag; pulls, mounts, blobs and what is not as it
 * should be are passed over. https://distribution.github.io/distribution/about/notifications/#envelope
 * @param ownUserAgent what Longshore's own requests say they are: their events have no other actor
 * @throws EnvelopeError
 */
export function readEnvelope(envelope: unknown, ownUserAgent: string): RegistryEvent[] {
  const events = isObject(envelope) ? envelope['events'] : undefined;
  if (!Array.isArray(events)) throw new EnvelopeError('The body is no notification: it has no list of events.');
  if (events.length > eventsMax) throw new EnvelopeError(`The notification has more than ${eventsMax} events.`);
  return events.flatMap((event: unknown) => readEvent(event, ownUserAgent) ?? []);
}

/** Somebody pulled a manifest, or asked whether it is still the one they have. */
export interface PullEvent {
  readonly repository: string;
  readonly digest: string;
  readonly atMs: number | undefined;
}

/** The pulls of an envelope that are not Longshore's own: its own front door tells of them itself. */
export function readPulls(envelope: unknown, ownUserAgent: string): PullEvent[] {
  const events = isObject(envelope) ? envelope['events'] : undefined;
  if (!Array.isArray(events)) return [];
  return events.slice(0, eventsMax).flatMap((event: unknown) => readPull(event, ownUserAgent) ?? []);
}

function readPull(event: unknown, ownUserAgent: string): PullEvent | undefined {
  if (!isObject(event) || event['action'] !== 'pull' || !isObject(event['target'])) return undefined;
  if (isObject(event['request']) && event['request']['useragent'] === ownUserAgent) return undefined;
  const { repository, digest, mediaType } = event['target'];
  if (!isText(repository) || !isRepositoryName(repository) || isReserved(repository)) return undefined;
  const isOfManifest = isText(mediaType) && (isManifest(mediaType) || isIndex(mediaType));
  if (!isOfManifest || !isText(digest) || !isDigest(digest)) return undefined;
  return { repository, digest, atMs: readDate(event['timestamp'])?.getTime() };
}

function readEvent(event: unknown, ownUserAgent: string): RegistryEvent | undefined {
  if (!isObject(event) || !isObject(event['target'])) return undefined;
  const { id, action } = event;
  if (!isText(id) || id.length > 256 || (action !== 'push' && action !== 'delete')) return undefined;
  const target = readTarget(event['target'], action);
  if (target === undefined) return undefined;
  return {
    eventId: storable(id),
    action,
    ...target,
    actor: actorOf(event, ownUserAgent),
    occurredAt: readDate(event['timestamp']),
  };
}

function readTarget(
  { repository, tag, digest, mediaType }: Record<string, unknown>,
  action: 'push' | 'delete',
): Pick<RegistryEvent, 'repository' | 'tag' | 'digest'> | undefined {
  if (!isText(repository) || !isRepositoryName(repository) || isReserved(repository)) return undefined;
  const cleanTag = isText(tag) && isTag(tag) ? tag : null;
  const cleanDigest = isText(digest) && isDigest(digest) ? digest : null;
  if (cleanTag === null && cleanDigest === null) return undefined;
  // Blobs are pushed without a tag, too; they are no news by themselves.
  const isOfManifest = isText(mediaType) && (isManifest(mediaType) || isIndex(mediaType));
  if (action === 'push' && cleanTag === null && !isOfManifest) return undefined;
  return { repository, tag: cleanTag, digest: cleanDigest };
}

/** The name the registry knows the client by, else the client's address. */
function actorOf(event: Record<string, unknown>, ownUserAgent: string): string | null {
  const { actor, request, source } = event;
  if (isObject(request) && request['useragent'] === ownUserAgent) return null;
  if (isObject(actor) && isText(actor['name'])) return storable(actor['name']).slice(0, 255);
  if (isObject(request) && isText(request['addr'])) return storable(withoutPort(request['addr'])).slice(0, 255);
  if (isObject(source) && isText(source['addr'])) return storable(withoutPort(source['addr'])).slice(0, 255);
  return null;
}

function withoutPort(address: string): string {
  return address.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
