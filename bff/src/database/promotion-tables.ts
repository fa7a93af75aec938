import type { Instant, NullableInstant, NullableJson, WithDefault } from './column-types.ts';

export interface PathStepJson {
  environment: string;
  needsApproval: boolean;
}

/** Of projects whose path was set; the others have the environments in their order. */
export interface PromotionPathsTable {
  project: string;
  /** Null: set back to the environments in their order. */
  steps: NullableJson<PathStepJson[]>;
  version: WithDefault<number>;
  changed_by: string | null;
  changed_at: WithDefault<Date>;
}

export interface PromotionsTable {
  id: string;
  kind: WithDefault<'promotion' | 'undo'>;
  project: string;
  repository: string;
  tag: string;
  /** What is promoted, whatever its tag becomes meanwhile. */
  digest: string;
  source_registry_id: string;
  source_environment: string;
  environment: string;
  /** Those of the target environment that it is for; kept as text: a promotion outlives its registries. */
  registry_ids: string[];
  comment: WithDefault<string>;
  /** `begun`: what has become of it, its execution says. */
  state: 'waiting' | 'begun' | 'declined' | 'withdrawn' | 'expired';
  needs_approval: WithDefault<boolean>;
  requested_by: string | null;
  requester_id: string | null;
  decided_by: string | null;
  decider_id: string | null;
  decision_comment: WithDefault<string>;
  decided_at: NullableInstant;
  execution_id: string | null;
  undo_of: string | null;
  created_at: WithDefault<Date>;
  expires_at: Instant;
}

/** Written when it begins. */
export interface PromotionTargetsTable {
  promotion_id: string;
  registry_id: string;
  digest: string;
  /** What the tag was; null: there was none. */
  previous_digest: string | null;
}
