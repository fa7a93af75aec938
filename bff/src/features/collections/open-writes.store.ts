import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

/** How old the word of an instance may be: whoever is silent for longer is gone, and its connections with it. */
const wordMs = 5000;

export interface OpenWork {
  readonly uploads: number;
  readonly copies: number;
  readonly trashItems: number;
  /** For how long writes have been refused. */
  readonly refusedForMs: number;
  readonly refusedSince: Date;
}

/** What is being written into registries whose maintenance has begun. */
export class OpenWritesStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** @returns of these the registries in maintenance, and for how long they have been */
  async report(instanceId: string, open: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    const ids = [...open.keys()];
    const { rows } = await sql<{ id: string; refused_for_ms: number }>`
      with resting as (
        select id, (extract(epoch from now() - maintenance_since) * 1000)::float8 as refused_for_ms
        from registries where id = any (${ids}::text[]) and maintenance_until > now()
      ), told as (
        insert into front_door_writes (instance_id, registry_id, open_count, seen_at)
        select ${instanceId}, given.id, given.open_count, now()
        from unnest(${ids}::text[], ${[...open.values()]}::integer[]) as given (id, open_count)
        join resting on resting.id = given.id
        on conflict (instance_id, registry_id) do update set open_count = excluded.open_count, seen_at = excluded.seen_at
      )
      select id, refused_for_ms from resting
    `.execute(this.#kysely);
    return new Map(rows.map(({ id, refused_for_ms: refusedForMs }) => [id, refusedForMs]));
  }

  /** Undefined where the registry takes writes. */
  async findOpen(registryId: string): Promise<OpenWork | undefined> {
    const { rows } = await sql<OpenWork>`
      select
        (select coalesce(sum(open_count), 0)::integer from front_door_writes
          where front_door_writes.registry_id = r.id and seen_at > now() - ${wordMs} * interval '1 millisecond') as "uploads",
        (select count(*)::integer from tasks
          where destination_registry_id = r.id and state = 'running' and lease_until > now()) as "copies",
        (select count(*)::integer from trash_items
          where trash_items.registry_id = r.id and lease_until > now()) as "trashItems",
        (extract(epoch from now() - maintenance_since) * 1000)::float8 as "refusedForMs",
        maintenance_since as "refusedSince"
      from registries r where r.id = ${registryId} and maintenance_until > now()
    `.execute(this.#kysely);
    return rows[0];
  }
}
