import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** A manifest that no tag of its repository names, or will name. */
export interface Untagged {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
}

/** What would go, and what nobody needs then. */
export interface Freed {
  /** Platforms and other parts of what goes. */
  readonly childCount: number;
  /** Signatures and the like about what goes. */
  readonly referrerCount: number;
  readonly bytes: number;
}

interface Held {
  readonly repositoryId: number;
  readonly digest: string;
}

interface Part extends Held {
  readonly role: 'child' | 'referrer';
}

/** More are not added up. */
const addedUpMax = 50_000;
/** Indexes below indexes. */
const deepest = 8;

const keyOf = ({ repositoryId, digest }: Held): string => `${repositoryId} ${digest}`;

/**
 * What goes along with manifests, and how many bytes nothing else in their registry would need. Each question is about a list,
 * and each answer is found along an index: ten thousand images take a second.
 */
export class FreedView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** @returns null: too many */
  async find(untagged: readonly Untagged[]): Promise<Freed | null> {
    if (untagged.length > addedUpMax) return null;
    const freed = { childCount: 0, referrerCount: 0, bytes: 0 };
    for (const [registryId, manifests] of Map.groupBy(untagged, (one) => one.registryId)) {
      const roots = await this.#place(registryId, manifests);
      const parts = await this.#findAlong(roots);
      freed.childCount += parts.filter(({ role }) => role === 'child').length;
      freed.referrerCount += parts.filter(({ role }) => role === 'referrer').length;
      const dead = await this.#findDead(registryId, [...roots, ...parts]);
      freed.bytes += await this.#sum(registryId, dead);
    }
    return freed;
  }

  async #place(registryId: string, manifests: readonly Untagged[]): Promise<Held[]> {
    const { rows } = await sql<Held>`
      select r.id as "repositoryId", given.digest
      from unnest(
        ${manifests.map(({ repository }) => repository)}::text[], ${manifests.map(({ digest }) => digest)}::text[]
      ) as given (repository, digest)
      join repositories r on r.registry_id = ${registryId} and r.name = given.repository
    `.execute(this.#kysely);
    return rows;
  }

  /** What is below and about them, less what a tag or an index that stays needs. */
  async #findAlong(roots: readonly Held[]): Promise<Part[]> {
    const own = new Set(roots.map(keyOf));
    const parts = new Map<string, Part>();
    let added: readonly Held[] = roots;
    for (let depth = 0; depth < deepest && added.length > 0; depth += 1) {
      const found = await this.#findParts(added);
      const fresh = found.filter((part) => !own.has(keyOf(part)) && !parts.has(keyOf(part)));
      // Of what is both, the part counts.
      for (const part of fresh.toSorted((one, other) => one.role.localeCompare(other.role))) {
        if (!parts.has(keyOf(part))) parts.set(keyOf(part), part);
      }
      added = fresh;
    }
    const goes = (key: string): boolean => own.has(key) || parts.has(key);
    let links = parts.size === 0 ? [] : await this.#findHolders([...parts.values()]);
    // What stays keeps what is below it.
    for (;;) {
      const kept = links.filter(
        ({ repositoryId, holder }) => holder === null || !goes(keyOf({ repositoryId, digest: holder })),
      );
      if (kept.length === 0) return [...parts.values()];
      for (const part of kept) parts.delete(keyOf(part));
      links = links.filter((part) => parts.has(keyOf(part)));
    }
  }

  async #findParts(held: readonly Held[]): Promise<Part[]> {
    const { rows } = await sql<Part>`
      select distinct next."repositoryId", next.digest, next.role from (
        select given.repository_id as "repositoryId", children.child_digest as digest, 'child' as role
        from ${given(held)} join manifest_children children on children.parent_digest = given.digest collate "C"
        union all
        select given.repository_id, manifests.digest, 'referrer'
        from ${given(held)} join manifests on manifests.subject_digest = given.digest
      ) next
      join repository_manifests known on known.repository_id = next."repositoryId" and known.digest = next.digest
    `.execute(this.#kysely);
    return rows;
  }

  /**
   * Of parts: the indexes of their repository that name them, and null where a shown tag does. A list of referrers under a tag
   * of its own is no use of them.
   */
  async #findHolders(parts: readonly Held[]): Promise<Array<Held & { readonly holder: string | null }>> {
    const { rows } = await sql<Held & { readonly holder: string | null }>`
      select given.repository_id as "repositoryId", given.digest, children.parent_digest as holder
      from ${given(parts)} join manifest_children children on children.child_digest = given.digest collate "C"
      join repository_manifests known
        on known.repository_id = given.repository_id and known.digest = children.parent_digest
      where not exists (
        select from tags where tags.repository_id = given.repository_id and tags.digest = children.parent_digest
          and not tags.is_shown)
      union all
      select given.repository_id, given.digest, null
      from ${given(parts)}
      join tags on tags.repository_id = given.repository_id and tags.digest = given.digest collate "C" and tags.is_shown
    `.execute(this.#kysely);
    return rows;
  }

  /** Those that no other repository of the registry holds either. */
  async #findDead(registryId: string, going: readonly Held[]): Promise<string[]> {
    const counts = new Map<string, number>();
    for (const { digest } of going) counts.set(digest, (counts.get(digest) ?? 0) + 1);
    const { rows } = await sql<{ digest: string; count: number }>`
      select held.digest, count(*)::integer as count
      from repository_manifests held join repositories r on r.id = held.repository_id
      where held.digest = any (${[...counts.keys()]}::text[]) and r.registry_id = ${registryId}
      group by held.digest
    `.execute(this.#kysely);
    return rows.flatMap(({ digest, count }) => (count === counts.get(digest) ? [digest] : []));
  }

  async #sum(registryId: string, dead: readonly string[]): Promise<number> {
    if (dead.length === 0) return 0;
    const { rows } = await sql<{ bytes: number }>`
      with mine as materialized (
        select blob_digest, max(size_bytes) as size_bytes from manifest_blobs
        where manifest_digest = any (${[...dead]}::text[]) group by blob_digest
      )
      select coalesce((
        select sum(size_bytes) from manifests where digest = any (${[...dead]}::text[])
      ), 0)::bigint + coalesce((
        select sum(size_bytes) from mine where not exists (
          select from manifest_blobs used
          where used.blob_digest = mine.blob_digest and used.manifest_digest <> all (${[...dead]}::text[])
            and exists (
              select from repository_manifests held join repositories r on r.id = held.repository_id
              where held.digest = used.manifest_digest and r.registry_id = ${registryId}))
      ), 0)::bigint as bytes
    `.execute(this.#kysely);
    return rows[0]?.bytes ?? 0;
  }
}

function given(held: readonly Held[]) {
  return sql`unnest(
    ${held.map(({ repositoryId }) => repositoryId)}::bigint[], ${held.map(({ digest }) => digest)}::text[]
  ) as given (repository_id, digest)`;
}
