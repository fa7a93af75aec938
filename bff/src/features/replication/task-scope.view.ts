import { type RawBuilder, sql } from 'kysely';
import type { RowScope } from '../../database/scope.ts';

type NarrowScope = Extract<RowScope, { isEverything: false }>;

/** What somebody started or had run again: theirs to see as long as both ends can be read at all. */
export interface OwnTasks {
  readonly userId: string;
  readonly readable: RowScope;
}

/** What of the copies somebody may see. */
export type TaskScope = Exclude<RowScope, NarrowScope> | (NarrowScope & { readonly own?: OwnTasks | undefined });

/**
 * Which rows of `tasks t` somebody may see: both ends must be in the scope, and both registries be there still. Null for
 * whom everything is, so that their queries stay as they are.
 */
export function visibleTasks(scope: TaskScope): RawBuilder<boolean> | null {
  if (scope.isEverything) return null;
  const { own } = scope;
  if (own === undefined || own.readable.isEverything) return endsVisible(scope);
  return sql<boolean>`(${endsVisible(scope)} or (${ownTasks(own.userId)} and ${endsVisible(own.readable)}))`;
}

/** Which rows of `tasks t` somebody asked for. */
export function ownTasks(userId: string): RawBuilder<boolean> {
  return sql<boolean>`(t.requester_id = ${userId}::uuid or exists (
    select 1 from executions started where started.id = t.execution_id and started.requester_id = ${userId}::uuid))`;
}

function endsVisible(scope: NarrowScope): RawBuilder<boolean> {
  const ends = [
    isVisible(scope, sql`t.source_registry_id`, sql`t.source_repository`),
    isVisible(scope, sql`t.destination_registry_id`, sql`t.destination_repository`),
  ];
  return sql<boolean>`(${sql.join(ends, sql` and `)})`;
}

function isVisible(scope: NarrowScope, registry: RawBuilder<unknown>, repository: RawBuilder<unknown>) {
  // The project of a repository: its first segment, or the built-in one where there is only one.
  const project = sql`case when strpos(${repository}, '/') = 0 then 'library' else split_part(${repository}, '/', 1) end`;
  const projects = scope.places.map((place) => place.project);
  const registryIds = scope.places.map((place) => place.registryId);
  return sql`(${registry} in (select id from registries) and (
    ${project} = any (${[...scope.projects]}::text[])
    or (${project}, ${registry}) in (select * from unnest(${projects}::text[], ${registryIds}::text[]))))`;
}
