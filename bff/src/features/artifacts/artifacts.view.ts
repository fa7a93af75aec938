import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Row, Tables } from '../../database/index.ts';
import { inScope } from '../../database/scope.ts';

export interface Place {
  readonly registryId: string;
  readonly repository: string;
}

export interface ManifestRow {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly kind: 'image' | 'index' | 'artifact';
  readonly content: Buffer;
  readonly totalSizeBytes: number | null;
  readonly platforms: Row<'manifests'>['platforms'];
  readonly configDigest: string | null;
  readonly createdAt: Date | null;
}

export interface TagOfDigest {
  readonly name: string;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
}

export interface ReferrerRow {
  readonly subject: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly sizeBytes: number;
  readonly createdAt: Date | null;
  readonly content: Buffer;
}

const tagsMax = 1000;
const referrersMax = 200;
// A base layer is in every image there is: its count stops here, and so does the work of counting.
const holdersMax = 500;

export class ArtifactsView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** The digest a tag points at. */
  async findTagDigest({ registryId, repository }: Place, tag: string): Promise<string | undefined> {
    const row = await this.#kysely
      .selectFrom('tags')
      .select('digest')
      .where('repository', '=', repository)
      .where('registry_id', '=', registryId)
      .where('name', '=', tag)
      .executeTakeFirst();
    return row?.digest;
  }

  /** Only where the repository is known to hold it: content of another one is none of its. */
  async findManifest({ registryId, repository }: Place, digest: string): Promise<ManifestRow | undefined> {
    const row = await this.#kysely
      .selectFrom('manifests')
      .innerJoin('repository_manifests', 'repository_manifests.digest', 'manifests.digest')
      .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
      .where('repositories.registry_id', '=', registryId)
      .where('repositories.name', '=', repository)
      .where('manifests.digest', '=', digest)
      .selectAll('manifests')
      .select('repository_manifests.held_size_bytes')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      digest: row.digest,
      mediaType: row.media_type,
      artifactType: row.artifact_type,
      kind: row.kind,
      content: Buffer.from(row.content),
      // An index may be here without all its children: what is not here has no size here.
      totalSizeBytes: row.held_size_bytes ?? row.total_size_bytes,
      platforms: row.platforms,
      configDigest: row.config_digest,
      createdAt: row.created_at,
    };
  }

  async findConfig(digest: string): Promise<Buffer | undefined> {
    const row = await this.#kysely
      .selectFrom('configs')
      .select('content')
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row === undefined ? undefined : Buffer.from(row.content);
  }

  async listTags({ registryId, repository }: Place, digest: string): Promise<TagOfDigest[]> {
    const rows = await this.#kysely
      .selectFrom('tags')
      .select(['name', 'pushed_at', 'pushed_by'])
      .where('repository', '=', repository)
      .where('registry_id', '=', registryId)
      .where('digest', '=', digest)
      .where('is_shown', '=', true)
      .orderBy('semver_key', 'desc')
      .orderBy('name')
      .limit(tagsMax)
      .execute();
    return rows.map(({ name, pushed_at, pushed_by }) => ({ name, pushedAt: pushed_at, pushedBy: pushed_by }));
  }

  /** Sizes of those children that the repository is known to hold. */
  async listChildSizes({ registryId, repository }: Place, digests: readonly string[]) {
    const { rows } = await sql<{ digest: string; total_size_bytes: number | null }>`
      select manifests.digest,
        coalesce(repository_manifests.held_size_bytes, manifests.total_size_bytes) as total_size_bytes
      from manifests join repository_manifests on repository_manifests.digest = manifests.digest
      join repositories on repositories.id = repository_manifests.repository_id
      where repositories.registry_id = ${registryId} and repositories.name = ${repository}
        and manifests.digest = any (${[...digests]}::text[])
    `.execute(this.#kysely);
    return new Map(rows.map((row) => [row.digest, row.total_size_bytes]));
  }

  /** How many other repositories in the scope hold each of these blobs, over all registries; counted up to some hundreds. */
  async countHolders(
    repository: string,
    blobDigests: readonly string[],
    scope: Scope,
  ): Promise<ReadonlyMap<string, number>> {
    const { rows } = await sql<{ digest: string; count: number }>`
      select wanted.digest, count(distinct held.name) as count
      from unnest(${[...new Set(blobDigests)]}::text[]) as wanted (digest)
      cross join lateral (
        select repositories.name from manifest_blobs
        join repository_manifests on repository_manifests.digest = manifest_blobs.manifest_digest
        join repositories on repositories.id = repository_manifests.repository_id
        where manifest_blobs.blob_digest = wanted.digest and repositories.name <> ${repository}
          and ${inScope(scope, 'repositories.project', 'repositories.registry_id')}
        limit ${holdersMax}
      ) as held
      group by wanted.digest
    `.execute(this.#kysely);
    return new Map(rows.map(({ digest, count }) => [digest, count]));
  }

  /** Other registries in the scope whose repository of this name has the tag, or else the digest. */
  async listElsewhere({ registryId, repository }: Place, tag: string | null, digest: string, scope: Scope) {
    const isVisible = inScope(scope, 'places.project', 'places.registry_id');
    const { rows } = await sql<{ registry_id: string; digest: string; pushed_at: Date | null }>`
      select distinct on (places.position, places.registry_id) places.registry_id, places.digest, places.pushed_at
      from (
        select registries.position, tags.project, tags.registry_id, tags.digest, tags.pushed_at, 0 as rank
        from tags join registries on registries.id = tags.registry_id
        where tags.repository = ${repository} and tags.name = ${tag}::text
        union all
        select registries.position, tags.project, tags.registry_id, tags.digest, tags.pushed_at, 1
        from tags join registries on registries.id = tags.registry_id
        where tags.repository = ${repository} and tags.digest = ${digest}
        union all
        select registries.position, repositories.project, repositories.registry_id, repository_manifests.digest, null, 2
        from repositories
        join repository_manifests on repository_manifests.repository_id = repositories.id
        join registries on registries.id = repositories.registry_id
        where repositories.name = ${repository} and repository_manifests.digest = ${digest}
      ) as places
      where places.registry_id <> ${registryId} and ${isVisible}
      order by places.position, places.registry_id, places.rank, places.pushed_at desc nulls last
    `.execute(this.#kysely);
    return rows.map((row) => ({
      registryId: row.registry_id,
      digest: row.digest,
      isSame: row.digest === digest,
      pushedAt: row.pushed_at,
    }));
  }

  /** What the catalog knows to refer to these, by `subject`, or by cosign's tags (`sha256-<hex>.sig`). */
  async listReferrers({ registryId, repository }: Place, subjects: readonly string[]): Promise<ReferrerRow[]> {
    const { rows } = await sql<{
      subject: string;
      digest: string;
      media_type: string;
      artifact_type: string | null;
      size_bytes: number;
      created_at: Date | null;
      content: Uint8Array;
    }>`
      with here as (select id from repositories where registry_id = ${registryId} and name = ${repository}),
      referring as (
        select manifests.subject_digest as subject, manifests.digest
        from manifests
        join repository_manifests on repository_manifests.digest = manifests.digest
        join here on here.id = repository_manifests.repository_id
        where manifests.subject_digest = any (${[...subjects]}::text[])
        union
        select wanted.subject, tags.digest
        from unnest(${[...subjects]}::text[]) as wanted (subject)
        cross join unnest(array['.sig', '.att', '.sbom']) as kinds (suffix)
        join tags on tags.name = replace(wanted.subject, ':', '-') || kinds.suffix
        join here on here.id = tags.repository_id
      )
      select referring.subject, manifests.digest, manifests.media_type, manifests.artifact_type,
        manifests.size_bytes, manifests.created_at, manifests.content
      from referring join manifests on manifests.digest = referring.digest
      order by manifests.created_at nulls last, manifests.digest limit ${referrersMax}
    `.execute(this.#kysely);
    return rows.map((row) => ({
      subject: row.subject,
      digest: row.digest,
      mediaType: row.media_type,
      artifactType: row.artifact_type,
      sizeBytes: row.size_bytes,
      createdAt: row.created_at,
      content: Buffer.from(row.content),
    }));
  }
}

export function createArtifactsView(kysely: Kysely<Tables>): ArtifactsView {
  return new ArtifactsView(kysely);
}
