import type { Generated } from 'kysely';
import type { JsonWithDefault, NullableInstant, NullableJson, ReasonJson, WithDefault } from './column-types.ts';

export interface MaintenanceJson {
  until: string;
  message: string | null;
  by: string | null;
  since: string;
}

type StepName = 'preview' | 'maintenance' | 'drain' | 'dry-run' | 'collect' | 'restart' | 'verify' | 'writable';

/** A garbage collection, or the preview of one: docs/decisions/061-collections.md. */
export interface GcRunsTable {
  id: string;
  registry_id: string;
  kind: 'preview' | 'collection';
  state: WithDefault<'running' | 'done' | 'failed' | 'stopped'>;
  /** That was begun last. */
  step: WithDefault<StepName>;
  asked_by: string | null;
  is_scheduled: WithDefault<boolean>;
  limit_minutes: number;
  stop_requested_at: NullableInstant;
  stopped_by: string | null;
  /** Why it ended, or will end, other than well. */
  reason: NullableJson<ReasonJson>;
  /** It began the registry's maintenance, or took over one that a person had begun, and has not given it back. */
  holds_maintenance: WithDefault<boolean>;
  maintenance_before: NullableJson<MaintenanceJson>;
  probe_digest: string | null;
  /** Of the last dry run: blobs that nothing refers to, their known bytes, and how many are of unknown size. */
  eligible_count: number | null;
  eligible_bytes: number | null;
  unweighed_count: number | null;
  removed_count: number | null;
  bytes_before: number | null;
  bytes_after: number | null;
  writes_refused_at: NullableInstant;
  writable_at: NullableInstant;
  fence: WithDefault<number>;
  lease_owner: string | null;
  lease_until: NullableInstant;
  created_at: WithDefault<Date>;
  started_at: NullableInstant;
  finished_at: NullableInstant;
}

export interface GcRunStepsTable {
  run_id: string;
  name: StepName;
  state: 'running' | 'done' | 'failed' | 'skipped';
  findings: JsonWithDefault<Record<string, number>>;
  reason: NullableJson<ReasonJson>;
  started_at: WithDefault<Date>;
  ended_at: NullableInstant;
}

export interface GcRunLogTable {
  id: Generated<number>;
  run_id: string;
  at: WithDefault<Date>;
  step: StepName;
  source: 'longshore' | 'command';
  line: string;
}

export interface GcRunTagsTable {
  run_id: string;
  repository: string;
  tag: string;
  digest: string;
  /** Everything below it could be read. */
  is_whole: boolean;
}

export interface GcSchedulesTable {
  registry_id: string;
  cron: string;
  time_zone: string;
  limit_minutes: number;
  next_at: Date;
  set_by: string | null;
  updated_at: WithDefault<Date>;
}

export interface FrontDoorWritesTable {
  instance_id: string;
  registry_id: string;
  open_count: number;
  seen_at: WithDefault<Date>;
}
