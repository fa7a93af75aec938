import type { Generated, GeneratedAlways } from 'kysely';
import type { Instant, JsonWithDefault, NullableInstant, NullableJson, WithDefault } from './column-types.ts';

/** Made by a person, or by a trigger when the first repository of that name is seen. */
export interface ProjectsTable {
  name: string;
  description: WithDefault<string>;
  is_public: WithDefault<boolean>;
  /** Overrides is_public for an environment. */
  public_environments: JsonWithDefault<Record<string, boolean>>;
  archived_at: NullableInstant;
  created_at: WithDefault<Date>;
  version: WithDefault<number>;
  /** How long what was deleted can be had back. */
  trash_days: WithDefault<number>;
}

export interface GroupsTable {
  id: string;
  name: string;
  description: WithDefault<string>;
  created_at: WithDefault<Date>;
  version: WithDefault<number>;
}

export interface GroupUsersTable {
  group_id: string;
  user_id: string;
}

/** A cell of the grid person × environment; of user_id and group_id one is null. */
export interface MembersTable {
  project: string;
  user_id: string | null;
  group_id: string | null;
  /** Empty: all environments. */
  environment: WithDefault<string>;
  role: 'project-admin' | 'maintainer' | 'developer' | 'guest' | 'limited-guest' | 'none';
  created_at: WithDefault<Date>;
}

export interface AccessTokensTable {
  id: string;
  user_id: string;
  name: string;
  /** SHA-256 of the secret, which has 256 bits of chance and needs no slower hash. */
  secret_hash: string;
  actions: JsonWithDefault<string[]>;
  projects: NullableJson<string[]>;
  environments: NullableJson<string[]>;
  created_at: WithDefault<Date>;
  expires_at: Instant;
  last_used_at: NullableInstant;
  last_used_from: string | null;
}

export interface RobotPermissionJson {
  actions: string[];
  environments: string[] | null;
  repositories: string[];
}

export interface RobotsTable {
  id: string;
  name: string;
  /** What docker login takes. */
  login_name: string;
  /** Null: a system robot. */
  project: string | null;
  description: WithDefault<string>;
  permissions: JsonWithDefault<RobotPermissionJson[]>;
  expires_at: NullableInstant;
  disabled_at: NullableInstant;
  last_used_at: NullableInstant;
  last_used_from: string | null;
  created_by: string | null;
  created_at: WithDefault<Date>;
  version: WithDefault<number>;
}

/** One, or several while a rotation overlaps. */
export interface RobotSecretsTable {
  robot_id: string;
  /** SHA-256. */
  secret_hash: string;
  created_at: WithDefault<Date>;
  expires_at: NullableInstant;
  last_used_at: NullableInstant;
}

export interface ImmutableRulesTable {
  id: string;
  project: string;
  /** Null: every environment. */
  environment: string | null;
  repository_pattern: string;
  tag_pattern: string;
  created_by: string | null;
  created_at: WithDefault<Date>;
}

/** Whoever decides on an immutable tag and moves it. */
export interface TagLeasesTable {
  registry_id: string;
  repository: string;
  tag: string;
  holder: string;
  held_until: Instant;
}

export interface SigningKeysTable {
  /** RFC 7638 thumbprint. */
  key_id: string;
  /** AES-256-GCM envelope of the PKCS #8 PEM. */
  private_key_sealed: string;
  certificate_pem: string;
  created_at: WithDefault<Date>;
  /** Null: signs now. */
  retires_at: NullableInstant;
}

export interface SettingsTable {
  only_row: WithDefault<boolean>;
  allows_anonymous: WithDefault<boolean>;
  version: WithDefault<number>;
  updated_at: NullableInstant;
}

/** A trigger refuses update, delete and truncate. */
export interface AuditLogTable {
  id: Generated<number>;
  at: WithDefault<Date>;
  actor_kind: 'user' | 'robot' | 'anonymous' | 'system';
  actor_id: string | null;
  actor_name: string;
  address: string | null;
  action: string;
  outcome: 'done' | 'refused' | 'failed';
  project: string | null;
  environment: string | null;
  target: string | null;
  reason: string | null;
  before: NullableJson<Record<string, unknown>>;
  after: NullableJson<Record<string, unknown>>;
  request_id: string | null;
  /** What a search looks at, in lower case; made by the database. */
  searched: GeneratedAlways<string>;
}
