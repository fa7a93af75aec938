import { type RawBuilder, sql } from 'kysely';

/** News of a push is at most this late, mostly; a guess that is older counts as it is. */
const newsWithin = sql`interval '10 seconds'`;

/**
 * Whether a look came upon the tag a moment before the news of its push: until that is told, when it was pushed is a guess.
 * Registries that tell nothing leave nothing to wait for.
 * @param tag the alias of a row of `tags`
 */
export function awaitsNews(tag: string): RawBuilder<boolean> {
  const row = sql.table(tag);
  return sql<boolean>`(not ${row}.is_origin_known and coalesce(${row}.pushed_at > clock_timestamp() - ${newsWithin}, false)
    and exists (select from registries notifying where notifying.id = ${row}.registry_id
      and notifying.notified_at is not null))`;
}
