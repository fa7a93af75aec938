import { type Kysely, sql, type Transaction } from 'kysely';
import type { FollowedPolicyJson, Tables } from '../../database/index.ts';
import type { IndexedManifest } from './indexed-manifest.ts';
import { listUnproven, saveRepositoryManifests, weighIndexes } from './held-manifests.store.ts';
import { saveManifests } from './manifests.store.ts';
import { refreshSizes } from './sizes.store.ts';
import { projectOf } from './shown-names.ts';

/** One tag as it was seen in its registry. */
export interface SeenTag {
  readonly name: string;
  readonly digest: string;
  readonly semverKey: string;
  readonly isShown: boolean;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
}

export interface SeenRepository {
  readonly registryId: string;
  readonly repository: string;
  /** The database's time before the registry was asked: an older answer never replaces a newer one. */
  readonly askedAt: Date;
  readonly how: 'push' | 'copy' | 'scan' | 'restore';
  readonly tags: readonly SeenTag[];
  /** Manifests that were read just now. */
  readonly manifests: readonly IndexedManifest[];
  /** Digests that the repository holds, with or without a tag; those the catalog has no content of are passed over. */
  readonly digests: readonly string[];
  /** Below those, and not there: an index may be in a registry without all its children. */
  readonly absent?: readonly string[];
}

/** Who took a tag away: somebody, or a policy that follows its source. */
export interface Remover {
  readonly actor: string | null;
  readonly policy: FollowedPolicyJson | null;
}

export interface ChangedTag {
  readonly name: string;
  /** Null: removed. */
  readonly digest: string | null;
}

export interface KnownRepository {
  readonly id: number;
  readonly name: string;
  readonly tagCount: number;
  readonly scannedAt: Date | null;
}

export class CatalogStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** The time that decides which of two answers is the newer. */
  async now(): Promise<Date> {
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(this.#kysely);
    const [row] = rows;
    if (row === undefined) throw new Error('The database did not tell the time.');
    return row.now;
  }

  /** Digests of those of the tags that are known. */
  async findTags(registryId: string, repository: string, names: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await sql<{ name: string; digest: string }>`
      select name, digest from tags
      where registry_id = ${registryId} and repository = ${repository} and name = any (${[...names]}::text[])
    `.execute(this.#kysely);
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }

  async listKnownRepositories(registryId: string): Promise<KnownRepository[]> {
    const rows = await this.#kysely
      .selectFrom('repositories')
      .select(['id', 'name', 'tag_count', 'scanned_at'])
      .where('registry_id', '=', registryId)
      .orderBy('name')
      .execute();
    return rows.map(({ id, name, tag_count, scanned_at }) => ({
      id,
      name,
      tagCount: tag_count,
      scannedAt: scanned_at,
    }));
  }

  async listKnownTags(registryId: string, repository: string): Promise<Map<string, string>> {
    const rows = await this.#kysely
      .selectFrom('tags')
      .select(['name', 'digest'])
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .execute();
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }

  async countTags(registryId: string): Promise<number> {
    const { count } = await this.#kysely
      .selectFrom('tags')
      .innerJoin('repositories', 'repositories.id', 'tags.repository_id')
      .where('repositories.registry_id', '=', registryId)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Which of these manifests are in the catalog, with everything below them. */
  async findKnownDigests(digests: readonly string[]): Promise<ReadonlySet<string>> {
    if (digests.length === 0) return new Set();
    const { rows } = await sql<{ digest: string }>`
      select digest from manifests
      where digest = any (${[...digests]}::text[]) and (total_size_bytes is not null or kind <> 'index')
    `.execute(this.#kysely);
    return new Set(rows.map(({ digest }) => digest));
  }

  /** One transaction: manifests before the tags that name them. Returns what changed. */
  async save(seen: SeenRepository): Promise<ChangedTag[]> {
    return withRetry(() =>
      this.#kysely.transaction().execute(async (transaction) => {
        await saveManifests(transaction, seen.manifests);
        const repositoryId = await findOrMakeRepository(transaction, seen);
        await saveRepositoryManifests(transaction, repositoryId, seen.digests, seen.absent ?? []);
        return saveTags(transaction, repositoryId, seen);
      }),
    );
  }

  /** Removes tags unless they were seen again since `askedAt`. Returns those that went. */
  async removeTags(
    registryId: string,
    repository: string,
    names: readonly string[],
    askedAt: Date,
    removal: 'scan' | 'delete' | ({ readonly how: 'delete' } & Remover),
  ): Promise<ChangedTag[]> {
    if (names.length === 0) return [];
    const { how, actor, policy } = typeof removal === 'string' ? { how: removal, actor: null, policy: null } : removal;
    const { rows } = await sql<{ name: string }>`
      with removed as (
        delete from tags
        where registry_id = ${registryId} and repository = ${repository}
          and name = any (${[...names]}::text[]) and seen_at <= ${askedAt}
        returning registry_id, repository, name
      )
      insert into tag_history (registry_id, repository, name, digest, how, actor, policy)
      select registry_id, repository, name, null, ${how}::text, ${actor}::text, ${policyJson(policy)}::jsonb
      from removed
      returning name
    `.execute(this.#kysely);
    return rows.map(({ name }) => ({ name, digest: null }));
  }

  /** For those whose end was told by the registry, or found by a look, before it was said who did it. */
  async nameRemover(registryId: string, repository: string, names: readonly string[], by: Remover): Promise<void> {
    await sql`
      update tag_history set actor = ${by.actor}::text, policy = ${policyJson(by.policy)}::jsonb, how = 'delete'
      where digest is null and actor is null and policy is null and at > clock_timestamp() - interval '5 minutes'
        and id in (
          select max(id) from tag_history
          where registry_id = ${registryId} and repository = ${repository} and name = any (${[...names]}::text[])
          group by name
        )
    `.execute(this.#kysely);
  }

  /** Manifests below these that the catalog holds, and that the repository is not known to. */
  listUnproven(registryId: string, repository: string, digests: readonly string[]): Promise<string[]> {
    return listUnproven(this.#kysely, { registryId, repository }, digests);
  }

  /** Somebody has pushed these without a tag, and may be about to name them: what no tag reaches begins its time anew. */
  async notePushedUntagged(registryId: string, repository: string, digests: readonly string[]): Promise<void> {
    await sql`
      with pushed as (
        update untagged_manifests set since = date_trunc('milliseconds', clock_timestamp()), is_ripe = false
        where registry_id = ${registryId} and repository = ${repository} and digest = any (${[...digests]}::text[])
        returning registry_id, repository
      )
      insert into storage_changes as held (registry_id, repository) select distinct registry_id, repository from pushed
      on conflict (registry_id, repository) do update set marks = held.marks + 1
    `.execute(this.#kysely);
  }

  /** The registry no longer holds these manifests there. */
  async forgetManifests(registryId: string, repository: string, digests: readonly string[]): Promise<void> {
    const { rows } = await sql<{ repository_id: number }>`
      delete from repository_manifests using repositories
      where repositories.id = repository_manifests.repository_id
        and repositories.registry_id = ${registryId} and repositories.name = ${repository}
        and repository_manifests.digest = any (${[...digests]}::text[])
        and not exists (
          select from tags
          where tags.repository_id = repositories.id and tags.digest = repository_manifests.digest
        )
      returning repository_manifests.repository_id
    `.execute(this.#kysely);
    const [forgotten] = rows;
    if (forgotten !== undefined) await weighIndexes(this.#kysely, forgotten.repository_id, digests);
  }

  /** It was read to its end; the time is kept to the hour. */
  async markRepositoryScanned(registryId: string, repository: string): Promise<void> {
    await sql`
      insert into repositories (registry_id, name, project, scanned_at)
      values (${registryId}, ${repository}, ${projectOf(repository)}, clock_timestamp())
      on conflict (registry_id, name) do update set scanned_at = excluded.scanned_at
      where repositories.scanned_at is null or repositories.scanned_at < excluded.scanned_at - interval '1 hour'
    `.execute(this.#kysely);
  }

  /** Only where nothing is left in it. */
  async removeEmptyRepository(registryId: string, repository: string): Promise<void> {
    await sql`
      delete from repositories
      where registry_id = ${registryId} and name = ${repository}
        and not exists (select from tags where tags.repository_id = repositories.id)
    `.execute(this.#kysely);
  }

  /** Sums each blob and manifest once: for each registry's repository of these names, and for the name over all. */
  async refreshSizes(repositories: readonly string[]): Promise<void> {
    if (repositories.length === 0) return;
    await refreshSizes(this.#kysely, [...repositories]);
  }

  /** The embedded database keeps no statistics by itself, and plans badly without. */
  async analyze(): Promise<void> {
    await sql`
      analyze repositories, repository_names, repository_tag_counts, repository_sizes, tags, tag_names, manifests,
        manifest_blobs, repository_manifests
    `.execute(this.#kysely);
  }

  /** Manifests that no repository holds any more, nor the trash, and their configs. */
  async pruneOrphans(): Promise<void> {
    await sql`
      delete from manifests
      where not exists (select from repository_manifests where repository_manifests.digest = manifests.digest)
        and not exists (select from manifest_children where manifest_children.child_digest = manifests.digest)
        and not exists (select from tags where tags.digest = manifests.digest)
        and not exists (
          select from trash_manifests join trash_items on trash_items.id = trash_manifests.item_id
          where trash_manifests.digest = manifests.digest and trash_items.has_shadow)
    `.execute(this.#kysely);
    await sql`
      delete from configs
      where not exists (select from manifests where manifests.config_digest = configs.digest)
    `.execute(this.#kysely);
  }
}

export function createCatalogStore(kysely: Kysely<Tables>): CatalogStore {
  return new CatalogStore(kysely);
}

const repositoryLock = 1819240041;

/** Held until the transaction ends: of two that saw the same change the second one sees that it is written. */
const policyJson = (policy: Remover['policy']): string | null => policy && JSON.stringify(policy);

async function findOrMakeRepository(transaction: Transaction<Tables>, seen: SeenRepository): Promise<number> {
  const find = () =>
    transaction
      .selectFrom('repositories')
      .select(['id', sql`pg_advisory_xact_lock(${repositoryLock}::integer, id::integer)`.as('lock')])
      .where('registry_id', '=', seen.registryId)
      .where('name', '=', seen.repository)
      .executeTakeFirst();
  const existing = await find();
  if (existing !== undefined) return existing.id;
  await transaction
    .insertInto('repositories')
    .values({ registry_id: seen.registryId, name: seen.repository, project: projectOf(seen.repository) })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .execute();
  const made = await find();
  if (made === undefined) throw new Error(`The repository ${seen.repository} was removed while it was written.`);
  return made.id;
}

function givenTags(tags: readonly SeenTag[]) {
  return sql`unnest(
    ${tags.map(({ name }) => name)}::text[],
    ${tags.map(({ digest }) => digest)}::text[],
    ${tags.map(({ semverKey }) => semverKey)}::text[],
    ${tags.map(({ isShown }) => isShown)}::boolean[],
    ${tags.map(({ pushedAt }) => pushedAt?.toISOString() ?? null)}::timestamptz[],
    ${tags.map(({ pushedBy }) => pushedBy)}::text[]
  ) as given (name, digest, semver_key, is_shown, pushed_at, pushed_by)`;
}

async function saveTags(
  transaction: Transaction<Tables>,
  repositoryId: number,
  seen: SeenRepository,
): Promise<ChangedTag[]> {
  const { tags } = seen;
  if (tags.length === 0) return [];
  const { rows } = await sql<{ name: string; digest: string }>`
    with given as (
      select * from ${givenTags(tags)}
    ), before as (
      select tags.name, tags.digest, tags.is_origin_known from tags
      where tags.repository_id = ${repositoryId} and tags.name in (select name from given)
    ), written as (
      insert into tags (
        repository_id, registry_id, repository, project, name, digest, semver_key, is_shown, pushed_at, pushed_by, seen_at,
        image_created_at, is_origin_known
      )
      select ${repositoryId}::bigint, ${seen.registryId}::text, ${seen.repository}::text,
        ${projectOf(seen.repository)}::text, name, digest, semver_key, is_shown, pushed_at, pushed_by,
        ${seen.askedAt}::timestamptz,
        (select manifests.created_at from manifests where manifests.digest = given.digest collate "C"),
        ${seen.how === 'push' || seen.how === 'restore'}::boolean
      from given order by name
      on conflict (repository_id, name) do update set
        digest = excluded.digest,
        image_created_at = excluded.image_created_at,
        seen_at = greatest(tags.seen_at, excluded.seen_at),
        is_origin_known = excluded.is_origin_known,
        pushed_at = case
          when tags.digest = excluded.digest and (tags.is_origin_known or not excluded.is_origin_known)
          then greatest(tags.pushed_at, excluded.pushed_at) else excluded.pushed_at end,
        pushed_by = case when tags.digest = excluded.digest
          then coalesce(excluded.pushed_by, tags.pushed_by) else excluded.pushed_by end
      -- What a later look has found already is still to be told when it was pushed.
      where tags.seen_at <= excluded.seen_at
        or (tags.digest = excluded.digest and excluded.is_origin_known and not tags.is_origin_known)
      returning name, digest, pushed_by
    ), told as (
      update tag_history set how = 'push', actor = written.pushed_by
      from written join before on before.name = written.name
      where ${seen.how === 'push'}::boolean and before.digest = written.digest and not before.is_origin_known
        and tag_history.how = 'scan' and tag_history.id = (
          select max(latest.id) from tag_history latest
          where latest.registry_id = ${seen.registryId} and latest.repository = ${seen.repository}
            and latest.name = written.name
        )
    )
    insert into tag_history (registry_id, repository, name, digest, actor, how)
    select ${seen.registryId}::text, ${seen.repository}::text, written.name, written.digest, written.pushed_by,
      ${seen.how}::text
    from written left join before on before.name = written.name
    where before.digest is distinct from written.digest
    returning name, digest
  `.execute(transaction);
  return rows;
}

const deadlockDetected = '40P01';

/** Two instances that index the same manifests in one moment may wait for each other; PostgreSQL ends one of them. */
async function withRetry<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isDeadlock = error instanceof Error && 'code' in error && error.code === deadlockDetected;
      if (!isDeadlock || attempt === 3) throw error;
    }
  }
}
