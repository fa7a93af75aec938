import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import type { TaskDestination, TaskSource } from './replication.ts';

export interface PreviewFacts {
  /** What the catalog believes the reference to be at the source. */
  readonly digest: string | null;
  readonly totalSizeBytes: number | null;
  /** What the destination has under the tag, as far as the catalog knows. */
  readonly existingDigest: string | null;
  /** Whether the destination's repository has the digest, for references without a tag. */
  readonly isKnownThere: boolean;
}

export type CopyPreviewView = ReturnType<typeof createCopyPreviewView>;

/** Answers about copies from the catalog alone. */
export function createCopyPreviewView(database: Kysely<Tables>) {
  return {
    /** For each task, in order. */
    async facts(tasks: readonly { source: TaskSource; destination: TaskDestination }[]): Promise<PreviewFacts[]> {
      const asked = tasks.map(({ source, destination }, place) => ({
        place,
        source: source.registryId,
        source_repository: source.repository,
        reference: source.reference,
        destination: destination.registryId,
        destination_repository: destination.repository,
        tag: destination.tag,
      }));
      const { rows } = await sql<{
        digest: string | null;
        total_size_bytes: number | null;
        existing_digest: string | null;
        is_known_there: boolean;
      }>`
        select d.digest, coalesce(own.held_size_bytes, m.total_size_bytes) as total_size_bytes, there.digest as existing_digest, held.digest is not null as is_known_there
        from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as x(
          place integer, source text, source_repository text, reference text, destination text,
          destination_repository text, tag text)
        left join repositories s on s.registry_id = x.source and s.name = x.source_repository
        left join repositories o on o.registry_id = x.destination and o.name = x.destination_repository
        left join tags here on here.repository_id = s.id and here.name = x.reference
        left join repository_manifests named on named.repository_id = s.id and named.digest = x.reference
        cross join lateral (select coalesce(here.digest, named.digest) as digest) d
        left join manifests m on m.digest = d.digest
        left join repository_manifests own on own.repository_id = s.id and own.digest = d.digest
        left join tags there on there.repository_id = o.id and there.name = x.tag
        left join repository_manifests held on held.repository_id = o.id and held.digest = d.digest
        order by x.place`.execute(database);
      return rows.map((row) => ({
        digest: row.digest,
        totalSizeBytes: row.total_size_bytes,
        existingDigest: row.existing_digest,
        isKnownThere: row.is_known_there,
      }));
    },

    bytesMissing: (
      registryId: string,
      digests: readonly string[],
      includeReferrers: boolean,
      left: readonly string[] = [],
    ) => bytesMissing(database, registryId, digests, includeReferrers, left),
  };
}

/** Bytes of everything below the digests, but not below `left`, that no repository of the registry is known to hold, each once. */
async function bytesMissing(
  database: Kysely<Tables>,
  registryId: string,
  digests: readonly string[],
  includeReferrers: boolean,
  left: readonly string[],
): Promise<number> {
  if (digests.length === 0) return 0;
  const { rows } = await sql<{ size_bytes: number }>`
        with recursive behind(digest) as (
          select unnest(${[...left]}::text[]) collate "C"
        ), closure(digest) as (
          ${closureSeed(digests, includeReferrers)}
          union select c.child_digest from manifest_children c join closure on c.parent_digest = closure.digest
          left join behind on behind.digest = c.child_digest where behind.digest is null
        ), held as (
          select distinct rm.digest from repository_manifests rm
          join repositories r on r.id = rm.repository_id where r.registry_id = ${registryId}
        ), missing as (
          select digest from closure except select digest from held
        ), blobs as (
          select b.blob_digest, max(b.size_bytes) as size_bytes
          from manifest_blobs b join missing on missing.digest = b.manifest_digest group by b.blob_digest
        )
        select coalesce((select sum(size_bytes) from blobs where not exists (
            select 1 from manifest_blobs o join held on held.digest = o.manifest_digest
            where o.blob_digest = blobs.blob_digest)), 0)
          + coalesce((select sum(m.size_bytes) from manifests m join missing on missing.digest = m.digest), 0)
          as size_bytes`.execute(database);
  return rows[0]?.size_bytes ?? 0;
}

function closureSeed(digests: readonly string[], includeReferrers: boolean) {
  const named = sql`select unnest(${[...digests]}::text[]) collate "C"`;
  if (!includeReferrers) return named;
  return sql`${named} union select digest from manifests where subject_digest = any (${[...digests]}::text[])`;
}
