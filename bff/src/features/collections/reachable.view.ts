import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** Of a digest that is needed: by what, in words such as `payments/api:1.2`. */
export interface NeededDigest {
  readonly digest: string;
  readonly owner: string;
}

/** What the catalog says of a registry's blobs and manifests. */
export class ReachableView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** Everything below the tags and below what is in the trash. */
  async listNeeded(registryId: string): Promise<NeededDigest[]> {
    const { rows } = await sql<NeededDigest>`
      with recursive roots as (
        select digest, min(repository || ':' || name) as owner from tags where registry_id = ${registryId} group by digest
        union all
        select kept.digest, min('trash: ' || item.repository || coalesce(':' || item.tag, '')) as owner
        from trash_items item join trash_manifests kept on kept.item_id = item.id
        where item.registry_id = ${registryId} and item.has_shadow and item.state in ('deleting', 'deleted', 'restoring')
        group by kept.digest
      ), below (digest, owner) as (
        select digest, min(owner) from roots group by digest
        union
        select child.child_digest, below.owner
        from below join manifest_children child on child.parent_digest = below.digest
      ), manifests_needed as (select digest, min(owner) as owner from below group by digest)
      select digest, owner from manifests_needed
      union all
      select blob.blob_digest, min(needed.owner) from manifests_needed needed
      join manifest_blobs blob on blob.manifest_digest = needed.digest group by blob.blob_digest
    `.execute(this.#kysely);
    return rows;
  }

  /** Of these manifests the ones that the catalog does not know to be there. */
  async findUnheard<Manifest extends { readonly repository: string; readonly digest: string }>(
    registryId: string,
    manifests: readonly Manifest[],
  ): Promise<Manifest[]> {
    const { rows } = await sql<{ index: number }>`
      select given.index::integer as index from unnest(
        ${manifests.map(({ repository }) => repository)}::text[], ${manifests.map(({ digest }) => digest)}::text[]
      ) with ordinality as given (repository, digest, index)
      where not exists (
        select from repositories join repository_manifests held on held.repository_id = repositories.id
        where repositories.registry_id = ${registryId} and repositories.name = given.repository collate "C"
          and held.digest = given.digest collate "C")
      order by given.index
    `.execute(this.#kysely);
    return rows.flatMap(({ index }) => manifests[index - 1] ?? []);
  }

  /** Repositories of the registry that the catalog knows. */
  async listRepositories(registryId: string): Promise<string[]> {
    const rows = await this.#kysely
      .selectFrom('repositories')
      .select('name')
      .where('registry_id', '=', registryId)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** Of those whose size the catalog remembers, whichever registry they were seen in. */
  async weigh(digests: readonly string[]): Promise<{ readonly sizeBytes: number; readonly unweighedCount: number }> {
    const { rows } = await sql<{ size_bytes: number; known: number }>`
      select coalesce(sum(known.size_bytes), 0)::float8 as size_bytes, count(known.size_bytes)::integer as known
      from unnest(${[...digests]}::text[]) as given (digest)
      left join lateral (
        (select size_bytes from manifest_blobs where blob_digest = given.digest limit 1)
        union all (select size_bytes from manifests where manifests.digest = given.digest) limit 1
      ) known on true
    `.execute(this.#kysely);
    const [row] = rows;
    return { sizeBytes: row?.size_bytes ?? 0, unweighedCount: digests.length - (row?.known ?? 0) };
  }
}
