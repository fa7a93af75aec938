import type { RegistryClient } from '../registry-client/index.ts';
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

type Reads = Pick<RegistryClient, 'headManifest' | 'listTags'>;

/** Of one digest at once; a rule may hold for thousands of tags. */
const askedAtOnce = 8;

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
  const current = await client.headManifest(place.repository, tag, { ifNoneMatch: digest });
  if (current === undefined || current === 'not-modified' || current.digest === digest) return;
  throw immutable(place, tag, rule, 'cannot be pushed again with other content');
}

export interface Removal<T> {
  readonly client: Reads;
  readonly place: ImmutablePlace;
  readonly reference: string;
  readonly isTag: boolean;
  readonly send: () => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Removes a tag, or a digest with all its tags. While a digest is looked at and removed, nobody makes a tag of it that a
 * rule would hold. @throws OciError where the tag, or any tag of the digest, must stay
 */
export async function remove<T>(
  { findImmutable, holdTag }: { readonly findImmutable: FindImmutable; readonly holdTag: HoldTag },
  { client, place, reference, isTag, send, signal }: Removal<T>,
): Promise<T> {
  if (isTag) {
    const rule = await findImmutable({ ...place, tag: reference });
    if (rule !== undefined) throw immutable(place, reference, rule, 'cannot be deleted');
    return send();
  }
  const { registryId, repository } = place;
  const decide = () => refuseHeldDigest(findImmutable, client, place, reference);
  return holdTag({ registryId, repository, tag: null }, { decide, move: send, hasEnded, signal });
}

async function refuseHeldDigest(
  find: FindImmutable,
  client: Reads,
  place: ImmutablePlace,
  digest: string,
): Promise<void> {
  // What the registry holds now, not what an index remembers: a tag pushed a second ago counts.
  for await (const page of client.listTags(place.repository)) {
    const kept: Array<{ tag: string; rule: ImmutableRule }> = [];
    for (const tag of page) {
      const rule = await find({ ...place, tag });
      if (rule !== undefined) kept.push({ tag, rule });
    }
    for (let start = 0; start < kept.length; start += askedAtOnce) {
      await Promise.all(
        kept.slice(start, start + askedAtOnce).map(async ({ tag, rule }) => {
          const current = await client.headManifest(place.repository, tag, { ifNoneMatch: digest });
          const isIt = current === 'not-modified' || current?.digest === digest;
          if (isIt) throw immutable(place, tag, rule, 'has this digest and cannot be deleted');
        }),
      );
    }
  }
}

function immutable({ fullName }: PlaceName, tag: string, rule: ImmutableRule, what: string): OciError {
  const sentence = `The tag ${tag} of ${fullName} is immutable and ${what} (rule ${rule.name}). Use another tag.`;
  return new OciError(403, 'DENIED', sentence, { detail: { tag, rule: rule.name } });
}
