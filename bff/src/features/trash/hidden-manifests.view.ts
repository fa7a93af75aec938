import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { Place } from './trash.ts';

export interface HiddenQuestion extends Place {
  readonly digest: string;
  /** Null where it is asked for by its digest. */
  readonly tag: string | null;
}

/** A tag by which a digest, or what it belongs to, can still be had. */
export interface KeepingTag {
  /** Null: a manifest without a tag, which is not in the trash. */
  readonly name: string | null;
  /** It is being deleted itself. */
  readonly isGoing: boolean;
}

export type HiddenManifestsView = ReturnType<typeof createHiddenManifestsView>;

const isHidden = sql`(item.state = 'deleting' or (item.kept_in = 'tag' and item.state in ('deleted', 'restoring', 'purging')))`;

/** What is in the trash and would still be served by its registry: not gone yet, or kept beside the others. */
export function createHiddenManifestsView(kysely: Kysely<Tables>) {
  const items = ({ registryId, repository }: Place) =>
    sql`trash_items item where item.registry_id = ${registryId} and item.repository = ${repository} and ${isHidden}`;
  return {
    /** Whether an item has it: under that tag, or anywhere in it. */
    async isIn({ digest, tag, ...place }: HiddenQuestion): Promise<boolean> {
      const fits =
        tag === null
          ? sql`(item.digest = ${digest} or exists (
              select from trash_manifests part where part.item_id = item.id and part.digest = ${digest}))`
          : sql`item.digest = ${digest} and item.state = 'deleting' and (item.tag = ${tag} or item.tag is null)`;
      const { rows } = await sql`select from ${items(place)} and ${fits} limit 1`.execute(kysely);
      return rows.length > 0;
    },
    /** By the catalog: what names the digest in its repository, from above or as what it refers to. */
    async listKeeping({ digest, ...place }: Place & { readonly digest: string }): Promise<KeepingTag[]> {
      const { rows } = await sql<KeepingTag>`
        with recursive up (digest) as (
          select ${digest}::text collate "C"
          union
          select next.digest from up
          cross join lateral (
            select children.parent_digest as digest from manifest_children children
            where children.child_digest = up.digest
            union all
            select manifests.subject_digest from manifests
            where manifests.digest = up.digest and manifests.subject_digest is not null
          ) next
          join repository_manifests held on held.digest = next.digest
          join repositories on repositories.id = held.repository_id
          where repositories.registry_id = ${place.registryId} and repositories.name = ${place.repository}
        ), tagged as (
          select tags.name, tags.digest from tags join up on up.digest = tags.digest
          where tags.registry_id = ${place.registryId} and tags.repository = ${place.repository} and tags.is_shown
        )
        select tagged.name, exists (
          select from ${items(place)} and item.state = 'deleting' and item.digest = tagged.digest
            and (item.tag = tagged.name or item.tag is null)) as "isGoing"
        from tagged
        union all
        select null, false from up
        where up.digest <> ${digest} and not exists (select from tagged where tagged.digest = up.digest)
          and not exists (select from ${items(place)} and (item.digest = up.digest or exists (
            select from trash_manifests part where part.item_id = item.id and part.digest = up.digest)))
      `.execute(kysely);
      return rows;
    },
  };
}
