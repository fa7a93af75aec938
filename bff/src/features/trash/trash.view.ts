import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import { inScope, type RowScope } from '../../database/scope.ts';
import { likeLiteral } from '../../database/keyset.ts';
import { findPolicies } from '../../database/find-policies.ts';
import type { Reason, TrashItem, TrashState } from './trash.ts';
import { trashReasons } from './trash-reasons.ts';
import { itemOf } from './trash-rows.store.ts';

export interface TrashQuestion {
  /** Where the caller may restore. */
  readonly scope: RowScope;
  readonly project: string | undefined;
  readonly q: string | undefined;
  /** `kept`: whatever has not ended, one way or the other. */
  readonly state: TrashState | 'kept' | undefined;
  readonly registryId: string | undefined;
  readonly repository: string | undefined;
  readonly itemId: string | undefined;
  readonly sort: 'created' | 'expires';
  readonly isDescending: boolean;
  readonly limit: number;
  readonly after: { readonly microseconds: number; readonly id: string } | null;
}

export interface ListedItem extends TrashItem {
  readonly positionMicroseconds: number;
}

export type TrashView = ReturnType<typeof createTrashView>;

const keptStates = sql`state in ('deleting', 'deleted', 'restoring', 'purging')`;
const never = sql`'infinity'::timestamptz`;

export function createTrashView(kysely: Kysely<Tables>) {
  return {
    async list(question: TrashQuestion): Promise<ListedItem[]> {
      const { scope, project, q, state, registryId, repository, itemId, sort, isDescending, limit, after } = question;
      const instant =
        sort === 'created' ? sql`created_at` : sql`least(coalesce(expires_at, ${never}), timestamptz '9998-12-31')`;
      const position = sql`(extract(epoch from ${instant}) * 1000000)::bigint`;
      const given = (column: string, value: string | undefined) =>
        value === undefined ? sql`true` : sql`${sql.ref(column)} = ${value}`;
      const found =
        q === undefined || q === ''
          ? sql`true`
          : sql`(repository || ':' || coalesce(tag, '') || '@' || coalesce(digest, '')) ilike ${`%${likeLiteral(q)}%`}`;
      const isAfter =
        after === null
          ? sql`true`
          : sql`(${position}, id) ${isDescending ? sql`<` : sql`>`} (${after.microseconds}::bigint, ${after.id}::uuid)`;
      const direction = isDescending ? sql`desc` : sql`asc`;
      const { rows } = await sql<Row<'trash_items'> & { position: number }>`
        select *, ${position} as position from trash_items
        where ${inScope(scope, 'project', 'registry_id')} and ${given('project', project)} and ${inState(state)}
          and ${given('registry_id', registryId)} and ${given('repository', repository)}
          and ${itemId === undefined ? sql`true` : sql`id = ${itemId}::uuid`} and ${found} and ${isAfter}
        order by ${position} ${direction}, id ${direction} limit ${limit}
      `.execute(kysely);
      const resting = await this.findMaintenance([...new Set(rows.map(({ registry_id }) => registry_id))]);
      return rows.map((row) => ({ ...waiting(itemOf(row), resting), positionMicroseconds: row.position }));
    },
    /** What these manifests are called, as far as the catalog knows. */
    listTagsOf: (manifests: readonly Manifest[]) => listTagsOf(kysely, manifests),
    /** Digests that the tags of these have by now, by the items' ids. */
    findTagsNow: (items: readonly Pick<TrashItem, 'id' | 'registryId' | 'repository' | 'tag'>[]) =>
      findTagsNow(kysely, items),
    /** Which of these policies there are still. */
    findPolicies: (ids: readonly string[]) => findPolicies(kysely, ids),
    /** Of these registries those that are in maintenance, each with its end. */
    async findMaintenance(registryIds: readonly string[]): Promise<Map<string, Reason>> {
      const rows = await kysely
        .selectFrom('registries')
        .select(['id', 'name', 'maintenance_until'])
        .where('id', 'in', registryIds.length === 0 ? [''] : [...registryIds])
        .where('maintenance_until', '>', sql<Date>`now()`)
        .execute();
      return new Map(
        rows.flatMap(({ id, name, maintenance_until: until }) =>
          until === null ? [] : [[id, trashReasons.waitsForMaintenance(name, until)] as const],
        ),
      );
    },
    /** Of these registries those that are known to delete nothing, and why. */
    async findUndeletable(registryIds: readonly string[]) {
      const rows = await kysely
        .selectFrom('registries')
        .select(['id', 'capabilities'])
        .where('id', 'in', registryIds.length === 0 ? [''] : [...registryIds])
        .orderBy('id')
        .execute();
      return rows.flatMap(({ id, capabilities }) => {
        const deletion = capabilities.find(({ name }) => name === 'deleteByDigest');
        return deletion?.state === 'no' ? [{ registryId: id, reason: deletion.reason }] : [];
      });
    },
  };
}

type Manifest = Pick<TrashItem, 'registryId' | 'repository' | 'digest'>;

async function listTagsOf(kysely: Kysely<Tables>, manifests: readonly Manifest[]) {
  const given = manifests.map(({ registryId, repository, digest }) => ({ registryId, repository, digest }));
  const { rows } = await sql<{ registryId: string; repository: string; tag: string }>`
    select tags.registry_id as "registryId", tags.repository, tags.name as tag
    from (select distinct * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as given ("registryId" text, repository text, digest text)) given
    join tags on tags.registry_id = given."registryId" and tags.repository = given.repository
      and tags.digest = given.digest
    order by 1, 2, 3`.execute(kysely);
  return rows;
}

async function findTagsNow(
  kysely: Kysely<Tables>,
  items: readonly Pick<TrashItem, 'id' | 'registryId' | 'repository' | 'tag'>[],
): Promise<ReadonlyMap<string, string>> {
  const given = items.flatMap(({ id, registryId, repository, tag }) =>
    tag === null ? [] : [{ id, registryId, repository, tag }],
  );
  const { rows } = await sql<{ id: string; digest: string }>`
    select given.id, tags.digest
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as given (id text, "registryId" text, repository text, tag text)
    join tags on tags.registry_id = given."registryId" and tags.repository = given.repository
      and tags.name = given.tag`.execute(kysely);
  return new Map(rows.map(({ id, digest }) => [id, digest]));
}

/** What is under way there is not begun before the maintenance has ended. */
function waiting(item: TrashItem, resting: ReadonlyMap<string, Reason>): TrashItem {
  const isUnderWay = item.state === 'deleting' || item.state === 'restoring' || item.state === 'purging';
  return isUnderWay && item.reason === null ? { ...item, reason: resting.get(item.registryId) ?? null } : item;
}

function inState(state: TrashQuestion['state']) {
  if (state === undefined) return sql`true`;
  return state === 'kept' ? keptStates : sql`state = ${state}`;
}
