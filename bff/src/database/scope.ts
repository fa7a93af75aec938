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

/** A condition for rows of a whole project: in the scope altogether. Null where the scope is everything. */
export function wholeProjects(scope: RowScope, project: string): RawBuilder<boolean> | null {
  if (scope.isEverything) return null;
  return sql<boolean>`${sql.ref(project)} = any (${[...scope.projects]}::text[])`;
}

function placeRows(places: ReadonlyArray<{ readonly project: string; readonly registryId: string }>) {
  const projects = places.map(({ project }) => project);
  const registryIds = places.map(({ registryId }) => registryId);
  return sql`select * from unnest(${projects}::text[], ${registryIds}::text[])`;
}
