import type {
  Instant,
  Json,
  JsonWithDefault,
  NullableInstant,
  NullableJson,
  ReasonJson,
  WithDefault,
} from './column-types.ts';

export type RetentionRuleJson =
  | { kind: 'newest'; count: number }
  | { kind: 'pushed-within'; days: number }
  | { kind: 'pulled-within'; days: number }
  | { kind: 'tags'; patterns: string[] }
  | { kind: 'used-elsewhere' };

/** Which tags of a project are kept in one environment, or in each: docs/decisions/062-retention.md. */
export interface RetentionPlansTable {
  id: string;
  project: string;
  /** Null: every environment. */
  environment: string | null;
  is_enabled: boolean;
  /** Patterns of repositories, below the project. */
  include: string[];
  exclude: string[];
  rules: Json<RetentionRuleJson[]>;
  cron: string | null;
  time_zone: string | null;
  next_run_at: NullableInstant;
  version: WithDefault<number>;
  created_by: string | null;
  created_at: WithDefault<Date>;
  changed_by: string | null;
  changed_at: WithDefault<Date>;
}

export interface RetentionContentJson {
  repositories: { include: string[]; exclude: string[] };
  rules: RetentionRuleJson[];
}

export interface LeftOutJson {
  registryId: string;
  reason: ReasonJson;
}

export interface RetentionRunsTable {
  id: string;
  plan_id: string | null;
  project: string;
  environment: string | null;
  plan_version: number;
  /** What the plan said when the run was asked for. */
  content: Json<RetentionContentJson>;
  is_scheduled: boolean;
  asked_by: string | null;
  asker_id: string | null;
  /** Whoever asked for it has seen that it is many. */
  accepts_many: WithDefault<boolean>;
  /** How many deletions they have seen. */
  expected_count: number | null;
  state: WithDefault<'planning' | 'held' | 'deleting' | 'done' | 'declined' | 'stopped' | 'failed'>;
  held_back: NullableJson<ReasonJson>;
  decided_by: string | null;
  /** Of an open run what it waits for, of an ended one why it ended so. */
  reason: NullableJson<ReasonJson>;
  left_out: JsonWithDefault<LeftOutJson[]>;
  keep_count: WithDefault<number>;
  delete_count: WithDefault<number>;
  freed_bytes: number | null;
  trashed_count: WithDefault<number>;
  spared_count: WithDefault<number>;
  failed_count: WithDefault<number>;
  as_of: NullableInstant;
  fence: WithDefault<number>;
  lease_owner: string | null;
  lease_until: NullableInstant;
  next_attempt_at: WithDefault<Date>;
  created_at: WithDefault<Date>;
  /** Since when it may delete: planned, or confirmed. */
  begun_at: NullableInstant;
  finished_at: NullableInstant;
}

export interface RetentionRunTagsTable {
  run_id: string;
  position: number;
  registry_id: string;
  repository: string;
  tag: string;
  digest: string;
  pushed_at: NullableInstant;
  size_bytes: number | null;
  reasons: Json<ReasonJson[]>;
  item_id: string;
  /** `pending`: nothing was done yet; `asked`: its trash item is there. */
  outcome: WithDefault<'pending' | 'asked' | 'trashed' | 'spared' | 'failed'>;
  outcome_reason: NullableJson<ReasonJson>;
}

export interface ManifestPullsTable {
  registry_id: string;
  repository: string;
  digest: string;
  pulled_at: Instant;
}
