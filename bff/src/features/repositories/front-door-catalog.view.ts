import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

export interface RepositoryPlaceRow {
  readonly registryId: string;
  readonly repository: string;
}

/** Where deleted artifacts are kept, in no list of repositories. */
const reserved = 'longshore-trash/%';

/** Repositories of all registries in the order of registry and name, a piece at a time. */
export function createFrontDoorCatalogView(kysely: Kysely<Tables>) {
  return async (after: RepositoryPlaceRow | null, limit: number): Promise<RepositoryPlaceRow[]> => {
    const isAfter =
      after === null
        ? sql<boolean>`true`
        : sql<boolean>`(registry_id collate "C", name collate "C") > (${after.registryId}::text, ${after.repository}::text)`;
    const { rows } = await sql<{ registry_id: string; name: string }>`
      select registry_id, name from repositories
      where ${isAfter} and name not like ${reserved} and tag_count > 0
      order by registry_id collate "C", name collate "C" limit ${limit}
    `.execute(kysely);
    return rows.map(({ registry_id: registryId, name: repository }) => ({ registryId, repository }));
  };
}
