import type { Kysely } from 'kysely';
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
  };
}
