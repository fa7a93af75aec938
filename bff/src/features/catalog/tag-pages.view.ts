import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import type { PlatformFacts } from './config-facts.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { inScope, repositoryNamesIn, tagNamesIn } from '../../database/scope.ts';

export type TagSort = '-pushed' | 'pushed' | '-semver' | 'semver' | 'name' | '-name';

export interface ReadTagPage {
  readonly project: string;
  readonly repository: string | undefined;
  readonly q: string | undefined;
  readonly isDriftOnly: boolean;
  readonly sort: TagSort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
  /** Of whom reads, within the project. */
  readonly scope: Scope;
  /** The columns: a tag that one of them lacks has drifted. */
  readonly registryIds: readonly string[];
  /** Whose open copies are shown. */
  readonly taskRegistryIds: readonly string[];
  /** Only tags that this registry has. */
  readonly registryId?: string | undefined;
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

export interface TagLine {
  readonly repository: string;
  readonly tag: string;
  readonly pushedAt: Date | null;
  readonly placed: readonly PlacedTag[];
  readonly tasks: readonly OpenTask[];
}

const text = (column: string, direction: 'asc' | 'desc'): KeysetColumn => ({
  expression: sql.ref(column),
  direction,
  type: 'text',
});
const pushed = (direction: 'asc' | 'desc'): KeysetColumn => ({
  expression: sql.ref('sorted_at'),
  direction,
  type: 'instant',
});

/** Each is an index of tag_names, forwards or backwards; so is each without its repository, within one repository. */
const orders: Readonly<Record<TagSort, readonly KeysetColumn[]>> = {
  '-pushed': [pushed('desc'), text('repository', 'asc'), text('name', 'asc')],
  pushed: [pushed('asc'), text('repository', 'desc'), text('name', 'desc')],
  '-semver': [text('repository', 'asc'), text('semver_key', 'desc'), text('name', 'desc')],
  semver: [text('repository', 'desc'), text('semver_key', 'asc'), text('name', 'asc')],
  name: [text('repository', 'asc'), text('name', 'asc')],
  '-name': [text('repository', 'desc'), text('name', 'desc')],
};

const repositoryIndex: Readonly<Record<TagSort, number>> = {
  '-pushed': 1,
  pushed: 1,
  '-semver': 0,
  semver: 0,
  name: 0,
  '-name': 0,
};

export function tagOrder(sort: TagSort, repository: string | undefined): readonly KeysetColumn[] {
  return repository === undefined ? orders[sort] : orders[sort].toSpliced(repositoryIndex[sort], 1);
}

interface TagName {
  repository: string;
  name: string;
  semver_key: string;
  pushed_at: Date | null;
  sorted_at: Date;
}

export class TagPages {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async readPage(read: ReadTagPage) {
    const names = await this.#listNames(read);
    const page = names.slice(0, read.limit);
    const last = names.length > read.limit ? page.at(-1) : undefined;
    const placed = await this.#listPlaced(page, read.scope);
    const tasks = await this.#listTasks(page, read.taskRegistryIds);
    const lines = new Map(page.map((row) => [keyOf(row.repository, row.name), lineOf(row)]));
    for (const row of placed) {
      lines.get(keyOf(row.repository, row.name))?.placed.push({
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
    const isWhole = (read.q ?? '') === '' && !read.isDriftOnly && read.registryId === undefined;
    const isOnlyPage = read.after === null && last === undefined;
    return {
      lines: [...lines.values()] as readonly TagLine[],
      next: last === undefined ? null : positionOf(last, read),
      // Counting what a search finds would cost as much as reading all of it.
      total: isWhole ? await this.#countAll(read) : isOnlyPage ? page.length : null,
    };
  }

  async #listNames(read: ReadTagPage): Promise<TagName[]> {
    const columns = tagOrder(read.sort, read.repository);
    const conditions = [isAfter(columns, read.after)];
    // A repository is of one project: naming both would lead the planner past the repository's own indexes.
    if (read.repository === undefined) conditions.push(sql`project = ${read.project}`);
    else conditions.push(sql`repository = ${read.repository}`);
    if (read.q !== undefined && read.q !== '') conditions.push(await this.#matches(read, read.q));
    if (read.isDriftOnly)
      conditions.push(sql`(digest_count > 1 or registry_count < ${read.registryIds.length}::integer)`);
    if (read.registryId !== undefined) {
      conditions.push(sql`exists (
        select from tags where tags.repository = tag_names.repository and tags.name = tag_names.name
          and tags.registry_id = ${read.registryId} and ${inScope(read.scope, 'tags.project', 'tags.registry_id')}
      )`);
    }
    const { rows } = await sql<TagName>`
      select repository, name, semver_key, pushed_at, sorted_at
      from ${tagNamesIn(read.scope)} as tag_names
      where ${sql.join(conditions, sql` and `)} order by ${orderBy(columns)} limit ${read.limit + 1}
    `.execute(this.#kysely);
    return rows;
  }

  /**
   * A tag by its own name or by its repository's. The repositories are looked up first: two patterns joined by "or" would
   * read every tag of the project, a pattern and a few names are two indexes.
   */
  async #matches({ project, repository }: ReadTagPage, q: string): Promise<RawBuilder<boolean>> {
    const pattern = `%${likeLiteral(q.toLowerCase())}%`;
    const isNamed = sql<boolean>`folded like ${pattern}`;
    if (repository !== undefined) return isNamed;
    const { rows } = await sql<{ name: string }>`
      select name from repository_names where project = ${project} and name like ${pattern}
    `.execute(this.#kysely);
    if (rows.length === 0) return isNamed;
    return sql<boolean>`(${isNamed} or repository = any (${rows.map(({ name }) => name)}::text[]))`;
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
        manifests.total_size_bytes as size_bytes,
        tags.pushed_at, tags.pushed_by, manifests.platforms
      from unnest(${page.map(({ repository }) => repository)}::text[], ${page.map(({ name }) => name)}::text[])
        as wanted (repository, name)
      join tags on tags.repository = wanted.repository and tags.name = wanted.name
      left join manifests on manifests.digest = tags.digest
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

  async #countAll({ project, repository, scope }: ReadTagPage): Promise<number> {
    const { rows } = await sql<{ total: number }>`
      select coalesce(sum(tag_count), 0) as total
      from ${repositoryNamesIn(scope, { withSizes: false })} as repository_names
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
    pushedAt: row.pushed_at,
    placed: [] as PlacedTag[],
    tasks: [] as OpenTask[],
  };
}

function positionOf(row: TagName, { sort, repository }: ReadTagPage): KeysetPosition {
  const position = {
    pushed: [row.sorted_at.getTime(), row.repository, row.name],
    semver: [row.repository, row.semver_key, row.name],
    name: [row.repository, row.name],
  }[sort.replace('-', '') as 'pushed' | 'semver' | 'name'];
  return repository === undefined ? position : position.toSpliced(repositoryIndex[sort], 1);
}
