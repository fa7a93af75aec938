import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { Refresh } from './refresh-queue.ts';
import { hasMoved } from './tag-moves.view.ts';

export type UnheardCopiesView = ReturnType<typeof createUnheardCopiesView>;

const mostAtOnce = 500;

/**
 * Copies that ended in the last quarter of an hour and that the catalog has not heard of: the console that made them was
 * killed in between. Without this, a chain would go on from there only after the next scan.
 */
export function createUnheardCopiesView(database: Kysely<Tables>) {
  return {
    /** @param restS so many seconds the catalog has had to hear of it */
    async list(restS: number): Promise<Refresh[]> {
      const { rows } = await sql<{
        registry_id: string;
        repository: string;
        tag: string;
        digest: string;
        requested_by: string | null;
      }>`
        select t.destination_registry_id as registry_id, t.destination_repository as repository,
          t.destination_tag as tag, t.digest, e.requested_by
        from tasks t join executions e on e.id = t.execution_id
        where t.finished_at between now() - interval '15 minutes' and now() - ${restS} * interval '1 second'
          and ${hasMoved} and t.kind = 'copy'
          and t.destination_tag is not null and t.digest is not null
          and not exists (
            select from tags
            where tags.registry_id = t.destination_registry_id and tags.repository = t.destination_repository
              and tags.name = t.destination_tag and (tags.digest = t.digest or tags.seen_at > t.finished_at)
          )
        order by t.finished_at limit ${mostAtOnce}`.execute(database);
      return rows.map((row) => ({
        registryId: row.registry_id,
        repository: row.repository,
        tag: row.tag,
        digest: row.digest,
        how: 'copy',
        actor: row.requested_by,
      }));
    },
  };
}
