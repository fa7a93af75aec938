import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** One tag as it was read from the registry. */
export interface ReadTag {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** Everything below it could be read. */
  readonly isWhole: boolean;
}

/** What the tags were before the sweep: it outlives the process that read them. */
export class TagRecordsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  async replace(runId: string, tags: readonly ReadTag[]): Promise<void> {
    await this.#kysely.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('gc_run_tags').where('run_id', '=', runId).execute();
      await sql`
        insert into gc_run_tags (run_id, repository, tag, digest, is_whole)
        select ${runId}::uuid, given.* from unnest(
          ${tags.map(({ repository }) => repository)}::text[], ${tags.map(({ tag }) => tag)}::text[],
          ${tags.map(({ digest }) => digest)}::text[], ${tags.map(({ isWhole }) => isWhole)}::boolean[]
        ) as given
        on conflict do nothing
      `.execute(transaction);
    });
  }

  async list(runId: string): Promise<ReadTag[]> {
    const rows = await this.#kysely.selectFrom('gc_run_tags').selectAll().where('run_id', '=', runId).execute();
    return rows.map(({ repository, tag, digest, is_whole: isWhole }) => ({ repository, tag, digest, isWhole }));
  }
}
