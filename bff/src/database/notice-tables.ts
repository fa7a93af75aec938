import type { Generated } from 'kysely';
import type { Instant, Json, JsonWithDefault, NullableInstant, NullableJson, WithDefault } from './column-types.ts';

export interface NoticesTable {
  id: string;
  /** Null: of the whole console. */
  project: string | null;
  /** Null: whatever made the execution. */
  policy_id: string | null;
  name: string;
  channel: 'webhook' | 'mail';
  url: string | null;
  /** AES-256-GCM envelope. */
  secret_sealed: string | null;
  recipients: JsonWithDefault<string[]>;
  language: WithDefault<'en' | 'zh'>;
  kinds: JsonWithDefault<Array<'failed' | 'recovered' | 'all'>>;
  is_disabled: WithDefault<boolean>;
  created_by: string | null;
  created_at: WithDefault<Date>;
  version: WithDefault<number>;
}

export interface NoticeDeliveriesTable {
  /** The receiver sees it, the same at every attempt. */
  id: string;
  notice_id: string;
  execution_id: string | null;
  event: string;
  /** JSON as it is sent and signed. */
  body: string;
  state: WithDefault<'waiting' | 'sending' | 'delivered' | 'failed'>;
  attempt: WithDefault<number>;
  attempts_allowed: number;
  next_attempt_at: NullableInstant;
  lease_until: NullableInstant;
  created_at: WithDefault<Date>;
  finished_at: NullableInstant;
}

export interface NoticeAttemptsTable {
  delivery_id: string;
  number: number;
  at: Instant;
  duration_ms: number;
  /** HTTP or SMTP. */
  status: number | null;
  /** Its beginning. */
  answer: string | null;
  reason: NullableJson<{ code: string; sentence: string; params: Record<string, string> }>;
}

export interface EndedPairJson {
  project: string;
  sourceRegistryId: string;
  destinationRegistryId: string;
  succeeded: number;
  failed: number;
  stopped: number;
  bytesDone: number;
}

export interface EndedFailureJson {
  taskId: string;
  project: string;
  sourceRegistryId: string;
  sourceRepository: string;
  sourceReference: string;
  destinationRegistryId: string;
  destinationRepository: string;
  destinationTag: string | null;
  code: string | null;
  sentence: string | null;
}

/** Written by a trigger on executions, taken away when planned. */
export interface ExecutionEndsTable {
  id: Generated<number>;
  execution_id: string;
  policy_id: string | null;
  policy_name: string | null;
  state: 'succeeded' | 'failed' | 'stopped';
  trigger: string;
  requested_by: string | null;
  started_at: Instant;
  ended_at: Instant;
  pairs: Json<EndedPairJson[]>;
  failures: Json<EndedFailureJson[]>;
}

/** Failing pairs of registries; '' is every project, and every policy. */
export interface NoticePairsTable {
  project: string;
  policy_id: string;
  source_registry_id: string;
  destination_registry_id: string;
  failing_since: Instant;
}

/** Pairs of registries that are held up; '' is every project, and every policy. */
export interface NoticeOutagesTable {
  id: WithDefault<string>;
  project: string;
  policy_id: string;
  source_registry_id: string;
  destination_registry_id: string;
  since: Instant;
  /** Since when it was not held up, without a success. */
  quiet_since: NullableInstant;
  /** Since when it has been held up for so long that it is told. */
  told_at: NullableInstant;
  looked_at: Instant;
  /** Whose copies waited when it was told first. */
  policies: JsonWithDefault<Array<{ id: string; name: string }>>;
}

export interface NoticeOutageTellingsTable {
  outage_id: string;
  notice_id: string;
}

/** Whose held deletions a notice was told of. */
export interface NoticeHoldsTable {
  notice_id: string;
  policy_id: string;
  /** Some of them waited then. */
  seen_at: Instant;
}
