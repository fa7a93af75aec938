import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { FreedView, type Untagged } from './freed.view.ts';
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
  readonly #freed: FreedView;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
    this.#freed = new FreedView(kysely);
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
    const tags = await this.#findTags(selected);
    const going = new Set(selected.flatMap((one) => (one.tag === null ? [] : tagKey(one, one.tag))));
    const whole = new Set(selected.flatMap((one) => (one.tag === null ? digestKey(one) : [])));
    // A digest that was chosen goes with its tags.
    const staying = tags.filter((one) => !going.has(tagKey(one, one.tag)) && !whole.has(digestKey(one)));
    const held = new Set(staying.map((one) => digestKey(one)));
    const roots = new Map<string, Untagged>();
    for (const { registryId, repository, digest } of selected) {
      const key = digestKey({ registryId, repository, digest });
      if (digest !== null && !held.has(key)) roots.set(key, { registryId, repository, digest });
    }
    const freed = await this.#freed.find([...roots.values()]);
    const siblings = staying.filter(({ isShown }) => isShown);
    return {
      siblings: siblings
        .slice(0, siblingsShown)
        .map(({ registryId, repository, tag, digest }) => ({ registryId, repository, tag, digest })),
      siblingCount: siblings.length,
      manifestCount: roots.size,
      childCount: freed?.childCount ?? 0,
      referrerCount: freed?.referrerCount ?? 0,
      freedBytes: freed?.bytes ?? 0,
      asOf: await this.#findAge([...new Set(selected.map(({ registryId }) => registryId))]),
    };
  }

  /** Every tag of their digests, themselves included. */
  async #findTags(selected: readonly SelectedArtifact[]): Promise<TagOfDigest[]> {
    const { rows } = await sql<TagOfDigest>`
      select tags.registry_id as "registryId", tags.repository, tags.name as tag, tags.digest, tags.is_shown as "isShown"
      from (
        select distinct * from unnest(
          ${selected.map(({ registryId }) => registryId)}::text[], ${selected.map(({ repository }) => repository)}::text[],
          ${selected.map(({ digest }) => digest)}::text[]
        ) as given (registry_id, repository, digest)
      ) given
      join tags on tags.digest = given.digest collate "C" and tags.registry_id = given.registry_id
        and tags.repository = given.repository collate "C"
      order by 1, 2, 3
    `.execute(this.#kysely);
    return rows;
  }

  /** When the registry was read last that was read longest ago; null where one never was. */
  async #findAge(registryIds: readonly string[]): Promise<Date | null> {
    const { rows } = await sql<{ asOf: Date | null }>`
      select case when count(*) = count(scanned_at) then min(scanned_at) end as "asOf" from registries
      where id = any (${[...registryIds]}::text[])
    `.execute(this.#kysely);
    return rows[0]?.asOf ?? null;
  }
}

interface TagOfDigest extends Place {
  readonly tag: string;
  readonly digest: string;
  readonly isShown: boolean;
}

function tagKey({ registryId, repository }: Place, tag: string): string {
  return `${registryId} ${repository}:${tag}`;
}

function digestKey({ registryId, repository, digest }: Place & { readonly digest: string | null }): string {
  return `${registryId} ${repository}@${digest}`;
}
