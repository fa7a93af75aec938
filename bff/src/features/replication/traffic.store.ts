import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';

export const stepSeconds = 10;
export const stepCount = 360;

/** Bytes that went from one registry to another within one step; `at` is its beginning. */
export interface MovedInStep {
  readonly at: Date;
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly byteCount: number;
}

export interface RegistryStep {
  readonly registryId: string;
  readonly at: Date;
  readonly inBytes: number;
  readonly outBytes: number;
}

export type TrafficStore = ReturnType<typeof createTrafficStore>;

/** What was moved, step by step, by all instances together. */
export function createTrafficStore(database: Kysely<Tables>) {
  return {
    async add(moved: readonly MovedInStep[]): Promise<void> {
      if (moved.length === 0) return;
      const rows = moved.map(({ at, sourceRegistryId, destinationRegistryId, byteCount }) => ({
        at: at.toISOString(),
        source: sourceRegistryId,
        destination: destinationRegistryId,
        bytes: byteCount,
      }));
      await sql`
        insert into traffic (at, source_registry_id, destination_registry_id, bytes)
        select at, source, destination, bytes
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
          at timestamptz, source text, destination text, bytes bigint)
        order by at, source, destination
        on conflict (at, source_registry_id, destination_registry_id)
        do update set bytes = traffic.bytes + excluded.bytes`.execute(database);
    },
    async forgetBefore(instant: Date): Promise<void> {
      await database.deleteFrom('traffic').where('at', '<', instant).execute();
    },
    async listSteps(from: Date): Promise<RegistryStep[]> {
      const { rows } = await sql<{ registry_id: string; at: Date; in_bytes: number; out_bytes: number }>`
        select registry_id, at, sum(in_bytes)::bigint as in_bytes, sum(out_bytes)::bigint as out_bytes from (
          select destination_registry_id as registry_id, at, bytes as in_bytes, 0 as out_bytes from traffic where at >= ${from}
          union all
          select source_registry_id, at, 0, bytes from traffic where at >= ${from}) both_ends
        group by registry_id, at order by registry_id, at`.execute(database);
      return rows.map((row) => ({
        registryId: row.registry_id,
        at: row.at,
        inBytes: row.in_bytes,
        outBytes: row.out_bytes,
      }));
    },
    async sumRoutes(from: Date): Promise<Omit<MovedInStep, 'at'>[]> {
      const { rows } = await sql<{ source_registry_id: string; destination_registry_id: string; bytes: number }>`
        select source_registry_id, destination_registry_id, sum(bytes)::bigint as bytes
        from traffic where at >= ${from} group by 1, 2`.execute(database);
      return rows.map((row) => ({
        sourceRegistryId: row.source_registry_id,
        destinationRegistryId: row.destination_registry_id,
        byteCount: row.bytes,
      }));
    },
  };
}
