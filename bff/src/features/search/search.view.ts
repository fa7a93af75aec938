import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Scope } from '../../access/scope.ts';
import type { Tables } from '../../database/index.ts';
import { likeLiteral } from '../../database/keyset.ts';
import { inScope, isHeldInScope, isProjectInScope, repositoryNamesIn } from '../../database/scope.ts';

export interface FoundTag {
  readonly repository: string;
  readonly name: string;
  readonly registryIds: readonly string[];
  readonly pushedAt: Date | null;
}

export interface FoundDigest {
  readonly digest: string;
  readonly repository: string;
  readonly registryId: string;
  readonly tags: readonly string[];
}

interface NamedTag {
  repository: string;
  name: string;
  pushed_at: Date | null;
  sorted_at: Date;
}

const found = 10;
// Beginnings that fit thousands of names are not ordered among all of them: any of these will do.
const candidates = 300;

/** Each answers the best few within a scope: what is equal first, then what begins with the words, then what contains them. */
export class SearchView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async findProjects(words: string, scope: Scope) {
    const text = words.toLowerCase();
    const literal = likeLiteral(text);
    const { rows } = await sql<{ name: string; repository_count: number }>`
      select found.name, (
        select count(*) from ${repositoryNamesIn(scope)} as repository_names
        where repository_names.project = found.name and tag_count > 0
      ) as repository_count
      from (
        select name from projects
        where name like ${`%${literal}%`} and ${isProjectInScope(scope, 'name')}
        order by (name = ${text}) desc, (name like ${`${literal}%`}) desc, length(name), name limit ${found}
      ) as found
      order by (name = ${text}) desc, (name like ${`${literal}%`}) desc, length(name), name
    `.execute(this.#kysely);
    return rows.map(({ name, repository_count }) => ({ name, repositoryCount: repository_count }));
  }

  async findRepositories(words: string, scope: Scope) {
    const rows = await this.#namesLike(words, found, scope);
    return rows.map(({ name, project, tag_count }) => ({ name, project, tagCount: tag_count }));
  }

  async findTags(words: string, scope: Scope): Promise<FoundTag[]> {
    return this.#withRegistries(await this.#nearestTags(words, sql`true`, scope), scope);
  }

  /** `repository:tag`, either of them a part of the name. */
  async findTagsOf(repositoryWords: string, tagWords: string, scope: Scope): Promise<FoundTag[]> {
    const names = (await this.#namesLike(repositoryWords, 100, scope)).map(({ name }) => name);
    if (names.length === 0) return [];
    const within = sql`repository = any (${names}::text[])`;
    if (tagWords !== '') return this.#withRegistries(await this.#nearestTags(tagWords, within, scope), scope);
    return this.#withRegistries(await this.#newestTagsOf(names[0] ?? '', scope), scope);
  }

  /** @param prefix `algorithm:` and the beginning of the encoded part */
  async findDigests(prefix: string, scope: Scope): Promise<FoundDigest[]> {
    const { rows } = await sql<{ digest: string; repository: string; registry_id: string; tags: string[] | null }>`
      select places.digest, repositories.name as repository, repositories.registry_id,
        (
          select array_agg(tags.name order by tags.name) from (
            select name from tags where tags.repository_id = repositories.id and tags.digest = places.digest
              and tags.is_shown order by name limit 20
          ) as tags
        ) as tags
      from (
        select repository_id, digest from repository_manifests
        where digest >= ${prefix} and digest < ${endOfPrefix(prefix)} and ${isHeldIn(scope)} order by digest limit ${found}
      ) as places
      join repositories on repositories.id = places.repository_id
      order by places.digest, repositories.name, repositories.registry_id
    `.execute(this.#kysely);
    return rows.map((row) => ({
      digest: row.digest,
      repository: row.repository,
      registryId: row.registry_id,
      tags: row.tags ?? [],
    }));
  }

  async #newestTagsOf(repository: string, scope: Scope): Promise<NamedTag[]> {
    const { rows } = await sql<NamedTag>`
      select repository, name, max(pushed_at) as pushed_at, max(sorted_at) as sorted_at from tags
      where repository = ${repository} and is_shown and ${inScope(scope, 'project', 'registry_id')}
      group by repository, name order by max(sorted_at) desc limit ${found}
    `.execute(this.#kysely);
    return rows;
  }

  /** Of those that are found, only the visible registries' pushes count. */
  async #tagsWhere(condition: RawBuilder<unknown>, limit: number, scope: Scope): Promise<NamedTag[]> {
    const names = sql`
      select repository, name, pushed_at, sorted_at from tag_names
      where ${isHeldInScope(scope, 'project', 'registry_ids')} and ${condition} limit ${limit}
    `;
    const seen = sql`
      select names.repository, names.name, max(tags.pushed_at) as pushed_at, max(tags.sorted_at) as sorted_at
      from (${names}) as names join tags on tags.repository = names.repository and tags.name = names.name
      where ${inScope(scope, 'tags.project', 'tags.registry_id')} group by names.repository, names.name
    `;
    const isWhole = scope.isEverything || scope.places.length === 0;
    const { rows } = await sql<NamedTag>`${isWhole ? names : seen}`.execute(this.#kysely);
    return rows;
  }

  /** Three readings, each only if the one before did not find enough; each is bounded whatever the words are. */
  async #nearestTags(words: string, within: RawBuilder<unknown>, scope: Scope): Promise<NamedTag[]> {
    const text = words.toLowerCase();
    const literal = likeLiteral(text);
    const ranked = new Map<string, NamedTag>();
    const tiers = [
      sql`folded = ${text} and ${within} order by sorted_at desc`,
      sql`folded >= ${text} and folded < ${endOfPrefix(text)} and ${within}`,
      sql`folded like ${`%${literal}%`} and ${within}`,
    ];
    for (const tier of tiers) {
      const rows = await this.#tagsWhere(tier, candidates, scope);
      for (const row of rows.toSorted((a, b) => b.sorted_at.getTime() - a.sorted_at.getTime())) {
        ranked.set(`${row.repository}:${row.name}`, ranked.get(`${row.repository}:${row.name}`) ?? row);
      }
      if (ranked.size >= found) break;
    }
    return [...ranked.values()].slice(0, found);
  }

  async #withRegistries(
    rows: readonly { repository: string; name: string; pushed_at: Date | null }[],
    scope: Scope,
  ): Promise<FoundTag[]> {
    if (rows.length === 0) return [];
    const places = await sql<{ repository: string; name: string; registry_id: string }>`
      select tags.repository, tags.name, tags.registry_id
      from unnest(${rows.map(({ repository }) => repository)}::text[], ${rows.map(({ name }) => name)}::text[])
        as wanted (repository, name)
      join tags on tags.repository = wanted.repository and tags.name = wanted.name
      join registries on registries.id = tags.registry_id
      where ${inScope(scope, 'tags.project', 'tags.registry_id')}
      order by registries.position, registries.id
    `.execute(this.#kysely);
    return rows.map(
      (row): FoundTag => ({
        repository: row.repository,
        name: row.name,
        pushedAt: row.pushed_at,
        registryIds: places.rows
          .filter(({ repository, name }) => repository === row.repository && name === row.name)
          .map(({ registry_id }) => registry_id),
      }),
    );
  }

  async #namesLike(words: string, limit: number, scope: Scope) {
    const text = words.toLowerCase();
    const literal = likeLiteral(text);
    // The last segment is what people call a repository by.
    const { rows } = await sql<{ name: string; project: string; tag_count: number }>`
      select name, project, tag_count
      from ${repositoryNamesIn(scope)} as repository_names
      where tag_count > 0 and name like ${`%${literal}%`}
      order by (name = ${text} or name like ${`%/${literal}`}) desc, (name like ${`${literal}%`} or name like ${`%/${literal}%`}) desc,
        length(name), name
      limit ${limit}
    `.execute(this.#kysely);
    return rows;
  }
}

export function createSearchView(kysely: Kysely<Tables>): SearchView {
  return new SearchView(kysely);
}

/** A condition for rows of `repository_manifests`; none at all for whom it would only cost time. */
function isHeldIn(scope: Scope): RawBuilder<boolean> {
  if (scope.isEverything) return sql<boolean>`true`;
  return sql<boolean>`repository_id in (
    select repositories.id from repositories where ${inScope(scope, 'repositories.project', 'repositories.registry_id')}
  )`;
}

/** The first text after all that begin with `prefix`, in byte order. */
function endOfPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
