import type { Generated } from 'kysely';
import type {
  Instant,
  JsonWithDefault,
  NullableInstant,
  NullableJson,
  PlatformJson,
  ReasonJson,
  WithDefault,
} from './column-types.ts';
import type { PolicyExecutionColumns, PolicyTaskColumns } from './policy-tables.ts';

export interface ExecutionsTable extends PolicyExecutionColumns {
  id: string;
  trigger: 'copy' | 'manual' | 'schedule' | 'push' | 'reconcile';
  requested_by: string | null;
  requester_id: string | null;
  state: WithDefault<'running' | 'succeeded' | 'failed' | 'stopped'>;
  include_referrers: boolean;
  when_different: 'replace' | 'skip';
  /** Names such as linux/amd64; null: all. */
  platforms: NullableJson<string[]>;
  created_at: WithDefault<Date>;
  finished_at: NullableInstant;
}

export interface TasksTable extends PolicyTaskColumns {
  id: string;
  execution_id: string;
  /** Kept as text: a finished task outlives its registries. */
  source_registry_id: string;
  source_repository: string;
  source_reference: string;
  destination_registry_id: string;
  destination_repository: string;
  destination_tag: string | null;
  /** The tag is moved only from this digest, or made where it is ''; null: whatever is there. */
  expects_digest: string | null;
  /** Whoever asked last for it to run; null for tasks older than this column. */
  requester_id: string | null;
  /** Pinned at planning. */
  digest: string | null;
  /** What the destination's tag was when a policy planned to move it. */
  replaces_digest: string | null;
  state: WithDefault<'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'stopped'>;
  attempt: WithDefault<number>;
  /** Grows when a person has it run again. */
  attempts_allowed: WithDefault<number>;
  /** Of `attempt`, and in `attempts_allowed`, those that do not count. */
  attempts_forgiven: WithDefault<number>;
  /** No attempt begins after it. */
  deadline_at: WithDefault<Date>;
  reason: NullableJson<ReasonJson>;
  bytes_total: number | null;
  bytes_done: WithDefault<number>;
  bytes_skipped: WithDefault<number>;
  blobs_total: number | null;
  blobs_done: WithDefault<number>;
  next_attempt_at: NullableInstant;
  /** The worker that runs it, until lease_until by the database's clock. */
  lease_owner: string | null;
  lease_until: NullableInstant;
  /** Grows with every claim; a worker may move a tag only while its fence is the current one. */
  fence: WithDefault<number>;
  stop_requested: WithDefault<boolean>;
  created_at: WithDefault<Date>;
  started_at: NullableInstant;
  finished_at: NullableInstant;
}

export interface TaskBlobsTable {
  task_id: string;
  digest: string;
  kind: 'layer' | 'config' | 'manifest';
  platform: NullableJson<PlatformJson>;
  position: number;
  size_bytes: number;
  bytes_done: WithDefault<number>;
  state: WithDefault<'queued' | 'running' | 'copied' | 'mounted' | 'existed' | 'failed'>;
}

export interface TaskAttemptsTable {
  task_id: string;
  number: number;
  started_at: WithDefault<Date>;
  finished_at: NullableInstant;
  outcome: WithDefault<'running' | 'succeeded' | 'failed' | 'stopped' | 'lost'>;
  reason: NullableJson<ReasonJson>;
}

export interface TaskLogTable {
  id: Generated<number>;
  task_id: string;
  attempt: number;
  at: WithDefault<Date>;
  level: 'debug' | 'info' | 'warning' | 'error';
  code: string;
  sentence: string;
  params: JsonWithDefault<Record<string, string>>;
}

/** Bytes moved between two registries within ten seconds. */
export interface RegistryBreakersTable {
  registry_id: string;
  reason: ReasonJson;
  probe_at: Instant;
}

export interface TrafficTable {
  at: Instant;
  source_registry_id: string;
  destination_registry_id: string;
  bytes: number;
}
