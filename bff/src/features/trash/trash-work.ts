import type { RegistryClient } from '../../registry-client/index.ts';
import type { ClaimedItem, FollowedPolicy, ItemEnd, Place } from './trash.ts';
import type { TrashClaimsStore } from './trash-claims.store.ts';
import type { TrashStore } from './trash.store.ts';

export interface RestoredNews {
  readonly tags: readonly string[];
  readonly digest: string;
  /** By `performance.now()`: the registry took the tags after this. */
  readonly afterMs: number;
  readonly actor: string | null;
}

export interface TrashNews {
  /** The catalog no longer has these; who did it is said in the tag's history. */
  readonly removed: (
    place: Place,
    removed: {
      readonly tags: readonly string[];
      readonly digests: readonly string[];
      readonly actor: string | null;
      readonly policy: FollowedPolicy | null;
      readonly askedAt: Date;
    },
  ) => Promise<void>;
  /** The catalog is to look at what was put back. */
  readonly restored: (place: Place, restored: RestoredNews) => Promise<void>;
  /** Stored: what became of an item. */
  readonly ended: (item: ClaimedItem, end: ItemEnd) => void;
}

export interface TrashGroupDeps {
  readonly claims: TrashClaimsStore;
  readonly store: Pick<TrashStore, 'now' | 'listTags' | 'findTagsOf' | 'findParents' | 'findKnown'>;
  readonly client: RegistryClient;
  readonly findImmutable: (place: Place & { readonly tag: string }) => Promise<string | undefined>;
  readonly news: TrashNews;
  /** Of this process; another one after every start. */
  readonly owner: string;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Of an item that was worked on or given back: its lease ends by our own hand. */
  readonly onEnding: (itemId: string) => void;
  /** Registries that did not mount, so that blobs had to be sent. */
  readonly withoutMount: Set<string>;
  readonly onFault: (error: unknown) => void;
}
