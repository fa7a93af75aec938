import { type Kysely, sql } from 'kysely';
import { isReserved } from '../../access/reserved-names.ts';
import type { Tables } from '../../database/index.ts';
import type { ChangedRepository, TakenRegistry } from './storage.ts';

/** Whoever is silent for longer is dead or frozen. */
const leaseMs = 30_000;
const leaseEnd = sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;
/**
 * So long a registry waits while copies run: what is measured of their destinations would be other figures a moment later,
 * and they need the database more.
 */
const patienceMs = 120_000;
const removedAtOnce = 2000;
const eventsAtOnce = 1000;

export interface UnheardManifests {
  readonly manifests: ReadonlyArray<{
    readonly registryId: string;
    readonly repository: string;
    readonly digest: string;
  }>;
  readonly isLast: boolean;
  /** They are not looked for again. */
  readonly noteSeen: () => Promise<void>;
}

/** Which registries are to be measured, and by whom; all times are the database's. */
export class StorageClaimsStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** New registries have their row, and what has become old enough to go is looked at again. */
  async prepare(graceMs: number): Promise<void> {
    await sql`
      insert into storage_registries (registry_id) select id from registries
      where not exists (select from storage_registries known where known.registry_id = registries.id)
      on conflict do nothing
    `.execute(this.#kysely);
    await sql`
      insert into storage_changes (registry_id, repository)
      select distinct registry_id, repository from untagged_manifests
      where not is_ripe and since <= clock_timestamp() - ${graceMs} * interval '1 millisecond'
      on conflict do nothing
    `.execute(this.#kysely);
  }

  /** One that is due, that something has changed in, and that nobody is at. */
  async take(owner: string): Promise<TakenRegistry | undefined> {
    const { rows } = await sql<TakenRegistry>`
      with due as (
        select registry_id from storage_registries due
        where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
          and exists (select from registries where registries.id = due.registry_id)
          -- Of whoever was at it last, and has not said that it ended.
          and (is_asked or lease_owner is not null
            or exists (select from storage_changes changed where changed.registry_id = due.registry_id))
          and (is_asked or due_at < clock_timestamp() - ${patienceMs} * interval '1 millisecond' or not exists (
            select from tasks where tasks.state = 'running'))
        order by due_at limit 1 for update skip locked
      )
      update storage_registries held set lease_owner = ${owner}, lease_until = ${leaseEnd}, fence = fence + 1,
        is_asked = false
      from due where held.registry_id = due.registry_id
      returning held.registry_id as "registryId", held.number, held.fence
    `.execute(this.#kysely);
    return rows[0];
  }

  /** @returns false where another instance is at it by now */
  async renew(owner: string, { registryId, fence }: TakenRegistry): Promise<boolean> {
    const { rows } = await sql`
      update storage_registries set lease_until = ${leaseEnd}
      where registry_id = ${registryId} and fence = ${fence} and lease_owner = ${owner}
        and lease_until >= clock_timestamp() returning registry_id
    `.execute(this.#kysely);
    return rows.length > 0;
  }

  async finish(
    { registryId, fence }: TakenRegistry,
    figures: Readonly<Record<'totalBytes' | 'uniqueBytes' | 'sharedBytes' | 'trashBytes', number>> &
      Readonly<Record<'untaggedBytes' | 'youngBytes' | 'bothBytes', number>>,
    { tookMs, restMs }: { readonly tookMs: number; readonly restMs: number },
  ): Promise<void> {
    await sql`
      update storage_registries set measured_at = now(), took_ms = ${tookMs},
        catalog_at = (select scanned_at from registries where registries.id = storage_registries.registry_id),
        total_bytes = ${figures.totalBytes}, unique_bytes = ${figures.uniqueBytes},
        shared_bytes = ${figures.sharedBytes}, trash_bytes = ${figures.trashBytes},
        untagged_bytes = ${figures.untaggedBytes}, young_bytes = ${figures.youngBytes},
        both_bytes = ${figures.bothBytes}, lease_owner = null, lease_until = null,
        due_at = case when is_asked then now() else now() + ${restMs} * interval '1 millisecond' end
      where registry_id = ${registryId} and fence = ${fence}
    `.execute(this.#kysely);
  }

  /** For whoever comes next, after a moment. */
  async giveBack({ registryId, fence }: TakenRegistry, restMs: number): Promise<void> {
    await sql`
      update storage_registries set lease_owner = null, lease_until = null, is_asked = true,
        due_at = now() + ${restMs} * interval '1 millisecond'
      where registry_id = ${registryId} and fence = ${fence}
    `.execute(this.#kysely);
  }

  /** The lock on its folder proves that every older worker is dead. */
  async takeOver(): Promise<void> {
    await sql`
      update storage_registries set lease_until = null where lease_owner is not null
    `.execute(this.#kysely);
  }

  /** Measures these as soon as somebody can; one that is measured just now is measured once more. */
  async ask(registryIds: readonly string[]): Promise<void> {
    await sql`
      insert into storage_registries (registry_id, is_asked)
      select id, true from registries where id = any (${[...registryIds]}::text[]) order by id
      on conflict (registry_id) do update set is_asked = true, due_at = now()
    `.execute(this.#kysely);
  }

  async nextChanged({ registryId }: TakenRegistry, after: string | null): Promise<ChangedRepository | undefined> {
    const { rows } = await sql<ChangedRepository>`
      select repository, marks from storage_changes
      where registry_id = ${registryId} and ${after === null ? sql`true` : sql`repository > ${after}`}
      order by repository limit 1
    `.execute(this.#kysely);
    return rows[0];
  }

  /** Whoever has changed more of it since, or is about to, leaves it marked. */
  async noteMeasured({ registryId }: TakenRegistry, { repository, marks }: ChangedRepository): Promise<void> {
    await sql`
      delete from storage_changes
      where registry_id = ${registryId} and repository = ${repository} and marks = ${marks}
    `.execute(this.#kysely);
  }

  /** Of the notifications that were handled since the last look. */
  async nextUnheard({ registryId, fence }: TakenRegistry): Promise<UnheardManifests> {
    const { rows } = await sql<{ id: number; repository: string; digest: string | null; is_known: boolean }>`
      with told as (
        select event.id, event.repository, event.digest, event.action from registry_events event
        where event.registry_id = ${registryId}
          and event.id > (select events_seen from storage_registries where registry_id = ${registryId})
          and event.id < coalesce((
            select min(open.id) from registry_events open
            where open.registry_id = ${registryId} and open.handled_at is null), ${Number.MAX_SAFE_INTEGER}::bigint)
        order by event.id limit ${eventsAtOnce}
      )
      select told.id, told.repository, told.digest, told.action <> 'push' or told.digest is null or exists (
        select from repositories join repository_manifests held on held.repository_id = repositories.id
        where repositories.registry_id = ${registryId} and repositories.name = told.repository collate "C"
          and held.digest = told.digest collate "C"
      ) as is_known
      from told order by told.id
    `.execute(this.#kysely);
    const unknown = rows.filter(({ is_known, repository }) => !is_known && !isReserved(repository));
    const manifests = unknown.map(({ repository, digest }) => ({ registryId, repository, digest: digest ?? '' }));
    const last = rows.at(-1)?.id;
    return {
      manifests: [...new Map(manifests.map((one) => [`${one.repository}@${one.digest}`, one])).values()],
      isLast: rows.length < eventsAtOnce,
      noteSeen: async () => {
        if (last === undefined) return;
        await sql`
          update storage_registries set events_seen = ${last}
          where registry_id = ${registryId} and fence = ${fence} and events_seen < ${last}
        `.execute(this.#kysely);
      },
    };
  }

  async now(): Promise<Date> {
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(this.#kysely);
    const [row] = rows;
    if (row === undefined) throw new Error('The database did not tell the time.');
    return row.now;
  }

  /** A piece of what registries have left that are not there any more. @returns whether there may be more */
  async removeLeftovers(): Promise<boolean> {
    const gone = sql`not exists (select from registries where registries.id = left_over.registry_id)`;
    const { rows } = await sql<{ registry_id: string; number: number }>`
      select registry_id, number from storage_registries left_over where ${gone} limit 1
    `.execute(this.#kysely);
    const [registry] = rows;
    if (registry === undefined) return false;
    const blobs = await sql`
      delete from storage_blobs where ctid in (
        select ctid from storage_blobs where registry_number = ${registry.number} limit ${removedAtOnce})
      returning registry_number
    `.execute(this.#kysely);
    if (blobs.rows.length > 0) return true;
    for (const table of [
      'storage_samples',
      'untagged_manifests',
      'storage_repositories',
      'storage_projects',
    ] as const) {
      const { rows: removed } = await sql`
        delete from ${sql.table(table)} where ctid in (
          select ctid from ${sql.table(table)} where registry_id = ${registry.registry_id} limit ${removedAtOnce})
        returning registry_id
      `.execute(this.#kysely);
      if (removed.length > 0) return true;
    }
    await sql`delete from storage_changes left_over where ${gone}`.execute(this.#kysely);
    await sql`delete from storage_registries left_over where ${gone} and registry_id = ${registry.registry_id}`.execute(
      this.#kysely,
    );
    return true;
  }
}
