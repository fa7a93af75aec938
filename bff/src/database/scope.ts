import { type RawBuilder, sql } from 'kysely';

/** What somebody may see, as `bff/src/access` has it. */
export type RowScope =
  | { readonly isEverything: true }
  | {
      readonly isEverything: false;
      readonly projects: readonly string[];
      readonly places: ReadonlyArray<{ readonly project: string; readonly registryId: string }>;
    };

/** A condition for rows that know their project and their registry: `tags`, `repositories`. */
export function inScope(scope: RowScope, project: string, registry: string): RawBuilder<boolean> {
  if (scope.isEverything) return sql<boolean>`true`;
  const whole = sql`${sql.ref(project)} = any (${[...scope.projects]}::text[])`;
  if (scope.places.length === 0) return sql<boolean>`${whole}`;
  return sql<boolean>`(${whole} or (${sql.ref(project)}, ${sql.ref(registry)}) in (${placeRows(scope.places)}))`;
}

/** A condition for rows of projects: something of it is in the scope. */
export function isProjectInScope(scope: RowScope, project: string): RawBuilder<boolean> {
  if (scope.isEverything) return sql<boolean>`true`;
  const names = [...new Set([...scope.projects, ...scope.places.map((place) => place.project)])];
  return sql<boolean>`${sql.ref(project)} = any (${names}::text[])`;
}

/**
 * `repository_names` as somebody sees it who does not see everything. Projects that are seen whole are read from the table
 * and its indexes; of others the few visible repositories are counted one by one.
 * @param withSizes false leaves sizes of the latter at 0: adding up their distinct blobs is most of the work
 */
export function repositoryNamesIn(scope: RowScope, { withSizes }: { readonly withSizes: boolean }) {
  if (scope.isEverything) return sql`repository_names`;
  const whole = sql`
    select name, project, tag_count, size_bytes, pushed_at, sorted_at from repository_names
    where project = any (${[...scope.projects]}::text[])
  `;
  if (scope.places.length === 0) return sql`(${whole})`;
  const partial = sql`
    select held.name, held.project, held.tag_count, ${withSizes ? heldSize : sql`0::bigint`} as size_bytes,
      held.pushed_at, held.sorted_at
    from (
      select repositories.name, repositories.project, count(distinct tags.name)::integer as tag_count,
        array_agg(distinct repositories.id) as ids, max(repositories.size_bytes) as largest,
        max(tags.pushed_at) as pushed_at, ${sortedAt} as sorted_at
      from repositories
      left join tags on tags.repository_id = repositories.id and tags.is_shown
      left join manifests on manifests.digest = tags.digest
      where (repositories.project, repositories.registry_id) in (${placeRows(scope.places)})
      group by repositories.name, repositories.project
    ) as held
  `;
  return scope.projects.length === 0 ? sql`(${partial})` : sql`(${whole} union all ${partial})`;
}

/** `tag_names` in the same way: what it says of a tag is said of the visible registries alone. */
export function tagNamesIn(scope: RowScope) {
  if (scope.isEverything) return sql`tag_names`;
  const whole = sql`
    select repository, name, project, folded, semver_key, pushed_at, sorted_at, registry_count, digest_count
    from tag_names where project = any (${[...scope.projects]}::text[])
  `;
  if (scope.places.length === 0) return sql`(${whole})`;
  const partial = sql`
    select tags.repository, tags.name, tags.project, lower(tags.name) as folded, max(tags.semver_key) as semver_key,
      max(tags.pushed_at) as pushed_at, ${sortedAt} as sorted_at,
      count(*)::integer as registry_count, count(distinct tags.digest)::integer as digest_count
    from tags left join manifests on manifests.digest = tags.digest
    where tags.is_shown and (tags.project, tags.registry_id) in (${placeRows(scope.places)})
    group by tags.repository, tags.name, tags.project
  `;
  return scope.projects.length === 0 ? sql`(${partial})` : sql`(${whole} union all ${partial})`;
}

/** As the triggers of 0002-catalog-names.ts have it. */
const sortedAt = sql`
  date_trunc('milliseconds', coalesce(max(coalesce(tags.pushed_at, manifests.created_at)), 'epoch'))
`;

/** Of one registry it is known; of several, each blob and manifest once. Exact numbers end at the largest safe integer. */
const heldSize = sql`
  case when cardinality(held.ids) = 1 then held.largest else (
    select least(coalesce(sum(parts.size_bytes), 0), ${sql.lit(Number.MAX_SAFE_INTEGER)}::bigint)::bigint from (
      select manifests.size_bytes from manifests where manifests.digest in (
        select digest from repository_manifests where repository_id = any (held.ids)
      )
      union all
      select max(manifest_blobs.size_bytes) from manifest_blobs where manifest_blobs.manifest_digest in (
        select digest from repository_manifests where repository_id = any (held.ids)
      ) group by manifest_blobs.blob_digest
    ) as parts
  ) end
`;

function placeRows(places: ReadonlyArray<{ readonly project: string; readonly registryId: string }>) {
  const projects = places.map(({ project }) => project);
  const registryIds = places.map(({ registryId }) => registryId);
  return sql`select * from unnest(${projects}::text[], ${registryIds}::text[])`;
}
