import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { MaintenancePlan } from './registry.ts';

export type MaintenanceStore = ReturnType<typeof createMaintenanceStore>;

const none = { maintenance_until: null, maintenance_message: null, maintenance_by: null, maintenance_since: null };

export function createMaintenanceStore(database: Kysely<Tables>) {
  return {
    /** An earlier one that still runs keeps its beginning. False where there is no such registry. */
    async begin(id: string, { until, message, startedBy }: MaintenancePlan): Promise<boolean> {
      const begun = await database
        .updateTable('registries')
        .set({
          maintenance_until: until,
          maintenance_message: message,
          maintenance_by: startedBy,
          maintenance_since: sql<Date>`case when maintenance_until > now() then maintenance_since else now() end`,
        })
        .where('id', '=', id)
        .executeTakeFirst();
      return begun.numUpdatedRows > 0n;
    },
    /** A garbage collection has it, and gives it back by itself. */
    async isCollecting(id: string): Promise<boolean> {
      const run = await database
        .selectFrom('gc_runs')
        .select('id')
        .where('registry_id', '=', id)
        .where('state', '=', 'running')
        .where('holds_maintenance', '=', true)
        .executeTakeFirst();
      return run !== undefined;
    },
    async end(id: string): Promise<void> {
      await database.updateTable('registries').set(none).where('id', '=', id).execute();
    },
    /** @returns the registries whose time was over; of several instances one is told */
    async endDue(): Promise<string[]> {
      const due = sql<boolean>`maintenance_until <= now()`;
      const ended = await database.updateTable('registries').set(none).where(due).returning('id').execute();
      return ended.map(({ id }) => id);
    },
  };
}
