import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { createRegistriesStore } from './registries.store.ts';
import type { Reason, StoredRegistry } from './registry.ts';

/** A registry as its page shows it: with what the catalog knows of it. */
export interface RegistryView extends StoredRegistry {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly scan: {
    readonly state: 'idle' | 'running' | 'failed';
    readonly reason: Reason | null;
    readonly at: Date | null;
  };
  readonly repositoryCount: number;
  readonly tagCount: number;
  readonly sizeBytes: number;
}

export type RegistriesView = ReturnType<typeof createRegistriesView>;

// Summing the distinct blobs of a large registry takes a good part of a second, and nobody watches it to the second.
const sizeLifeMs = 60_000;

export function createRegistriesView(database: Kysely<Tables>) {
  const store = createRegistriesStore(database);
  const sizes = new Map<string, { key: string; atMs: number; sizeBytes: number }>();
  const measuring = new Map<string, Promise<number>>();

  const measure = (registryId: string, key: string): Promise<number> => {
    const current = measuring.get(registryId);
    if (current !== undefined) return current;
    const started = distinctSize(database, registryId)
      .then((sizeBytes) => {
        sizes.set(registryId, { key, atMs: performance.now(), sizeBytes });
        return sizeBytes;
      })
      .finally(() => measuring.delete(registryId));
    measuring.set(registryId, started);
    return started;
  };
  /** The last measured size at once, measured anew behind the answer when the catalog has changed since. */
  const sizeOf = (registryId: string, key: string): number | Promise<number> => {
    const known = sizes.get(registryId);
    if (known === undefined) return measure(registryId, key);
    if (known.key !== key && performance.now() - known.atMs > sizeLifeMs) measure(registryId, key).catch(() => {});
    return known.sizeBytes;
  };

  const read = async (id?: string): Promise<RegistryView[]> => {
    const [stored, extras] = await Promise.all([
      id === undefined ? store.list() : store.find(id).then((found) => (found === undefined ? [] : [found])),
      readExtras(database, id),
    ]);
    return Promise.all(
      stored.flatMap((registry) => {
        const extra = extras.get(registry.id);
        if (extra === undefined) return [];
        const { changeKey, ...shown } = extra;
        return [
          Promise.resolve(extra.tagCount === 0 ? 0 : sizeOf(registry.id, changeKey)).then((sizeBytes) => ({
            ...registry,
            ...shown,
            sizeBytes,
          })),
        ];
      }),
    );
  };
  return {
    list: () => read(),
    find: async (id: string): Promise<RegistryView | undefined> => (await read(id))[0],
  };
}

async function readExtras(database: Kysely<Tables>, id: string | undefined) {
  const { rows } = await sql<{
    id: string;
    created_at: Date;
    updated_at: Date;
    scan_state: 'idle' | 'running' | 'failed';
    scan_reason: Reason | null;
    scanned_at: Date | null;
    repository_count: number;
    tag_count: number;
    size_sum: number;
  }>`
    select r.id, r.created_at, r.updated_at, r.scan_state, r.scan_reason, r.scanned_at,
      count(p.id) filter (where p.tag_count > 0) as repository_count,
      coalesce(sum(p.tag_count), 0) as tag_count,
      coalesce(sum(p.size_bytes), 0) as size_sum
    from registries r left join repositories p on p.registry_id = r.id
    ${id === undefined ? sql`` : sql`where r.id = ${id}`}
    group by r.id`.execute(database);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        scan: { state: row.scan_state, reason: row.scan_reason, at: row.scanned_at },
        repositoryCount: row.repository_count,
        tagCount: row.tag_count,
        changeKey: `${row.repository_count} ${row.tag_count} ${row.size_sum}`,
      },
    ]),
  );
}

async function distinctSize(database: Kysely<Tables>, registryId: string): Promise<number> {
  const { rows } = await sql<{ size_bytes: number }>`
    with held as (
      select distinct rm.digest from repository_manifests rm
      join repositories p on p.id = rm.repository_id where p.registry_id = ${registryId}
    ), blobs as (
      select b.blob_digest as digest, max(b.size_bytes) as size_bytes
      from manifest_blobs b join held on held.digest = b.manifest_digest group by b.blob_digest
    )
    select coalesce((select sum(size_bytes) from blobs), 0)
      + coalesce((select sum(m.size_bytes) from manifests m join held on held.digest = m.digest), 0) as size_bytes
  `.execute(database);
  return rows[0]?.size_bytes ?? 0;
}
