import { type Kysely, sql } from 'kysely';
import { projectOf } from '../../access/subject.ts';
import type { Tables } from '../../database/index.ts';
import { isHeld, partsOf } from './measure.store.ts';
import type { StorageSums } from './storage-sums.ts';
import type { TakenRegistry } from './storage.ts';

export interface UntaggedRow {
  readonly digest: string;
  readonly since: Date;
  readonly lastTag: string | null;
  readonly sizeBytes: number | null;
  readonly isRoot: boolean;
  readonly isRipe: boolean;
}

export interface RepositoryCounts {
  readonly manifestCount: number;
  readonly untaggedCount: number;
  readonly ripeCount: number;
  readonly unreadCount: number;
}

const writtenAtOnce = 500;
/** Samples older than this are removed. */
const sampleDays = 400;

/** What a measuring has found. Everything is written under the fence of whoever measures. */
export class FiguresStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** @returns its number, by which its blobs are kept */
  async findOrMakeRepository({ registryId }: TakenRegistry, repository: string): Promise<number> {
    const find = () =>
      this.#kysely
        .selectFrom('storage_repositories')
        .select('id')
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .executeTakeFirst();
    const found = await find();
    if (found !== undefined) return found.id;
    const project = projectOf(repository);
    await this.#kysely
      .insertInto('storage_repositories')
      .values({ registry_id: registryId, repository, project })
      .onConflict((conflict) => conflict.columns(['registry_id', 'repository']).doNothing())
      .execute();
    const made = await find();
    if (made === undefined) throw new Error(`${repository} was removed while it was measured.`);
    return made.id;
  }

  async writeCounts(taken: TakenRegistry, repository: string, counts: RepositoryCounts): Promise<void> {
    await sql`
      update storage_repositories set manifest_count = ${counts.manifestCount}, untagged_count = ${counts.untaggedCount},
        ripe_count = ${counts.ripeCount}, unread_count = ${counts.unreadCount}, measured_at = now()
      where registry_id = ${taken.registryId} and repository = ${repository} and ${isHeld(taken)}
    `.execute(this.#kysely);
  }

  async listUntagged({ registryId }: TakenRegistry, repository: string): Promise<Map<string, UntaggedRow>> {
    const rows = await this.#kysely
      .selectFrom('untagged_manifests')
      .selectAll()
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .execute();
    return new Map(
      rows.map((row) => [
        row.digest,
        {
          digest: row.digest,
          since: row.since,
          lastTag: row.last_tag,
          sizeBytes: row.size_bytes,
          isRoot: row.is_root,
          isRipe: row.is_ripe,
        },
      ]),
    );
  }

  async writeUntagged(taken: TakenRegistry, repository: string, rows: readonly UntaggedRow[]): Promise<void> {
    for (const part of partsOf(rows, writtenAtOnce)) {
      await sql`
        insert into untagged_manifests
          (registry_id, repository, project, digest, since, last_tag, size_bytes, is_root, is_ripe)
        select ${taken.registryId}, ${repository}::text, ${projectOf(repository)}::text, digest, since, "lastTag",
          "sizeBytes", "isRoot", "isRipe"
        from jsonb_to_recordset(${JSON.stringify(part)}::jsonb) as given (
          digest text, since timestamptz, "lastTag" text, "sizeBytes" bigint, "isRoot" boolean, "isRipe" boolean)
        where ${isHeld(taken)}
        on conflict (registry_id, repository, digest) do update set since = excluded.since,
          last_tag = excluded.last_tag, size_bytes = excluded.size_bytes, is_root = excluded.is_root,
          is_ripe = excluded.is_ripe
      `.execute(this.#kysely);
    }
  }

  async removeUntagged(taken: TakenRegistry, repository: string, digests: readonly string[]): Promise<void> {
    for (const part of partsOf(digests, writtenAtOnce)) {
      await sql`
        delete from untagged_manifests
        where registry_id = ${taken.registryId} and repository = ${repository} and digest = any (${part}::text[])
          and ${isHeld(taken)}
      `.execute(this.#kysely);
    }
  }

  /** Of every repository of the registry that was ever measured. */
  async listRepositories({ registryId }: TakenRegistry): Promise<Map<number, { repository: string; project: string }>> {
    const rows = await this.#kysely
      .selectFrom('storage_repositories')
      .select(['id', 'repository', 'project'])
      .where('registry_id', '=', registryId)
      .execute();
    return new Map(rows.map(({ id, repository, project }) => [id, { repository, project }]));
  }

  /** Those that hold nothing any more go, with their last figures in the samples. */
  async writeSums(taken: TakenRegistry, sums: StorageSums, repositoryIds: readonly number[]): Promise<void> {
    const none = { referencedBytes: 0, uniqueBytes: 0, trashBytes: 0, untaggedBytes: 0 };
    const repositories = repositoryIds.map((id) => ({ id, ...(sums.repositories.get(id) ?? none) }));
    for (const part of partsOf(repositories, writtenAtOnce)) await this.#writeRepositories(taken, part);
    const projects = [...sums.projects].map(([project, figures]) => ({ project, ...figures }));
    for (const part of partsOf(projects, writtenAtOnce)) await this.#writeProjects(taken, part);
    await sql`
      delete from storage_projects where registry_id = ${taken.registryId}
        and project <> all (${projects.map(({ project }) => project)}::text[]) and ${isHeld(taken)}
    `.execute(this.#kysely);
    await this.#writeSamples(taken, sums);
    const empty = repositoryIds.filter((id) => !sums.repositories.has(id));
    for (const part of partsOf(empty, writtenAtOnce)) {
      await sql`
        delete from storage_repositories where id = any (${part}::integer[]) and ${isHeld(taken)} and not exists (
          select from repositories where repositories.registry_id = storage_repositories.registry_id
            and repositories.name = storage_repositories.repository)
      `.execute(this.#kysely);
    }
  }

  /** A day's samples of long ago. */
  async pruneSamples(): Promise<void> {
    await sql`delete from storage_samples where day < current_date - ${sampleDays}::integer`.execute(this.#kysely);
  }

  async #writeRepositories(taken: TakenRegistry, rows: ReadonlyArray<Readonly<Record<string, number>>>): Promise<void> {
    await sql`
      update storage_repositories held set referenced_bytes = given."referencedBytes",
        unique_bytes = given."uniqueBytes", trash_bytes = given."trashBytes", untagged_bytes = given."untaggedBytes"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (
        id integer, "referencedBytes" bigint, "uniqueBytes" bigint, "trashBytes" bigint, "untaggedBytes" bigint)
      where held.id = given.id and ${isHeld(taken)}
        and (held.referenced_bytes, held.unique_bytes, held.trash_bytes, held.untagged_bytes) is distinct from
          (given."referencedBytes", given."uniqueBytes", given."trashBytes", given."untaggedBytes")
    `.execute(this.#kysely);
  }

  async #writeProjects(
    taken: TakenRegistry,
    rows: ReadonlyArray<Readonly<Record<string, number | string>>>,
  ): Promise<void> {
    await sql`
      insert into storage_projects as held
        (registry_id, project, total_bytes, unique_bytes, trash_bytes, untagged_bytes, both_bytes)
      select ${taken.registryId}, project, "totalBytes", "uniqueBytes", "trashBytes", "untaggedBytes", "bothBytes"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (
        project text, "totalBytes" bigint, "uniqueBytes" bigint, "trashBytes" bigint, "untaggedBytes" bigint,
        "bothBytes" bigint)
      where ${isHeld(taken)}
      on conflict (registry_id, project) do update set total_bytes = excluded.total_bytes,
        unique_bytes = excluded.unique_bytes, trash_bytes = excluded.trash_bytes,
        untagged_bytes = excluded.untagged_bytes, both_bytes = excluded.both_bytes
      where (held.total_bytes, held.unique_bytes, held.trash_bytes, held.untagged_bytes, held.both_bytes) is distinct from
        (excluded.total_bytes, excluded.unique_bytes, excluded.trash_bytes, excluded.untagged_bytes, excluded.both_bytes)
    `.execute(this.#kysely);
  }

  /** Of today, and only where the figure is another one than that of the day before it. */
  async #writeSamples(taken: TakenRegistry, sums: StorageSums): Promise<void> {
    const { registry } = sums;
    await sql`
      ${this.#sampling(
        taken,
        sql`select '' as project, '' as repository, ${registry.totalBytes}::bigint as bytes,
          ${registry.uniqueBytes}::bigint as unique_bytes, ${registry.trashBytes}::bigint as trash_bytes`,
      )}
    `.execute(this.#kysely);
    // Of those that are gone, too: there is nothing there since today.
    await sql`
      ${this.#sampling(
        taken,
        sql`select known.project, '' as repository, coalesce(figures.total_bytes, 0) as bytes,
          coalesce(figures.unique_bytes, 0) as unique_bytes, coalesce(figures.trash_bytes, 0) as trash_bytes
        from (select distinct project from storage_repositories where registry_id = ${taken.registryId}) known
        left join storage_projects figures
          on figures.registry_id = ${taken.registryId} and figures.project = known.project`,
      )}
    `.execute(this.#kysely);
    for (let after = 0; ; ) {
      const { rows } = await sql<{ id: number }>`
        select id from storage_repositories where registry_id = ${taken.registryId} and id > ${after}
        order by id limit ${writtenAtOnce}
      `.execute(this.#kysely);
      const last = rows.at(-1)?.id;
      if (last === undefined) return;
      await sql`
        ${this.#sampling(
          taken,
          sql`select project, repository, referenced_bytes as bytes, unique_bytes, trash_bytes
          from storage_repositories where registry_id = ${taken.registryId} and id > ${after} and id <= ${last}`,
        )}
      `.execute(this.#kysely);
      after = last;
    }
  }

  #sampling(taken: TakenRegistry, figures: ReturnType<typeof sql>) {
    return sql`
      insert into storage_samples (registry_id, project, repository, day, bytes, unique_bytes, trash_bytes)
      select ${taken.registryId}, figures.project, figures.repository, (now() at time zone 'UTC')::date, figures.bytes,
        figures.unique_bytes, figures.trash_bytes
      from (${figures}) figures
      left join lateral (
        select bytes, unique_bytes, trash_bytes from storage_samples last
        where last.registry_id = ${taken.registryId} and last.project = figures.project
          and last.repository = figures.repository
        order by day desc limit 1
      ) last on true
      where ${isHeld(taken)} and (last.bytes, last.unique_bytes, last.trash_bytes) is distinct from
        (figures.bytes, figures.unique_bytes, figures.trash_bytes)
      on conflict (registry_id, project, repository, day) do update set bytes = excluded.bytes,
        unique_bytes = excluded.unique_bytes, trash_bytes = excluded.trash_bytes`;
  }
}
