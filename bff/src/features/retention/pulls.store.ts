import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

export interface NotedPull {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly atMs: number;
}

/** Rules count days: what is pulled all the time is written once an hour. */
const writtenApart = sql`interval '1 hour'`;

export class PullsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** Of registries that are not there nothing is kept; nothing was pulled in the future. */
  async save(pulls: readonly NotedPull[]): Promise<void> {
    if (pulls.length === 0) return;
    await sql`
      insert into manifest_pulls as known (registry_id, repository, digest, pulled_at)
      select registries.id, given.repository, given.digest, least(max(to_timestamp(given.at_ms / 1000)), now())
      from unnest(
        ${pulls.map(({ registryId }) => registryId)}::text[], ${pulls.map(({ repository }) => repository)}::text[],
        ${pulls.map(({ digest }) => digest)}::text[], ${pulls.map(({ atMs }) => atMs)}::float8[]
      ) as given (registry_id, repository, digest, at_ms)
      join registries on registries.id = given.registry_id
      group by registries.id, given.repository, given.digest
      order by registries.id, given.repository, given.digest
      on conflict (registry_id, repository, digest) do update set pulled_at = excluded.pulled_at
        where known.pulled_at < excluded.pulled_at - ${writtenApart}
    `.execute(this.#kysely);
  }

  /** Registries that have told of pulls themselves. */
  async saveTold(registryIds: readonly string[]): Promise<void> {
    if (registryIds.length === 0) return;
    await sql`
      update registries set pulls_told_at = now()
      where id = any (${[...registryIds]}::text[]) and (pulls_told_at is null or pulls_told_at < now() - ${writtenApart})
    `.execute(this.#kysely);
  }

  /** What its repository does not hold any more is nobody's pull. */
  async prune(): Promise<void> {
    await sql`
      delete from manifest_pulls pulls where pulled_at < now() - interval '1 day' and not exists (
        select from repositories r join repository_manifests held on held.repository_id = r.id
        where r.registry_id = pulls.registry_id and r.name = pulls.repository and held.digest = pulls.digest collate "C")
    `.execute(this.#kysely);
  }
}
