/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

/** deleting → deleted → restoring → restored, or → purging → purged; deleting → failed. Both ways back lead to `deleted`. */
export type TrashState = 'deleting' | 'deleted' | 'restoring' | 'restored' | 'purging' | 'purged' | 'failed';

/** Who had it deleted: somebody, a retention rule, a policy that follows its source, or the plan for what has no tag. */
export type TrashWhy = 'person' | 'retention' | 'policy' | 'untagged';

/** `tag`: beside the others, because the registry takes no repository of another name. */
export type KeptIn = 'repository' | 'tag';

/** Where a restored artifact goes: back under its own tags, over what its tag is by now, under another tag, under none. */
export type RestoreTarget =
  | { readonly kind: 'same' }
  | { readonly kind: 'replace'; readonly replaces: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'digest' };

export interface Person {
  readonly id: string | null;
  readonly name: string | null;
}

/** The policy that deleted something, because its source had: by what it was called then. */
export interface FollowedPolicy {
  readonly id: string;
  readonly name: string;
  readonly executionId: string;
  readonly sourceRegistryId: string;
  readonly sourceRepository: string;
}

/** Whose deletion it is. */
export interface Deleter extends Person {
  readonly policy?: FollowedPolicy | null;
}

export interface Place {
  readonly registryId: string;
  readonly repository: string;
}

/** What is kept for an item. Children come before their parents. */
export interface KeptManifest {
  readonly digest: string;
  readonly role: 'root' | 'child' | 'referrer';
}

export interface TrashItem extends Place {
  readonly id: string;
  readonly project: string;
  /** Null: a manifest with all its tags. */
  readonly tag: string | null;
  readonly digest: string | null;
  readonly state: TrashState;
  readonly keptIn: KeptIn;
  readonly why: TrashWhy;
  readonly deletedBy: string | null;
  readonly policy: FollowedPolicy | null;
  readonly comment: string;
  /** Of a deleted tag: other tags of the digest, which stayed; of a manifest those that went with it. */
  readonly aliases: readonly string[];
  readonly sizeBytes: number | null;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
  readonly actedBy: string | null;
  readonly reason: Reason | null;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly finishedAt: Date | null;
}

/** An item whose work this process has taken; nobody else’s while the lease lasts, and no other’s with another fence. */
export interface ClaimedItem extends TrashItem {
  readonly hasShadow: boolean;
  readonly restore: RestoreTarget | null;
  readonly attempt: number;
  readonly fence: number;
  /** Until then it is tried again. */
  readonly deadlineLeftMs: number;
}

/** What became of one try. */
export type ItemEnd =
  | {
      readonly state: 'deleted';
      readonly aliases: readonly string[];
      readonly keptIn: KeptIn;
      readonly reason: Reason | null;
    }
  | { readonly state: 'restored' | 'purged' | 'cleaned' }
  /** Of a deletion: it is over. Of a restore or purge: the item is in the trash as before. */
  | { readonly state: 'refused'; readonly reason: Reason }
  | { readonly state: 'waiting'; readonly reason: Reason; readonly delayMs: number };

/** Something about the item itself stands in the way: trying again would not help. */
export class TrashRefusal extends Error {
  override readonly name = 'TrashRefusal';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.sentence);
    this.reason = reason;
  }
}

/** The lease ran out and somebody else is at it: nothing is to be written. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
}

/** `sha256:abc…` → `abc…`: the tag of what is kept, so that whoever removes what is untagged passes it over. */
export function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema */
export function fallbackTagOf(digest: string): string {
  return digest.replace(':', '-');
}

export function itemName({ repository, tag, digest }: Pick<TrashItem, 'repository' | 'tag' | 'digest'>): string {
  return tag === null ? `${repository}@${digest ?? ''}` : `${repository}:${tag}`;
}

/** With its registry, of which an environment may have several. */
export function auditedName(item: Pick<TrashItem, 'registryId' | 'repository' | 'tag' | 'digest'>): string {
  return `${item.registryId}/${itemName(item)}`;
}
