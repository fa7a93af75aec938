import type { ColumnType, JSONColumnType } from 'kysely';

/** int8 and numeric arrive as numbers: every byte count here stays below 2^53. Instants arrive as Date. */
export type Instant = ColumnType<Date, Date | string, Date | string>;
export type NullableInstant = ColumnType<Date | null, Date | string | null, Date | string | null>;
export type WithDefault<T> = ColumnType<T, T | undefined, T>;
export type Json<T> = JSONColumnType<T & object>;
/** Written as text: the drivers take an array for a PostgreSQL array. */
export type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
export type NullableJson<T> = ColumnType<T | null, string | null, string | null>;

export interface ReasonJson {
  code: string;
  sentence: string;
  params: Record<string, string>;
}
/** Whose task deleted something: kept as it was then, because it outlives the policy and the task. */
export interface FollowedPolicyJson {
  id: string;
  name: string;
  executionId: string;
  sourceRegistryId: string;
  sourceRepository: string;
}
export interface PlatformJson {
  os: string;
  architecture: string;
  variant: string | null;
  osVersion: string | null;
}
