import type { RegistryClient } from '../../registry-client/index.ts';
import type { ClaimedItem, ItemEnd, Place } from './trash.ts';
import type { TrashClaimsStore } from './trash-claims.store.ts';
import type { TrashStore } from './trash.store.ts';

export interface TrashNews {
  /** The catalog no longer has these; who did it is said in the tag's history. */
  readonly removed: (
    place: Place,
    removed: {
      readonly tags: readonly string[];
      readonly digests: readonly string[];
      readonly actor: string | null;
      readonly askedAt: Date;
    },
  ) => Promise<void>;
  /** The catalog is to look at what was put back. */
  readonly restored: (place: Place, tags: readonly string[], digest: string, actor: string | null) => Promise<void>;
  /** Stored: what became of an item. */
  readonly ended: (item: ClaimedItem, end: ItemEnd) => void;
}

export interface TrashGroupDeps {
  readonly claims: TrashClaimsStore;
  readonly store: Pick<TrashStore, 'now' | 'listTags' | 'findParents' | 'findKnown'>;
  readonly client: RegistryClient;
  readonly findImmutable: (place: Place & { readonly tag: string }) => Promise<string | undefined>;
  readonly news: TrashNews;
  /** Of this process; another one after every start. */
  readonly owner: string;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onFault: (error: unknown) => void;
}
