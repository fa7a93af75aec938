import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';

export type PlanPlatformsView = ReturnType<typeof createPlanPlatformsView>;

/** A real index has some kilobytes: a larger one is planned as a whole. */
const contentMaxBytes = 1024 * 1024;

/** What the catalog knows of indexes and of what is below them. */
export function createPlanPlatformsView(database: Kysely<Tables>) {
  return {
    /** By `repository@digest`: indexes that the registry has without all their children. */
    async listSparse(registryId: string): Promise<ReadonlySet<string>> {
      const { rows } = await sql<{ name: string; digest: string }>`
        select r.name, held.digest from repository_manifests held
        join repositories r on r.id = held.repository_id
        where held.held_size_bytes is not null and r.registry_id = ${registryId}`.execute(database);
      return new Set(rows.map(({ name, digest }) => `${name}@${digest}`));
    },
    /** Those of the digests that are indexes, as their registries serve them. */
    async listIndexes(digests: readonly string[]): Promise<{ digest: string; mediaType: string; content: Buffer }[]> {
      const rows = await database
        .selectFrom('manifests')
        .select(['digest', 'media_type', 'content'])
        .where('kind', '=', 'index')
        .where('digest', 'in', digests)
        .where(sql<boolean>`octet_length(content) <= ${contentMaxBytes}`)
        .execute();
      return rows.map(({ digest, media_type, content }) => ({
        digest,
        mediaType: media_type,
        content: Buffer.from(content),
      }));
    },
    listLacking: (registryId: string, wanted: readonly WantedPart[]) => listLacking(database, registryId, wanted),
    sumParts: (parts: ReadonlyMap<string, readonly string[]>) => sumParts(database, parts),
  };
}

export interface WantedPart {
  readonly place: number;
  readonly repository: string;
  readonly digest: string;
}

/** Places of those that the registry's repository is not known to hold. */
async function listLacking(
  database: Kysely<Tables>,
  registryId: string,
  wanted: readonly WantedPart[],
): Promise<Set<number>> {
  const { rows } = await sql<{ place: number }>`
    select distinct g.place from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      as g(place integer, repository text, digest text)
    where not exists (
      select from repositories r join repository_manifests held on held.repository_id = r.id
      where r.registry_id = ${registryId} and r.name = g.repository and held.digest = g.digest
    )`.execute(database);
  return new Set(rows.map(({ place }) => place));
}

/** Of each key its own bytes with those of its parts, each blob once; left out where a part is not known. */
async function sumParts(
  database: Kysely<Tables>,
  parts: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, number>> {
  const given = [...parts].flatMap(([top, below]) => [top, ...below].map((digest) => ({ top, digest })));
  const { rows } = await sql<{ top: string; size_bytes: number }>`
    with given as (
      select distinct g.top, g.digest collate "C" as digest
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(top text, digest text)
    ), own as (
      select given.top, sum(m.size_bytes) as size_bytes, bool_and(m.digest is not null) as is_known
      from given left join manifests m on m.digest = given.digest group by given.top
    ), blobs as (
      select top, sum(size_bytes) as size_bytes from (
        select given.top, max(b.size_bytes) as size_bytes
        from given join manifest_blobs b on b.manifest_digest = given.digest group by given.top, b.blob_digest
      ) each group by top
    )
    select own.top, least(own.size_bytes + coalesce(blobs.size_bytes, 0), ${Number.MAX_SAFE_INTEGER}::bigint) as size_bytes
    from own left join blobs on blobs.top = own.top where own.is_known`.execute(database);
  return new Map(rows.map(({ top, size_bytes }) => [top, size_bytes]));
}
