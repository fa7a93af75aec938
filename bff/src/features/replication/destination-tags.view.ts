import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { awaitsNews } from '../../database/tag-news.ts';
import { hasBeen } from '../../database/tag-been.ts';
import type { TaskDestination, TaskSource } from './replication.ts';

export type TagWinner = 'source' | 'source-alone' | 'destination' | 'neither' | 'undecided';
export type DestinationTagsView = ReturnType<typeof createDestinationTagsView>;

/** What the catalog knows of the tag that a task is about to change. */
export function createDestinationTagsView(database: Kysely<Tables>) {
  return {
    /**
     * Which of two masters' contents was pushed later; of the same moment the greater digest is. Undecided while a push of
     * the two was seen and its news, which says when it was, is still to come; `neither` where the source has something
     * else by now, which is another task's to bring; `source-alone` where it replaces what the source itself has had
     * or where there is nothing: nobody's push is lost.
     */
    async findWinner(
      source: TaskSource,
      { registryId, repository, tag }: TaskDestination,
      { digest, originAt }: { readonly digest: string; readonly originAt: Date },
    ): Promise<TagWinner> {
      const { rows } = await sql<{
        is_later: boolean;
        is_undecided: boolean;
        has_moved_on: boolean;
        is_known: boolean;
      }>`
        select (there.origin_at, there.digest) > (coalesce(here.origin_at, ${originAt}::timestamptz), ${digest}::text)
            as is_later,
          ${awaitsNews('there')} or coalesce(${awaitsNews('here')}, false) as is_undecided,
          coalesce(here.digest <> ${digest}, false) as has_moved_on,
          ${hasBeen({ registryId: source.registryId, repository: source.repository, name: source.reference }, sql`there.digest`)}
            as is_known
        from tags there
        left join tags here on here.registry_id = ${source.registryId} and here.repository = ${source.repository}
          and here.name = ${source.reference}
        where there.registry_id = ${registryId} and there.repository = ${repository} and there.name = ${tag ?? ''}
          and there.digest <> ${digest}`.execute(database);
      const [row] = rows;
      if (row === undefined) return 'source-alone';
      if (row.has_moved_on) return 'neither';
      if (row.is_undecided) return 'undecided';
      if (row.is_later) return 'destination';
      return row.is_known ? 'source-alone' : 'source';
    },
  };
}
