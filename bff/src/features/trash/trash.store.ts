import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { SelectedArtifact } from './trash-selection.view.ts';
import type { Deleter, Person, RestoreTarget, TrashItem, TrashWhy } from './trash.ts';
import type { ParentOf } from './live-manifests.ts';
import { itemOf } from './trash-rows.store.ts';

export interface NewDeletion extends SelectedArtifact {
  readonly id: string;
}

export type Choose = (transaction: Kysely<Tables>) => Promise<readonly NewDeletion[]>;

/** What is asked for: the work itself is taken from here by `trash-claims.store.ts`. */
export class TrashStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /**
   * What is being deleted already is not deleted twice.
   * @returns ids of the items that are new or under way, one for each artifact
   */
  async insert(deletions: readonly NewDeletion[], why: TrashWhy, by: Deleter, comment = ''): Promise<string[]> {
    if (deletions.length === 0) return [];
    const { rows } = await sql<{ id: string }>`
      insert into trash_items as held (
        id, registry_id, project, repository, tag, digest, state, why, deleted_by, deleter_id, pushed_at, pushed_by,
        comment, policy
      )
      select id, "registryId", project, repository, tag, digest, 'deleting', ${why}, ${by.name}::text, ${by.id}::uuid,
        "pushedAt", "pushedBy", ${comment}::text, ${by.policy ? JSON.stringify(by.policy) : null}::jsonb
      from jsonb_to_recordset(${JSON.stringify(deletions)}::jsonb) as given (
        id uuid, "registryId" text, project text, repository text, tag text, digest text, "pushedAt" timestamptz,
        "pushedBy" text)
      order by "registryId", repository, tag, digest
      on conflict (registry_id, repository, coalesce(tag, digest)) where state = 'deleting'
        do update set why = held.why
      returning id
    `.execute(this.#kysely);
    return rows.map(({ id }) => id);
  }

  /** Chosen in the transaction that writes them down. What has its id already, or is being deleted, is passed over. */
  async insertChosen(choose: Choose, why: TrashWhy, by: Person): Promise<readonly NewDeletion[]> {
    return this.#kysely.transaction().execute(async (transaction) => {
      const chosen = await choose(transaction);
      if (chosen.length === 0) return chosen;
      await sql`
        insert into trash_items (
          id, registry_id, project, repository, tag, digest, state, why, deleted_by, deleter_id, pushed_at, pushed_by)
        select id, "registryId", project, repository, tag, digest, 'deleting', ${why}, ${by.name}::text, ${by.id}::uuid,
          "pushedAt", "pushedBy"
        from jsonb_to_recordset(${JSON.stringify(chosen)}::jsonb) as given (
          id uuid, "registryId" text, project text, repository text, tag text, digest text, "pushedAt" timestamptz,
          "pushedBy" text)
        order by "registryId", repository, tag, digest
        on conflict do nothing
      `.execute(transaction);
      return chosen;
    });
  }

  async find(id: string): Promise<TrashItem | undefined> {
    const row = await this.#kysely.selectFrom('trash_items').selectAll().where('id', '=', id).executeTakeFirst();
    return row && itemOf(row);
  }

  /** Of a restore and a purge that come at once one gets it. @returns false for the other */
  async beginRestore(id: string, target: RestoreTarget, by: string | null): Promise<boolean> {
    const restore = JSON.stringify({
      kind: target.kind,
      tag: target.kind === 'tag' ? target.tag : null,
      replaces: target.kind === 'replace' ? target.replaces : null,
    });
    const { rows } = await sql`
      update trash_items set state = 'restoring', restore = ${restore}::jsonb, acted_by = ${by}::text, reason = null,
        attempt = 0, asked_at = now(), next_attempt_at = now()
      where id = ${id}::uuid and state = 'deleted' returning id
    `.execute(this.#kysely);
    return rows.length > 0;
  }

  async beginPurge(id: string, by: string | null): Promise<boolean> {
    const { rows } = await sql`
      update trash_items set state = 'purging', acted_by = ${by}::text, reason = null, attempt = 0, asked_at = now(),
        next_attempt_at = now()
      where id = ${id}::uuid and state = 'deleted' returning id
    `.execute(this.#kysely);
    return rows.length > 0;
  }

  /** A deletion that waits to be tried again is given up. @returns false where somebody is at it */
  async withdraw(id: string): Promise<boolean> {
    const { rows } = await sql`
      update trash_items set state = 'failed', finished_at = now(), next_attempt_at = now()
      where id = ${id}::uuid and state = 'deleting' and lease_owner is null returning id
    `.execute(this.#kysely);
    return rows.length > 0;
  }

  async now(): Promise<Date> {
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(this.#kysely);
    const [row] = rows;
    if (row === undefined) throw new Error('The database did not tell the time.');
    return row.now;
  }

  /** What the catalog has of a repository. */
  async listTags(registryId: string, repository: string): Promise<Map<string, string>> {
    const rows = await this.#kysely
      .selectFrom('tags')
      .select(['name', 'digest'])
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .execute();
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }

  async findTagsOf(registryId: string, repository: string, digest: string): Promise<string[]> {
    const rows = await this.#kysely
      .selectFrom('tags')
      .select('name')
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .execute();
    return rows.map(({ name }) => name);
  }

  async findParents(registryId: string, repository: string, digests: readonly string[]): Promise<ParentOf[]> {
    if (digests.length === 0) return [];
    const { rows } = await sql<ParentOf>`
      select children.child_digest as child, children.parent_digest as parent
      from manifest_children children
      join repository_manifests held on held.digest = children.parent_digest
      join repositories on repositories.id = held.repository_id
      where children.child_digest = any (${[...digests]}::text[])
        and repositories.registry_id = ${registryId} and repositories.name = ${repository}
    `.execute(this.#kysely);
    return rows;
  }

  /** Which of these manifests are in the catalog, with everything below them. */
  async findKnown(digests: readonly string[]): Promise<ReadonlySet<string>> {
    if (digests.length === 0) return new Set();
    const { rows } = await sql<{ digest: string }>`
      select digest from manifests
      where digest = any (${[...digests]}::text[]) and (total_size_bytes is not null or kind <> 'index')
    `.execute(this.#kysely);
    return new Set(rows.map(({ digest }) => digest));
  }

  /** Undefined for a project that is not there. */
  async findWindow(project: string): Promise<number | undefined> {
    const row = await this.#kysely
      .selectFrom('projects')
      .select('trash_days')
      .where('name', '=', project)
      .executeTakeFirst();
    return row?.trash_days;
  }

  /** What is in the trash already keeps the end it was given, unless the new one is later. */
  async setWindow(project: string, days: number): Promise<boolean> {
    return this.#kysely.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('projects')
        .set({ trash_days: days })
        .where('name', '=', project)
        .executeTakeFirst();
      await sql`
        update trash_items set expires_at = greatest(expires_at, deleted_at + ${days} * interval '1 day')
        where project = ${project} and state = 'deleted'
      `.execute(transaction);
      return changed.numUpdatedRows > 0n;
    });
  }
}
