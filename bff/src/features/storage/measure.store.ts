import { type Kysely, sql } from 'kysely';
import { isReservedTag } from '../../access/reserved-names.ts';
import type { Tables } from '../../database/index.ts';
import type { BlobGroup } from './storage-sums.ts';
import type { TakenRegistry } from './storage.ts';

/** One of a repository's manifests. */
export interface CatalogManifest {
  readonly digest: string;
  readonly subject: string | null;
  readonly sizeBytes: number;
  readonly totalBytes: number | null;
  readonly isIndex: boolean;
  /** Its content is none that layers could be read from. */
  readonly isUnread: boolean;
}

export interface Weighed {
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface StoredBlob {
  readonly blob: string;
  readonly sizeBytes: number;
  readonly held: number;
}

export interface LeftTag {
  readonly digest: string;
  readonly tag: string;
  readonly leftAt: Date | null;
}

// Small enough for a few dozen milliseconds each where there is one connection to the database.
const manifestsAtOnce = 1000;
const tagsAtOnce = 4000;
const digestsAtOnce = 150;
const blobsAtOnce = 3000;
const writtenAtOnce = 500;

/**
 * What the catalog and the trash say of one repository, in pages: no statement reads more than a few thousand rows, whatever
 * the repository's size.
 */
export class MeasureStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async *listManifests(registryId: string, repository: string): AsyncGenerator<CatalogManifest[]> {
    let after = '';
    for (;;) {
      const { rows } = await sql<CatalogManifest>`
        select manifests.digest, manifests.subject_digest as subject, manifests.size_bytes as "sizeBytes",
          manifests.total_size_bytes as "totalBytes", manifests.kind = 'index' as "isIndex",
          manifests.total_size_bytes is null and manifests.kind <> 'index' as "isUnread"
        from repositories join repository_manifests held on held.repository_id = repositories.id
        join manifests on manifests.digest = held.digest
        where repositories.registry_id = ${registryId} and repositories.name = ${repository} and held.digest > ${after}
        order by held.digest limit ${manifestsAtOnce}
      `.execute(this.#kysely);
      yield rows;
      if (rows.length < manifestsAtOnce) return;
      after = rows.at(-1)?.digest ?? '';
    }
  }

  async listChildren(parents: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    const children = new Map<string, string[]>();
    for (const part of partsOf(parents, digestsAtOnce)) {
      const { rows } = await sql<{ parent: string; child: string }>`
        select parent_digest as parent, child_digest as child from manifest_children
        where parent_digest = any (${part}::text[])
      `.execute(this.#kysely);
      for (const { parent, child } of rows) children.set(parent, [...(children.get(parent) ?? []), child]);
    }
    return children;
  }

  /** Digests that tags name there, whatever the tags are for; not those of the trash. */
  async listTagged(registryId: string, repository: string): Promise<ReadonlySet<string>> {
    const digests = new Set<string>();
    for (let after = ''; ; ) {
      const { rows } = await sql<{ name: string; digest: string }>`
        select tags.name, tags.digest from repositories join tags on tags.repository_id = repositories.id
        where repositories.registry_id = ${registryId} and repositories.name = ${repository} and tags.name > ${after}
        order by tags.name limit ${tagsAtOnce}
      `.execute(this.#kysely);
      for (const { name, digest } of rows) if (!isReservedTag(name)) digests.add(digest);
      if (rows.length < tagsAtOnce) return digests;
      after = rows.at(-1)?.name ?? '';
    }
  }

  /** What the trash keeps of a repository, and what of it in the very repository. */
  async listKept(registryId: string, repository: string) {
    const kept = new Set<string>();
    const inPlace = new Set<string>();
    for (let after = ''; ; ) {
      const { rows } = await sql<{ digest: string; is_in_place: boolean }>`
        select manifest.digest, bool_or(item.kept_in = 'tag') as is_in_place
        from trash_items item join trash_manifests manifest on manifest.item_id = item.id
        where item.registry_id = ${registryId} and item.repository = ${repository} and item.has_shadow
          and item.state in ('deleting', 'deleted', 'restoring', 'purging') and manifest.digest > ${after}
        group by manifest.digest order by manifest.digest limit ${tagsAtOnce}
      `.execute(this.#kysely);
      for (const { digest, is_in_place } of rows) (is_in_place ? inPlace : kept).add(digest);
      if (rows.length < tagsAtOnce) return { kept, inPlace };
      after = rows.at(-1)?.digest ?? '';
    }
  }

  /** Of manifests those that the catalog remembers. */
  async weighManifests(digests: readonly string[]): Promise<Weighed[]> {
    return this.#weigh(
      digests,
      (part) => sql`select digest, size_bytes as "sizeBytes" from manifests where digest = any (${part}::text[])`,
    );
  }

  /** The blobs that these manifests name. A blob may come in several parts of the answer. */
  async weighBlobs(digests: readonly string[]): Promise<Weighed[]> {
    return this.#weigh(
      digests,
      (part) => sql`
        select blob_digest as digest, max(size_bytes)::bigint as "sizeBytes" from manifest_blobs
        where manifest_digest = any (${part}::text[]) group by blob_digest`,
    );
  }

  async *listStored(repositoryId: number): AsyncGenerator<StoredBlob[]> {
    let after: string | null = null;
    for (;;) {
      const { rows } = await sql<StoredBlob>`
        select blob::text as blob, size_bytes as "sizeBytes", held_as as held from storage_blobs
        where repository_id = ${repositoryId} and ${after === null ? sql`true` : sql`blob > ${after}::uuid`}
        order by storage_blobs.blob limit ${blobsAtOnce}
      `.execute(this.#kysely);
      yield rows;
      if (rows.length < blobsAtOnce) return;
      after = rows.at(-1)?.blob ?? null;
    }
  }

  async writeBlobs(taken: TakenRegistry, repositoryId: number, blobs: readonly StoredBlob[]): Promise<void> {
    for (const part of partsOf(blobs, writtenAtOnce)) {
      await sql`
        insert into storage_blobs (repository_id, registry_number, blob, size_bytes, held_as)
        select ${repositoryId}::integer, ${taken.number}::integer, given.* from unnest(
          ${part.map(({ blob }) => blob)}::uuid[], ${part.map(({ sizeBytes }) => sizeBytes)}::bigint[],
          ${part.map(({ held }) => held)}::smallint[]) as given
        where ${isHeld(taken)}
        on conflict (repository_id, blob) do update set size_bytes = excluded.size_bytes, held_as = excluded.held_as
      `.execute(this.#kysely);
    }
  }

  async removeBlobs(taken: TakenRegistry, repositoryId: number, blobs: readonly string[]): Promise<void> {
    for (const part of partsOf(blobs, writtenAtOnce)) {
      await sql`
        delete from storage_blobs
        where repository_id = ${repositoryId} and blob = any (${part}::uuid[]) and ${isHeld(taken)}
      `.execute(this.#kysely);
    }
  }

  async countBlobs({ number }: TakenRegistry): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from storage_blobs where registry_number = ${number}
    `.execute(this.#kysely);
    return rows[0]?.count ?? 0;
  }

  /** Blobs of a range of keys, those that are held alike together. */
  async listGroups({ number }: TakenRegistry, from: string, to: string | null): Promise<BlobGroup[]> {
    const { rows } = await sql<{ repositories: number[]; held: number[]; size_bytes: number }>`
      select repositories, held, least(sum(size_bytes), ${Number.MAX_SAFE_INTEGER}::bigint)::bigint as size_bytes from (
        select max(size_bytes) as size_bytes, array_agg(repository_id order by repository_id) as repositories,
          array_agg(held_as::integer order by repository_id) as held
        from storage_blobs
        where registry_number = ${number} and blob >= ${from}::uuid
          and ${to === null ? sql`true` : sql`blob < ${to}::uuid`}
        group by blob
      ) as each group by repositories, held
    `.execute(this.#kysely);
    return rows.map(({ repositories, held, size_bytes }) => ({
      holders: repositories.map((repositoryId, index) => ({ repositoryId, held: held[index] ?? 0 })),
      sizeBytes: size_bytes,
    }));
  }

  /** Of manifests that had tags there: the last one, and when it was seen to be something else. */
  async findLeftTags(registryId: string, repository: string, digests: readonly string[]): Promise<LeftTag[]> {
    const found: LeftTag[] = [];
    for (const part of partsOf(digests, digestsAtOnce)) {
      const { rows } = await sql<LeftTag>`
        select distinct on (entry.digest) entry.digest, entry.name as tag, next.at as "leftAt"
        from tag_history entry
        left join lateral (
          select at from tag_history later
          where later.registry_id = entry.registry_id and later.repository = entry.repository
            and later.name = entry.name and later.at >= entry.at and later.id > entry.id
          order by later.at limit 1
        ) next on true
        where entry.registry_id = ${registryId} and entry.repository = ${repository}
          and entry.digest = any (${part}::text[])
        order by entry.digest, next.at desc nulls last
      `.execute(this.#kysely);
      found.push(...rows);
    }
    return found;
  }

  async #weigh(digests: readonly string[], ask: (part: string[]) => ReturnType<typeof sql>): Promise<Weighed[]> {
    const found: Weighed[] = [];
    for (const part of partsOf(digests, digestsAtOnce)) {
      const { rows } = await ask(part).execute(this.#kysely);
      for (const row of rows as Weighed[]) found.push(row);
    }
    return found;
  }
}

/** Whoever was frozen for longer than its lease writes nothing when it wakes. */
export function isHeld({ registryId, fence }: TakenRegistry) {
  return sql<boolean>`exists (
    select from storage_registries taken where taken.registry_id = ${registryId} and taken.fence = ${fence})`;
}

export function partsOf<T>(all: readonly T[], count: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / count) }, (_, index) =>
    all.slice(index * count, (index + 1) * count),
  );
}
