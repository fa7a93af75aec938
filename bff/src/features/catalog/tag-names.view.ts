import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { overlaps } from '../../database/scope.ts';

export type TagSort = '-pushed' | 'pushed' | '-semver' | 'semver' | 'name' | '-name';

export interface ReadTagNames {
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
  /** Only tags that this registry has. */
  readonly registryId?: string | undefined;
}

export interface TagName {
  readonly repository: string;
  readonly name: string;
  readonly semver_key: string;
  readonly sorted_at: Date;
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

/** Names that fit are looked up one by one up to this many; more are found soon enough by walking in their order. */
const fewNames = 300;

export function tagOrder(sort: TagSort, repository: string | undefined): readonly KeysetColumn[] {
  return repository === undefined ? orders[sort] : orders[sort].toSpliced(repositoryIndex[sort], 1);
}

export function tagPosition(row: TagName, { sort, repository }: Pick<ReadTagNames, 'sort' | 'repository'>) {
  const position = {
    pushed: [row.sorted_at.getTime(), row.repository, row.name],
    semver: [row.repository, row.semver_key, row.name],
    name: [row.repository, row.name],
  }[sort.replace('-', '') as 'pushed' | 'semver' | 'name'];
  return repository === undefined ? position : position.toSpliced(repositoryIndex[sort], 1);
}

/** The names of one page and one more, if there is one. */
export async function listTagNames(kysely: Kysely<Tables>, read: ReadTagNames): Promise<TagName[]> {
  const { project, repository, scope, isDriftOnly, sort } = read;
  const isNamed = await matches(kysely, read);
  if (scope.isEverything || scope.projects.includes(project)) return listOfWhole(kysely, read, isNamed);
  const seen = scope.places.filter((place) => place.project === project).map(({ registryId }) => registryId);
  // A single registry has nothing to differ from.
  if (seen.length === 0 || (isDriftOnly && seen.length === 1)) return [];
  if (repository !== undefined) return listCounted(kysely, read, seen, sql`tags.repository = ${repository}`, isNamed);
  // Only the order of pushes depends on who looks.
  if (sort !== '-pushed' && sort !== 'pushed') return listSeen(kysely, read, seen, isNamed);
  if (isNamed !== null || isDriftOnly) {
    const few = await listFew(kysely, read, seen, isNamed);
    if (few !== undefined) return listCounted(kysely, read, seen, few, null);
  }
  return walk(kysely, read, seen, isNamed);
}

async function listOfWhole(kysely: Kysely<Tables>, read: ReadTagNames, isNamed: Named | null): Promise<TagName[]> {
  const conditions: Array<RawBuilder<boolean>> = [];
  // A repository is of one project: naming both would lead the planner past the repository's own indexes.
  if (read.repository === undefined) conditions.push(sql`project = ${read.project}`);
  else conditions.push(sql`repository = ${read.repository}`);
  if (isNamed !== null) conditions.push(isNamed('tag_names.folded', 'tag_names.repository'));
  if (read.isDriftOnly)
    conditions.push(sql`(digest_count > 1 or registry_count < ${read.registryIds.length}::integer)`);
  if (read.registryId !== undefined) conditions.push(overlaps('registry_ids', [read.registryId]));
  return pageOf(kysely, read, sql`tag_names`, conditions);
}

/** In an order that is the same whatever registries are seen. */
async function listSeen(kysely: Kysely<Tables>, read: ReadTagNames, seen: readonly string[], isNamed: Named | null) {
  return pageOf(kysely, read, sql`tag_names`, seenConditions(read, seen, isNamed));
}

/** Undefined where more names fit than are worth being looked up. */
async function listFew(kysely: Kysely<Tables>, read: ReadTagNames, seen: readonly string[], isNamed: Named | null) {
  const { rows } = await sql<{ repository: string; name: string }>`
    select repository, name from tag_names
    where ${sql.join(seenConditions({ ...read, isDriftOnly: false }, seen, isNamed), sql` and `)}
      ${read.isDriftOnly ? sql`and ${mayDrift(seen)}` : sql``}
    limit ${fewNames + 1}
  `.execute(kysely);
  if (rows.length > fewNames) return undefined;
  return sql<boolean>`(tags.repository, tags.name) in (
    select * from unnest(${rows.map(({ repository }) => repository)}::text[], ${rows.map(({ name }) => name)}::text[])
  )`;
}

/** @param which of `tags`; few enough that each of them is read */
async function listCounted(
  kysely: Kysely<Tables>,
  read: ReadTagNames,
  seen: readonly string[],
  which: RawBuilder<boolean>,
  isNamed: Named | null,
): Promise<TagName[]> {
  const having = [sql<boolean>`true`];
  if (read.isDriftOnly) having.push(driftOf('tags', seen));
  if (read.registryId !== undefined) having.push(sql`bool_or(tags.registry_id = ${read.registryId})`);
  const counted = sql`(
    select tags.repository, tags.name, max(tags.semver_key) as semver_key, max(tags.sorted_at) as sorted_at
    from tags
    where ${which} and tags.is_shown and tags.registry_id = any (${[...seen]}::text[])
      ${isNamed === null ? sql`` : sql`and ${isNamed('tags.name', 'tags.repository')}`}
    group by tags.repository, tags.name having ${sql.join(having, sql` and `)}
  )`;
  return pageOf(kysely, read, counted, []);
}

/**
 * The newest of each registry, of which the newest make the page; each part is an index as far as it is read. A tag that
 * several registries have counts where its push is the newest.
 */
async function walk(kysely: Kysely<Tables>, read: ReadTagNames, seen: readonly string[], isNamed: Named | null) {
  const columns = tagOrder(read.sort, read.repository);
  const ids = sql`${[...seen]}::text[]`;
  const others = sql`
    from tags as others where others.repository = tags.repository and others.name = tags.name
      and others.registry_id = any (${ids})
  `;
  const conditions = [isAfter(columns, read.after)];
  if (isNamed !== null) conditions.push(isNamed('tags.name', 'tags.repository'));
  if (seen.length > 1) {
    conditions.push(sql`not exists (
      select ${others} and (others.sorted_at, others.registry_id) > (tags.sorted_at, tags.registry_id) offset 0
    )`);
  }
  if (read.isDriftOnly) conditions.push(sql`(select ${driftOf('others', seen)} ${others})`);
  const { rows } = await sql<TagName>`
    select newest.repository, newest.name, newest.semver_key, newest.sorted_at
    from unnest(${ids}) as place (id) cross join lateral (
      select tags.repository, tags.name, tags.semver_key, tags.sorted_at from tags
      where tags.project = ${read.project} and tags.registry_id = place.id and tags.is_shown
        and ${sql.join(conditions, sql` and `)}
      order by ${orderBy(columns)} limit ${read.limit + 1}
    ) as newest
    order by ${orderBy(columns)} limit ${read.limit + 1}
  `.execute(kysely);
  return rows;
}

async function pageOf(
  kysely: Kysely<Tables>,
  read: ReadTagNames,
  from: RawBuilder<unknown>,
  conditions: ReadonlyArray<RawBuilder<boolean>>,
): Promise<TagName[]> {
  const columns = tagOrder(read.sort, read.repository);
  const { rows } = await sql<TagName>`
    select repository, name, semver_key, sorted_at from ${from} as tag_names
    where ${sql.join([isAfter(columns, read.after), ...conditions], sql` and `)}
    order by ${orderBy(columns)} limit ${read.limit + 1}
  `.execute(kysely);
  return rows;
}

function seenConditions(read: ReadTagNames, seen: readonly string[], isNamed: Named | null) {
  const conditions = [sql<boolean>`project = ${read.project}`, overlaps('registry_ids', seen)];
  if (isNamed !== null) conditions.push(isNamed('tag_names.folded', 'tag_names.repository'));
  if (read.isDriftOnly) {
    conditions.push(mayDrift(seen));
    conditions.push(sql`(
      select ${driftOf('tags', seen)} from tags
      where tags.repository = tag_names.repository and tags.name = tag_names.name
        and tags.registry_id = any (${[...seen]}::text[])
    )`);
  }
  return conditions;
}

/** What is the same image in all of these, and has no other one anywhere, need not be looked at. */
function mayDrift(seen: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`not (digest_count = 1 and registry_ids @> ${[...seen]}::text[] collate "C")`;
}

/** Of the rows of one tag in these registries. */
function driftOf(tags: string, seen: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(count(*) < ${seen.length}::integer or count(distinct ${sql.ref(`${tags}.digest`)}) > 1)`;
}

/** A condition on a tag's name and its repository, which are found in these columns. */
type Named = (name: string, repository: string) => RawBuilder<boolean>;

/**
 * A tag by its own name or by its repository's. The repositories are looked up first: two patterns joined by "or" would
 * read every tag of the project, a pattern and a few names are two indexes.
 */
async function matches(kysely: Kysely<Tables>, { project, repository, q }: ReadTagNames): Promise<Named | null> {
  if (q === undefined || q === '') return null;
  const pattern = `%${likeLiteral(q.toLowerCase())}%`;
  const isNamed = (name: string) =>
    name.endsWith('.folded')
      ? sql<boolean>`${sql.ref(name)} like ${pattern}`
      : sql<boolean>`lower(${sql.ref(name)}) like ${pattern}`;
  if (repository !== undefined) return isNamed;
  const { rows } = await sql<{ name: string }>`
    select name from repository_names where project = ${project} and name like ${pattern}
  `.execute(kysely);
  if (rows.length === 0) return isNamed;
  const names = rows.map(({ name }) => name);
  return (name, column) => sql<boolean>`(${isNamed(name)} or ${sql.ref(column)} = any (${names}::text[]))`;
}
