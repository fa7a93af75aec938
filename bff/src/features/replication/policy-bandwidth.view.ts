import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { Bandwidth } from './bandwidth.ts';

interface StoredDestination {
  readonly registryId: string;
  readonly bandwidth: Bandwidth | null;
}

/** How late a change of bandwidth may take effect. */
const keepMs = 3000;

/** What policies allow their destinations, as they are now: a change counts for tasks that were made before it, too. */
export function createPolicyBandwidthView(database: Kysely<Tables>) {
  const kept = new Map<
    string,
    { readonly destinations: Promise<readonly StoredDestination[]>; readonly untilMs: number }
  >();
  const read = async (policyId: string): Promise<readonly StoredDestination[]> => {
    const row = await database.selectFrom('policies').select('content').where('id', '=', policyId).executeTakeFirst();
    return (row?.content as { destinations?: readonly StoredDestination[] } | undefined)?.destinations ?? [];
  };
  const counted = new Map<string, { readonly consoles: Promise<number>; readonly untilMs: number }>();
  const count = async (policyId: string, registryId: string): Promise<number> => {
    const { rows } = await sql<{ consoles: number }>`
      select count(distinct lease_owner)::integer as consoles from tasks
      where policy_id = ${policyId}::uuid and destination_registry_id = ${registryId}
        and state = 'running' and lease_until >= now()`.execute(database);
    return Math.max(1, rows[0]?.consoles ?? 1);
  };
  return {
    async find(policyId: string, registryId: string): Promise<Bandwidth | null> {
      const nowMs = performance.now();
      let current = kept.get(policyId);
      if (current === undefined || nowMs > current.untilMs) {
        if (kept.size > 1000) kept.clear();
        current = { destinations: read(policyId), untilMs: nowMs + keepMs };
        kept.set(policyId, current);
      }
      const destinations = await current.destinations;
      return destinations.find((destination) => destination.registryId === registryId)?.bandwidth ?? null;
    },

    /** How many consoles send for the policy into the destination, as counted within the last seconds. */
    async countConsoles(policyId: string, registryId: string): Promise<number> {
      const key = `${policyId} ${registryId}`;
      const nowMs = performance.now();
      let current = counted.get(key);
      if (current === undefined || nowMs > current.untilMs) {
        if (counted.size > 1000) counted.clear();
        // A database that is away for a while cuts no copy.
        const last = current?.consoles ?? 1;
        current = { consoles: count(policyId, registryId).catch(() => last), untilMs: nowMs + keepMs };
        counted.set(key, current);
      }
      return current.consoles;
    },
  };
}
