import { type RawBuilder, sql } from 'kysely';

/** Values, or columns of a row. */
interface TagPlace {
  readonly registryId: RawBuilder<unknown> | string;
  readonly repository: RawBuilder<unknown> | string;
  readonly name: RawBuilder<unknown> | string;
}

/**
 * Whether a tag has ever been that digest in that registry. Of two masters one that replaces what it has been itself only
 * goes on from there; what it has never been, somebody has pushed to the other meanwhile.
 */
export function hasBeen({ registryId, repository, name }: TagPlace, digest: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from tag_history been
    where been.registry_id = ${registryId}::text collate "default" and been.repository = ${repository}::text collate "C"
      and been.name = ${name}::text collate "C" and been.digest = ${digest}::text collate "default")`;
}
