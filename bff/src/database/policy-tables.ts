import type { ColumnType } from 'kysely';
import type { Json, NullableInstant, NullableJson, ReasonJson, WithDefault } from './column-types.ts';

export interface PoliciesTable {
  id: string;
  name: string;
  /** Null: system-wide. */
  project: string | null;
  is_enabled: boolean;
  paused_at: NullableInstant;
  paused_by: string | null;
  version: WithDefault<number>;
  content: Json<Record<string, unknown>>;
  /** Of the content, as the destinations are in registry_ids. */
  source_registry_id: string;
  /** Source and destinations. */
  registry_ids: string[];
  /** Up to here the source's log is planned; null while it follows none. */
  cursor: ColumnType<string | null, string | null | undefined, string | null>;
  /** Everything is to be examined, whatever the log says. */
  is_full_due: WithDefault<boolean>;
  /** The scan of the source that was reconciled last. */
  reconciled_scan_at: NullableInstant;
  next_run_at: NullableInstant;
  /** Grows with every plan that was carried out: of two that were made at once one is dropped. */
  plan_count: WithDefault<number>;
  last_reason: NullableJson<ReasonJson>;
  /** When everything was last examined, and what was found; both or neither. */
  looked_at: NullableInstant;
  look_found: NullableJson<Record<string, number>>;
  created_by: string | null;
  created_at: WithDefault<Date>;
  changed_by: string | null;
  changed_at: WithDefault<Date>;
}

export interface PolicyVersionsTable {
  policy_id: string;
  version: number;
  name: string;
  content: Json<Record<string, unknown>>;
  changed_by: string | null;
  changed_at: WithDefault<Date>;
}

/** Only of destinations that are paused. */
export interface PolicyDestinationsTable {
  policy_id: string;
  registry_id: string;
  paused_at: ColumnType<Date, Date | string, Date | string>;
  paused_by: string | null;
}

/** Of an execution that a policy made. */
export interface PolicyExecutionColumns {
  policy_id: string | null;
  policy_name: string | null;
  policy_version: number | null;
  planned: NullableJson<Record<string, number>>;
  /** Why its deletions wait for a person's word. */
  held_back: NullableJson<ReasonJson>;
}

/** Of a task that a policy made. */
export interface PolicyTaskColumns {
  kind: WithDefault<'copy' | 'delete'>;
  policy_id: string | null;
  /** Of the source's tag: the destination's takes it over. */
  origin_at: NullableInstant;
  /** The destination is a master of the tag too. */
  is_contested: WithDefault<boolean>;
}
