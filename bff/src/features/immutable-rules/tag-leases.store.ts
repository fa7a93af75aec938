import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** One tag in one registry. */
export interface TagName {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export type TagLeasesStore = ReturnType<typeof createTagLeasesStore>;

/** One statement each: nothing is held open in between. Times are the database's. */
export function createTagLeasesStore(kysely: Kysely<Tables>) {
  const end = (leaseMs: number) => sql<Date>`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`;
  return {
    /** False while somebody else holds the tag. */
    async take({ registryId, repository, tag }: TagName, holder: string, leaseMs: number): Promise<boolean> {
      const { rows } = await sql`
        insert into tag_leases as held (registry_id, repository, tag, holder, held_until)
        values (${registryId}, ${repository}, ${tag}, ${holder}::uuid, ${end(leaseMs)})
        on conflict (registry_id, repository, tag) do update
          set holder = excluded.holder, held_until = excluded.held_until
          where held.held_until < clock_timestamp()
        returning holder`.execute(kysely);
      return rows.length > 0;
    },
    /** False where it ran out and somebody else took it. */
    async renew({ registryId, repository, tag }: TagName, holder: string, leaseMs: number): Promise<boolean> {
      const renewed = await kysely
        .updateTable('tag_leases')
        .set({ held_until: end(leaseMs) })
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .where('tag', '=', tag)
        .where('holder', '=', holder)
        .executeTakeFirst();
      return renewed.numUpdatedRows > 0n;
    },
    async release({ registryId, repository, tag }: TagName, holder: string): Promise<void> {
      await kysely
        .deleteFrom('tag_leases')
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .where('tag', '=', tag)
        .where('holder', '=', holder)
        .execute();
    },
  };
}
