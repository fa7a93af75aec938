import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

// Exact numbers end here; see manifests.store.ts.
const largest = sql`${Number.MAX_SAFE_INTEGER}::bigint`;

/** What is in exactly which registries is summed once; all other sizes are sums of those. */
export async function refreshSizes(kysely: Kysely<Tables>, names: string[]): Promise<void> {
  await sumByRegistries(kysely, names);
  await sql`
    update repositories set size_bytes = sums.size_bytes
    from (
      select repositories.id, least(sum(sizes.size_bytes), ${largest}) as size_bytes
      from repositories join repository_sizes as sizes on sizes.name = repositories.name
        and repositories.registry_id = any (sizes.registry_ids)
      where repositories.name = any (${names}::text[]) group by repositories.id
    ) as sums
    where repositories.id = sums.id and repositories.size_bytes <> sums.size_bytes
  `.execute(kysely);
  await sql`
    update repository_names set size_bytes = sums.size_bytes
    from (
      select name, least(sum(size_bytes), ${largest}) as size_bytes from repository_sizes
      where name = any (${names}::text[]) group by name
    ) as sums
    where repository_names.name = sums.name and repository_names.size_bytes <> sums.size_bytes
  `.execute(kysely);
}

async function sumByRegistries(kysely: Kysely<Tables>, names: string[]): Promise<void> {
  await sql`
    with held as (
      select repositories.name, repository_manifests.digest,
        array_agg(repositories.registry_id collate "C" order by repositories.registry_id collate "C") as registry_ids
      from repositories join repository_manifests on repository_manifests.repository_id = repositories.id
      where repositories.name = any (${names}::text[])
      group by repositories.name, repository_manifests.digest
    ), blob_places as (
      select held.name, manifest_blobs.blob_digest, held.registry_ids, max(manifest_blobs.size_bytes) as size_bytes
      from held join manifest_blobs on manifest_blobs.manifest_digest = held.digest
      group by held.name, manifest_blobs.blob_digest, held.registry_ids
    ), blobs as (
      select name, blob_digest, max(size_bytes) as size_bytes, min(registry_ids) as least_ids,
        max(registry_ids) as registry_ids
      from blob_places group by name, blob_digest
    ), parts as (
      select held.name, held.registry_ids, manifests.size_bytes
      from held join manifests on manifests.digest = held.digest
      union all
      select name, registry_ids, size_bytes from blobs where least_ids = registry_ids
      union all
      -- Its manifests are not all in the same registries: it is wherever one of them is.
      select blobs.name, array_agg(distinct place.id order by place.id), max(blobs.size_bytes)
      from blobs join blob_places using (name, blob_digest)
      cross join unnest(blob_places.registry_ids) as place (id)
      where blobs.least_ids <> blobs.registry_ids
      group by blobs.name, blobs.blob_digest
    ), sums as materialized (
      select name, registry_ids, least(sum(size_bytes), ${largest}) as size_bytes from parts group by name, registry_ids
    ), gone as (
      delete from repository_sizes as old where old.name = any (${names}::text[]) and not exists (
        select from sums where sums.name = old.name and sums.registry_ids = old.registry_ids
      )
    )
    insert into repository_sizes (name, registry_ids, project, size_bytes)
    select sums.name, sums.registry_ids, repository_names.project, sums.size_bytes
    from sums join repository_names on repository_names.name = sums.name
    on conflict (name, registry_ids) do update set size_bytes = excluded.size_bytes
    where repository_sizes.size_bytes <> excluded.size_bytes
  `.execute(kysely);
}
