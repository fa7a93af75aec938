import type { FollowedPolicyJson, NullableInstant, NullableJson, ReasonJson, WithDefault } from './column-types.ts';

export interface RestoreJson {
  /** Where it goes: its own tags, one other tag, or none. */
  kind: 'same' | 'replace' | 'tag' | 'digest';
  tag: string | null;
  /** What the tag was when somebody chose to replace it. */
  replaces: string | null;
}

/** Something that was deleted, or is about to be: docs/decisions/060-trash.md. */
export interface TrashItemsTable {
  id: string;
  /** Kept as text: what was deleted outlives what is known of its registry and its project. */
  registry_id: string;
  project: string;
  repository: string;
  /** Null: a manifest with all its tags. */
  tag: string | null;
  /** Null until it was read from the registry, where the catalog did not know it. */
  digest: string | null;
  state: 'deleting' | 'deleted' | 'restoring' | 'restored' | 'purging' | 'purged' | 'failed';
  kept_in: WithDefault<'repository' | 'tag'>;
  /** Something was put aside for it that is still there, or half there. */
  has_shadow: WithDefault<boolean>;
  why: 'person' | 'retention' | 'policy' | 'untagged';
  deleted_by: string | null;
  /** Whose deletion it is, where a policy deleted it; null of what was deleted before that was written down. */
  policy: NullableJson<FollowedPolicyJson>;
  /** What they wrote about it; empty for nothing. */
  comment: WithDefault<string>;
  deleter_id: string | null;
  /** Other tags of the digest: of a deleted tag those that stayed, of a deleted manifest those that went with it. */
  aliases: WithDefault<string[]>;
  size_bytes: number | null;
  pushed_at: NullableInstant;
  pushed_by: string | null;
  restore: NullableJson<RestoreJson>;
  /** Who restored or purged it. */
  acted_by: string | null;
  reason: NullableJson<ReasonJson>;
  attempt: WithDefault<number>;
  fence: WithDefault<number>;
  lease_owner: string | null;
  lease_until: NullableInstant;
  next_attempt_at: WithDefault<Date>;
  created_at: WithDefault<Date>;
  /** When the work that it is in was asked for. */
  asked_at: WithDefault<Date>;
  deleted_at: NullableInstant;
  expires_at: NullableInstant;
  finished_at: NullableInstant;
}

/** What is kept for an item, itself included: what no item needs any more is purged. */
export interface TrashManifestsTable {
  item_id: string;
  digest: string;
  role: 'root' | 'child' | 'referrer';
  /** Children come before their parents. */
  position: number;
}
