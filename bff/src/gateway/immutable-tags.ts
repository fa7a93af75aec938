import { headMovingManifest, type RegistryClient } from '../registry-client/index.ts';
import { OciError } from './oci-error.ts';
import type { PlaceName } from './request-target.ts';

/** A rule that keeps a tag as it is, in words: which one it is, for the refusal. */
export interface ImmutableRule {
  readonly name: string;
}

export type FindImmutable = (tag: {
  readonly project: string;
  readonly environment: string;
  readonly repository: string;
  readonly tag: string;
}) => Promise<ImmutableRule | undefined>;

/** The decision about a tag and the one request that moves it. */
export interface TagMove<T> {
  /** Throws where the tag must stay. */
  readonly decide: () => Promise<void>;
  readonly move: () => Promise<T>;
  /** Whether a move that failed is certainly over. */
  readonly hasEnded: (error: unknown) => boolean;
  readonly signal: AbortSignal;
}

/** One at a time for each tag, over all instances of the console; null is every tag of the repository. */
export type HoldTag = <T>(
  tag: { readonly registryId: string; readonly repository: string; readonly tag: string | null },
  move: TagMove<T>,
) => Promise<T>;

export interface ImmutablePlace extends PlaceName {
  readonly project: string;
  readonly environment: string;
}

type Reads = Pick<RegistryClient, 'headManifest'>;

export interface TagPush<T> {
  readonly client: Reads;
  readonly place: ImmutablePlace;
  readonly tag: string;
  readonly digest: string;
  readonly send: () => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Sends a manifest under a tag. Where a rule holds the tag, nobody else decides on it until the registry has answered: of
 * two who make it at once, one does. @throws OciError where the tag exists with another digest and must keep it
 */
export async function pushTag<T>(
  { findImmutable, holdTag }: { readonly findImmutable: FindImmutable; readonly holdTag: HoldTag },
  { client, place, tag, digest, send, signal }: TagPush<T>,
): Promise<T> {
  const rule = await findImmutable({ ...place, tag });
  if (rule === undefined) return send();
  const { registryId, repository } = place;
  const decide = () => refuseMovedTag(rule, client, place, tag, digest);
  return holdTag({ registryId, repository, tag }, { decide, move: send, hasEnded, signal });
}

/** In words of our own: the registry has answered. */
function hasEnded(error: unknown): boolean {
  return error instanceof OciError;
}

async function refuseMovedTag(
  rule: ImmutableRule,
  client: Reads,
  place: ImmutablePlace,
  tag: string,
  digest: string,
): Promise<void> {
  const current = await headMovingManifest(client, place.repository, tag, { ifNoneMatch: digest });
  if (current === undefined || current === 'not-modified' || current.digest === digest) return;
  throw immutable(place, tag, rule, 'cannot be pushed again with other content');
}

export function immutable({ fullName }: PlaceName, tag: string, rule: ImmutableRule, what: string): OciError {
  const sentence = `The tag ${tag} of ${fullName} is immutable and ${what} (rule ${rule.name}). Use another tag.`;
  return new OciError(403, 'DENIED', sentence, { detail: { tag, rule: rule.name } });
}
