import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';
import { inScope, type RowScope } from '../../database/scope.ts';

export interface UntaggedQuestion {
  readonly scope: RowScope;
  readonly project: string | undefined;
  readonly registryId: string | undefined;
  readonly q: string | undefined;
  readonly isRipe: boolean | undefined;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

export interface ListedUntagged {
  readonly registryId: string;
  readonly project: string;
  readonly repository: string;
  readonly digest: string;
  readonly lastTag: string | null;
  readonly since: Date;
  readonly isRipe: boolean;
  readonly sizeBytes: number | null;
}

/** What to put in the trash: whole registries and projects, or single manifests. */
export interface UntaggedChoice {
  readonly registryId: string;
  readonly project: string | undefined;
  readonly repository: string | undefined;
  readonly digests: readonly string[] | undefined;
  readonly graceMs: number;
  readonly limit: number;
}

export const untaggedOrder: readonly KeysetColumn[] = [
  { expression: sql.ref('since'), direction: 'asc', type: 'instant' },
  { expression: sql.ref('registry_id'), direction: 'asc', type: 'text' },
  { expression: sql.ref('repository'), direction: 'asc', type: 'text' },
  { expression: sql.ref('digest'), direction: 'asc', type: 'text' },
];

const isOnItsWay = sql<boolean>`exists (
  select from trash_items item where item.registry_id = untagged_manifests.registry_id
    and item.repository = untagged_manifests.repository and item.digest = untagged_manifests.digest
    and item.state = 'deleting')`;
const isArchived = sql<boolean>`exists (
  select from projects where projects.name = untagged_manifests.project and projects.archived_at is not null)`;

/** Manifests that no tag reaches. Those that go along with another one are not listed: they are a part of it. */
export class UntaggedView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async list(question: UntaggedQuestion): Promise<{ readonly rows: ListedUntagged[]; readonly total: number }> {
    const { scope, project, registryId, q, isRipe, limit, after } = question;
    const given = (name: string, value: string | undefined) =>
      value === undefined ? sql`true` : sql`${sql.ref(name)} = ${value}`;
    const text = sql`(repository || ':' || coalesce(last_tag, '') || '@' || digest)`;
    const found = q === undefined || q === '' ? sql`true` : sql`${text} ilike ${`%${likeLiteral(q)}%`}`;
    const wanted = sql`is_root and ${inScope(scope, 'project', 'registry_id')} and ${given('project', project)}
      and ${given('registry_id', registryId)} and ${found}
      and ${isRipe === undefined ? sql`true` : sql`is_ripe = ${isRipe}`} and not ${isOnItsWay}`;
    const { rows } = await sql<ListedUntagged>`
      select registry_id as "registryId", project, repository, digest, last_tag as "lastTag", since,
        is_ripe as "isRipe", size_bytes as "sizeBytes"
      from untagged_manifests where ${wanted} and ${isAfter(untaggedOrder, after)}
      order by ${orderBy(untaggedOrder)} limit ${limit + 1}
    `.execute(this.#kysely);
    const counted = await sql<{ count: number }>`
      select count(*)::integer as count from untagged_manifests where ${wanted}
    `.execute(this.#kysely);
    return { rows, total: counted.rows[0]?.count ?? 0 };
  }

  /** Of those that may go the ones that are old enough now, whatever was measured when. */
  async choose(choice: UntaggedChoice): Promise<ListedUntagged[]> {
    const { registryId, project, repository, digests, graceMs, limit } = choice;
    const { rows } = await sql<ListedUntagged>`
      select registry_id as "registryId", project, repository, digest, last_tag as "lastTag", since,
        is_ripe as "isRipe", size_bytes as "sizeBytes"
      from untagged_manifests
      where registry_id = ${registryId} and is_root and is_ripe
        and since <= clock_timestamp() - ${graceMs} * interval '1 millisecond'
        and ${project === undefined ? sql`true` : sql`project = ${project}`}
        and ${repository === undefined ? sql`true` : sql`repository = ${repository}`}
        and ${digests === undefined ? sql`true` : sql`digest = any (${[...digests]}::text[])`}
        and not ${isOnItsWay} and not ${isArchived}
      order by ${orderBy(untaggedOrder)} limit ${limit}
    `.execute(this.#kysely);
    return rows;
  }
}
