import type { Generated } from 'kysely';
import type { NullableInstant, WithDefault } from './column-types.ts';

/** What is known of a registry's bytes, and who measures it: docs/decisions/063-storage.md. */
export interface StorageRegistriesTable {
  registry_id: string;
  number: Generated<number>;
  /** When the last measuring ended; the figures below are of then. */
  measured_at: NullableInstant;
  took_ms: number | null;
  /** When the registry had been compared with the catalog last, then. */
  catalog_at: NullableInstant;
  /** Each blob and manifest once. */
  total_bytes: WithDefault<number>;
  /** Of what one repository names alone, and of what several do. */
  unique_bytes: WithDefault<number>;
  shared_bytes: WithDefault<number>;
  /** What only the trash holds; what only untagged manifests of age hold; what only younger ones do. */
  trash_bytes: WithDefault<number>;
  untagged_bytes: WithDefault<number>;
  young_bytes: WithDefault<number>;
  /** What nothing but the trash and untagged manifests of age hold: more than the sum of both. */
  both_bytes: WithDefault<number>;
  /** Up to this notification it was looked whether all that was pushed is known. */
  events_seen: WithDefault<number>;
  due_at: WithDefault<Date>;
  /** Somebody wants it measured, changed or not. */
  is_asked: WithDefault<boolean>;
  fence: WithDefault<number>;
  lease_owner: string | null;
  lease_until: NullableInstant;
}

export interface StorageRepositoriesTable {
  id: Generated<number>;
  registry_id: string;
  repository: string;
  project: string;
  /** Of what it names, tagged or not. */
  referenced_bytes: WithDefault<number>;
  /** Of that what no other repository of the registry names, nor another's trash. */
  unique_bytes: WithDefault<number>;
  /** That emptying its trash, or removing its untagged manifests, would give back by itself. */
  trash_bytes: WithDefault<number>;
  untagged_bytes: WithDefault<number>;
  manifest_count: WithDefault<number>;
  /** Of those no tag reaches; and of those again the ones that are old enough to go. */
  untagged_count: WithDefault<number>;
  ripe_count: WithDefault<number>;
  /** Whose layers were never read: their bytes are in no figure. */
  unread_count: WithDefault<number>;
  measured_at: NullableInstant;
}

export interface StorageProjectsTable {
  registry_id: string;
  project: string;
  total_bytes: number;
  unique_bytes: number;
  trash_bytes: number;
  untagged_bytes: number;
  both_bytes: number;
}

export interface StorageBlobsTable {
  repository_id: number;
  registry_number: number;
  /** The first 128 bits of the digest. */
  blob: string;
  size_bytes: number;
  held_as: number;
}

/** At most one for each day; of days without one the one before holds. */
export interface StorageSamplesTable {
  registry_id: string;
  /** Empty: the whole registry. */
  project: string;
  /** Empty: the whole project. */
  repository: string;
  /** As `2026-11-27`. */
  day: string;
  bytes: number;
  unique_bytes: number;
  trash_bytes: number;
}

export interface StorageChangesTable {
  registry_id: string;
  repository: string;
  marks: WithDefault<number>;
}

/** Manifests that no tag reaches, as of the last measuring. */
export interface UntaggedManifestsTable {
  registry_id: string;
  repository: string;
  digest: string;
  project: string;
  /** Since when at the latest: when its tag was seen to be something else, else when it was found without one. */
  since: Date;
  /** That it had, as far as is known. */
  last_tag: string | null;
  size_bytes: number | null;
  /** False for what goes along with another one: its child, or what refers to it. */
  is_root: boolean;
  /** Old enough to be put in the trash. */
  is_ripe: WithDefault<boolean>;
}
