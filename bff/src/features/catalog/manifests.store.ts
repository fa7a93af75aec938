import { sql, type Transaction } from 'kysely';
import type { NewRow, Tables } from '../../database/index.ts';
import type { IndexedManifest } from './indexed-manifest.ts';

// PostgreSQL takes 65,535 parameters a statement, and a row has twelve; bytes are bound so that memory is, too.
const rowsMax = 500;
const bytesMax = 8 * 1024 * 1024;

/** Content-addressed rows are written once and never change; a known one is left alone. */
export async function saveManifests(
  transaction: Transaction<Tables>,
  manifests: readonly IndexedManifest[],
): Promise<void> {
  // The same order in every transaction, so that two of them do not wait for each other.
  const ordered = manifests.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const batch of batches(ordered)) await saveBatch(transaction, batch);
  const indexes = ordered.filter(({ kind }) => kind === 'index').map(({ digest }) => digest);
  if (indexes.length > 0) await sumIndexes(transaction, indexes);
}

function* batches(manifests: readonly IndexedManifest[]): Generator<IndexedManifest[]> {
  let batch: IndexedManifest[] = [];
  let byteCount = 0;
  for (const manifest of manifests) {
    const size = manifest.content.length + (manifest.config?.length ?? 0);
    if (batch.length > 0 && (batch.length >= rowsMax || byteCount + size > bytesMax)) {
      yield batch;
      batch = [];
      byteCount = 0;
    }
    batch.push(manifest);
    byteCount += size;
  }
  if (batch.length > 0) yield batch;
}

async function saveBatch(transaction: Transaction<Tables>, batch: readonly IndexedManifest[]): Promise<void> {
  await transaction
    .insertInto('manifests')
    .values(batch.map(manifestRow))
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
  const configs = new Map(
    batch.flatMap(({ configDigest, config }) =>
      configDigest === null || config === null ? [] : [[configDigest, config] as const],
    ),
  );
  if (configs.size > 0) {
    await transaction
      .insertInto('configs')
      .values([...configs].map(([digest, content]) => ({ digest, content })).toSorted(byDigest))
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
  }
  await saveBlobs(transaction, batch);
  await saveChildren(transaction, batch);
}

async function saveBlobs(transaction: Transaction<Tables>, batch: readonly IndexedManifest[]): Promise<void> {
  const blobs = batch.flatMap(({ digest, blobs: held }) => held.map((blob) => ({ ...blob, manifestDigest: digest })));
  if (blobs.length === 0) return;
  await sql`
    insert into manifest_blobs (manifest_digest, blob_digest, size_bytes)
    select * from unnest(
      ${blobs.map(({ manifestDigest }) => manifestDigest)}::text[],
      ${blobs.map(({ digest }) => digest)}::text[],
      ${blobs.map(({ sizeBytes }) => sizeBytes)}::bigint[]
    ) order by 1, 2
    on conflict do nothing
  `.execute(transaction);
}

async function saveChildren(transaction: Transaction<Tables>, batch: readonly IndexedManifest[]): Promise<void> {
  const children = batch.flatMap(({ digest, childDigests }) =>
    childDigests.map((childDigest, position) => ({ parentDigest: digest, childDigest, position })),
  );
  if (children.length === 0) return;
  await sql`
    insert into manifest_children (parent_digest, child_digest, position)
    select * from unnest(
      ${children.map(({ parentDigest }) => parentDigest)}::text[],
      ${children.map(({ childDigest }) => childDigest)}::text[],
      ${children.map(({ position }) => position)}::integer[]
    ) order by 1, 3
    on conflict do nothing
  `.execute(transaction);
}

function byDigest(a: { digest: string }, b: { digest: string }): number {
  return a.digest < b.digest ? -1 : 1;
}

function manifestRow(manifest: IndexedManifest): NewRow<'manifests'> {
  const blobBytes = manifest.blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // A hostile manifest may claim more bytes than there are; no sum leaves the numbers that are exact.
  const totalBytes = Math.min(manifest.content.length + blobBytes, Number.MAX_SAFE_INTEGER);
  return {
    digest: manifest.digest,
    media_type: manifest.mediaType,
    artifact_type: manifest.artifactType,
    kind: manifest.kind,
    content: manifest.content,
    size_bytes: manifest.content.length,
    total_size_bytes: manifest.kind === 'index' || !manifest.isReadable ? null : totalBytes,
    platforms: JSON.stringify(manifest.platforms),
    config_digest: manifest.configDigest,
    subject_digest: manifest.subjectDigest,
    created_at: manifest.createdAt,
  };
}

/** Null where something below is unknown. Newest child's date, because an index has none of its own. */
async function sumIndexes(transaction: Transaction<Tables>, digests: readonly string[]): Promise<void> {
  await sql`
    with recursive below (top, digest) as (
      select digest, digest collate "C" from unnest(${[...digests]}::text[]) as given (digest)
      union
      select below.top, manifest_children.child_digest from manifest_children
      join below on below.digest = manifest_children.parent_digest
    ), manifest_sums as (
      select below.top, sum(manifests.size_bytes) as size_bytes, max(manifests.created_at) as created_at,
        bool_and(manifests.digest is not null) as is_complete
      from below left join manifests on manifests.digest = below.digest group by below.top
    ), blob_sums as (
      select top, sum(size_bytes) as size_bytes from (
        select below.top, max(manifest_blobs.size_bytes) as size_bytes from below
        join manifest_blobs on manifest_blobs.manifest_digest = below.digest
        group by below.top, manifest_blobs.blob_digest
      ) as blobs group by top
    )
    update manifests set
      total_size_bytes = case when manifest_sums.is_complete
        then least(manifest_sums.size_bytes + coalesce(blob_sums.size_bytes, 0), ${Number.MAX_SAFE_INTEGER}::bigint) end,
      created_at = coalesce(manifests.created_at, manifest_sums.created_at)
    from manifest_sums left join blob_sums on blob_sums.top = manifest_sums.top
    where manifests.digest = manifest_sums.top
  `.execute(transaction);
}
