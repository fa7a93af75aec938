import type { RestoreTarget } from 'bff/contract/trash';
import { TagName } from 'bff/contract/words';

/** Null until the person has chosen, which they must where the tag is something else by now. */
export type RestoreKind = RestoreTarget['kind'] | null;

export interface RestoreFacts {
  /** The tag it was deleted under; null for a manifest with its tags. */
  readonly tag: string | null;
  readonly digest: string | null;
  /** What that tag is by now; null where it is free. */
  readonly nowDigest: string | null;
}

/** Its tag is another image by now. */
export function isTaken({ tag, digest, nowDigest }: RestoreFacts): boolean {
  return tag !== null && nowDigest !== null && nowDigest !== digest;
}

/** What stands there before the person has said anything. */
export function initialKind(facts: RestoreFacts, wantedTag: string | undefined): RestoreKind {
  if (wantedTag !== undefined && wantedTag !== facts.tag) return 'tag';
  return isTaken(facts) ? null : 'same';
}

/** What to ask for; undefined while it is not complete. */
export function targetOf(kind: RestoreKind, { nowDigest }: RestoreFacts, tag: string): RestoreTarget | undefined {
  if (kind === null) return undefined;
  if (kind === 'tag') return TagName.safeParse(tag).success ? { kind, tag } : undefined;
  if (kind === 'replace') return nowDigest === null ? undefined : { kind, replaces: nowDigest };
  return { kind };
}
