import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../../database/index.ts';

interface Place {
  readonly registryId: string;
  readonly repository: string;
}

/**
 * Manifests below these that the catalog knows, of whatever registry, and that this repository is not known to hold. What
 * is to be proven is asked for below it too: if it is not there, what only it names counts no more.
 */
export async function listUnproven(
  kysely: Kysely<Tables>,
  { registryId, repository }: Place,
  digests: readonly string[],
): Promise<string[]> {
  if (digests.length === 0) return [];
  const { rows } = await sql<{ digest: string }>`
    with recursive below (digest) as (
      select unnest(${[...digests]}::text[]) collate "C"
      union
      select manifest_children.child_digest from manifest_children
      join below on below.digest = manifest_children.parent_digest
    )
    select digest from below join manifests using (digest)
    where not exists (
      select from repositories join repository_manifests on repository_manifests.repository_id = repositories.id
      where repositories.registry_id = ${registryId} and repositories.name = ${repository}
        and repository_manifests.digest = below.digest
    )
  `.execute(kysely);
  return rows.map(({ digest }) => digest);
}

/** With the children of indexes, so that each platform can be found by its digest; not with those that are absent. */
export async function saveRepositoryManifests(
  transaction: Transaction<Tables>,
  repositoryId: number,
  digests: readonly string[],
  absent: readonly string[],
): Promise<void> {
  if (digests.length === 0) return;
  const { rows } = await sql<{ has_indexes: boolean }>`
    with recursive held (digest) as (
      select unnest(${[...digests]}::text[]) collate "C"
      union
      select manifest_children.child_digest from manifest_children
      join held on held.digest = manifest_children.parent_digest
      where manifest_children.child_digest <> all (${[...absent]}::text[])
    ), written as (
      insert into repository_manifests (repository_id, digest)
      select ${repositoryId}::bigint, manifests.digest from held join manifests using (digest) order by 2
      on conflict do nothing
    )
    select exists (
      select from held join manifest_children on manifest_children.parent_digest = held.digest
    ) or exists (
      select from held join manifest_children on manifest_children.child_digest = held.digest
      join repository_manifests sparse on sparse.repository_id = ${repositoryId}::bigint
        and sparse.digest = manifest_children.parent_digest and sparse.held_size_bytes is not null
    ) as has_indexes
  `.execute(transaction);
  if (rows[0]?.has_indexes === true) await weighIndexes(transaction, repositoryId, digests);
}

/** Marks indexes, of these or above them, that the repository has without all their children, with the size of what is there. */
export async function weighIndexes(
  kysely: Kysely<Tables>,
  repositoryId: number,
  digests: readonly string[],
): Promise<void> {
  await sql`
    with recursive above (digest) as (
      select unnest(${[...digests]}::text[]) collate "C"
      union
      select manifest_children.parent_digest from manifest_children
      join above on above.digest = manifest_children.child_digest
      join repository_manifests on repository_manifests.repository_id = ${repositoryId}::bigint
        and repository_manifests.digest = manifest_children.parent_digest
    ), below (top, digest) as (
      select above.digest, above.digest from above join manifests using (digest) where manifests.kind = 'index'
      union
      select below.top, manifest_children.child_digest from manifest_children
      join below on below.digest = manifest_children.parent_digest
    ), parts as (
      select below.top, held.digest from below
      left join repository_manifests held on held.repository_id = ${repositoryId}::bigint and held.digest = below.digest
    ), own as (
      select parts.top, bool_and(parts.digest is not null) as is_whole, sum(manifests.size_bytes) as size_bytes
      from parts left join manifests on manifests.digest = parts.digest group by parts.top
    ), blobs as (
      select top, sum(size_bytes) as size_bytes from (
        select parts.top, max(manifest_blobs.size_bytes) as size_bytes
        from parts join manifest_blobs on manifest_blobs.manifest_digest = parts.digest
        group by parts.top, manifest_blobs.blob_digest
      ) as each group by top
    ), weighed as (
      select own.top, case when not own.is_whole
        then least(own.size_bytes + coalesce(blobs.size_bytes, 0), ${Number.MAX_SAFE_INTEGER}::bigint) end as size_bytes
      from own left join blobs on blobs.top = own.top
    )
    update repository_manifests set held_size_bytes = weighed.size_bytes from weighed
    where repository_manifests.repository_id = ${repositoryId}::bigint and repository_manifests.digest = weighed.top
      and repository_manifests.held_size_bytes is distinct from weighed.size_bytes
  `.execute(kysely);
}
