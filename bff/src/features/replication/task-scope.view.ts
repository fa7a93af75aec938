import { type RawBuilder, sql } from 'kysely';
import type { RowScope } from '../../database/scope.ts';

/**
 * Which rows of `tasks t` somebody may see: both ends must be in the scope, and both registries be there still. Null for
 * whom everything is, so that their queries stay as they are.
 */
export function visibleTasks(scope: RowScope): RawBuilder<boolean> | null {
  if (scope.isEverything) return null;
  const ends = [
    isVisible(scope, sql`t.source_registry_id`, sql`t.source_repository`),
    isVisible(scope, sql`t.destination_registry_id`, sql`t.destination_repository`),
  ];
  return sql<boolean>`(${sql.join(ends, sql` and `)})`;
}

type NarrowScope = Extract<RowScope, { isEverything: false }>;

function isVisible(scope: NarrowScope, registry: RawBuilder<unknown>, repository: RawBuilder<unknown>) {
  // The project of a repository: its first segment, or the built-in one where there is only one.
  const project = sql`case when strpos(${repository}, '/') = 0 then 'library' else split_part(${repository}, '/', 1) end`;
  const projects = scope.places.map((place) => place.project);
  const registryIds = scope.places.map((place) => place.registryId);
  return sql`(${registry} in (select id from registries) and (
    ${project} = any (${[...scope.projects]}::text[])
    or (${project}, ${registry}) in (select * from unnest(${projects}::text[], ${registryIds}::text[]))))`;
}
