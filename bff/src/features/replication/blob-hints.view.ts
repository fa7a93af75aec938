import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';

/** What the catalog knows of a blob that is to be copied. */
export interface BlobHint {
  /** Of the destination's registry, and believed to hold it: mounting it from there costs no bytes. */
  readonly repositories: readonly string[];
  /** All its bytes: of small configs, that the catalog keeps. */
  readonly content: Uint8Array | undefined;
}

/** By digest. */
export type BlobHints = ReadonlyMap<string, BlobHint>;

/** Held in memory for each blob of the tasks that run. */
const contentMaxBytes = 64 * 1024;

export type BlobHintsView = ReturnType<typeof createBlobHintsView>;

/** What the catalog knows of blobs before they are copied, so that fewer of them have to be asked for or sent. */
export function createBlobHintsView(database: Kysely<Tables>) {
  return {
    /** Of the blobs of artifacts that go into the registry: only those with something to tell. */
    async find(registryId: string, digests: readonly string[]): Promise<BlobHints> {
      const { rows } = await sql<{ blob_digest: string; name: string | null; content: Uint8Array | null }>`
        with recursive closure(digest) as (
          select unnest(${[...digests]}::text[]) collate "C"
          union select c.child_digest from manifest_children c join closure on c.parent_digest = closure.digest
        ), blobs as (
          select distinct b.blob_digest from manifest_blobs b join closure on closure.digest = b.manifest_digest
        )
        select blobs.blob_digest, holder.name, configs.content from blobs
        left join lateral (
          select r.name from manifest_blobs o
          join repository_manifests rm on rm.digest = o.manifest_digest
          join repositories r on r.id = rm.repository_id
          where o.blob_digest = blobs.blob_digest and r.registry_id = ${registryId} limit 1
        ) holder on true
        left join configs on configs.digest = blobs.blob_digest and octet_length(configs.content) <= ${contentMaxBytes}
        where holder.name is not null or configs.content is not null`.execute(database);
      return new Map(
        rows.map(({ blob_digest: digest, name, content }) => [
          digest,
          { repositories: name === null ? [] : [name], content: content ?? undefined },
        ]),
      );
    },
  };
}
