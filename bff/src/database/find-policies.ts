import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Which of these there are still: what they did is told of for longer. */
export async function findPolicies(kysely: Kysely<Tables>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await kysely
    .selectFrom('policies')
    .select('id')
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Set(rows.map(({ id }) => id));
}
