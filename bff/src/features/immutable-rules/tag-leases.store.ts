import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** One tag in one registry; null: every tag of the repository, the ones that are not there yet among them. */
export interface TagName {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string | null;
}

export type TagLeasesStore = ReturnType<typeof createTagLeasesStore>;

/** No tag is called so. */
const wholeRepository = '';

/** One statement each: nothing is held open in between. Times are the database's. */
export function createTagLeasesStore(kysely: Kysely<Tables>) {
  const end = (leaseMs: number) => sql<Date>`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`;
  const isWholeHeld = ({ registryId, repository }: TagName) => sql<boolean>`exists (
    select from tag_leases as whole
    where whole.registry_id = ${registryId} and whole.repository = ${repository} and whole.tag = ${wholeRepository}
      and whole.held_until >= clock_timestamp()
  )`;
  const ownRow = (tag: TagName, holder: string) =>
    sql<boolean>`registry_id = ${tag.registryId} and repository = ${tag.repository}
      and tag = ${tag.tag ?? wholeRepository} and holder = ${holder}::uuid`;
  return {
    /** False while somebody else holds the tag, or the whole repository. */
    async take(name: TagName, holder: string, leaseMs: number): Promise<boolean> {
      const { registryId, repository, tag } = name;
      const { rows } = await sql`
        insert into tag_leases as held (registry_id, repository, tag, holder, held_until)
        select ${registryId}, ${repository}, ${tag ?? wholeRepository}, ${holder}::uuid, ${end(leaseMs)}
        where not ${isWholeHeld(name)}
        on conflict (registry_id, repository, tag) do update
          set holder = excluded.holder, held_until = excluded.held_until
          where held.held_until < clock_timestamp()
        returning holder`.execute(kysely);
      return rows.length > 0;
    },
    /**
     * False where it ran out and somebody else took it; a whole repository's once it ran out, because others may have
     * moved tags since and gone.
     */
    async renew(tag: TagName, holder: string, leaseMs: number): Promise<boolean> {
      const renewed = await kysely
        .updateTable('tag_leases')
        .set({ held_until: end(leaseMs) })
        .where(ownRow(tag, holder))
        .where(sql<boolean>`(tag <> ${wholeRepository} or held_until >= clock_timestamp())`)
        .executeTakeFirst();
      return renewed.numUpdatedRows > 0n;
    },
    /**
     * Whether somebody holds what a holder must be alone with: the whole repository beside one of its tags, or any tag
     * beside the whole. Two who took theirs at the same moment cannot both miss the other: each looks when its own is there.
     */
    async isContested(name: TagName): Promise<boolean> {
      const { registryId, repository, tag } = name;
      const found = await kysely
        .selectFrom('tag_leases')
        .select('tag')
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .where('tag', tag === null ? '<>' : '=', wholeRepository)
        .where('held_until', '>=', sql<Date>`clock_timestamp()`)
        .limit(1)
        .execute();
      return found.length > 0;
    },
    async release(tag: TagName, holder: string): Promise<void> {
      await kysely.deleteFrom('tag_leases').where(ownRow(tag, holder)).execute();
    },
  };
}
