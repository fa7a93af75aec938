import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { TaskDestination } from './replication.ts';

export type DestinationTagsView = ReturnType<typeof createDestinationTagsView>;

/** What the catalog knows of the tag that a task is about to change. */
export function createDestinationTagsView(database: Kysely<Tables>) {
  return {
    /** Other tags of the repository that name the same digest; a few of them. */
    async listSiblings({ registryId, repository, tag }: TaskDestination, digest: string): Promise<string[]> {
      const rows = await database
        .selectFrom('tags')
        .select('name')
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .where('digest', '=', digest)
        .where('name', '<>', tag ?? '')
        .orderBy('name')
        .limit(5)
        .execute();
      return rows.map(({ name }) => name);
    },
    /** Whether what is under the tag was pushed later than this; of the same moment the greater digest is the later. */
    async hasLater(
      { registryId, repository, tag }: TaskDestination,
      { digest, originAt }: { readonly digest: string; readonly originAt: Date },
    ): Promise<boolean> {
      const { rows } = await sql<{ digest: string }>`
        select digest from tags
        where registry_id = ${registryId} and repository = ${repository} and name = ${tag ?? ''} and digest <> ${digest}
          and (origin_at, digest) > (${originAt}::timestamptz, ${digest}::text)`.execute(database);
      return rows.length > 0;
    },
  };
}
