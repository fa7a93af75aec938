import type { Subject } from '../access/subject.ts';
import { type FindImmutable, immutable, type ImmutablePlace } from './immutable-tags.ts';
import { OciError } from './oci-error.ts';
import type { PlaceName } from './request-target.ts';

/** What became of an artifact that somebody deleted at the front door. */
export type Trashed =
  /** Nobody can pull it any more; it can be restored for a while. */
  | { readonly outcome: 'deleted' }
  /** It is not there. */
  | { readonly outcome: 'gone' }
  /** The tag is something else by now. */
  | { readonly outcome: 'moved' }
  /** `tag`: the one that the rule holds. */
  | { readonly outcome: 'immutable'; readonly tag: string; readonly rule: string }
  /** The registry deletes nothing. */
  | { readonly outcome: 'unsupported'; readonly sentence: string }
  | { readonly outcome: 'refused'; readonly sentence: string }
  /** Not now; whether it is tried again by itself is in the sentence. */
  | { readonly outcome: 'waiting'; readonly sentence: string };

export interface Deletion {
  readonly registryId: string;
  readonly repository: string;
  /** Null: the digest, with all its tags. */
  readonly tag: string | null;
  readonly digest: string;
  readonly subject: Subject;
  readonly signal: AbortSignal;
}

export type MoveToTrash = (deletion: Deletion) => Promise<Trashed>;

/** Whether what the registry would still serve is in the trash; `tag` where it was asked for by one. */
export type IsInTrash = (asked: {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly tag: string | null;
}) => Promise<boolean>;

/** The same for what does not exist, what is in the trash, and what Longshore keeps for itself. */
export function manifestUnknown({ fullName }: PlaceName, reference: string): OciError {
  const sentence = `There is no manifest ${reference} in ${fullName}.`;
  return new OciError(404, 'MANIFEST_UNKNOWN', sentence, { detail: { name: fullName, reference } });
}

interface Removal {
  readonly place: ImmutablePlace;
  readonly reference: string;
  readonly isTag: boolean;
  /** The digest under the reference now; undefined where there is none. */
  readonly find: () => Promise<string | undefined>;
  readonly move: (tag: string | null, digest: string) => Promise<Trashed>;
}

/** Of a tag that keeps moving. */
const triesMax = 3;

/** Into the trash, with all that belongs to it. @throws OciError in words that docker, crane and oras print */
export async function removeToTrash(findImmutable: FindImmutable, removal: Removal): Promise<void> {
  const { place, reference, isTag, find, move } = removal;
  const rule = isTag ? await findImmutable({ ...place, tag: reference }) : undefined;
  if (rule !== undefined) throw immutable(place, reference, rule, 'cannot be deleted');
  for (let attempt = 1; ; attempt += 1) {
    const digest = await find();
    if (digest === undefined) throw manifestUnknown(place, reference);
    const end = await move(isTag ? reference : null, digest);
    if (end.outcome === 'deleted') return;
    // To delete a tag is to delete whatever it is.
    if (end.outcome === 'moved' && attempt < triesMax) continue;
    throw refusalOf(end, removal);
  }
}

function refusalOf(end: Exclude<Trashed, { outcome: 'deleted' }>, { place, reference, isTag }: Removal): OciError {
  switch (end.outcome) {
    case 'gone':
      return manifestUnknown(place, reference);
    case 'immutable': {
      const what = isTag ? 'cannot be deleted' : 'has this digest and cannot be deleted';
      return immutable(place, end.tag, { name: end.rule }, what);
    }
    case 'unsupported':
      return new OciError(405, 'UNSUPPORTED', end.sentence, { headers: { allow: 'GET, HEAD, PUT' } });
    case 'refused':
      return new OciError(403, 'DENIED', end.sentence);
    case 'moved': {
      const sentence = `${reference} of ${place.fullName} is being pushed again and again: try later.`;
      return new OciError(503, 'UNAVAILABLE', sentence, { headers: { 'retry-after': '5' } });
    }
    default:
      return new OciError(503, 'UNAVAILABLE', end.sentence, { headers: { 'retry-after': '10' } });
  }
}
