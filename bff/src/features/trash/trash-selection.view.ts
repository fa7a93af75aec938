import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { Place } from './trash.ts';

/** One artifact to delete, as the catalog has it. */
export interface SelectedArtifact extends Place {
  readonly project: string;
  /** Null: a manifest with all its tags. */
  readonly tag: string | null;
  readonly digest: string | null;
  readonly pushedAt: Date | null;
  readonly pushedBy: string | null;
}

export interface Consequences {
  /** Other tags of digests that are selected by a tag: they stay. */
  readonly siblings: ReadonlyArray<Place & { readonly tag: string; readonly digest: string }>;
  readonly siblingCount: number;
  /** Digests that go with all they have. */
  readonly manifestCount: number;
  readonly childCount: number;
  readonly referrerCount: number;
  /** Of blobs and manifests that nothing else in their registry needs. */
  readonly freedBytes: number;
  /** When the registry was read last that was read longest ago; null where one never was. */
  readonly asOf: Date | null;
}

/** More are not taken at once. */
export const selectionMax = 10_000;
const siblingsShown = 100;

const columns = sql`tags.registry_id as "registryId", tags.repository, tags.project, tags.name as tag, tags.digest,
  tags.pushed_at as "pushedAt", tags.pushed_by as "pushedBy"`;

/** What a selection names and what would become of it, as far as the catalog knows. */
export class TrashSelectionView {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async findReferences({ registryId, repository }: Place, references: readonly string[]): Promise<SelectedArtifact[]> {
    const { rows } = await sql<SelectedArtifact>`
      select ${columns} from tags
      where registry_id = ${registryId} and repository = ${repository} and name = any (${[...references]}::text[])
      union all
      select repositories.registry_id, repositories.name, repositories.project, null, held.digest, null, null
      from repositories join repository_manifests held on held.repository_id = repositories.id
      where repositories.registry_id = ${registryId} and repositories.name = ${repository}
        and held.digest = any (${[...references]}::text[])
    `.execute(this.#kysely);
    return rows;
  }

  /** Every tag, and every manifest that neither has a tag nor belongs to one that is there. */
  async listRepository({ registryId, repository }: Place): Promise<SelectedArtifact[]> {
    const { rows } = await sql<SelectedArtifact>`
      select ${columns} from tags
      where registry_id = ${registryId} and repository = ${repository} and name !~ '^sha(256|512)-[a-f0-9]{64,128}$'
      union all
      select repositories.registry_id, repositories.name, repositories.project, null, held.digest, null, null
      from repositories join repository_manifests held on held.repository_id = repositories.id
      join manifests on manifests.digest = held.digest
      where repositories.registry_id = ${registryId} and repositories.name = ${repository}
        and manifests.subject_digest is null
        and not exists (
          select from tags where tags.repository_id = repositories.id and tags.digest = held.digest)
        and not exists (
          select from manifest_children children
          join repository_manifests parents on parents.digest = children.parent_digest
          where children.child_digest = held.digest and parents.repository_id = repositories.id)
      limit ${selectionMax + 1}
    `.execute(this.#kysely);
    return rows;
  }

  /** Shown tags of a project in these registries; patterns are matched by whoever asks. */
  async listProject(project: string, registryIds: readonly string[], after: SelectedArtifact | null, count: number) {
    const position =
      after === null
        ? sql`true`
        : sql`(registry_id, repository, name) >
      (${after.registryId}::text, ${after.repository}::text collate "C", ${after.tag}::text collate "C")`;
    const { rows } = await sql<SelectedArtifact>`
      select ${columns} from tags
      where project = ${project} and registry_id = any (${[...registryIds]}::text[]) and is_shown and ${position}
      order by registry_id, repository, name limit ${count}
    `.execute(this.#kysely);
    return rows;
  }

  async findConsequences(selected: readonly SelectedArtifact[]): Promise<Consequences> {
    const given = JSON.stringify(
      selected.map(({ registryId, repository, tag, digest }) => ({ registryId, repository, tag, digest })),
    );
    const { rows: siblings } = await sql<Consequences['siblings'][number]>`
      with ${selection(given)}
      select r.registry_id as "registryId", r.name as repository, tags.name as tag, tags.digest ${otherTags}
      order by 1, 2, 3
    `.execute(this.#kysely);
    const { rows } = await sql<Omit<Consequences, 'siblings' | 'siblingCount'>>`
      with recursive ${selection(given)}, ${closures}
      select
        (select count(*) from roots)::integer as "manifestCount",
        (select count(*) from doomed where role = 'child')::integer as "childCount",
        (select count(*) from doomed where role = 'referrer')::integer as "referrerCount",
        (select coalesce(sum(size_bytes), 0) from freed)::bigint as "freedBytes",
        (select case when count(*) = count(scanned_at) then min(scanned_at) end from registries
          where id in (select "registryId" from selected)) as "asOf"
    `.execute(this.#kysely);
    const [facts] = rows;
    if (facts === undefined) throw new Error('The catalog did not say what a deletion would do.');
    return { ...facts, siblings: siblings.slice(0, siblingsShown), siblingCount: siblings.length };
  }
}

function selection(given: string) {
  return sql`selected as (
    select given.*, r.id as repository_id
    from jsonb_to_recordset(${given}::jsonb) as given ("registryId" text, repository text, tag text, digest text)
    join repositories r on r.registry_id = given."registryId" and r.name = given.repository
  )`;
}

const otherTags = sql`
  from tags join repositories r on r.id = tags.repository_id
  where tags.is_shown
    and exists (select from selected where selected.repository_id = tags.repository_id
      and selected.digest = tags.digest collate "default" and selected.tag is not null)
    and not exists (select from selected where selected.repository_id = tags.repository_id
      and (selected.tag = tags.name collate "default" or (selected.tag is null and selected.digest = tags.digest collate "default")))`;

/** Roots that no tag keeps; what is below and about them, less what other tags of the repository need; what only they need. */
const closures = sql`roots as (
    select distinct repository_id, "registryId" as registry_id, digest from selected
    where digest is not null and (tag is null or not exists (
      select from tags where tags.repository_id = selected.repository_id and tags.digest = selected.digest collate "C"
        and not exists (select from selected other where other.repository_id = tags.repository_id
          and other.tag = tags.name collate "default")))
  ), gone (repository_id, registry_id, digest, role) as (
    select repository_id, registry_id, digest, 'root' from roots
    union
    select gone.repository_id, gone.registry_id, next.digest, next.role from gone
    cross join lateral (
      select child_digest collate "default" as digest, 'child' as role from manifest_children where parent_digest = gone.digest collate "C"
      union all
      select manifests.digest collate "default", 'referrer' from manifests where subject_digest = gone.digest
    ) next
    join repository_manifests held on held.repository_id = gone.repository_id and held.digest = next.digest collate "C"
  ), kept (repository_id, digest) as (
    select tags.repository_id, tags.digest collate "default" from tags
    where tags.repository_id in (select repository_id from roots) and tags.is_shown
      and not exists (select from roots where roots.repository_id = tags.repository_id
        and roots.digest = tags.digest collate "default")
    union
    select kept.repository_id, children.child_digest collate "default" from kept
    join manifest_children children on children.parent_digest = kept.digest collate "C"
  ), doomed as (
    select repository_id, registry_id, digest, min(role) as role from gone
    where not exists (select from kept where kept.repository_id = gone.repository_id and kept.digest = gone.digest)
    group by repository_id, registry_id, digest
  ), dead as (
    select distinct doomed.registry_id, doomed.digest from doomed
    where not exists (
      select from repository_manifests held join repositories r on r.id = held.repository_id
      where r.registry_id = doomed.registry_id and held.digest = doomed.digest collate "C"
        and not exists (select from doomed too where too.repository_id = held.repository_id and too.digest = doomed.digest))
  ), freed as (
    select dead.registry_id, dead.digest, manifests.size_bytes::bigint as size_bytes
    from dead join manifests on manifests.digest = dead.digest collate "C"
    union
    select dead.registry_id, blobs.blob_digest collate "default", blobs.size_bytes::bigint
    from dead join manifest_blobs blobs on blobs.manifest_digest = dead.digest collate "C"
    where not exists (
      select from manifest_blobs shared
      join repository_manifests held on held.digest = shared.manifest_digest
      join repositories r on r.id = held.repository_id
      where shared.blob_digest = blobs.blob_digest and r.registry_id = dead.registry_id
        and not exists (select from doomed where doomed.repository_id = held.repository_id
          and doomed.digest = held.digest collate "default"))
  )`;
