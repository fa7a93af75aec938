import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import type { PlatformFacts } from './config-facts.ts';
import { inScope, repositoryNamesIn } from '../../database/scope.ts';
import { listTagNames, type ReadTagNames, type TagName, tagPosition } from './tag-names.view.ts';

export { tagOrder } from './tag-names.view.ts';

export interface ReadTagPage extends ReadTagNames {
  /** Whose open copies are shown. */
  readonly taskRegistryIds: readonly string[];
  /** Whose deleted tags are shown. */
  readonly trashRegistryIds: readonly string[];
}

/** One tag in one registry. */
export interface PlacedTag {
  readonly registryId: string;
  readonly digest: string;
  /** Null while the catalog does not hold the manifest. */
  readonly mediaType: string | null;
  readonly artifactType: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
  readonly platforms: readonly PlatformFacts[];
}

export interface OpenTask {
  readonly id: string;
  readonly registryId: string;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
}

/** A tag that was deleted in a registry and can be had back. */
export interface TrashedTag {
  readonly itemId: string;
  readonly registryId: string;
  readonly digest: string;
  readonly deletedAt: Date;
  readonly deletedBy: string | null;
}

export interface TagLine {
  readonly repository: string;
  readonly tag: string;
  /** The latest push that is seen. */
  readonly pushedAt: Date | null;
  readonly placed: readonly PlacedTag[];
  readonly tasks: readonly OpenTask[];
  /** The latest last; a registry in which it was pushed anew is among them too. */
  readonly trashed: readonly TrashedTag[];
}

export class TagPages {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async readPage(read: ReadTagPage) {
    const names = await listTagNames(this.#kysely, read);
    const page = names.slice(0, read.limit);
    const last = names.length > read.limit ? page.at(-1) : undefined;
    const placed = await this.#listPlaced(page, read.scope);
    const tasks = await this.#listTasks(page, read.taskRegistryIds);
    const trashed = await this.#listTrashed(page, read);
    const lines = new Map(page.map((row) => [keyOf(row.repository, row.name), lineOf(row)]));
    for (const row of placed) {
      const line = lines.get(keyOf(row.repository, row.name));
      if (line === undefined) continue;
      line.pushedAt = latest(line.pushedAt, row.pushed_at);
      line.placed.push({
        registryId: row.registry_id,
        digest: row.digest,
        mediaType: row.media_type,
        artifactType: row.artifact_type,
        sizeBytes: row.size_bytes,
        pushedAt: row.pushed_at,
        pushedBy: row.pushed_by,
        platforms: row.platforms ?? [],
      });
    }
    for (const row of tasks) {
      lines.get(keyOf(row.repository, row.tag))?.tasks.push({
        id: row.id,
        registryId: row.registry_id,
        bytesDone: row.bytes_done,
        bytesTotal: row.bytes_total,
      });
    }
    for (const row of trashed) {
      lines.get(keyOf(row.repository, row.tag))?.trashed.push({
        itemId: row.id,
        registryId: row.registry_id,
        digest: row.digest,
        deletedAt: row.deleted_at,
        deletedBy: row.deleted_by,
      });
    }
    const isWhole = (read.q ?? '') === '' && !read.isDriftOnly && read.registryId === undefined;
    const isOnlyPage = read.after === null && last === undefined;
    return {
      lines: [...lines.values()] as readonly TagLine[],
      next: last === undefined ? null : tagPosition(last, read),
      // Counting what a search finds would cost as much as reading all of it.
      total: isWhole ? await this.#countAll(read) : isOnlyPage ? page.length : null,
    };
  }

  async #listPlaced(page: readonly TagName[], scope: Scope) {
    const { rows } = await sql<{
      repository: string;
      name: string;
      registry_id: string;
      digest: string;
      media_type: string | null;
      artifact_type: string | null;
      size_bytes: number | null;
      pushed_at: Date | null;
      pushed_by: string | null;
      platforms: PlatformFacts[] | null;
    }>`
      select tags.repository, tags.name, tags.registry_id, tags.digest, manifests.media_type, manifests.artifact_type,
        coalesce(held.held_size_bytes, manifests.total_size_bytes) as size_bytes,
        tags.pushed_at, tags.pushed_by, manifests.platforms
      from unnest(${page.map(({ repository }) => repository)}::text[], ${page.map(({ name }) => name)}::text[])
        as wanted (repository, name)
      join tags on tags.repository = wanted.repository and tags.name = wanted.name
      left join manifests on manifests.digest = tags.digest
      left join repository_manifests held on held.repository_id = tags.repository_id and held.digest = tags.digest
      where ${inScope(scope, 'tags.project', 'tags.registry_id')}
    `.execute(this.#kysely);
    return rows;
  }

  async #listTasks(page: readonly TagName[], registryIds: readonly string[]) {
    if (registryIds.length === 0) return [];
    const { rows } = await sql<{
      id: string;
      registry_id: string;
      repository: string;
      tag: string;
      bytes_done: number;
      bytes_total: number | null;
    }>`
      select id, destination_registry_id as registry_id, destination_repository as repository, destination_tag as tag,
        bytes_done, bytes_total
      from tasks
      where state in ('queued', 'running', 'waiting') and destination_tag is not null
        and destination_registry_id = any (${[...registryIds]}::text[])
        and destination_repository = any (${[...new Set(page.map(({ repository }) => repository))]}::text[])
      order by created_at
    `.execute(this.#kysely);
    return rows;
  }

  async #listTrashed(page: readonly TagName[], { scope, trashRegistryIds }: ReadTagPage) {
    if (trashRegistryIds.length === 0) return [];
    const { rows } = await sql<{
      id: string;
      registry_id: string;
      repository: string;
      tag: string;
      digest: string;
      deleted_at: Date;
      deleted_by: string | null;
    }>`
      select id, registry_id, repository, tag, digest, deleted_at, deleted_by from trash_items
      where state = 'deleted' and deleted_at is not null and registry_id = any (${[...trashRegistryIds]}::text[])
        and repository = any (${[...new Set(page.map(({ repository }) => repository))]}::text[])
        and tag = any (${[...new Set(page.map(({ name }) => name))]}::text[])
        and ${inScope(scope, 'project', 'registry_id')}
      order by deleted_at
    `.execute(this.#kysely);
    return rows;
  }

  async #countAll({ project, repository, scope }: ReadTagPage): Promise<number> {
    const { rows } = await sql<{ total: number }>`
      select coalesce(sum(tag_count), 0) as total
      from ${repositoryNamesIn(scope)} as repository_names
      where ${repository === undefined ? sql`project = ${project}` : sql`name = ${repository}`}
    `.execute(this.#kysely);
    return rows[0]?.total ?? 0;
  }
}

export function createTagPages(kysely: Kysely<Tables>): TagPages {
  return new TagPages(kysely);
}

function keyOf(repository: string, name: string): string {
  return `${repository}:${name}`;
}

function lineOf(row: TagName) {
  return {
    repository: row.repository,
    tag: row.name,
    pushedAt: null as Date | null,
    placed: [] as PlacedTag[],
    tasks: [] as OpenTask[],
    trashed: [] as TrashedTag[],
  };
}

function latest(a: Date | null, b: Date | null): Date | null {
  return a === null || (b !== null && b > a) ? b : a;
}
