import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { type ManifestBytes, parseDigest } from '../../registry-client/index.ts';

/** What the catalog knows of a blob that is to be copied. */
export interface BlobHint {
  /** Of the destination's registry, and believed to hold it: mounting it from there costs no bytes. */
  readonly repositories: readonly string[];
  /** All its bytes: of small configs, that the catalog keeps. */
  readonly content: Uint8Array | undefined;
}

/** Both by digest. */
export interface CopyHints {
  readonly blobs: ReadonlyMap<string, BlobHint>;
  /** As a registry sent them once: whether the source still has them is another question. */
  readonly manifests: ReadonlyMap<string, ManifestBytes>;
}

export const noHints: CopyHints = { blobs: new Map(), manifests: new Map() };

/** Held in memory for each blob and manifest of the tasks that run. */
const contentMaxBytes = 64 * 1024;

export type CopyHintsView = ReturnType<typeof createCopyHintsView>;

interface HintRow {
  digest: string;
  /** Of a manifest; null for a blob. */
  media_type: string | null;
  name: string | null;
  content: Buffer | null;
}

/** What the catalog knows of artifacts before they are copied, so that less has to be asked for, read or sent. */
export function createCopyHintsView(database: Kysely<Tables>) {
  return {
    /** Of artifacts that go into the registry, and all below them: only what there is to tell. */
    async find(registryId: string, digests: readonly string[]): Promise<CopyHints> {
      const { rows } = await sql<HintRow>`
        with recursive closure(digest) as (
          select unnest(${[...digests]}::text[]) collate "C"
          union select c.child_digest from manifest_children c join closure on c.parent_digest = closure.digest
        ), blobs as (
          select distinct b.blob_digest from manifest_blobs b join closure on closure.digest = b.manifest_digest
        )
        select blobs.blob_digest as digest, null as media_type, holder.name, configs.content from blobs
        left join lateral (
          select r.name from manifest_blobs o
          join repository_manifests rm on rm.digest = o.manifest_digest
          join repositories r on r.id = rm.repository_id
          where o.blob_digest = blobs.blob_digest and r.registry_id = ${registryId} limit 1
        ) holder on true
        left join configs on configs.digest = blobs.blob_digest and octet_length(configs.content) <= ${contentMaxBytes}
        where holder.name is not null or configs.content is not null
        union all
        select m.digest, m.media_type, null, m.content from manifests m join closure on closure.digest = m.digest
        where octet_length(m.content) <= ${contentMaxBytes}`.execute(database);
      return { blobs: blobsOf(rows), manifests: manifestsOf(rows) };
    },
  };
}

function blobsOf(rows: readonly HintRow[]): CopyHints['blobs'] {
  return new Map(
    rows.flatMap(({ digest, media_type: mediaType, name, content }) =>
      mediaType === null
        ? [[digest, { repositories: name === null ? [] : [name], content: content ?? undefined }]]
        : [],
    ),
  );
}

function manifestsOf(rows: readonly HintRow[]): CopyHints['manifests'] {
  return new Map(
    rows.flatMap(({ digest, media_type: mediaType, content }) => {
      if (mediaType === null || content === null) return [];
      const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
      return [[digest, { bytes, descriptor: { mediaType, digest: parseDigest(digest), sizeBytes: bytes.length } }]];
    }),
  );
}
