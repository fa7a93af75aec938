import { type RawBuilder, sql } from 'kysely';

/** What somebody may see, as `bff/src/access` has it. */
export type RowScope =
  | { readonly isEverything: true }
  | {
      readonly isEverything: false;
      readonly projects: readonly string[];
      readonly places: ReadonlyArray<{ readonly project: string; readonly registryId: string }>;
    };

/** Projects of which the same registries are seen. */
interface Part {
  readonly projects: readonly string[];
  readonly registryIds: readonly string[];
}

/** A condition for rows that know their project and their registry: `tags`, `repositories`. */
export function inScope(scope: RowScope, project: string, registry: string): RawBuilder<boolean> {
  return inParts(
    scope,
    project,
    ({ registryIds }) => sql<boolean>`${sql.ref(registry)} = any (${registryIds}::text[])`,
  );
}

/** A condition for rows that know which registries hold them: `tag_names`. */
export function isHeldInScope(scope: RowScope, project: string, registries: string): RawBuilder<boolean> {
  return inParts(scope, project, ({ registryIds }) => overlaps(registries, registryIds));
}

/** A condition for rows of projects: something of it is in the scope. */
export function isProjectInScope(scope: RowScope, project: string): RawBuilder<boolean> {
  if (scope.isEverything) return sql<boolean>`true`;
  return isOneOf(project, seenProjects(scope.projects, partsOf(scope)));
}

/** Whether `registries`, a column of arrays, has one of these. */
export function overlaps(registries: string, registryIds: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(registries)} && ${[...registryIds]}::text[] collate "C"`;
}

/**
 * `repository_names` as somebody sees it who does not see everything. Projects that are seen whole are read from that very
 * table, others from what is known of each registry, or of each set of registries where several are seen together.
 */
export function repositoryNamesIn(scope: RowScope): RawBuilder<unknown> {
  if (scope.isEverything) return sql`repository_names`;
  const whole = sql`
    select name, project, tag_count, size_bytes, pushed_at, sorted_at from repository_names
    where ${isOneOf('project', scope.projects)}
  `;
  const parts = partsOf(scope).map((part) => (part.registryIds.length === 1 ? ofOneRegistry(part) : ofSeveral(part)));
  return sql`(${sql.join(scope.projects.length === 0 && parts.length > 0 ? parts : [whole, ...parts], sql` union all `)})`;
}

function ofOneRegistry({ projects, registryIds }: Part) {
  return sql`
    select name, project, tag_count, size_bytes, pushed_at, sorted_at from repositories
    where registry_id = ${registryIds[0]} and ${isOneOf('project', projects)}
  `;
}

function ofSeveral({ projects, registryIds }: Part) {
  const isOurs = sql`${isOneOf('project', projects)} and ${overlaps('registry_ids', registryIds)}`;
  return sql`
    select places.name, places.project, coalesce(counts.tag_count, 0) as tag_count,
      coalesce(sizes.size_bytes, 0) as size_bytes, places.pushed_at, places.sorted_at
    from (
      select name, project, max(pushed_at) as pushed_at, max(sorted_at) as sorted_at from repositories
      where ${isOneOf('project', projects)} and registry_id = any (${[...registryIds]}::text[])
      group by name, project
    ) as places
    left join (
      select name, sum(tag_count)::integer as tag_count from repository_tag_counts where ${isOurs} group by name
    ) as counts on counts.name = places.name
    left join (
      select name, least(sum(size_bytes), ${sql.lit(Number.MAX_SAFE_INTEGER)}::bigint)::bigint as size_bytes
      from repository_sizes where ${isOurs} group by name
    ) as sizes on sizes.name = places.name
  `;
}

function inParts(scope: RowScope, project: string, isPart: (part: Part) => RawBuilder<boolean>): RawBuilder<boolean> {
  if (scope.isEverything) return sql<boolean>`true`;
  const parts = partsOf(scope);
  const isAnywhere = isOneOf(project, seenProjects(scope.projects, parts));
  if (parts.length === 0) return isAnywhere;
  const alternatives = parts.map((part) => sql<boolean>`(${isOneOf(project, part.projects)} and ${isPart(part)})`);
  if (scope.projects.length > 0) alternatives.unshift(isOneOf(project, scope.projects));
  // The first condition is implied by the second; it is what an index can use.
  return sql<boolean>`(${isAnywhere} and (${sql.join(alternatives, sql` or `)}))`;
}

function isOneOf(column: string, values: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} = any (${[...values]}::text[])`;
}

function seenProjects(whole: readonly string[], parts: readonly Part[]): string[] {
  return [...whole, ...parts.flatMap(({ projects }) => projects)];
}

function partsOf(scope: Exclude<RowScope, { isEverything: true }>): Part[] {
  const whole = new Set(scope.projects);
  const byProject = Map.groupBy(scope.places, ({ project }) => project);
  const seen = [...byProject].filter(([project]) => !whole.has(project));
  const parts = seen.map(([project, places]) => ({
    project,
    registryIds: [...new Set(places.map(({ registryId }) => registryId))].toSorted(),
  }));
  const alike = Map.groupBy(parts, ({ registryIds }) => JSON.stringify(registryIds));
  return [...alike.values()].map((group) => ({
    projects: group.map(({ project }) => project),
    registryIds: group[0]?.registryIds ?? [],
  }));
}
