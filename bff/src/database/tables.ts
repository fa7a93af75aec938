import type { ColumnType, Generated, Insertable, Selectable, Updateable } from 'kysely';
import type {
  AccessTokensTable,
  AuditLogTable,
  GroupUsersTable,
  GroupsTable,
  ImmutableRulesTable,
  MembersTable,
  ProjectsTable,
  RobotSecretsTable,
  RobotsTable,
  SettingsTable,
  SigningKeysTable,
  TagLeasesTable,
} from './access-tables.ts';
import type { PoliciesTable, PolicyDestinationsTable, PolicyVersionsTable } from './policy-tables.ts';
import type {
  ExecutionsTable,
  TaskAttemptsTable,
  TaskBlobsTable,
  TaskLogTable,
  TasksTable,
  RegistryBreakersTable,
  TrafficTable,
} from './replication-tables.ts';
import type { PromotionPathsTable, PromotionsTable, PromotionTargetsTable } from './promotion-tables.ts';
import type {
  FollowedPolicyJson,
  Instant,
  Json,
  JsonWithDefault,
  NullableInstant,
  NullableJson,
  PlatformJson,
  ReasonJson,
  WithDefault,
} from './column-types.ts';
import type {
  ExecutionEndsTable,
  NoticeAttemptsTable,
  NoticeDeliveriesTable,
  NoticeHoldsTable,
  NoticeOutagesTable,
  NoticeOutageTellingsTable,
  NoticePairsTable,
  NoticesTable,
} from './notice-tables.ts';
import type {
  StorageBlobsTable,
  StorageChangesTable,
  StorageProjectsTable,
  StorageRegistriesTable,
  StorageRepositoriesTable,
  StorageSamplesTable,
  UntaggedManifestsTable,
} from './storage-tables.ts';
import type { TrashItemsTable, TrashManifestsTable } from './trash-tables.ts';
import type {
  FrontDoorWritesTable,
  GcRunLogTable,
  GcRunStepsTable,
  GcRunsTable,
  GcRunTagsTable,
  GcSchedulesTable,
} from './collection-tables.ts';
import type {
  ManifestPullsTable,
  RetentionPlansTable,
  RetentionRunsTable,
  RetentionRunTagsTable,
} from './retention-tables.ts';

export interface CapabilityJson {
  name: string;
  state: 'yes' | 'no' | 'unknown';
  reason: ReasonJson | null;
}

export interface UsersTable {
  id: string;
  username: string;
  display_name: string;
  /** argon2id in PHC notation; null for accounts of a single sign-on. */
  password_hash: string | null;
  is_system_admin: WithDefault<boolean>;
  disabled_at: NullableInstant;
  created_at: WithDefault<Date>;
  password_changed_at: NullableInstant;
  email: string | null;
  last_sign_in_at: NullableInstant;
  /** When the account was last disabled: sessions of before are over, also once it is enabled again. */
  sessions_ended_at: NullableInstant;
  version: WithDefault<number>;
}

export interface SessionsTable {
  /** SHA-256 of the session id, so that a dump of this table signs nobody in. */
  id_hash: string;
  user_id: string | null;
  content: Json<Record<string, unknown>>;
  expires_at: Instant;
}

export interface RegistriesTable {
  id: string;
  name: string;
  environment: string;
  position: WithDefault<number>;
  kind: WithDefault<'distribution'>;
  username: string | null;
  /** AES-256-GCM envelope. */
  password_sealed: string | null;
  ca_pem: string | null;
  /** SHA-256 of the bearer secret that notifications must carry. */
  notification_secret_hash: string | null;
  capabilities: JsonWithDefault<CapabilityJson[]>;
  probed_at: NullableInstant;
  managed_by: WithDefault<'console' | 'configuration'>;
  version: WithDefault<number>;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
  scan_state: WithDefault<'idle' | 'running' | 'failed'>;
  scan_reason: NullableJson<ReasonJson>;
  scanned_at: NullableInstant;
  notified_at: NullableInstant;
  scan_due_at: WithDefault<Date>;
  /** The instance that scans, as long as its lease lasts. */
  scan_owner: string | null;
  scan_lease_until: NullableInstant;
  scan_duration_ms: number | null;
  /** The scan that is due was asked for by a person. */
  scan_by_person: WithDefault<boolean>;
  trusts_longshore: WithDefault<boolean>;
  redirect_hosts: JsonWithDefault<string[]>;
  /** No writes until then. */
  maintenance_until: NullableInstant;
  maintenance_message: string | null;
  maintenance_by: string | null;
  maintenance_since: NullableInstant;
  /** Of what was never pulled nothing is known from before this. */
  pulls_watched_since: WithDefault<Date>;
  /** The last pull that the registry itself has told of. */
  pulls_told_at: NullableInstant;
}

export interface RegistryEndpointsTable {
  registry_id: string;
  url: string;
  position: number;
  state: WithDefault<'up' | 'down' | 'unknown'>;
  checked_at: NullableInstant;
  state_since: NullableInstant;
  latency_ms: number | null;
  reason: NullableJson<ReasonJson>;
}

export interface RepositoriesTable {
  id: Generated<number>;
  registry_id: string;
  name: string;
  project: string;
  tag_count: WithDefault<number>;
  size_bytes: WithDefault<number>;
  pushed_at: NullableInstant;
  /** As of its tags. */
  sorted_at: WithDefault<Date>;
  first_seen_at: WithDefault<Date>;
  scanned_at: NullableInstant;
}

/** Content-addressed, so one row serves every registry; what a repository holds is in repository_manifests. */
export interface ManifestsTable {
  digest: string;
  media_type: string;
  artifact_type: string | null;
  kind: 'image' | 'index' | 'artifact';
  /** The manifest exactly as the registry serves it: these bytes hash to the digest. */
  content: Buffer | Uint8Array;
  size_bytes: number;
  /** Itself and everything below it, each blob once; null while a child is unknown. */
  total_size_bytes: number | null;
  platforms: JsonWithDefault<PlatformJson[]>;
  config_digest: string | null;
  subject_digest: string | null;
  /** From the image's config. */
  created_at: NullableInstant;
}

/** Config blobs (JSON, at most 4 MiB) by digest. */
export interface ConfigsTable {
  digest: string;
  content: Buffer | Uint8Array;
}

export interface ManifestBlobsTable {
  manifest_digest: string;
  blob_digest: string;
  size_bytes: number;
}

export interface ManifestChildrenTable {
  parent_digest: string;
  child_digest: string;
  position: number;
}

export interface RepositoryManifestsTable {
  repository_id: number;
  digest: string;
  first_seen_at: WithDefault<Date>;
  /** Of an index without all its children: what is there of it. Null where everything is. */
  held_size_bytes: WithDefault<number | null>;
}

/** registry_id, repository and project repeat what repositories says: the lists over all registries sort by index. */
export interface TagsTable {
  repository_id: number;
  registry_id: string;
  repository: string;
  project: string;
  name: string;
  digest: string;
  /** Versions as text that sorts as versions, in byte order (collation "C"). */
  semver_key: string;
  pushed_at: NullableInstant;
  pushed_by: string | null;
  first_seen_at: WithDefault<Date>;
  /** When the registry was asked; an answer to an earlier question never overwrites it. */
  seen_at: WithDefault<Date>;
  /** False for the tags that carry referrers. */
  is_shown: WithDefault<boolean>;
  /** From the image's config. */
  image_created_at: NullableInstant;
  /** When its content was first pushed here or where copies brought it from; kept by a trigger. */
  origin_at: ColumnType<Date, never, never>;
  /** False where a look came upon it: then `origin_at` is a guess until the push is told. */
  is_origin_known: WithDefault<boolean>;
  /** The push, else the image's creation, else 1970; whole milliseconds. */
  sorted_at: ColumnType<Date, never, never>;
}

/** One row for each tag name over all registries; kept by triggers on tags. */
export interface TagNamesTable {
  repository: string;
  name: string;
  project: string;
  /** In lower case, for searching. */
  folded: string;
  semver_key: string;
  pushed_at: Date | null;
  /** The latest push, else the newest creation date, else 1970; whole milliseconds. */
  sorted_at: Date;
  registry_count: number;
  digest_count: number;
  /** In order. */
  registry_ids: string[];
}

/** How many of a repository's tags are in exactly these registries; kept by triggers on tags. */
export interface RepositoryTagCountsTable {
  name: string;
  /** In order. */
  registry_ids: string[];
  project: string;
  tag_count: number;
}

/** How much of a repository is in exactly these registries, each blob and manifest once. */
export interface RepositorySizesTable {
  name: string;
  /** In order. */
  registry_ids: string[];
  project: string;
  size_bytes: number;
}

/** One row for each repository name over all registries; kept by triggers, except size_bytes. */
export interface RepositoryNamesTable {
  name: string;
  project: string;
  tag_count: number;
  /** Each blob and manifest once, however many registries hold it. */
  size_bytes: number;
  pushed_at: Date | null;
  sorted_at: Date;
}

export interface TagHistoryTable {
  id: Generated<number>;
  registry_id: string;
  repository: string;
  name: string;
  /** Null: the tag was removed. */
  digest: string | null;
  at: WithDefault<Date>;
  actor: string | null;
  how: 'push' | 'copy' | 'scan' | 'delete' | 'restore';
  /** Of a deletion by a policy: which one. */
  policy: NullableJson<FollowedPolicyJson>;
  /** Of the transaction that wrote it: what a policy on push reads the log by. */
  txid: ColumnType<string, never, never>;
}

export interface RegistryEventsTable {
  id: Generated<number>;
  registry_id: string;
  /** The registry's own id of it; duplicates are dropped by it. */
  event_id: string;
  action: string;
  repository: string;
  reference: string | null;
  digest: string | null;
  actor: string | null;
  occurred_at: NullableInstant;
  received_at: WithDefault<Date>;
  handled_at: NullableInstant;
}

export interface Tables {
  projects: ProjectsTable;
  groups: GroupsTable;
  group_users: GroupUsersTable;
  members: MembersTable;
  access_tokens: AccessTokensTable;
  robots: RobotsTable;
  robot_secrets: RobotSecretsTable;
  immutable_rules: ImmutableRulesTable;
  tag_leases: TagLeasesTable;
  signing_keys: SigningKeysTable;
  settings: SettingsTable;
  audit_log: AuditLogTable;
  users: UsersTable;
  sessions: SessionsTable;
  registries: RegistriesTable;
  registry_endpoints: RegistryEndpointsTable;
  repositories: RepositoriesTable;
  manifests: ManifestsTable;
  configs: ConfigsTable;
  manifest_blobs: ManifestBlobsTable;
  manifest_children: ManifestChildrenTable;
  repository_manifests: RepositoryManifestsTable;
  tags: TagsTable;
  tag_names: TagNamesTable;
  repository_tag_counts: RepositoryTagCountsTable;
  repository_sizes: RepositorySizesTable;
  repository_names: RepositoryNamesTable;
  tag_history: TagHistoryTable;
  registry_events: RegistryEventsTable;
  executions: ExecutionsTable;
  tasks: TasksTable;
  policies: PoliciesTable;
  policy_versions: PolicyVersionsTable;
  policy_destinations: PolicyDestinationsTable;
  task_blobs: TaskBlobsTable;
  task_attempts: TaskAttemptsTable;
  task_log: TaskLogTable;
  traffic: TrafficTable;
  registry_breakers: RegistryBreakersTable;
  promotion_paths: PromotionPathsTable;
  promotions: PromotionsTable;
  promotion_targets: PromotionTargetsTable;
  notices: NoticesTable;
  notice_deliveries: NoticeDeliveriesTable;
  notice_attempts: NoticeAttemptsTable;
  execution_ends: ExecutionEndsTable;
  notice_outages: NoticeOutagesTable;
  notice_outage_tellings: NoticeOutageTellingsTable;
  notice_pairs: NoticePairsTable;
  notice_holds: NoticeHoldsTable;
  trash_items: TrashItemsTable;
  trash_manifests: TrashManifestsTable;
  gc_runs: GcRunsTable;
  gc_run_steps: GcRunStepsTable;
  gc_run_log: GcRunLogTable;
  gc_run_tags: GcRunTagsTable;
  gc_schedules: GcSchedulesTable;
  front_door_writes: FrontDoorWritesTable;
  retention_plans: RetentionPlansTable;
  retention_runs: RetentionRunsTable;
  retention_run_tags: RetentionRunTagsTable;
  manifest_pulls: ManifestPullsTable;
  storage_registries: StorageRegistriesTable;
  storage_repositories: StorageRepositoriesTable;
  storage_projects: StorageProjectsTable;
  storage_blobs: StorageBlobsTable;
  storage_samples: StorageSamplesTable;
  storage_changes: StorageChangesTable;
  untagged_manifests: UntaggedManifestsTable;
}

export type Row<T extends keyof Tables> = Selectable<Tables[T]>;
export type NewRow<T extends keyof Tables> = Insertable<Tables[T]>;
export type RowChange<T extends keyof Tables> = Updateable<Tables[T]>;
